package template

import (
	"fmt"
	"sort"
	"strings"
)

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
			properties.onlyKnown("Events", "event "+name, details,
				"Auth", "Method", "Path", "RequestModel", "RequestParameters", "RestApiId", "TimeoutInMillis")
			properties.onlyKnown("Events", "RequestModel of event "+name, asMapping(details["RequestModel"]), "Model", "Required")
			properties.onlyKnown("Events", "Auth of event "+name, asMapping(details["Auth"]),
				"Authorizer", "InvokeRole", "OverrideApiAuth")

			api, route := routeOf(details, function)
			route.Timeout = properties.milliseconds("Events", details["TimeoutInMillis"])
			if route.Path == "" || route.Method == "" {
				properties.fail("Events", "event %s needs Path and Method", name)
			}

			routes[api] = append(routes[api], route)

		case "HttpApi":
			api, route := properties.httpRoute(name, details, function)
			routes[api] = append(routes[api], route)

		case "Schedule":
			disabled := asText(details["Enabled"]) == "false"
			into.schedule(function, name, asText(details["Schedule"]), details, disabled)

		case "ScheduleV2":
			disabled := asText(details["State"]) == "DISABLED"
			into.schedule(function, name, asText(details["ScheduleExpression"]), details, disabled)

		default:
			unserved := fmt.Sprintf("event %s of %s, which is of type %s", name, function, asText(event["Type"]))
			into.Unserved = append(into.Unserved, unserved)
		}
	}
}

// schedule adds a schedule unless it is disabled.
func (t *Template) schedule(function, rule, expression string, details map[string]any, disabled bool) {
	if !disabled {
		t.Schedules = append(t.Schedules, Schedule{
			Function:   function,
			Rule:       rule,
			Expression: expression,
			Input:      asText(details["Input"]),
		})
	}
}

// unset marks a route whose event names no authorizer: the API's default guards it.
const unset = "\x00unset"

// routeOf returns the API that an Api event belongs to, "" for the implicit one, and its route.
func routeOf(details map[string]any, function string) (api string, route Route) {
	route = Route{
		Method:     strings.ToUpper(asText(details["Method"])),
		Path:       asText(details["Path"]),
		Function:   function,
		Authorizer: unset,
	}

	if name, given := asMapping(details["Auth"])["Authorizer"]; given {
		route.Authorizer = asText(name)
	}

	return asText(details["RestApiId"]), route
}

// httpRoute returns the API that an HttpApi event belongs to, and its route. Without path and method that is the
// default route.
func (p *properties) httpRoute(event string, details map[string]any, function string) (api string, route Route) {
	p.onlyKnown("Events", "event "+event, details,
		"ApiId", "Auth", "Method", "Path", "PayloadFormatVersion", "RouteSettings", "TimeoutInMillis")

	auth := asMapping(details["Auth"])
	p.onlyKnown("Events", "Auth of event "+event, auth, "Authorizer", "InvokeRole")

	_, route = routeOf(details, function)
	switch {
	case route.Path == "" && route.Method == "" || route.Path == DefaultRoute:
		route.Method, route.Path = "ANY", DefaultRoute
	case route.Path == "" || route.Method == "":
		p.fail("Events", "event %s needs both Path and Method, or neither for the default route", event)
	}

	if throttle, limited := p.limits("Events", asMapping(details["RouteSettings"])); limited {
		route.Throttle = &throttle
	}

	route.Timeout = p.milliseconds("Events", details["TimeoutInMillis"])
	route.PayloadFormat = p.payloadFormat("Events", "event "+event, details["PayloadFormatVersion"], "2.0")

	if api = asText(details["ApiId"]); api == "" {
		api = p.document.stack + "-" + implicitHTTPAPI
	}

	return api, route
}
