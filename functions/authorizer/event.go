package main

import (
	"cmp"
	"strings"
)

// event is what API Gateway sends an authorizer, in any of four shapes: a REST API's TOKEN or REQUEST event, or an HTTP API's
// event with payload version 1.0 or 2.0.
type event struct {
	Version            string              `json:"version"`
	AuthorizationToken string              `json:"authorizationToken"`
	MethodARN          string              `json:"methodArn"`
	RouteARN           string              `json:"routeArn"`
	Headers            map[string]string   `json:"headers"`
	MultiValueHeaders  map[string][]string `json:"multiValueHeaders"`
	RequestContext     struct {
		Identity struct {
			SourceIP string `json:"sourceIp"`
		} `json:"identity"`
		HTTP struct {
			SourceIP string `json:"sourceIp"`
		} `json:"http"`
	} `json:"requestContext"`
}

// address returns the IP address that the request came from, as API Gateway saw it; "" for a TOKEN event, which has none.
func (e event) address() string {
	return cmp.Or(e.RequestContext.Identity.SourceIP, e.RequestContext.HTTP.SourceIP)
}

const (
	simpleVersion = "2.0"
	scheme        = "bearer"
	header        = "authorization"
)

// bearer returns the event's bearer token, or "" unless it carries exactly one. Header names are compared without regard to
// case, because a REST API passes them on as the client wrote them. So is the scheme (RFC 9110, section 11.1).
func (e event) bearer() string {
	credentials := e.AuthorizationToken
	if credentials == "" {
		credentials = e.header()
	}

	name, token, found := strings.Cut(credentials, " ")
	if !found || !strings.EqualFold(name, scheme) {
		return ""
	}

	return strings.TrimLeft(token, " ")
}

// header returns the value of the Authorization header, or "" unless the event carries exactly one.
func (e event) header() string {
	for name, values := range e.MultiValueHeaders {
		if strings.EqualFold(name, header) && len(values) != 1 {
			return "" // RFC 6750, section 2: only one method, once
		}
	}

	value := ""
	for name, v := range e.Headers {
		if strings.EqualFold(name, header) {
			if value != "" {
				return ""
			}

			value = v
		}
	}

	return value
}

// stage returns the ARN pattern of all routes of the API's stage. API Gateway may reuse an answer from its cache for another
// route, so the policy covers all of them. Each operation decides what the caller may do.
func (e event) stage() string {
	arn := e.MethodARN
	if arn == "" {
		arn = e.RouteARN
	}

	api, rest, _ := strings.Cut(arn, "/")
	stage, _, _ := strings.Cut(rest, "/")
	return api + "/" + stage + "/*"
}
