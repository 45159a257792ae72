// Package gateway emulates an API Gateway REST API or HTTP API with Lambda proxy integrations. It performs the steps of
// a request in API Gateway's order.
//
//	gateway.go       New, ServeHTTP and the protocol interface, in which the two kinds of API differ
//	call.go          a request on its way through the gateway
//	route.go         how paths match routes
//	names.go         how clients spell the names of headers
//	throttle.go      the limits of routes
//	authorizer.go    calling the authorizer and caching its results
//	policy.go        what an authorizer's policy allows
//	proxy.go         how a function's answer becomes an HTTP response
//	rest.go          REST APIs: choice of the route, preflights, authorizer
//	compression.go   REST APIs: content codings
//	rest_event.go    REST APIs: events of functions and authorizers
//	responses.go     REST APIs: gateway responses, and how the template customizes them
//	http_api.go      HTTP APIs: choice of the route, authorizer, the gateway's own responses
//	http_event.go    HTTP APIs: events in payload formats 2.0 and 1.0
//	http_answer.go   HTTP APIs: a function's answer in either format
//	http_cors.go     HTTP APIs: preflights, and the CORS headers of responses
//
// A REST API answers failures as follows. The template can customize each response.
//
//	unknown path or method                    403 MISSING_AUTHENTICATION_TOKEN, or
//	                                          INVALID_SIGNATURE for an Authorization header
//	beyond the limit of the method            429 THROTTLED
//	missing or malformed credential           401 UNAUTHORIZED, without a Lambda call
//	authorizer denies the request             403 ACCESS_DENIED
//	authorizer returns "Unauthorized"         401 UNAUTHORIZED
//	authorizer fails in another way           500 AUTHORIZER_CONFIGURATION_ERROR
//	function fails, or its answer is invalid  502
//	body is no base64, though marked as such  500 API_CONFIGURATION_ERROR
//	function takes longer than 29 s           504
//
// An HTTP API answers failures as follows. Nothing can customize these responses.
//
//	unknown path, method or stage             404
//	beyond the limit of the route             429
//	missing identity source                   401, without a Lambda call
//	authorizer denies the request             403
//	authorizer fails or takes longer than 10 s  500
//	function fails, or its answer is invalid  500
//	function takes longer than 30 s           503
//
// Comments mark the behavior that AWS does not document. recorded_test.go compares the rest with requests, events and
// responses that other projects recorded on AWS, and names the source of each.
package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

const (
	maxHead = 10_240   // bytes of request line and headers
	maxBody = 10 << 20 // bytes
)

// limits are the longest times that API Gateway waits for functions.
type limits struct{ integration, authorizer time.Duration }

var limitsOf = map[string]limits{
	template.REST: {integration: 29 * time.Second, authorizer: 29 * time.Second},
	template.HTTP: {integration: 30 * time.Second, authorizer: 10 * time.Second},
}

// protocol is what differs between REST APIs and HTTP APIs. The order of the steps, in Gateway.serve, is the same.
type protocol interface {
	// find returns the route of a method and an encoded path, with the path parameters of its event; nil if there is none.
	find(method, path string) (*route, map[string]string)
	// unrouted answers a request that has no route, or returns the failure to answer it with.
	unrouted(http.ResponseWriter, *call) *failure
	// unpack decompresses the body. It rejects a coding that it does not support.
	unpack(*call) error
	// identity returns the values of an authorizer's identity sources; "" for one that the request lacks.
	identity(*call, template.Authorizer) []string
	// authorizerEvent returns the event of the authorizer.
	authorizerEvent(*call, template.Authorizer, []string) map[string]any
	// refuses reports whether an authorizer's error means that it refuses the caller.
	refuses(*lambda.Error) bool
	// verdict parses the authorizer's answer. It rejects what API Gateway would not accept.
	verdict(template.Authorizer, []byte) (*verdict, error)
	// authorizerContext returns what the function sees of a verdict as requestContext.authorizer.
	authorizerContext(*call, *verdict, time.Duration) map[string]any
	// proxyEvent returns the event of the function.
	proxyEvent(*call) map[string]any
	// reply writes the function's answer. It rejects an answer that API Gateway would not accept, before it writes
	// anything.
	reply(http.ResponseWriter, *call, []byte) error
	// respond writes the response to a failure.
	respond(http.ResponseWriter, *call, *failure)
}

// Invoker calls a function with an event and returns its answer; *lambda.Service is one. A failure of the function is a
// *lambda.Error.
type Invoker interface {
	Invoke(ctx context.Context, function string, payload []byte) ([]byte, error)
}

// Options configure a Gateway.
type Options struct {
	// Now is the clock of the authorizer's result cache; nil is time.Now.
	Now func() time.Time
	// Log receives a line for each failure behind a 5xx; nil drops them.
	Log io.Writer
}

// Gateway serves one API at /<stage>/, an HTTP API of the default stage at /.
type Gateway struct {
	protocol protocol
	api      template.API
	invoker  Invoker
	options  Options
	limits   limits
	routes   []route
	patterns map[string]*pattern // of authorizers, by name
	cache    *cache
	log      *log.Logger
}

// New returns a Gateway that serves api and calls functions through invoker.
func New(api template.API, invoker Invoker, options Options) (*Gateway, error) {
	if options.Now == nil {
		options.Now = time.Now
	}

	if options.Log == nil {
		options.Log = io.Discard
	}

	g := &Gateway{
		api:      api,
		invoker:  invoker,
		options:  options,
		patterns: map[string]*pattern{},
		cache:    newCache(options.Now),
		log:      log.New(options.Log, "", 0),
	}

	g.protocol, g.limits = &restAPI{g}, limitsOf[template.REST]
	if api.Protocol == template.HTTP {
		g.protocol, g.limits = &httpAPI{g}, limitsOf[template.HTTP]
	}

	for _, declared := range api.Routes {
		g.routes = append(g.routes, compile(declared, api.Throttles))
	}

	for name, authorizer := range api.Authorizers {
		pattern, err := compilePattern(authorizer.ValidationExpression)
		if err != nil {
			return nil, fmt.Errorf("authorizer %s: %w", name, err)
		}

		g.patterns[name] = pattern
	}

	return g, nil
}

// Stage returns the first segment of each path that the gateway serves, or template.DefaultStage.
func (g *Gateway) Stage() string { return g.api.Stage }

// ServeHTTP answers one request. The failure of a request whose client has hung up is the client's, and not logged.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := g.newCall(r)
	if failure := g.serve(w, call); failure != nil {
		if failure.cause != nil && r.Context().Err() == nil {
			g.log.Printf("%s %s: %s: %v", r.Method, r.URL.Path, failure.kind, failure.cause)
		}

		g.protocol.respond(w, call, failure)
	}
}

// serve answers the request, or returns the failure to answer it with.
func (g *Gateway) serve(w http.ResponseWriter, call *call) *failure {
	if headSize(call.request) > maxHead {
		return &failure{kind: headTooLarge}
	}

	if !call.ofStage {
		return &failure{kind: unknownStage}
	}

	matched, parameters := g.protocol.find(call.request.Method, call.path)
	if matched == nil {
		return g.protocol.unrouted(w, call)
	}

	call.route, call.parameters = matched, parameters
	if failure := g.throttle(call); failure != nil {
		return failure
	}

	if failure := g.readBody(call); failure != nil {
		return failure
	}

	if failure := g.authorize(call, matched.Authorizer); failure != nil {
		return failure
	}

	return g.integrate(w, call)
}

// headSize returns the approximate size of the request line and the headers in bytes, as sent.
func headSize(r *http.Request) int {
	size := len(r.Method) + len(r.RequestURI) + len(r.Proto) + len("Host: ") + len(r.Host)
	for name, values := range r.Header {
		for _, value := range values {
			size += len(name) + len(": ") + len(value) + len("\r\n")
		}
	}

	return size
}

func (g *Gateway) readBody(call *call) *failure {
	var body bytes.Buffer
	if _, err := io.Copy(&body, io.LimitReader(call.request.Body, maxBody+1)); err != nil {
		return &failure{kind: badRequestBody, cause: err}
	}

	if body.Len() > maxBody {
		return &failure{kind: requestTooLarge}
	}

	call.body = body.Bytes()
	if err := g.protocol.unpack(call); err != nil {
		return &failure{kind: unsupportedMediaType, cause: err}
	}

	if len(call.body) > maxBody {
		return &failure{kind: requestTooLarge}
	}

	return nil
}

// integrate calls the function of the route and writes its answer.
func (g *Gateway) integrate(w http.ResponseWriter, call *call) *failure {
	payload, err := json.Marshal(g.protocol.proxyEvent(call))
	if err != nil {
		return &failure{kind: integrationFailure, cause: fmt.Errorf("encode the proxy request: %w", err)}
	}

	limit := g.limits.integration
	if own := call.route.Timeout; own > 0 && own < limit {
		limit = own
	}

	ctx, cancel := context.WithTimeout(call.request.Context(), limit)
	defer cancel()

	answer, err := g.invoker.Invoke(ctx, call.route.Function, payload)
	var failed *lambda.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &failure{kind: integrationTimedOut, cause: err}
	case errors.As(err, &failed) && failed.Type == "RequestEntityTooLarge":
		return &failure{kind: requestTooLarge, cause: err}
	case err != nil:
		return &failure{kind: integrationFailure, cause: err}
	}

	err = g.protocol.reply(w, call, answer)
	if errors.Is(err, errNotBase64) {
		return &failure{kind: badConfiguration, cause: fmt.Errorf("the answer of %s: %w", call.route.Function, err)}
	}

	if err != nil {
		cause := fmt.Errorf("malformed Lambda proxy response of %s: %w", call.route.Function, err)
		return &failure{kind: integrationFailure, cause: cause}
	}

	return nil
}
