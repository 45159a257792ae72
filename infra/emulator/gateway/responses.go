package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"sort"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// kind is a type of gateway response.
type kind struct {
	name    string // the name in templates
	status  int
	message string // $context.error.message; "" means null
	member  string // the member of the default body with the message; "" means message
	errType string // x-amzn-ErrorType
}

func (k *kind) String() string { return k.name }

var (
	accessDenied = &kind{
		name:    "ACCESS_DENIED",
		status:  403,
		message: "User is not authorized to access this resource",
		// Reported by Marco Gonzalez on dev.to ("... failure modes") and in LocalStack's gateway_exception.py.
		// FinchPowers' guide spells it in lower case.
		member:  "Message",
		errType: "AccessDeniedException",
	}
	// badConfiguration is documented for base64 that can't be decoded. A recording has its status.
	badConfiguration = &kind{
		name:    "API_CONFIGURATION_ERROR",
		status:  500,
		message: "Internal server error",
		errType: "InternalServerErrorException",
	}
	// authorizerFailure has the name that users see in x-amzn-ErrorType for every failure of an authorizer. AWS documents
	// AUTHORIZER_FAILURE for some, but no report shows it.
	authorizerFailure = &kind{
		name:    "AUTHORIZER_CONFIGURATION_ERROR",
		status:  500,
		message: "",
		errType: "AuthorizerConfigurationException",
	}
	badRequestBody = &kind{
		name:    "BAD_REQUEST_BODY",
		status:  400,
		message: "Invalid request body",
		errType: "BadRequestException",
	}
	headTooLarge = &kind{
		name:    "DEFAULT_4XX",
		status:  431,
		message: "Request header section too large",
		errType: "RequestHeaderSectionTooLargeException",
	}
	incompleteSignature = &kind{
		name:    "INVALID_SIGNATURE",
		status:  403,
		message: "",
		errType: "IncompleteSignatureException",
	}
	integrationFailure = &kind{
		name:    "DEFAULT_5XX",
		status:  502,
		message: "Internal server error",
		errType: "InternalServerErrorException",
	}
	integrationTimedOut = &kind{
		name:    "INTEGRATION_TIMEOUT",
		status:  504,
		message: "Endpoint request timed out",
		errType: "InternalServerErrorException",
	}
	missingAuthenticationToken = &kind{
		name:    "MISSING_AUTHENTICATION_TOKEN",
		status:  403,
		message: "Missing Authentication Token",
		errType: "MissingAuthenticationTokenException",
	}
	requestTooLarge = &kind{
		name:    "REQUEST_TOO_LARGE",
		status:  413,
		message: "Request Too Long",
		errType: "RequestTooLargeException",
	}
	throttled = &kind{
		name:    "THROTTLED",
		status:  429,
		message: "Too Many Requests",
		errType: "TooManyRequestsException",
	}
	// unknownStage belongs to no API, so no template customizes it.
	unknownStage = &kind{
		name:    "",
		status:  403,
		message: "Forbidden",
		errType: "ForbiddenException",
	}
	unsupportedMediaType = &kind{
		name:    "UNSUPPORTED_MEDIA_TYPE",
		status:  415,
		message: "Unsupported Media Type",
		errType: "BadRequestException",
	}
	unauthorized = &kind{
		name:    "UNAUTHORIZED",
		status:  401,
		message: "Unauthorized",
		errType: "UnauthorizedException",
	}
)

// failure is a request that the gateway answers without a function.
type failure struct {
	kind    *kind
	message string // replaces the message of the kind unless it is empty
	cause   error  // logged, but never sent to the caller
}

// text returns $context.error.message.
func (f *failure) text() string {
	if f.message != "" {
		return f.message
	}
	return f.kind.message
}

// quoted returns $context.error.messageString: the message as JSON.
func (f *failure) quoted() string {
	if f.text() == "" {
		return "null"
	}

	quoted, _ := json.Marshal(f.text())
	return string(quoted)
}

// customized returns the template's gateway response for the failure's kind, or the one for its class, DEFAULT_4XX or
// DEFAULT_5XX. It returns an empty one if the template has neither.
func (a *restAPI) customized(failed *failure) template.GatewayResponse {
	if failed.kind == unknownStage {
		return template.GatewayResponse{}
	}

	class := "DEFAULT_5XX"
	if failed.kind.status < 500 {
		class = "DEFAULT_4XX"
	}

	if response, ok := a.api.Responses[failed.kind.name]; ok {
		return response
	}

	return a.api.Responses[class]
}

// respond writes the gateway response for a failure.
func (a *restAPI) respond(w http.ResponseWriter, call *call, failed *failure) {
	response := a.customized(failed)
	media, body := chooseTemplate(response.Templates, call.header("Accept"))
	if body == "" {
		body = failed.kind.defaultBody()
	}

	header := w.Header()
	header.Set("Content-Type", media)
	header["x-amzn-ErrorType"] = []string{failed.kind.errType}
	call.identify(header)

	for name, expression := range response.Headers {
		if value := call.headerValue(expression, failed); value != "" {
			header.Set(name, value)
		}
	}

	status := failed.kind.status
	if response.Status != 0 {
		status = response.Status
	}

	w.WriteHeader(status)
	fmt.Fprint(w, call.substitute(body, failed))
}

// identify sets the headers that every response of a REST API has.
func (c *call) identify(header http.Header) {
	header["x-amzn-RequestId"] = []string{c.id}
	header["x-amz-apigw-id"] = []string{c.extendedID}
}

// chooseTemplate returns the template for the media type in Accept, or the JSON one, or the first by media type. The template
// is empty if there is none.
func chooseTemplate(templates map[string]string, accept string) (media, body string) {
	if body, ok := templates[accept]; ok {
		return accept, body
	}

	if body, ok := templates["application/json"]; ok {
		return "application/json", body
	}

	var names []string
	for name := range templates {
		names = append(names, name)
	}

	sort.Strings(names)

	if len(names) > 0 {
		return names[0], templates[names[0]]
	}

	return "application/json", ""
}

// defaultBody returns the template of a response that the template of the API does not customize.
func (k *kind) defaultBody() string {
	member := "message"
	if k.member != "" {
		member = k.member
	}

	return `{"` + member + `":$context.error.messageString}`
}

var variable = regexp.MustCompile(`\$(context|stageVariables|method\.request)\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*`)

// substitute replaces the variables in a response template. API Gateway does nothing else to it: it neither escapes
// values nor evaluates logic. A variable without a value becomes empty.
func (c *call) substitute(body string, failed *failure) string {
	return variable.ReplaceAllStringFunc(body, func(name string) string { return c.lookUp(name[1:], failed) })
}

// headerValue returns the text of a 'quoted' expression, or the value of a mapping expression.
func (c *call) headerValue(expression string, failed *failure) string {
	if text, quoted := strings.CutPrefix(expression, "'"); quoted {
		return strings.TrimSuffix(text, "'")
	}
	return c.lookUp(expression, failed)
}

// lookUp returns the value of a context.… or method.request.… expression; "" if there is none.
func (c *call) lookUp(expression string, failed *failure) string {
	if name, found := strings.CutPrefix(expression, "method.request.header."); found {
		return c.header(name)
	}

	if name, found := strings.CutPrefix(expression, "method.request.querystring."); found {
		return c.query.Get(name)
	}

	if name, found := strings.CutPrefix(expression, "method.request.path."); found {
		return c.parameters[name]
	}

	name, found := strings.CutPrefix(expression, "context.")
	if !found {
		return ""
	}

	switch name {
	case "error.message":
		return failed.text()
	case "error.messageString":
		return failed.quoted()
	case "error.responseType":
		return failed.kind.name
	}

	var value any = c.context()
	for step := range strings.SplitSeq(name, ".") {
		mapping, ok := value.(map[string]any)
		if !ok {
			return ""
		}

		value = mapping[step]
	}

	if value == nil {
		return ""
	}

	return fmt.Sprint(value)
}
