// Package gateway emulates an API Gateway REST API with Lambda proxy integrations, in the order in which the real one does
// things:
//
//	gateway.go     New, ServeHTTP: limits, route, authorizer, integration
//	route.go       which route a method and path match
//	event.go       the request as events: proxy request, TOKEN and REQUEST authorizer
//	authorizer.go  asking the authorizer, keeping its results
//	policy.go      what an authorizer's policy allows
//	responses.go   gateway responses: what the gateway answers by itself, and how the template changes it
//	proxy.go       a function's answer as an HTTP response
//
// An unknown path or method is 403 MISSING_AUTHENTICATION_TOKEN; a missing or malformed credential is UNAUTHORIZED without
// a Lambda call; a refusal is ACCESS_DENIED; an authorizer that fails is AUTHORIZER_FAILURE, except that the error
// "Unauthorized" is UNAUTHORIZED; a function that fails or answers in the wrong shape is 502; one that takes longer than
// 29 s is 504.
package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/infra/local/lambda"
	"github.com/leasehold-dev/leasehold/infra/local/template"
)

const (
	maxHead            = 10_240   // bytes of request line and headers
	maxBody            = 10 << 20 // bytes
	integrationTimeout = 29 * time.Second
)

// Invoker calls a function with an event and returns its answer; *lambda.Service is one. A failure of the function is a
// *lambda.Error.
type Invoker interface {
	Invoke(ctx context.Context, function string, payload []byte) ([]byte, error)
}

// Options change what tests need changed.
type Options struct {
	// Now is the clock of the authorizer's result cache; nil is time.Now.
	Now func() time.Time
	// IntegrationTimeout replaces API Gateway's 29 s; 0 keeps it.
	IntegrationTimeout time.Duration
	// Log receives a line for each failure behind a 5xx; nil drops them.
	Log io.Writer
}

// Gateway serves one REST API at /<stage>/.
type Gateway struct {
	api      template.API
	invoker  Invoker
	options  Options
	routes   []route
	patterns map[string]*pattern // of authorizers, by name
	cache    *cache
	log      *log.Logger
}

// New serves api, calling functions through invoker.
func New(api template.API, invoker Invoker, options Options) (*Gateway, error) {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.IntegrationTimeout == 0 {
		options.IntegrationTimeout = integrationTimeout
	}
	if options.Log == nil {
		options.Log = io.Discard
	}
	g := &Gateway{api: api, invoker: invoker, options: options, patterns: map[string]*pattern{}, cache: newCache(options.Now), log: log.New(options.Log, "", 0)}
	for _, declared := range api.Routes {
		g.routes = append(g.routes, compile(declared))
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

// Stage is the first segment of each path that the gateway serves.
func (g *Gateway) Stage() string { return g.api.Stage }

// ServeHTTP answers one request.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := g.newCall(r)
	if failure := g.serve(w, call); failure != nil {
		if failure.cause != nil {
			g.log.Printf("%s %s: %s: %v", r.Method, r.URL.Path, failure.kind, failure.cause)
		}
		g.respond(w, call, failure)
	}
}

// serve answers the request, or tells which gateway response does.
func (g *Gateway) serve(w http.ResponseWriter, call *call) *failure {
	if headSize(call.request) > maxHead {
		return &failure{kind: headTooLarge}
	}
	matched, parameters := match(g.routes, call.request.Method, call.path)
	if matched == nil {
		return g.preflight(w, call)
	}
	call.route, call.parameters = matched, parameters
	if failure := g.readBody(call); failure != nil {
		return failure
	}
	if failure := g.authorize(call, matched.Authorizer); failure != nil {
		return failure
	}
	return g.integrate(w, call)
}

// headSize counts the request line and the headers as they came over the wire, near enough.
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
	return nil
}

// integrate calls the function of the route and writes its answer.
func (g *Gateway) integrate(w http.ResponseWriter, call *call) *failure {
	payload, err := call.proxyRequest(g)
	if err != nil {
		return &failure{kind: integrationFailure, cause: err}
	}
	ctx, cancel := context.WithTimeout(call.request.Context(), g.options.IntegrationTimeout)
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
	response, err := parseProxyResponse(answer)
	if err != nil {
		return &failure{kind: integrationFailure, cause: fmt.Errorf("malformed Lambda proxy response of %s: %w", call.route.Function, err)}
	}
	response.write(w, call, g.api.BinaryMediaTypes)
	return nil
}

// preflight answers a method and path without a route: only a CORS preflight has an answer.
func (g *Gateway) preflight(w http.ResponseWriter, call *call) *failure {
	if g.api.CORS == nil || call.request.Method != http.MethodOptions {
		return &failure{kind: missingAuthenticationToken}
	}
	call.route = matchPath(g.routes, call.path)
	if call.route == nil {
		return &failure{kind: missingAuthenticationToken}
	}
	if failure := g.authorize(call, g.api.CORS.Authorizer); failure != nil {
		return failure
	}
	header := w.Header()
	for name, value := range map[string]string{
		"Access-Control-Allow-Origin": g.api.CORS.AllowOrigin, "Access-Control-Allow-Headers": g.api.CORS.AllowHeaders,
		"Access-Control-Allow-Methods": g.api.CORS.AllowMethods, "Access-Control-Max-Age": g.api.CORS.MaxAge,
	} {
		if value != "" {
			header.Set(name, strings.Trim(value, "'"))
		}
	}
	if g.api.CORS.AllowCredentials {
		header.Set("Access-Control-Allow-Credentials", "true")
	}
	header.Set("Content-Type", "application/json")
	call.identify(header)
	w.WriteHeader(http.StatusOK)
	return nil
}
