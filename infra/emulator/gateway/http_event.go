package gateway

import (
	"encoding/base64"
	"maps"
	"mime"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// The events follow the samples in AWS's documentation, which write all header names in lower case. Two details are not
// documented and follow users' measurements: paths are decoded, both in 1.0 and, despite its name, in rawPath; and only
// some media types count as text.

// proxyEvent2 returns the event of a function, in payload format 2.0.
func (c *call) proxyEvent2() map[string]any {
	event := c.event2()
	body, isBase64 := c.encodedBody()
	event["isBase64Encoded"] = isBase64
	if body != "" {
		event["body"] = body
	}

	return event
}

// authorizerEvent2 returns the event of an authorizer, in payload format 2.0.
func (c *call) authorizerEvent2(identity []string) map[string]any {
	event := c.event2()
	event["type"] = "REQUEST"
	event["routeArn"] = c.methodARN()
	event["identitySource"] = identity
	return event
}

// event2 returns the common part of the events of format 2.0. Empty values are absent.
func (c *call) event2() map[string]any {
	event := map[string]any{
		"version":        "2.0",
		"routeKey":       c.routeKey(),
		"rawPath":        c.stagePath(),
		"rawQueryString": c.request.URL.RawQuery,
		"headers":        joined(c.headers, strings.ToLower),
		"requestContext": c.context2(),
	}

	if cookies := c.cookies(); len(cookies) > 0 {
		delete(event["headers"].(map[string]string), "cookie")
		event["cookies"] = cookies
	}

	if len(c.query) > 0 {
		event["queryStringParameters"] = joined(c.query, unchanged)
	}

	if len(c.parameters) > 0 {
		event["pathParameters"] = c.parameters
	}

	return event
}

// context2 returns the requestContext of the events of format 2.0.
func (c *call) context2() map[string]any {
	context := map[string]any{
		"accountId":    lambda.AccountID,
		"apiId":        apiID,
		"domainName":   c.request.Host,
		"domainPrefix": apiID,
		"http": map[string]any{
			"method":    c.request.Method,
			"path":      c.stagePath(),
			"protocol":  c.request.Proto,
			"sourceIp":  c.sourceIP,
			"userAgent": c.header("User-Agent"),
		},
		"requestId": c.extendedID,
		"routeKey":  c.routeKey(),
		"stage":     c.stage,
		"time":      c.at.UTC().Format(requestTime),
		"timeEpoch": c.at.UnixMilli(),
	}

	if c.authorizer != nil {
		context["authorizer"] = c.authorizer
	}

	return context
}

// proxyEvent1 returns the event of a function, in payload format 1.0.
func (c *call) proxyEvent1() map[string]any {
	event := c.event1()
	event["multiValueHeaders"] = lowered(c.headers)
	event["multiValueQueryStringParameters"] = orNil(c.query)
	event["body"] = nil

	body, isBase64 := c.encodedBody()
	event["isBase64Encoded"] = isBase64
	if body != "" {
		event["body"] = body
	}

	authorizer := map[string]any{"claims": nil, "scopes": nil}
	maps.Copy(authorizer, c.authorizer)

	event["requestContext"].(map[string]any)["authorizer"] = authorizer
	return event
}

// authorizerEvent1 returns the event of an authorizer, in payload format 1.0.
func (c *call) authorizerEvent1(identity []string) map[string]any {
	event := c.event1()
	source := strings.Join(identity, ",")
	event["type"] = "REQUEST"
	event["pathParameters"] = orEmptyMap(c.parameters)
	event["methodArn"] = c.methodARN()
	event["identitySource"] = source
	event["authorizationToken"] = source
	return event
}

// event1 returns the common part of the events of format 1.0. Empty values are null.
func (c *call) event1() map[string]any {
	return map[string]any{
		"version":               "1.0",
		"resource":              c.route.Path,
		"path":                  c.stagePath(),
		"httpMethod":            c.request.Method,
		"headers":               last(lowered(c.headers)),
		"queryStringParameters": last(c.query),
		"pathParameters":        c.parameters,
		"stageVariables":        nil,
		"requestContext":        c.context1(),
	}
}

// context1 returns the requestContext of the events of format 1.0.
func (c *call) context1() map[string]any {
	return map[string]any{
		"accountId":         lambda.AccountID,
		"apiId":             apiID,
		"domainName":        c.request.Host,
		"domainPrefix":      apiID,
		"extendedRequestId": c.extendedID,
		"requestId":         c.extendedID,
		"httpMethod":        c.request.Method,
		"path":              c.stagePath(),
		"protocol":          c.request.Proto,
		"requestTime":       c.at.UTC().Format(requestTime),
		"requestTimeEpoch":  c.at.UnixMilli(),
		"resourceId":        nil,
		"resourcePath":      c.route.Path,
		"stage":             c.stage,
		"identity": map[string]any{
			"sourceIp":                      c.sourceIP,
			"userAgent":                     orNull(c.header("User-Agent")),
			"accessKey":                     nil,
			"accountId":                     nil,
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
}

// routeKey returns the name of the route, such as "GET /orders" or "$default".
func (c *call) routeKey() string {
	if c.route.Path == template.DefaultRoute {
		return template.DefaultRoute
	}
	return c.route.Method + " " + c.route.Path
}

// stagePath returns the decoded path of the request. A stage other than the default one precedes it.
func (c *call) stagePath() string {
	if c.stage == template.DefaultStage {
		return c.plainPath()
	}
	return "/" + c.stage + c.plainPath()
}

// cookies returns the cookies of the request, each as name=value.
func (c *call) cookies() []string {
	var cookies []string
	for _, header := range c.headers["Cookie"] {
		for cookie := range strings.SplitSeq(header, ";") {
			if cookie = strings.TrimSpace(cookie); cookie != "" {
				cookies = append(cookies, cookie)
			}
		}
	}

	return cookies
}

// encodedBody returns the body as events contain it: text unchanged, any other media type in base64.
func (c *call) encodedBody() (body string, isBase64 bool) {
	if len(c.body) == 0 || isText(c.header("Content-Type")) {
		return string(c.body), false
	}
	return base64.StdEncoding.EncodeToString(c.body), true
}

// isText reports whether an HTTP API treats a media type as text.
func isText(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	switch {
	case err != nil:
		return false
	case media == "application/json", media == "application/xml", media == "application/javascript":
		return true
	}

	return strings.HasPrefix(media, "text/")
}

func unchanged(name string) string { return name }

// joined returns the values of each name as one string with commas between them. It applies change to each name.
func joined(values map[string][]string, change func(string) string) map[string]string {
	single := map[string]string{}
	for name, all := range values {
		single[change(name)] = strings.Join(all, ",")
	}

	return single
}

// lowered returns the values with each name in lower case.
func lowered(values map[string][]string) map[string][]string {
	lower := map[string][]string{}
	for name, all := range values {
		lower[strings.ToLower(name)] = all
	}

	return lower
}
