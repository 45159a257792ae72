package template

import (
	"slices"
	"sort"
	"time"
)

// implicitHTTPAPI is the HTTP API that SAM makes for HttpApi events that name none.
const implicitHTTPAPI = "ServerlessHttpApi"

// ignoredHTTP are properties of an HTTP API without which it answers the same here: names, logs, throttles.
var ignoredHTTP = []string{"AccessLogSettings", "DefaultRouteSettings", "Description", "FailOnWarnings", "Name", "PropagateTags", "RouteSettings", "Tags"}

// httpAPI reads an AWS::Serverless::HttpApi. What it would have to obey and cannot, it refuses.
func (d *document) httpAPI(id string) (API, error) {
	properties := d.properties(id, "HttpApi")
	properties.onlyKnown("Properties", "an HTTP API", properties.names(), append([]string{"Auth", "StageName"}, ignoredHTTP...)...)
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

	return api, properties.err
}

// httpAuthorizer reads a Lambda authorizer of an HTTP API. AWS's documentation has a result kept only when
// ReauthorizeEvery asks for it (REST: 300 s when it is not given), and only where there is an identity source.
func (p *properties) httpAuthorizer(name string, details map[string]any) Authorizer {
	p.onlyKnown("Auth", "authorizer "+name, details, "FunctionArn", "AuthorizerPayloadFormatVersion", "EnableSimpleResponses",
		"EnableFunctionDefaultPermissions", "FunctionInvokeRole", "Identity")
	identity := asMapping(details["Identity"])
	p.onlyKnown("Auth", "Identity of authorizer "+name, identity, "Headers", "QueryStrings", "ReauthorizeEvery")
	authorizer := Authorizer{
		Name:             name,
		Type:             "REQUEST",
		Function:         p.authorizerFunction(name, details),
		PayloadFormat:    p.payloadFormat("Auth", "authorizer "+name, details["AuthorizerPayloadFormatVersion"], ""),
		SimpleResponses:  isTrue(details["EnableSimpleResponses"]),
		Headers:          texts(identity["Headers"]),
		QueryStrings:     texts(identity["QueryStrings"]),
		ReauthorizeEvery: time.Duration(p.number("Auth", identity["ReauthorizeEvery"], 0)) * time.Second,
	}
	switch {
	case authorizer.SimpleResponses && authorizer.PayloadFormat == "1.0":
		p.fail("Auth", "authorizer %s: simple responses need AuthorizerPayloadFormatVersion 2.0", name)
	case authorizer.ReauthorizeEvery > 0 && len(authorizer.Headers)+len(authorizer.QueryStrings) == 0:
		p.fail("Auth", "authorizer %s: ReauthorizeEvery needs an identity source, such as Headers: [Authorization]", name)
	case !p.mayCall(details):
		p.fail("Auth", "authorizer %s needs EnableFunctionDefaultPermissions: true, or API Gateway may not call it and answers every request with 500", name)
	}

	return authorizer
}

// mayCall tells whether API Gateway would be let call an authorizer: by a permission that SAM makes, by a role, or by a
// permission of the template's own, which is trusted to be right.
func (p *properties) mayCall(authorizer map[string]any) bool {
	if role := asText(authorizer["FunctionInvokeRole"]); role != "" && role != "NONE" || isTrue(authorizer["EnableFunctionDefaultPermissions"]) {
		return true
	}

	for _, resource := range p.document.resources {
		if scalarText(orEmpty(child(resource, "Type"))) == "AWS::Lambda::Permission" {
			return true
		}
	}

	return false
}

// payloadFormat is a payload format version; "" as the fallback means that one must be given.
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

// onlyKnown refuses keys of a mapping that are not among the known ones.
func (p *properties) onlyKnown(property, what string, given map[string]any, known ...string) {
	var unknown []string
	for name := range given {
		if !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}

	sort.Strings(unknown)

	if len(unknown) > 0 {
		p.fail(property, "the local runner does not know %s of %s", unknown[0], what)
	}
}
