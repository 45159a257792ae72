package gateway

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/infra/local/lambda"
)

const (
	apiID      = "local"
	deployment = "local"
)

// call is one request on its way through the gateway.
type call struct {
	request    *http.Request
	id         string
	extendedID string
	at         time.Time
	stage      string
	path       string // encoded, without the stage
	route      *route
	parameters map[string]string
	body       []byte
	headers    map[string][]string
	query      url.Values
	sourceIP   string
	authorizer map[string]any // what the authorizer told, nil when none was asked
}

func (g *Gateway) newCall(r *http.Request) *call {
	c := &call{request: r, id: uuid(), extendedID: base64.StdEncoding.EncodeToString([]byte(uuid()[:12])), at: g.options.Now(), stage: g.api.Stage}
	c.path = strings.TrimPrefix(r.URL.EscapedPath(), "/"+g.api.Stage)
	if c.path == "" {
		c.path = "/"
	}
	c.query, _ = url.ParseQuery(r.URL.RawQuery) // what can't be parsed is left out
	c.sourceIP, _, _ = net.SplitHostPort(r.RemoteAddr)
	c.headers = forwarded(r, c.sourceIP)
	return c
}

// hopByHop are the headers that end at the gateway.
var hopByHop = map[string]bool{
	"Connection": true, "Keep-Alive": true, "Proxy-Connection": true, "Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true, "Expect": true,
}

// forwarded are the headers as a function sees them.
func forwarded(r *http.Request, sourceIP string) map[string][]string {
	dropped := map[string]bool{}
	for _, list := range r.Header.Values("Connection") {
		for name := range strings.SplitSeq(list, ",") {
			dropped[textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name))] = true
		}
	}
	headers := map[string][]string{}
	for name, values := range r.Header {
		if !hopByHop[name] && !dropped[name] {
			headers[name] = values
		}
	}
	headers["Host"] = []string{r.Host}
	chain := append(append([]string{}, r.Header.Values("X-Forwarded-For")...), sourceIP)
	headers["X-Forwarded-For"] = []string{strings.Join(chain, ", ")}
	headers["X-Forwarded-Proto"] = []string{"http"}
	_, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		port = "80"
	}
	headers["X-Forwarded-Port"] = []string{port}
	if headers["X-Amzn-Trace-Id"] == nil {
		headers["X-Amzn-Trace-Id"] = []string{"Root=1-" + fmt.Sprintf("%08x", time.Now().Unix()) + "-" + strings.ReplaceAll(uuid(), "-", "")[:24]}
	}
	return headers
}

// last gives each name its last value, as the single-value mappings of events have it; nil for none.
func last(values map[string][]string) map[string]string {
	if len(values) == 0 {
		return nil
	}
	single := map[string]string{}
	for name, all := range values {
		single[name] = all[len(all)-1]
	}
	return single
}

func orNil(values map[string][]string) map[string][]string {
	if len(values) == 0 {
		return nil
	}
	return values
}

// header is the last value of a request header; "" when it is absent.
func (c *call) header(name string) string {
	values := c.headers[textproto.CanonicalMIMEHeaderKey(name)]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// methodARN is the ARN that policies allow or deny. Its path is the request's, decoded, as IAM sees it.
func (c *call) methodARN() string {
	plain, err := url.PathUnescape(c.path)
	if err != nil {
		plain = c.path
	}
	return "arn:aws:execute-api:" + lambda.Region + ":" + lambda.AccountID + ":" + apiID + "/" + c.stage + "/" + c.request.Method + "/" + strings.TrimPrefix(plain, "/")
}

// tokenEvent is the event of a TOKEN authorizer.
func (c *call) tokenEvent(token string) map[string]any {
	return map[string]any{"type": "TOKEN", "methodArn": c.methodARN(), "authorizationToken": token}
}

// requestEvent is the event of a REQUEST authorizer.
func (c *call) requestEvent() map[string]any {
	return map[string]any{
		"type": "REQUEST", "methodArn": c.methodARN(),
		"resource": c.route.Path, "path": c.path, "httpMethod": c.request.Method,
		"headers": last(c.headers), "multiValueHeaders": c.headers,
		"queryStringParameters": orEmptyMap(last(c.query)), "multiValueQueryStringParameters": orEmptyLists(c.query),
		"pathParameters": orEmptyMap(c.parameters), "stageVariables": map[string]string{},
		"requestContext": c.context(),
	}
}

func orEmptyMap(values map[string]string) map[string]string {
	if values == nil {
		return map[string]string{}
	}
	return values
}

func orEmptyLists(values map[string][]string) map[string][]string {
	if values == nil {
		return map[string][]string{}
	}
	return values
}

// proxyRequest is the event of a Lambda proxy integration. What API Gateway leaves null is null.
func (c *call) proxyRequest(g *Gateway) ([]byte, error) {
	event := map[string]any{
		"resource": c.route.Path, "path": c.path, "httpMethod": c.request.Method,
		"headers": last(c.headers), "multiValueHeaders": c.headers,
		"queryStringParameters": last(c.query), "multiValueQueryStringParameters": orNil(c.query),
		"pathParameters": c.parameters, "stageVariables": nil,
		"requestContext": c.context(), "body": nil, "isBase64Encoded": false,
	}
	switch {
	case len(c.body) == 0:
	case isBinary(c.header("Content-Type"), g.api.BinaryMediaTypes):
		event["body"], event["isBase64Encoded"] = base64.StdEncoding.EncodeToString(c.body), true
	default:
		event["body"] = string(c.body)
	}
	payload, err := json.Marshal(event)
	if err != nil {
		return nil, fmt.Errorf("encode the proxy request: %w", err)
	}
	return payload, nil
}

// isBinary tells whether a media type is among the API's binary ones.
func isBinary(contentType string, binary []string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		media = "application/json" // what API Gateway takes a body for when it is not told
	}
	for _, pattern := range binary {
		if pattern == "*/*" {
			return true
		}
		if matched, err := path.Match(pattern, media); err == nil && matched {
			return true
		}
	}
	return false
}

// context is the requestContext of an event.
func (c *call) context() map[string]any {
	context := map[string]any{
		"accountId": lambda.AccountID, "apiId": apiID, "deploymentId": deployment, "stage": c.stage,
		"domainName": c.request.Host, "domainPrefix": apiID,
		"requestId": c.id, "extendedRequestId": c.extendedID,
		"requestTime": c.at.UTC().Format("02/Jan/2006:15:04:05 +0000"), "requestTimeEpoch": c.at.UnixMilli(),
		"protocol": c.request.Proto, "httpMethod": c.request.Method, "path": "/" + c.stage + strings.TrimSuffix(c.path, "/"),
		"resourceId": "local", "resourcePath": "",
		"identity": map[string]any{
			"sourceIp": c.sourceIP, "userAgent": orNull(c.header("User-Agent")), "accountId": nil, "accessKey": nil, "apiKey": nil, "apiKeyId": nil,
			"caller": nil, "cognitoAuthenticationProvider": nil, "cognitoAuthenticationType": nil, "cognitoIdentityId": nil,
			"cognitoIdentityPoolId": nil, "principalOrgId": nil, "user": nil, "userArn": nil,
		},
	}
	if c.route != nil {
		context["resourcePath"] = c.route.Path
	}
	if c.authorizer != nil {
		context["authorizer"] = c.authorizer
	}
	return context
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func uuid() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
