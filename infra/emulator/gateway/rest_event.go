package gateway

import (
	"encoding/base64"
	"mime"
	"path"
	"strings"

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

// requestEvent returns the event of a REQUEST authorizer.
func (c *call) requestEvent() map[string]any {
	return map[string]any{
		"type":                            "REQUEST",
		"methodArn":                       c.methodARN(),
		"resource":                        c.route.Path,
		"path":                            c.path,
		"httpMethod":                      c.request.Method,
		"headers":                         last(c.headers),
		"multiValueHeaders":               c.headers,
		"queryStringParameters":           orEmptyMap(last(c.query)),
		"multiValueQueryStringParameters": orEmptyLists(c.query),
		"pathParameters":                  orEmptyMap(c.parameters),
		"stageVariables":                  map[string]string{},
		"requestContext":                  c.context(),
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

// proxyRequest returns the event of a Lambda proxy integration. Values that API Gateway leaves null are null.
func (c *call) proxyRequest(binary []string) map[string]any {
	event := map[string]any{
		"resource":                        c.route.Path,
		"path":                            c.path,
		"httpMethod":                      c.request.Method,
		"headers":                         last(c.headers),
		"multiValueHeaders":               c.headers,
		"queryStringParameters":           last(c.query),
		"multiValueQueryStringParameters": orNil(c.query),
		"pathParameters":                  c.parameters,
		"stageVariables":                  nil,
		"requestContext":                  c.context(),
		"body":                            nil,
		"isBase64Encoded":                 false,
	}

	switch {
	case len(c.body) == 0:
	case isBinary(c.header("Content-Type"), binary):
		event["body"] = base64.StdEncoding.EncodeToString(c.body)
		event["isBase64Encoded"] = true

	default:
		event["body"] = string(c.body)
	}

	return event
}

// isBinary reports whether a media type is one of the API's binary media types.
func isBinary(contentType string, binary []string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		media = "application/json" // API Gateway's default for a body without a media type
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
		"path":              "/" + c.stage + strings.TrimSuffix(c.path, "/"),
		"resourceId":        "local",
		"resourcePath":      "",
		"identity": map[string]any{
			"sourceIp":                      c.sourceIP,
			"userAgent":                     orNull(c.header("User-Agent")),
			"accountId":                     nil,
			"accessKey":                     nil,
			"apiKey":                        nil,
			"apiKeyId":                      nil,
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
