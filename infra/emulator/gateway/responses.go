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
	name    string // as templates name it
	status  int
	message string // $context.error.message; "" is null
	errType string // x-amzn-ErrorType
}

func (k *kind) String() string { return k.name }

var (
	accessDenied               = &kind{"ACCESS_DENIED", 403, "User is not authorized to access this resource", "AccessDeniedException"}
	authorizerFailure          = &kind{"AUTHORIZER_FAILURE", 500, "", "AuthorizerConfigurationException"}
	badRequestBody             = &kind{"BAD_REQUEST_BODY", 400, "Invalid request body", "BadRequestException"}
	headTooLarge               = &kind{"DEFAULT_4XX", 431, "Request header section too large", "RequestHeaderSectionTooLargeException"}
	integrationFailure         = &kind{"DEFAULT_5XX", 502, "Internal server error", "InternalServerErrorException"}
	integrationTimedOut        = &kind{"INTEGRATION_TIMEOUT", 504, "Endpoint request timed out", "InternalServerErrorException"}
	missingAuthenticationToken = &kind{"MISSING_AUTHENTICATION_TOKEN", 403, "Missing Authentication Token", "MissingAuthenticationTokenException"}
	requestTooLarge            = &kind{"REQUEST_TOO_LARGE", 413, "Request Too Long", "RequestTooLargeException"}
	unknownStage               = &kind{"", 403, "Forbidden", "ForbiddenException"} // no template is asked: whose would it be?
	unsupportedMediaType       = &kind{"UNSUPPORTED_MEDIA_TYPE", 415, "Unsupported Media Type", "BadRequestException"}
	unauthorized               = &kind{"UNAUTHORIZED", 401, "Unauthorized", "UnauthorizedException"}
)

// failure is a request that the gateway answers by itself.
type failure struct {
	kind    *kind
	message string // replaces the kind's when not empty
	cause   error  // for the log, never for the caller
}

// text is $context.error.message.
func (f *failure) text() string {
	if f.message != "" {
		return f.message
	}
	return f.kind.message
}

// quoted is $context.error.messageString: the message as JSON.
func (f *failure) quoted() string {
	if f.text() == "" {
		return "null"
	}

	quoted, _ := json.Marshal(f.text())
	return string(quoted)
}

// customized is what the template says for the failure's kind, else for its class; empty when it says nothing.
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

// respond answers with a gateway response.
func (a *restAPI) respond(w http.ResponseWriter, call *call, failed *failure) {
	response := a.customized(failed)
	media, body := chooseTemplate(response.Templates, call.header("Accept"))
	header := w.Header()
	header.Set("Content-Type", media)
	header.Set("X-Amzn-Errortype", failed.kind.errType)
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

// identify adds the headers that every answer has.
func (c *call) identify(header http.Header) {
	header.Set("X-Amzn-Requestid", c.id)
	header.Set("X-Amz-Apigw-Id", c.extendedID)
}

// chooseTemplate picks the template that Accept names, else the JSON one, else the first.
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

	return "application/json", `{"message":$context.error.messageString}`
}

var variable = regexp.MustCompile(`\$(context|stageVariables|method\.request)\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*`)

// substitute puts variables into a response template. API Gateway does nothing else to it: no escaping, no logic; what a
// variable does not name is empty.
func (c *call) substitute(body string, failed *failure) string {
	return variable.ReplaceAllStringFunc(body, func(name string) string { return c.lookUp(name[1:], failed) })
}

// headerValue is 'quoted text', or the value of a mapping expression.
func (c *call) headerValue(expression string, failed *failure) string {
	if text, quoted := strings.CutPrefix(expression, "'"); quoted {
		return strings.TrimSuffix(text, "'")
	}
	return c.lookUp(expression, failed)
}

// lookUp is the value of a context.… or method.request.… expression; "" when there is none.
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
