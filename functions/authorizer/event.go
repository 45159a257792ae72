package main

import (
	"encoding/base64"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// event is what API Gateway sends an authorizer, in any of four shapes: a REST API's TOKEN or REQUEST event, or an HTTP
// API's event with payload version 1.0 or 2.0.
type event struct {
	Version            string              `json:"version"`
	AuthorizationToken string              `json:"authorizationToken"`
	MethodARN          string              `json:"methodArn"`
	RouteARN           string              `json:"routeArn"`
	Headers            map[string]string   `json:"headers"`
	MultiValueHeaders  map[string][]string `json:"multiValueHeaders"`
	RequestContext     requestContext      `json:"requestContext"`
}

// requestContext is what API Gateway itself says about the request. A TOKEN event has none.
type requestContext struct {
	RequestID string `json:"requestId"`
	// Identity is the client in a REQUEST event of a REST API and in payload version 1.0.
	Identity client `json:"identity"`
	// HTTP is the client in payload version 2.0.
	HTTP client `json:"http"`
}

type client struct {
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

const (
	simpleVersion = "2.0"
	bearerScheme  = "bearer"
	basicScheme   = "basic"
	header        = "authorization"
	siteHeader    = "sec-fetch-site"
)

// credentials returns the text that the event carries as its token, or "" unless it carries exactly one. With basic, the
// password of the Basic scheme can be the token, too; isPassword reports that it was. Header names are compared without regard
// to case, because a REST API passes them on as the client wrote them. So is the scheme (RFC 9110, section 11.1).
func (e event) credentials(basic bool) (text string, isPassword bool) {
	sent := e.AuthorizationToken
	if sent == "" {
		sent = e.header()
	}

	name, token, found := strings.Cut(sent, " ")
	switch {
	case !found:
		return "", false
	case strings.EqualFold(name, bearerScheme):
		return strings.TrimLeft(token, " "), false
	case basic && strings.EqualFold(name, basicScheme):
		return password(strings.TrimLeft(token, " ")), true
	}

	return "", false
}

// password returns the password of Basic credentials (RFC 7617, section 2): what follows the first colon, because a user name
// has none. It returns "" for text of another form.
func password(encoded string) string {
	plain, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return ""
	}

	_, secret, _ := strings.Cut(string(plain), ":")
	return secret
}

// fromBrowser reports whether a browser sent the request: browsers say how the site of the page relates to the API (Fetch
// Metadata Request Headers), and a page can't prevent it. A TOKEN event does not have the header.
func (e event) fromBrowser() bool {
	for name := range e.Headers {
		if strings.EqualFold(name, siteHeader) {
			return true
		}
	}

	return false
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

// source returns where the request came from; the zero Source for a TOKEN event, which does not say. It reads the address
// from the request's context only: a client can write any address into X-Forwarded-For.
func (e event) source() identity.Source {
	from := e.RequestContext.Identity
	if e.Version == simpleVersion {
		from = e.RequestContext.HTTP
	}

	return identity.Source{IP: from.SourceIP, UserAgent: from.UserAgent, RequestID: e.RequestContext.RequestID}
}

// stage returns the ARN pattern of all routes of the API's stage. API Gateway may reuse an answer from its cache for
// another route, so the policy covers all of them. Each operation decides what the caller may do.
func (e event) stage() string {
	arn := e.MethodARN
	if arn == "" {
		arn = e.RouteARN
	}

	api, rest, _ := strings.Cut(arn, "/")
	stage, _, _ := strings.Cut(rest, "/")
	return api + "/" + stage + "/*"
}
