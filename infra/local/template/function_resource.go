package template

import (
	"path"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

// functionName is the last element of CodeUri.
func (d *document) functionName(id string) (string, error) {
	code, err := d.codeURI(id)
	if err != nil {
		return "", err
	}
	return path.Base(path.Clean(code)), nil
}

func (d *document) codeURI(id string) (string, error) {
	properties := d.properties(id, "Function")
	code := strings.TrimSpace(properties.text("CodeUri"))
	if code == "" || strings.Contains(code, "://") {
		properties.fail("CodeUri", "the function needs a local directory")
	}
	return code, properties.err
}

func (d *document) collectFunction(id string, into *Template, routes map[string][]Route) error {
	code, err := d.codeURI(id)
	if err != nil {
		return err
	}
	name, err := d.functionName(id)
	if err != nil {
		return err
	}
	properties := d.properties(id, "Function")
	function := Function{
		LogicalID: id, Name: name, Dir: filepath.Join(filepath.Dir(d.file), code), Environment: map[string]string{},
		Timeout:  time.Duration(properties.number("Timeout", properties.value("Timeout"), 3)) * time.Second,
		MemoryMB: properties.number("MemorySize", properties.value("MemorySize"), 128),
		Policies: properties.value("Policies"),
	}
	for variable, value := range asMapping(properties.mapping("Environment")["Variables"]) {
		function.Environment[variable] = properties.asText("Environment", value)
	}
	logging := properties.mapping("LoggingConfig")
	setIfGiven(function.Environment, "AWS_LAMBDA_LOG_FORMAT", asText(logging["LogFormat"]))
	setIfGiven(function.Environment, "AWS_LAMBDA_LOG_LEVEL", asText(logging["ApplicationLogLevel"]))
	into.Functions = append(into.Functions, function)
	d.collectEvents(properties, name, into, routes)
	return properties.err
}

func setIfGiven(environment map[string]string, name, value string) {
	if value != "" {
		environment[name] = value
	}
}

// collectEvents adds the routes and schedules that a function's events declare.
func (d *document) collectEvents(properties *properties, function string, into *Template, routes map[string][]Route) {
	events := properties.mapping("Events")
	names := make([]string, 0, len(events))
	for name := range events {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		event := asMapping(events[name])
		details := asMapping(event["Properties"])
		switch asText(event["Type"]) {
		case "Api":
			api, route := routeOf(details, function)
			if route.Path == "" || route.Method == "" {
				properties.fail("Events", "event %s needs Path and Method", name)
			}
			routes[api] = append(routes[api], route)
		case "Schedule":
			into.schedule(function, name, asText(details["Schedule"]), details, asText(details["Enabled"]) == "false")
		case "ScheduleV2":
			into.schedule(function, name, asText(details["ScheduleExpression"]), details, asText(details["State"]) == "DISABLED")
		}
	}
}

func (t *Template) schedule(function, rule, expression string, details map[string]any, disabled bool) {
	if !disabled {
		t.Schedules = append(t.Schedules, Schedule{Function: function, Rule: rule, Expression: expression, Input: asText(details["Input"])})
	}
}

// unset marks a route whose event names no authorizer: the API's default guards it.
const unset = "\x00unset"

// routeOf reads an Api event: which API it belongs to ("" = the implicit one), and its route.
func routeOf(details map[string]any, function string) (api string, route Route) {
	route = Route{Method: strings.ToUpper(asText(details["Method"])), Path: asText(details["Path"]), Function: function, Authorizer: unset}
	if name, given := asMapping(details["Auth"])["Authorizer"]; given {
		route.Authorizer = asText(name)
	}
	return asText(details["RestApiId"]), route
}
