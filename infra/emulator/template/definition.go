package template

import (
	"maps"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
)

// The extensions of OpenAPI that hold what API Gateway does with a request.
const (
	anyMethod           = "x-amazon-apigateway-any-method"
	authorizerExtension = "x-amazon-apigateway-authorizer"
	binaryExtension     = "x-amazon-apigateway-binary-media-types"
	compressExtension   = "x-amazon-apigateway-minimum-compression-size"
	corsExtension       = "x-amazon-apigateway-cors"
	integrationOf       = "x-amazon-apigateway-integration"
	responsesExtension  = "x-amazon-apigateway-gateway-responses"
)

// ignoredDefinition lists the members of an OpenAPI document that don't change responses here. Without a validator, API
// Gateway compares no request with the schemas of a document.
var ignoredDefinition = []string{
	"basePath",
	"components",
	"consumes",
	"definitions",
	"externalDocs",
	"host",
	"info",
	"openapi",
	"parameters",
	"produces",
	"responses",
	"schemes",
	"securityDefinitions",
	"servers",
	"swagger",
	"tags",
	"x-amazon-apigateway-documentation",
	"x-amazon-apigateway-endpoint-configuration",
	"x-amazon-apigateway-importexport-version",
	"x-amazon-apigateway-request-validators",
	"x-amazon-apigateway-tag-value",
}

// ignoredOperation lists the members of an operation or a path that don't change responses here.
var ignoredOperation = []string{
	"consumes",
	"deprecated",
	"description",
	"externalDocs",
	"isDefaultRoute",
	"operationId",
	"parameters",
	"produces",
	"requestBody",
	"responses",
	"schemes",
	"servers",
	"summary",
	"tags",
}

// ignoredIntegration lists the members of a Lambda proxy integration that API Gateway ignores, or that don't change responses
// here.
var ignoredIntegration = []string{
	"cacheKeyParameters",
	"cacheNamespace",
	"connectionType",
	"contentHandling",
	"credentials",
	"passthroughBehavior",
	"requestTemplates",
	"responses",
}

// define adds what a DefinitionBody says: routes, authorizers, gateway responses, media types and CORS. SAM adds the
// authorizers and the CORS of the properties to the definition.
func (p *properties) define(api *API) {
	value := p.value("DefinitionBody")
	if value == nil {
		return
	}

	definition := asMapping(value)
	known := append([]string{"paths", binaryExtension, compressExtension, corsExtension, responsesExtension}, ignoredDefinition...)
	p.onlyKnown("DefinitionBody", "the definition", ours(definition), known...)

	api.Defined = true
	if size := definition[compressExtension]; size != nil {
		least := p.number("DefinitionBody", size, 0)
		api.CompressFrom = &least
	}

	for _, media := range asList(definition[binaryExtension]) {
		api.BinaryMediaTypes = append(api.BinaryMediaTypes, asText(media))
	}

	for kind, value := range asMapping(definition[responsesExtension]) {
		api.Responses[kind] = p.definedResponse(kind, asMapping(value))
	}

	if cors := asMapping(definition[corsExtension]); cors != nil && api.Protocol == HTTP {
		api.CORS = p.definedCORS(cors)
	}

	p.defineAuthorizers(api, definition)

	for _, path := range slices.Sorted(maps.Keys(asMapping(definition["paths"]))) {
		p.definePath(api, path, asMapping(asMapping(definition["paths"])[path]))
	}

	sort.Slice(api.Routes, func(i, j int) bool {
		return api.Routes[i].Path+" "+api.Routes[i].Method < api.Routes[j].Path+" "+api.Routes[j].Method
	})
}

// ours returns the members of an object without the extensions of others, which API Gateway ignores.
func ours(object map[string]any) map[string]any {
	kept := map[string]any{}
	for name, value := range object {
		if !strings.HasPrefix(name, "x-") || strings.HasPrefix(name, "x-amazon-apigateway-") {
			kept[name] = value
		}
	}

	return kept
}

// methods maps the names of operations to methods.
var methods = map[string]string{
	"get":     "GET",
	"put":     "PUT",
	"post":    "POST",
	"delete":  "DELETE",
	"options": "OPTIONS",
	"head":    "HEAD",
	"patch":   "PATCH",
	anyMethod: "ANY",
}

// definePath adds the routes of one path.
func (p *properties) definePath(api *API, path string, operations map[string]any) {
	known := append(slices.Collect(maps.Keys(methods)), ignoredOperation...)
	p.onlyKnown("DefinitionBody", "the path "+path, ours(operations), known...)

	for _, name := range slices.Sorted(maps.Keys(operations)) {
		if method := methods[name]; method != "" {
			p.defineRoute(api, method, path, asMapping(operations[name]))
		}
	}
}

// defineRoute adds one operation. It rejects every integration but a Lambda proxy.
func (p *properties) defineRoute(api *API, method, path string, operation map[string]any) {
	what := method + " " + path
	if api.Protocol == HTTP && path == "/"+DefaultRoute {
		path = DefaultRoute
	}

	p.onlyKnown("DefinitionBody", what, ours(operation), append([]string{"security", integrationOf}, ignoredOperation...)...)

	integration := asMapping(operation[integrationOf])
	route := Route{
		Method:        method,
		Path:          path,
		Authorizer:    p.security(api, what, operation["security"]),
		PayloadFormat: p.payloadFormat("DefinitionBody", what, integration["payloadFormatVersion"], "1.0"),
	}

	kind, subtype := strings.ToLower(asText(integration["type"])), asText(integration["integrationSubtype"])
	if kind != "aws_proxy" || subtype != "" {
		p.fail("DefinitionBody", "%s has the integration %q, but the emulator supports only aws_proxy with a Lambda function: %s",
			what, strings.TrimSpace(kind+" "+subtype), integrationHint(kind, method))

		return
	}

	p.onlyKnown("DefinitionBody", "the integration of "+what, integration, append([]string{
		"httpMethod", "payloadFormatVersion", "timeoutInMillis", "type", "uri",
	}, ignoredIntegration...)...)

	if verb := asText(integration["httpMethod"]); verb != "" && !strings.EqualFold(verb, "POST") {
		p.fail("DefinitionBody", "the integration of %s has httpMethod %s, with which API Gateway can't call a function: write POST",
			what, verb)
	}

	if connection := asText(integration["connectionType"]); strings.EqualFold(connection, "VPC_LINK") {
		p.fail("DefinitionBody", "the integration of %s uses a VPC link: remove connectionType from a copy of the template", what)
	}

	route.Timeout = p.milliseconds("DefinitionBody", integration["timeoutInMillis"])
	route.Function = p.functionOf(what, integration["uri"])
	api.Routes = append(api.Routes, route)
}

// integrationHint returns what to do about an integration that the emulator does not support.
func integrationHint(kind, method string) string {
	switch {
	case kind == "mock" && method == "OPTIONS":
		return "remove the operation, and set Cors of the API"
	case kind == "":
		return "give the operation an x-amazon-apigateway-integration, or remove it"
	}

	return "remove the operation from a copy of the template, or let a function answer it"
}

// uriFunction matches the URI of a function, as a REST API or an HTTP API has it.
var uriFunction = regexp.MustCompile(
	`^(?:arn:aws:apigateway:[a-z0-9-]+:lambda:path/2015-03-31/functions/(arn:[^/]+)/invocations|(arn:aws:lambda:[^/]+))$`)

// importVariables are the variables that API Gateway replaces in a document that it imports.
var importVariables = strings.NewReplacer(
	"${AWS::AccountId}", lambda.AccountID,
	"${AWS::Partition}", "aws",
	"${AWS::Region}", lambda.Region,
	"${AWS::URLSuffix}", "amazonaws.com",
)

// functionOf returns the function that a URI names.
func (p *properties) functionOf(what string, uri any) string {
	match := uriFunction.FindStringSubmatch(importVariables.Replace(asText(uri)))
	if match != nil {
		if name, ok := lambda.NameFromARN(match[1] + match[2]); ok {
			return name
		}
	}

	p.fail("DefinitionBody", "%s needs the uri of a function of this template, or of one it imports: write "+
		"!Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${MyFunction.Arn}/invocations", what)

	return ""
}

// security returns the authorizer of an operation: the one that it names, or the default one of the API's properties.
func (p *properties) security(api *API, what string, value any) string {
	for _, requirement := range asList(value) {
		for name := range asMapping(requirement) {
			if _, known := api.Authorizers[name]; known {
				return name
			}

			if name != "NONE" {
				p.fail("DefinitionBody", "%s names the security scheme %s, which has no Lambda authorizer: %s", what, name, leasehold)
			}

			return ""
		}
	}

	fallback := asText(p.mapping("Auth")["DefaultAuthorizer"])
	if _, known := api.Authorizers[fallback]; fallback != "" && !known {
		p.fail("Auth", "DefaultAuthorizer names %q, which has no Lambda authorizer: %s", fallback, leasehold)
	}

	preflight, given := p.mapping("Auth")["AddDefaultAuthorizerToCorsPreflight"]
	if strings.HasPrefix(what, "OPTIONS ") && given && !isTrue(preflight) {
		return ""
	}

	return fallback
}

// defineAuthorizers adds the security schemes that have a Lambda authorizer. An operation that names another one is rejected.
func (p *properties) defineAuthorizers(api *API, definition map[string]any) {
	schemes := map[string]any{}
	maps.Copy(schemes, asMapping(definition["securityDefinitions"]))
	maps.Copy(schemes, asMapping(asMapping(definition["components"])["securitySchemes"]))

	for _, name := range slices.Sorted(maps.Keys(schemes)) {
		scheme := asMapping(schemes[name])
		details := asMapping(scheme[authorizerExtension])
		kind := strings.ToUpper(asText(details["type"]))
		if details == nil || kind != "TOKEN" && kind != "REQUEST" {
			continue
		}

		p.onlyKnown("DefinitionBody", "authorizer "+name, details,
			"authorizerCredentials",
			"authorizerPayloadFormatVersion",
			"authorizerResultTtlInSeconds",
			"authorizerUri",
			"enableSimpleResponses",
			"identitySource",
			"identityValidationExpression",
			"type")

		if api.Protocol == HTTP {
			api.Authorizers[name] = p.definedHTTPAuthorizer(name, details)
		} else {
			api.Authorizers[name] = p.definedAuthorizer(name, kind, asText(scheme["name"]), details)
		}
	}
}

// definedAuthorizer reads an authorizer of a REST API. The scheme names the header of a TOKEN authorizer.
func (p *properties) definedAuthorizer(name, kind, header string, details map[string]any) Authorizer {
	authorizer := Authorizer{
		Name:                 name,
		Type:                 kind,
		Function:             p.functionOf("authorizer "+name, details["authorizerUri"]),
		ValidationExpression: asText(details["identityValidationExpression"]),
		ReauthorizeEvery:     time.Duration(p.number("DefinitionBody", details["authorizerResultTtlInSeconds"], 300)) * time.Second,
	}

	p.identitySources(&authorizer, "method.request.", "context.", asText(details["identitySource"]))

	switch {
	case kind == "TOKEN" && len(authorizer.Headers) == 0:
		authorizer.Headers = []string{header}
	case kind == "REQUEST" && authorizer.ReauthorizeEvery > 0 && authorizer.sources() == 0:
		p.fail("DefinitionBody", "authorizer %s: authorizerResultTtlInSeconds, which is 300 if it is absent, needs an identitySource, "+
			"such as method.request.header.Authorization", name)
	}

	if _, err := regexp.Compile(authorizer.ValidationExpression); err != nil {
		p.fail("DefinitionBody", "authorizer %s: the emulator can't compile identityValidationExpression: %v; try a copy without it",
			name, err)
	}

	return authorizer
}

// definedHTTPAuthorizer reads an authorizer of an HTTP API.
func (p *properties) definedHTTPAuthorizer(name string, details map[string]any) Authorizer {
	authorizer := Authorizer{
		Name:             name,
		Type:             "REQUEST",
		Function:         p.functionOf("authorizer "+name, details["authorizerUri"]),
		PayloadFormat:    p.payloadFormat("DefinitionBody", "authorizer "+name, details["authorizerPayloadFormatVersion"], ""),
		SimpleResponses:  isTrue(details["enableSimpleResponses"]),
		ReauthorizeEvery: time.Duration(p.number("DefinitionBody", details["authorizerResultTtlInSeconds"], 0)) * time.Second,
	}

	p.identitySources(&authorizer, "$request.", "$context.", asText(details["identitySource"]))
	return authorizer
}

// identitySources reads a list such as "method.request.header.Authorization, context.identity.sourceIp".
func (p *properties) identitySources(authorizer *Authorizer, request, context, list string) {
	for source := range strings.SplitSeq(list, ",") {
		source = strings.TrimSpace(source)
		header, isHeader := strings.CutPrefix(source, request+"header.")
		query, isQuery := strings.CutPrefix(source, request+"querystring.")
		value, isContext := strings.CutPrefix(source, context)
		variable, isVariable := strings.CutPrefix(source, "stageVariables.")

		switch {
		case source == "":
		case isHeader:
			authorizer.Headers = append(authorizer.Headers, header)
		case isQuery:
			authorizer.QueryStrings = append(authorizer.QueryStrings, query)
		case isContext && (value == SourceIP || request == "method.request." && slices.Contains(ContextSources, value)):
			authorizer.Context = append(authorizer.Context, value)
		case isVariable:
			authorizer.StageVariables = append(authorizer.StageVariables, variable)
		default:
			p.fail("DefinitionBody", "authorizer %s: the emulator does not support the identity source %s: %s",
				authorizer.Name, source, hint(""))
		}
	}
}

// definedResponse reads one of x-amazon-apigateway-gateway-responses, whose parameters are named
// gatewayresponse.header.<name>.
func (p *properties) definedResponse(kind string, details map[string]any) GatewayResponse {
	headers := map[string]any{}
	for name, value := range asMapping(details["responseParameters"]) {
		if header, ok := strings.CutPrefix(name, "gatewayresponse.header."); ok {
			headers[header] = value
		}
	}

	return p.gatewayResponse(kind, map[string]any{
		"StatusCode":         details["statusCode"],
		"ResponseParameters": map[string]any{"Headers": headers},
		"ResponseTemplates":  details["responseTemplates"],
	})
}

// checkPermissions rejects a definition that calls a function without a permission, which API Gateway answers with 500. An
// event of the function for this API, a permission in the template, whose contents it does not check, and credentials of the
// integration are permissions.
func (d *document) checkPermissions(api *API, properties *properties, events []Route) error {
	permitted := map[string]bool{}
	for _, event := range events {
		permitted[event.Function] = true
	}

	for _, route := range api.Routes {
		if permitted[route.Function] || properties.hasPermissions() || properties.hasCredentials() {
			continue
		}

		properties.fail("DefinitionBody", "%s %s calls %s, which API Gateway is not permitted to do: give the function an event "+
			"for this API, or add an AWS::Lambda::Permission", route.Method, route.Path, route.Function)
	}

	return properties.err
}

// hasCredentials reports whether an integration of the definition has credentials, a role that API Gateway takes on.
func (p *properties) hasCredentials() bool {
	for _, operations := range asMapping(asMapping(p.value("DefinitionBody"))["paths"]) {
		for _, operation := range asMapping(operations) {
			if asMapping(asMapping(operation)[integrationOf])["credentials"] != nil {
				return true
			}
		}
	}

	return false
}
