package template

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
)

// implicitAPI is the API that SAM generates for events that name none.
const implicitAPI = "ServerlessRestApi"

// collectAPIs adds the APIs of a document, with the routes that were found for each, by the API's physical name.
func (d *document) collectAPIs(ids []string, into *Template, routes map[string][]Route) error {
	// The names under which routes are found that belong to the generated APIs.
	implicit := map[string]string{implicitAPI: "", implicitHTTPAPI: d.stack + "-" + implicitHTTPAPI}

	for _, id := range ids {
		made, err := d.isMade(id)
		if err != nil {
			return err
		}

		kind := scalarText(orEmpty(child(d.resources[id], "Type")))
		if !made || kind != "AWS::Serverless::Api" && kind != "AWS::Serverless::HttpApi" {
			continue
		}

		if err := d.collectAPI(id, kind == "AWS::Serverless::HttpApi", d.stack+"-"+id, into, routes); err != nil {
			return err
		}
	}

	for _, id := range []string{implicitAPI, implicitHTTPAPI} {
		if len(routes[implicit[id]]) == 0 {
			continue
		}

		if err := d.collectAPI(id, id == implicitHTTPAPI, implicit[id], into, routes); err != nil {
			return err
		}
	}

	for name, left := range routes {
		return fmt.Errorf("%s: %s %s of %s belongs to the API %q, which the template does not describe: "+
			"describe it as an AWS::Serverless::Api or an AWS::Serverless::HttpApi",
			d.file, left[0].Method, left[0].Path, left[0].Function, name)
	}

	return nil
}

// collectAPI adds one API with its routes, which it removes from routes.
func (d *document) collectAPI(id string, isHTTP bool, name string, into *Template, routes map[string][]Route) error {
	read, global := d.api, "Api"
	if isHTTP {
		read, global = d.httpAPI, "HttpApi"
	}

	api, err := read(id)
	if err != nil {
		return err
	}

	if api.Defined {
		err = d.checkPermissions(&api, d.properties(id, global), routes[name])
	} else {
		err = d.addRoutes(&api, d.properties(id, global), routes[name])
	}

	delete(routes, name)
	into.APIs = append(into.APIs, api)
	return err
}

func (d *document) addRoutes(api *API, properties *properties, routes []Route) error {
	fallback := asText(properties.mapping("Auth")["DefaultAuthorizer"])
	for _, route := range routes {
		switch route.Authorizer {
		case unset:
			route.Authorizer = fallback
		case "NONE":
			route.Authorizer = ""
		}

		if _, known := api.Authorizers[route.Authorizer]; route.Authorizer != "" && !known {
			properties.fail("Auth", "%s %s names the authorizer %q, which the API does not define as a Lambda authorizer: %s",
				route.Method, route.Path, route.Authorizer, leasehold)
		}

		api.Routes = append(api.Routes, route)
	}

	sort.Slice(api.Routes, func(i, j int) bool {
		return api.Routes[i].Path+" "+api.Routes[i].Method < api.Routes[j].Path+" "+api.Routes[j].Method
	})

	return properties.err
}

// ignoredREST lists the properties of a REST API that don't change its responses here, such as names, logs and
// deployment.
var ignoredREST = []string{
	"AccessLogSetting",
	"AlwaysDeploy",
	"CacheClusterEnabled",
	"CacheClusterSize",
	"Description",
	"DisableExecuteApiEndpoint",
	"Domain",
	"EndpointConfiguration",
	"FailOnWarnings",
	"Models",
	"Name",
	"OpenApiVersion",
	"PropagateTags",
	"SecurityPolicy",
	"Tags",
	"TracingEnabled",
}

// api reads an AWS::Serverless::Api. It rejects properties that the emulator can't honor.
func (d *document) api(id string) (API, error) {
	properties := d.properties(id, "Api")
	known := append([]string{
		"Auth",
		"BinaryMediaTypes",
		"Cors",
		"DefinitionBody",
		"GatewayResponses",
		"MethodSettings",
		"MinimumCompressionSize",
		"StageName",
		"Variables",
	}, ignoredREST...)
	properties.onlyKnown("Properties", "a REST API", properties.names(), known...)

	api := API{
		LogicalID:   id,
		Protocol:    REST,
		Stage:       properties.text("StageName"),
		Variables:   map[string]string{},
		Authorizers: map[string]Authorizer{},
		Responses:   map[string]GatewayResponse{},
	}

	for name, value := range properties.mapping("Variables") {
		api.Variables[name] = asText(value)
	}

	if size := properties.value("MinimumCompressionSize"); size != nil {
		least := properties.number("MinimumCompressionSize", size, 0)
		api.CompressFrom = &least
	}

	if api.Stage == "" && id == implicitAPI {
		api.Stage = "Prod"
	}

	if api.Stage == "" {
		properties.fail("StageName", "the API needs a stage name")
	}

	auth := properties.mapping("Auth")
	properties.onlyKnown("Auth", "Auth", auth,
		"AddDefaultAuthorizerToCorsPreflight", "Authorizers", "DefaultAuthorizer", "InvokeRole")

	for name, value := range asMapping(auth["Authorizers"]) {
		api.Authorizers[name] = properties.authorizer(name, asMapping(value))
	}

	for kind, value := range properties.mapping("GatewayResponses") {
		api.Responses[kind] = properties.gatewayResponse(kind, asMapping(value))
	}

	for _, media := range properties.list("BinaryMediaTypes") {
		api.BinaryMediaTypes = append(api.BinaryMediaTypes, strings.ReplaceAll(asText(media), "~1", "/"))
	}

	api.CORS, api.Throttles = properties.cors(auth), properties.methodThrottles()
	properties.define(&api)
	return api, properties.err
}

// authorizer reads a Lambda authorizer of a REST API.
func (p *properties) authorizer(name string, details map[string]any) Authorizer {
	p.onlyKnown("Auth", "authorizer "+name, details,
		"FunctionArn", "FunctionInvokeRole", "FunctionPayloadType", "Identity")

	authorizer := Authorizer{
		Name:     name,
		Type:     strings.ToUpper(asText(details["FunctionPayloadType"])),
		Function: p.authorizerFunction(name, details),
	}

	identity := asMapping(details["Identity"])
	authorizer.ReauthorizeEvery = time.Duration(p.number("Auth", identity["ReauthorizeEvery"], 300)) * time.Second

	switch authorizer.Type {
	case "", "TOKEN":
		authorizer.Type = "TOKEN"
		p.tokenIdentity(&authorizer, identity)
	case "REQUEST":
		p.requestIdentity(&authorizer, identity)
	default:
		p.fail("Auth", "authorizer %s: FunctionPayloadType is %q, want TOKEN or REQUEST", name, authorizer.Type)
	}

	return authorizer
}

// tokenIdentity reads the Identity of a TOKEN authorizer: one header and the pattern that its value must match. SAM ignores
// the properties of the other type, which would hide a mistake, so both readers reject them.
func (p *properties) tokenIdentity(authorizer *Authorizer, identity map[string]any) {
	p.onlyKnown("Auth", "Identity of the TOKEN authorizer "+authorizer.Name, identity,
		"Header", "ReauthorizeEvery", "ValidationExpression")

	authorizer.Headers = []string{"Authorization"}
	if header := asText(identity["Header"]); header != "" {
		authorizer.Headers = []string{header}
	}

	authorizer.ValidationExpression = asText(identity["ValidationExpression"])
	if _, err := regexp.Compile(authorizer.ValidationExpression); err != nil {
		p.fail("Auth", "authorizer %s: ValidationExpression: %v", authorizer.Name, err)
	}
}

// SourceIP is the identity source that holds the client's address.
const SourceIP = "identity.sourceIp"

// ContextSources lists the values of the request's context that can be identity sources here: those that every request
// has. AWS accepts more.
var ContextSources = []string{
	"accountId",
	"apiId",
	"domainName",
	"httpMethod",
	SourceIP,
	"identity.userAgent",
	"path",
	"protocol",
	"resourceId",
	"resourcePath",
	"stage",
}

// requestIdentity reads the Identity of a REQUEST authorizer. It needs an identity source unless results are not
// cached: SAM rejects such an authorizer, because all callers would share one result.
func (p *properties) requestIdentity(authorizer *Authorizer, identity map[string]any) {
	p.onlyKnown("Auth", "Identity of the REQUEST authorizer "+authorizer.Name, identity,
		"Context", "Headers", "QueryStrings", "ReauthorizeEvery", "StageVariables")

	authorizer.Headers = texts(identity["Headers"])
	authorizer.QueryStrings = texts(identity["QueryStrings"])
	authorizer.StageVariables = texts(identity["StageVariables"])
	authorizer.Context = texts(identity["Context"])

	for _, source := range authorizer.Context {
		if !slices.Contains(ContextSources, source) {
			p.fail("Auth", "authorizer %s: the emulator does not support the identity source context.%s", authorizer.Name, source)
		}
	}

	if authorizer.ReauthorizeEvery > 0 && authorizer.sources() == 0 {
		p.fail("Auth", "authorizer %s: ReauthorizeEvery, which is 300 if it is absent, needs an identity source, such as "+
			"Headers: [Authorization]", authorizer.Name)
	}
}

// authorizerFunction returns the name of the function that an authorizer calls.
func (p *properties) authorizerFunction(authorizer string, details map[string]any) string {
	function, ok := lambda.NameFromARN(asText(details["FunctionArn"]))
	if !ok {
		p.fail("Auth", "authorizer %s needs the FunctionArn of a function of this template or of one it imports", authorizer)
	}

	return function
}

// headerValue matches the values that API Gateway accepts for a gateway response's header.
var headerValue = regexp.MustCompile(
	`^('[^']*'|(context|stageVariables|method\.request\.(header|querystring|path))\.[A-Za-z0-9._$-]+)$`)

// gatewayResponse reads one of an API's gateway responses.
func (p *properties) gatewayResponse(kind string, details map[string]any) GatewayResponse {
	response := GatewayResponse{
		Status:    p.number("GatewayResponses", details["StatusCode"], 0),
		Headers:   map[string]string{},
		Templates: map[string]string{},
	}

	for name, value := range asMapping(asMapping(details["ResponseParameters"])["Headers"]) {
		if !headerValue.MatchString(asText(value)) {
			p.fail("GatewayResponses", "%s: the value of header %s is neither 'text in single quotes' nor a mapping "+
				"such as context.authorizer.name", kind, name)
		}

		response.Headers[name] = asText(value)
	}

	for media, body := range asMapping(details["ResponseTemplates"]) {
		response.Templates[media] = asText(body)
	}

	return response
}
