package gateway

import (
	"encoding/base64"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
)

// tokenEvent returns the event of a TOKEN authorizer.
func (c *call) tokenEvent(token string) map[string]any {
	return map[string]any{
		"type":               "TOKEN",
		"methodArn":          c.methodARN(),
		"authorizationToken": token,
	}
}

// requestEvent returns the event of a REQUEST authorizer. Mappings without members are empty, unlike in the events of
// functions.
func (c *call) requestEvent(variables map[string]string) map[string]any {
	return map[string]any{
		"type":                            "REQUEST",
		"methodArn":                       c.methodARN(),
		"resource":                        c.route.Path,
		"path":                            c.path,
		"httpMethod":                      c.request.Method,
		"headers":                         last(c.spelled()),
		"multiValueHeaders":               c.spelled(),
		"queryStringParameters":           orEmptyMap(last(c.query)),
		"multiValueQueryStringParameters": orEmptyLists(c.query),
		"pathParameters":                  orEmptyMap(c.parameters),
		"stageVariables":                  orEmptyMap(variables),
		"requestContext":                  c.context(),
	}
}

func orEmptyMap(values map[string]string) map[string]string {
	if values == nil {
		return map[string]string{}
	}
	return values
}

// orNilMap returns nil instead of an empty map, which encodes as null.
func orNilMap(values map[string]string) map[string]string {
	if len(values) == 0 {
		return nil
	}
	return values
}

func orEmptyLists(values map[string][]string) map[string][]string {
	if values == nil {
		return map[string][]string{}
	}
	return values
}

// unsent lists the headers that no function of a REST API sees. Recordings lack Content-Length; LocalStack's
// header_utils.py lists the others.
var unsent = map[string]bool{
	"Content-Length":     true,
	"Content-Md5":        true,
	"Max-Forwards":       true,
	"Proxy-Authenticate": true,
	"Server":             true,
	"Www-Authenticate":   true,
}

// spelled returns the headers that a function of a REST API sees. Their names are spelled as the client spelled them, but
// Authorization and User-Agent are always spelled so.
func (c *call) spelled() map[string][]string {
	sent := sentNames(c.request)
	headers := map[string][]string{}
	for name, values := range c.headers {
		spelling := sent[name]
		switch {
		case unsent[name]:
			continue
		case spelling == "" || name == "Authorization" || name == "User-Agent":
			spelling = name
		}

		headers[spelling] = values
	}

	return headers
}

// proxyRequest returns the event of a Lambda proxy integration. Values that API Gateway leaves null are null. LocalStack's
// code, but no recording and no documentation, passes on a body that is not UTF-8 as base64.
func (c *call) proxyRequest(binary []string, variables map[string]string) map[string]any {
	event := map[string]any{
		"resource":                        c.route.Path,
		"path":                            c.path,
		"httpMethod":                      c.request.Method,
		"headers":                         last(c.spelled()),
		"multiValueHeaders":               c.spelled(),
		"queryStringParameters":           last(c.query),
		"multiValueQueryStringParameters": orNil(c.query),
		"pathParameters":                  c.parameters,
		"stageVariables":                  orNilMap(variables),
		"requestContext":                  c.context(),
		"body":                            nil,
		"isBase64Encoded":                 false,
	}

	switch {
	case len(c.body) == 0:
	case isBinary(mediaType(c.header("Content-Type")), binary) || !utf8.Valid(c.body):
		event["body"] = base64.StdEncoding.EncodeToString(c.body)
		event["isBase64Encoded"] = true

	default:
		event["body"] = string(c.body)
	}

	return event
}

// mediaType returns the media type in a Content-Type header, in lower case.
func mediaType(contentType string) string {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return "application/json" // API Gateway's default for a body without a media type
	}

	return media
}

// isBinary reports whether a media type is one of the API's binary media types, in which only a subtype can be a wildcard.
func isBinary(media string, binary []string) bool {
	for _, pattern := range binary {
		prefix, any := strings.CutSuffix(pattern, "*")
		switch {
		case pattern == "*/*":
			return true
		case strings.HasPrefix(pattern, "*"): // matches nothing
		case pattern == media, any && strings.HasPrefix(media, prefix):
			return true
		}
	}

	return false
}

// context returns the requestContext of a REST API's events. Its gateway responses can refer to the same values.
func (c *call) context() map[string]any {
	context := map[string]any{
		"accountId":         lambda.AccountID,
		"apiId":             apiID,
		"deploymentId":      deployment,
		"stage":             c.stage,
		"domainName":        c.request.Host,
		"domainPrefix":      apiID,
		"requestId":         c.id,
		"extendedRequestId": c.extendedID,
		"requestTime":       c.at.UTC().Format(requestTime),
		"requestTimeEpoch":  c.at.UnixMilli(),
		"protocol":          c.request.Proto,
		"httpMethod":        c.request.Method,
		"path":              "/" + c.stage + c.sent,
		"resourceId":        "local",
		"resourcePath":      "",
		"identity": map[string]any{
			"sourceIp":                      c.sourceIP,
			"userAgent":                     orNull(c.header("User-Agent")),
			"accountId":                     nil,
			"accessKey":                     nil,
			"caller":                        nil,
			"cognitoAuthenticationProvider": nil,
			"cognitoAuthenticationType":     nil,
			"cognitoIdentityId":             nil,
			"cognitoIdentityPoolId":         nil,
			"principalOrgId":                nil,
			"user":                          nil,
			"userArn":                       nil,
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
