package template

import (
	"slices"
	"sort"
	"time"
)

// implicitHTTPAPI is the HTTP API that SAM generates for HttpApi events that name none.
const implicitHTTPAPI = "ServerlessHttpApi"

// ignoredHTTP lists the properties of an HTTP API that don't change its responses here, such as names and logs.
var ignoredHTTP = []string{
	"AccessLogSettings",
	"Description",
	"DisableExecuteApiEndpoint",
	"Domain",
	"FailOnWarnings",
	"Name",
	"PropagateTags",
	"Tags",
}

// httpAPI reads an AWS::Serverless::HttpApi. It rejects properties that the emulator can't honor.
func (d *document) httpAPI(id string) (API, error) {
	properties := d.properties(id, "HttpApi")
	known := append([]string{
		"Auth", "CorsConfiguration", "DefaultRouteSettings", "DefinitionBody", "RouteSettings", "StageName",
	}, ignoredHTTP...)
	properties.onlyKnown("Properties", "an HTTP API", properties.names(), known...)

	api := API{
		LogicalID:   id,
		Protocol:    HTTP,
		Stage:       properties.text("StageName"),
		Authorizers: map[string]Authorizer{},
	}
	if api.Stage == "" {
		api.Stage = DefaultStage
	}

	auth := properties.mapping("Auth")
	properties.onlyKnown("Auth", "Auth", auth, "Authorizers", "DefaultAuthorizer")

	for name, value := range asMapping(auth["Authorizers"]) {
		api.Authorizers[name] = properties.httpAuthorizer(name, asMapping(value))
	}

	api.CORS, api.Throttles = properties.httpCORS(), properties.routeThrottles()
	properties.define(&api)
	return api, properties.err
}

// httpAuthorizer reads a Lambda authorizer of an HTTP API. According to AWS's documentation, an HTTP API caches results
// only with ReauthorizeEvery and an identity source, while a REST API caches them for 300 s by default.
func (p *properties) httpAuthorizer(name string, details map[string]any) Authorizer {
	p.onlyKnown("Auth", "authorizer "+name, details, "FunctionArn", "AuthorizerPayloadFormatVersion", "EnableSimpleResponses",
		"EnableFunctionDefaultPermissions", "FunctionInvokeRole", "Identity")

	identity := asMapping(details["Identity"])
	p.onlyKnown("Auth", "Identity of authorizer "+name, identity, "Context", "Headers", "QueryStrings", "ReauthorizeEvery")

	format := p.payloadFormat("Auth", "authorizer "+name, details["AuthorizerPayloadFormatVersion"], "")
	authorizer := Authorizer{
		Name:             name,
		Type:             "REQUEST",
		Function:         p.authorizerFunction(name, details),
		PayloadFormat:    format,
		SimpleResponses:  isTrue(details["EnableSimpleResponses"]),
		Headers:          texts(identity["Headers"]),
		QueryStrings:     texts(identity["QueryStrings"]),
		Context:          texts(identity["Context"]),
		ReauthorizeEvery: time.Duration(p.number("Auth", identity["ReauthorizeEvery"], 0)) * time.Second,
	}

	for _, source := range authorizer.Context {
		if source != SourceIP {
			p.fail("Auth", "authorizer %s: the emulator does not support the identity source $context.%s", name, source)
		}
	}

	switch {
	case authorizer.SimpleResponses && authorizer.PayloadFormat == "1.0":
		p.fail("Auth", "authorizer %s: simple responses need AuthorizerPayloadFormatVersion 2.0", name)
	case authorizer.ReauthorizeEvery > 0 && authorizer.sources() == 0:
		p.fail("Auth", "authorizer %s: ReauthorizeEvery needs an identity source, such as Headers: [Authorization]", name)
	case !p.mayCall(details):
		p.fail("Auth", "authorizer %s needs EnableFunctionDefaultPermissions: true: without it API Gateway is not permitted to "+
			"call the function and answers every request with 500", name)
	}

	return authorizer
}

// mayCall reports whether API Gateway is permitted to call an authorizer: by a permission that SAM generates, by a
// role, or by a permission in the template, whose contents it does not check.
func (p *properties) mayCall(authorizer map[string]any) bool {
	role := asText(authorizer["FunctionInvokeRole"])
	hasRole := role != "" && role != "NONE"
	return hasRole || isTrue(authorizer["EnableFunctionDefaultPermissions"]) || p.hasPermissions()
}

// hasPermissions reports whether the template has a permission to call a function.
func (p *properties) hasPermissions() bool {
	for _, resource := range p.document.resources {
		if scalarText(orEmpty(child(resource, "Type"))) == "AWS::Lambda::Permission" {
			return true
		}
	}

	return false
}

// payloadFormat returns a payload format version, or fallback if it is absent. It rejects other versions than 1.0 and
// 2.0.
func (p *properties) payloadFormat(property, what string, value any, fallback string) string {
	format := asText(value)
	if format == "" {
		format = fallback
	}

	if format != "1.0" && format != "2.0" {
		p.fail(property, "%s needs the payload format version \"1.0\" or \"2.0\", not %q", what, format)
	}

	return format
}

// onlyKnown rejects keys of a mapping that are not among the known ones. The mapping is a property, or "Properties".
func (p *properties) onlyKnown(property, what string, given map[string]any, known ...string) {
	var unknown []string
	for name := range given {
		if !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}

	sort.Strings(unknown)

	if len(unknown) > 0 && property == "Properties" {
		property = unknown[0]
	}

	if len(unknown) > 0 {
		p.fail(property, "the emulator does not support %s of %s: %s", unknown[0], what, hint(unknown[0]))
	}
}
