// Package template reads what the local runner needs from template.yaml and the templates it nests: functions, APIs with
// their authorizers and gateway responses, tables and schedules. It is the same file that is deployed, so there is no
// second description to keep in step. Resources that the runner has no use for are ignored; a reference that leads
// nowhere is an error that names the file, the line and the place.
//
//	template.go  what comes out, Load
//	document.go  one file: parameters, nested stacks, short forms
//	resolve.go   Ref, Fn::GetAtt, Fn::Sub and the others; function.go the rest of them and conditions
//	function_resource.go, api.go, table.go  one kind of resource each
package template

import (
	"fmt"
	"sort"
	"time"
)

// Template is what a template and its nested stacks describe.
type Template struct {
	Functions []Function
	APIs      []API
	Tables    []Table
	Schedules []Schedule
}

// Function is an AWS::Serverless::Function.
type Function struct {
	// LogicalID is the resource's name in its template, such as TokenCreateFunction.
	LogicalID string
	// Name is the last element of CodeUri: the function's directory and binary, such as token-create.
	Name string
	// Dir is the function's source directory.
	Dir string
	// Environment holds the variables of the function and of Globals.
	Environment map[string]string
	// Timeout bounds one invocation.
	Timeout time.Duration
	// MemoryMB is the memory size in MB.
	MemoryMB int
	// Policies is the resolved value of the property, for package iam to judge by; nil when there are none.
	Policies any
}

// Schedule invokes a function again and again.
type Schedule struct {
	// Function is the name of the function, Rule the logical id of the event.
	Function, Rule string
	// Expression is rate(...) or cron(...).
	Expression string
	// Input replaces the scheduled event when it is not empty.
	Input string
}

// API is an AWS::Serverless::Api, a REST API, with the routes that functions' events add to it.
type API struct {
	LogicalID string
	Stage     string
	Routes    []Route
	// Authorizers by name.
	Authorizers map[string]Authorizer
	// Responses are the gateway responses by type, such as ACCESS_DENIED.
	Responses map[string]GatewayResponse
	// BinaryMediaTypes are the media types passed as base64, such as image/* or */*.
	BinaryMediaTypes []string
	// CORS answers preflights; nil when the API has none.
	CORS *CORS
}

// Route sends a method and path to a function.
type Route struct {
	// Method is in upper case; ANY matches each.
	Method string
	// Path is such as /organizations/{org} or /console/{proxy+}.
	Path string
	// Function is the name of the function that answers.
	Function string
	// Authorizer is the name of the authorizer that guards it; "" when it is public.
	Authorizer string
}

// Authorizer is a Lambda authorizer of a REST API.
type Authorizer struct {
	Name     string
	Function string
	// Type is TOKEN or REQUEST.
	Type string
	// Headers and QueryStrings are the identity sources; a TOKEN authorizer has one header.
	Headers, QueryStrings []string
	// ValidationExpression is what a TOKEN must match before the authorizer is asked; "" takes all.
	ValidationExpression string
	// ReauthorizeEvery is how long a result is kept; 0 keeps none.
	ReauthorizeEvery time.Duration
}

// GatewayResponse customizes what API Gateway answers by itself.
type GatewayResponse struct {
	// Status is the status code; 0 keeps the type's own.
	Status int
	// Headers maps header names to 'quoted text' or to context.…, method.request.header.… expressions.
	Headers map[string]string
	// Templates are bodies by media type.
	Templates map[string]string
}

// CORS is the Cors property of an API: each value as it is written, with its single quotes.
type CORS struct {
	AllowOrigin, AllowHeaders, AllowMethods, MaxAge string
	AllowCredentials                                bool
	// Authorizer guards preflights when it is not empty.
	Authorizer string
}

// Table is an AWS::DynamoDB::Table.
type Table struct {
	LogicalID string
	Name      string
	// Attributes maps the names of key attributes to S, N or B.
	Attributes map[string]string
	Keys       []Key
	Indexes    []Index
	// LocalIndexes are local secondary indexes.
	LocalIndexes []Index
	// TTLAttribute is the attribute that holds the epoch second of removal; "" for none.
	TTLAttribute string
}

// Key is one attribute of a key: Type is HASH or RANGE.
type Key struct{ Name, Type string }

// Index is a secondary index.
type Index struct {
	Name string
	Keys []Key
	// Projection is ALL, KEYS_ONLY or INCLUDE.
	Projection string
	NonKey     []string
}

// Load reads the template at path with the given parameters; those not given take their defaults.
func Load(path string, parameters map[string]string) (*Template, error) {
	document, err := open(path, "leasehold", parameters)
	if err != nil {
		return nil, err
	}
	loaded := &Template{}
	if err := document.collect(loaded); err != nil {
		return nil, err
	}
	return loaded, loaded.check(path)
}

// Declares tells which of the names are parameters of the template at path.
func Declares(path string, names ...string) (map[string]bool, error) {
	document, err := parse(path)
	if err != nil {
		return nil, err
	}
	declared := map[string]bool{}
	for _, name := range names {
		declared[name] = child(document.section("Parameters"), name) != nil
	}
	return declared, nil
}

// collect adds the resources of a document and of its nested stacks, in the order of their names.
func (d *document) collect(into *Template) error {
	ids := make([]string, 0, len(d.resources))
	for id := range d.resources {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	routes := map[string][]Route{}
	for _, id := range ids {
		made, err := d.isMade(id)
		if err != nil {
			return err
		}
		if !made {
			continue
		}
		if err := d.collectOne(id, into, routes); err != nil {
			return err
		}
	}
	return d.collectAPIs(ids, into, routes)
}

func (d *document) isMade(id string) (bool, error) {
	condition := child(d.resources[id], "Condition")
	if condition == nil {
		return true, nil
	}
	holds, err := d.condition(condition.Value)
	if err != nil {
		return false, d.errorf(condition, "Resources."+id+".Condition", "%v", err)
	}
	return holds, nil
}

func (d *document) collectOne(id string, into *Template, routes map[string][]Route) error {
	switch kind := scalarText(orEmpty(child(d.resources[id], "Type"))); {
	case isStack(kind):
		nested, err := d.stackOf(id)
		if err != nil {
			return err
		}
		return nested.collect(into)
	case kind == "AWS::Serverless::Function":
		return d.collectFunction(id, into, routes)
	case kind == "AWS::DynamoDB::Table":
		table, err := d.table(id)
		into.Tables = append(into.Tables, table)
		return err
	}
	return nil
}

// check holds what spans files: names are unique, and what is named exists.
func (t *Template) check(path string) error {
	functions, stages := map[string]bool{}, map[string]bool{}
	for _, function := range t.Functions {
		if functions[function.Name] {
			return fmt.Errorf("%s: two functions have the directory name %s", path, function.Name)
		}
		functions[function.Name] = true
	}
	for _, api := range t.APIs {
		if stages[api.Stage] {
			return fmt.Errorf("%s: two APIs have the stage %s: locally a stage tells them apart", path, api.Stage)
		}
		stages[api.Stage] = true
		for _, authorizer := range api.Authorizers {
			if !functions[authorizer.Function] {
				return fmt.Errorf("%s: authorizer %s of %s names no function of the template", path, authorizer.Name, api.LogicalID)
			}
		}
	}
	return nil
}
