// Package template reads a SAM template and its nested stacks: functions, APIs with their authorizers and gateway
// responses, tables and schedules. It reads the template that is deployed, so no second description can drift from it.
// It ignores other types of resources. It rejects unresolvable references, and properties of an API that the emulator
// can't honor, with an error that names the file, the line and the place.
//
//	template.go           the types, Load and LoadStack
//	document.go           one file: nested stacks, short forms
//	parameters.go         the values of parameters, and what their declarations forbid
//	resolve.go            references: Ref, Fn::GetAtt, Fn::Sub, Fn::ImportValue
//	function.go           the other intrinsic functions, and conditions
//	properties.go         the properties of a resource, merged with Globals
//	function_resource.go  functions
//	event.go              the events of functions: routes and schedules
//	api.go                REST APIs
//	http_api.go           HTTP APIs
//	definition.go         APIs that an OpenAPI document defines (DefinitionBody)
//	cors.go               Cors and CorsConfiguration
//	throttle.go           the limits of routes
//	hints.go              what to do about properties that the emulator can't honor
//	table.go              tables
//	pipe.go               pipes from a table's stream to an event bus
//
// LoadStack reads a template that imports values from other stacks, given the Exports of their templates.
package template

import (
	"fmt"
	"sort"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
)

// Template holds the resources that a template and its nested stacks describe.
type Template struct {
	Functions []Function
	APIs      []API
	Tables    []Table
	Schedules []Schedule
	Pipes     []Pipe
	// Unserved lists the events of functions that are neither routes nor schedules.
	Unserved []string
	// Exports are the outputs that other stacks may import, by export name.
	Exports map[string]string
}

// Function is an AWS::Serverless::Function.
type Function struct {
	// LogicalID is the resource's name in its template, such as TokenCreateFunction.
	LogicalID string
	// Name is the last element of CodeUri: the function's directory and binary, such as token-create. A function with
	// InlineCode, and every function of a stack with Stack.Foreign, is named after its stack and its resource.
	Name string
	// Dir is the function's source directory; "" for one with InlineCode.
	Dir string
	// InlineCode is the source code in the template; "" for none. Runtime and Handler say how to run it, such as
	// python3.13 and index.handler.
	InlineCode, Runtime, Handler string
	// Layers counts the layers of the function, which the emulator does not provide.
	Layers int
	// Environment holds the variables of the function and of Globals.
	Environment map[string]string
	// Timeout bounds one invocation.
	Timeout time.Duration
	// MemoryMB is the memory size in MB.
	MemoryMB int
	// Policies is the resolved value of the property, for package iam; nil if there are none.
	Policies any
}

// Schedule invokes a function at a rate.
type Schedule struct {
	// Function is the name of the function.
	Function string
	// Rule is the logical ID of the event.
	Rule string
	// Expression is rate(...) or cron(...).
	Expression string
	// Input replaces the scheduled event when it is not empty.
	Input string
}

// The protocols of APIs.
const (
	// REST is an AWS::Serverless::Api.
	REST = "REST"
	// HTTP is an AWS::Serverless::HttpApi.
	HTTP = "HTTP"
)

// DefaultStage is the stage of an HTTP API that is served without a stage in its paths.
const DefaultStage = "$default"

// DefaultRoute is the path of an HTTP API's route for requests that match no other route.
const DefaultRoute = "$default"

// API is a REST API or an HTTP API, with the routes that functions' events or its definition add to it. Responses and
// BinaryMediaTypes are those of a REST API.
type API struct {
	LogicalID string
	// Protocol is REST or HTTP.
	Protocol string
	Stage    string
	Routes   []Route
	// Variables are the stage variables of a REST API.
	Variables map[string]string
	// Authorizers maps names to authorizers.
	Authorizers map[string]Authorizer
	// Responses are the gateway responses by type, such as ACCESS_DENIED.
	Responses map[string]GatewayResponse
	// BinaryMediaTypes are the media types passed as base64, such as image/* or */*.
	BinaryMediaTypes []string
	// CompressFrom is the minimum size in bytes of bodies to compress; nil compresses none.
	CompressFrom *int
	// CORS describes the responses to preflight requests; nil if there are none.
	CORS *CORS
	// Throttles are the limits of routes. Without one, the limits of an account count, which no machine reaches.
	Throttles []Throttle
	// Defined is true if a definition holds the routes. Events of functions then only permit the API to call them.
	Defined bool
}

// Route sends a method and path to a function.
type Route struct {
	// Method is in upper case; ANY matches every method.
	Method string
	// Path is a path such as /organizations/{org} or /console/{proxy+}. For an HTTP API it may be DefaultRoute.
	Path string
	// Function is the name of the function that answers.
	Function string
	// Authorizer is the name of the route's authorizer; "" if the route is public.
	Authorizer string
	// PayloadFormat is the version of the function's event and answer in an HTTP API: 1.0 or 2.0.
	PayloadFormat string
	// Timeout bounds the wait for the function; 0 means the longest that API Gateway waits.
	Timeout time.Duration
	// Throttle holds limits of the route's own; nil for none.
	Throttle *Throttle
}

// Authorizer is a Lambda authorizer.
type Authorizer struct {
	Name     string
	Function string
	// Type is TOKEN or REQUEST. For an HTTP API it is always REQUEST.
	Type string
	// PayloadFormat is the version of the authorizer's event and answer in an HTTP API: 1.0 or 2.0.
	PayloadFormat string
	// SimpleResponses is true if the authorizer of an HTTP API answers with a boolean instead of a policy.
	SimpleResponses bool
	// Headers, QueryStrings, StageVariables and Context name the identity sources. A TOKEN authorizer has one header. A
	// name in Context is a path such as SourceIP, the only one for an HTTP API, which has no StageVariables here.
	Headers, QueryStrings, StageVariables, Context []string
	// ValidationExpression is a pattern that a token must match before a TOKEN authorizer is called; "" matches all.
	ValidationExpression string
	// ReauthorizeEvery is the time for which results are cached; 0 caches none.
	ReauthorizeEvery time.Duration
}

// sources returns the number of identity sources.
func (a Authorizer) sources() int {
	return len(a.Headers) + len(a.QueryStrings) + len(a.StageVariables) + len(a.Context)
}

// GatewayResponse customizes a response that API Gateway sends without a function.
type GatewayResponse struct {
	// Status is the status code; 0 keeps the default of the response type.
	Status int
	// Headers maps header names to 'quoted text' or to an expression such as context.… or method.request.header.….
	Headers map[string]string
	// Templates maps media types to bodies.
	Templates map[string]string
}

// CORS says which web pages of other origins may use an API. AllowOrigin, AllowHeaders, AllowMethods and MaxAge belong to a
// REST API, whose responses to preflight requests are fixed: each is as written in the template, with its single quotes. The
// lists belong to an HTTP API, which compares them with each request.
type CORS struct {
	AllowOrigin, AllowHeaders, AllowMethods, MaxAge string
	AllowCredentials                                bool
	// Authorizer is the authorizer of preflight requests to a REST API; "" for none.
	Authorizer string
	// Origins are origins such as https://app.example.com, or *, https://* and http://*.
	Origins []string
	// Headers, Methods and Exposed are names; * stands for all of them.
	Headers, Methods, Exposed []string
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
	// TTLAttribute is the attribute that holds the time of removal in epoch seconds; "" for none.
	TTLAttribute string
	// StreamView is what the records of the table's stream hold, such as NEW_IMAGE; "" if it has no stream.
	StreamView string
}

// Pipe is an AWS::Pipes::Pipe that brings records of a table's stream to an event bus.
type Pipe struct {
	LogicalID string
	// Table is the name of the table.
	Table string
	// Patterns are event patterns in JSON. A record that matches one of them passes; without patterns, every record does.
	Patterns []string
	// Enrichment is the name of the function that makes events from records; "" for none.
	Enrichment string
	// BatchSize is the maximum number of records that go through the pipe together.
	BatchSize int
	// Bus is the name of the event bus.
	Bus string
	// Source, DetailType and Time are fields of the events. Each is a text, or a path such as $.action in what the enrichment
	// returns.
	Source, DetailType, Time string
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

// Stack is the context in which a template is read.
type Stack struct {
	// Name is the stack's name; "" means leasehold.
	Name string
	// Parameters are the given parameters. The others take their defaults.
	Parameters map[string]string
	// Imports are the exports of other stacks, by export name.
	Imports map[string]string
	// Foreign marks a stack of which only the APIs and their functions matter. Functions are named after the stack and their
	// resources, as CloudFormation does, so that several can have directories of one name. Policies and exports are not read.
	Foreign bool
}

// Load reads the template at path. Parameters that are not given take their defaults.
func Load(path string, parameters map[string]string) (*Template, error) {
	return LoadStack(path, Stack{Parameters: parameters})
}

// LoadStack reads the template at path as the given stack.
func LoadStack(path string, stack Stack) (*Template, error) {
	if stack.Name == "" {
		stack.Name = "leasehold"
	}

	document, err := open(path, stack.Name, stack)
	if err != nil {
		return nil, err
	}

	loaded := &Template{}
	if err := document.collect(loaded); err != nil {
		return nil, err
	}

	if !stack.Foreign {
		if loaded.Exports, err = document.exports(); err != nil {
			return nil, err
		}
	}

	return loaded, loaded.check(path, stack.Imports)
}

// Declares reports which of the names are parameters of the template at path.
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

// isMade reports whether a resource is created: its condition holds, or it has none.
func (d *document) isMade(id string) (bool, error) { return d.holds(d.resources[id], "Resources."+id) }

// holds reports whether the condition of a resource or an output holds. It reports true if there is no condition.
func (d *document) holds(node *yaml.Node, where string) (bool, error) {
	condition := child(node, "Condition")
	if condition == nil {
		return true, nil
	}

	holds, err := d.condition(condition.Value)
	if err != nil {
		return false, d.errorf(condition, where+".Condition", "%v", err)
	}

	return holds, nil
}

// exports returns the outputs that have an export name.
func (d *document) exports() (map[string]string, error) {
	exports := map[string]string{}
	for id, output := range d.outputs {
		export := child(child(output, "Export"), "Name")
		made, err := d.holds(output, "Outputs."+id)
		if err != nil {
			return nil, err
		}

		if export == nil || !made {
			continue
		}

		name, err := d.textOf(export, "Outputs."+id+".Export.Name")
		if err != nil {
			return nil, err
		}

		if exports[name], err = d.textOf(child(output, "Value"), "Outputs."+id+".Value"); err != nil {
			return nil, err
		}
	}

	return exports, nil
}

// textOf resolves a node to a string.
func (d *document) textOf(node *yaml.Node, where string) (string, error) {
	value, err := d.value(node, where)
	if err != nil {
		return "", err
	}

	resolved, err := text(value)
	if err != nil {
		return "", d.errorf(node, where, "%v", err)
	}

	return resolved, nil
}

// collectOne adds one resource that is not an API. It ignores other types.
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
	case kind == "AWS::Pipes::Pipe":
		return d.collectPipe(id, into)
	}

	return nil
}

// check rejects names that are not unique across files, and references to functions that neither exist nor are
// imported.
func (t *Template) check(path string, imports map[string]string) error {
	functions, stages := map[string]bool{}, map[string]bool{}
	for _, function := range t.Functions {
		if functions[function.Name] {
			return fmt.Errorf("%s: two functions have the directory name %s", path, function.Name)
		}

		functions[function.Name] = true
	}

	for _, value := range imports {
		if name, isFunction := lambda.NameFromARN(value); isFunction {
			functions[name] = true
		}
	}

	for _, api := range t.APIs {
		if api.Protocol == REST && stages[api.Stage] {
			return fmt.Errorf("%s: two APIs have the stage %s, which must be unique: give one of them another stage", path, api.Stage)
		}

		stages[api.Stage] = true
		for _, authorizer := range api.Authorizers {
			if !functions[authorizer.Function] {
				return fmt.Errorf("%s: authorizer %s of %s names no function of the template",
					path, authorizer.Name, api.LogicalID)
			}
		}
	}

	return nil
}
