package main

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// event is what API Gateway sends an authorizer, in any of its four shapes: REST API of type TOKEN or REQUEST, HTTP API
// of payload version 1.0 or 2.0.
type event struct {
	Version            string              `json:"version"`
	AuthorizationToken string              `json:"authorizationToken"`
	MethodARN          string              `json:"methodArn"`
	RouteARN           string              `json:"routeArn"`
	Headers            map[string]string   `json:"headers"`
	MultiValueHeaders  map[string][]string `json:"multiValueHeaders"`
}

const (
	simpleVersion = "2.0"
	scheme        = "bearer"
	header        = "authorization"
)

// bearer is the token that the event carries, "" when it carries none or not exactly one. Header names are compared
// without regard to case, as they come from a REST API as the client wrote them; the scheme too (RFC 9110, 11.1).
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

func (e event) header() string {
	for name, values := range e.MultiValueHeaders {
		if strings.EqualFold(name, header) && len(values) != 1 {
			return "" // RFC 6750, 2: one method, once
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

// stage is the ARN pattern of every route of the API's stage. An answer that is served again from API Gateway's cache
// then fits every route; what the caller may do is decided by each operation.
func (e event) stage() string {
	arn := e.MethodARN
	if arn == "" {
		arn = e.RouteARN
	}

	api, rest, _ := strings.Cut(arn, "/")
	stage, _, _ := strings.Cut(rest, "/")
	return api + "/" + stage + "/*"
}

// answer is what an authorizer says. It marshals to the shape that the event's API expects.
type answer struct {
	event     event
	principal string
	allowed   bool
	context   map[string]string
}

// MarshalJSON writes the simple response that an HTTP API of payload version 2.0 takes (its authorizer must have simple
// responses enabled), and for every other API a policy.
func (a answer) MarshalJSON() ([]byte, error) {
	if a.event.Version == simpleVersion {
		return json.Marshal(simpleResponse{a.allowed, a.context})
	}

	effect := "Deny"
	if a.allowed {
		effect = "Allow"
	}

	return json.Marshal(policyResponse{a.principal, policyDocument{
		Version:   "2012-10-17",
		Statement: []statement{{"execute-api:Invoke", effect, a.event.stage()}},
	}, a.context})
}

type simpleResponse struct {
	IsAuthorized bool              `json:"isAuthorized"`
	Context      map[string]string `json:"context"`
}

type policyResponse struct {
	PrincipalID    string            `json:"principalId"`
	PolicyDocument policyDocument    `json:"policyDocument"`
	Context        map[string]string `json:"context"`
}

type policyDocument struct {
	Version   string      `json:"Version"`
	Statement []statement `json:"Statement"`
}

type statement struct {
	Action   string `json:"Action"`
	Effect   string `json:"Effect"`
	Resource string `json:"Resource"`
}

func allow(e event, c identity.Caller, role identity.Role, lease identity.Lease) answer {
	return answer{
		event:     e,
		principal: string(c.User),
		allowed:   true,
		context: map[string]string{
			"userId": string(c.User), "orgId": string(c.Org), "tokenId": c.Credential, "kind": string(c.Kind),
			"role": string(role), "permissions": permissions(role),
			"leaseExpiresAt": lease.Until.Format(time.RFC3339), "expiresAt": lease.Expires.Format(time.RFC3339),
		},
	}
}

// deny carries what the API's ACCESS_DENIED response is made of. The details that this package and identity write hold no
// quotation marks, so that they fit a header and a JSON text as they are.
func deny(e event, refusal *identity.Error) answer {
	return answer{
		event:     e,
		principal: "nobody",
		context: map[string]string{
			"problem": string(refusal.Problem), "title": refusal.Problem.Title(), "detail": refusal.Detail,
			"challenge": `Bearer realm="leasehold", error="invalid_token", error_description="` + refusal.Detail + `"`,
		},
	}
}

func permissions(r identity.Role) string {
	var names []string
	for _, p := range r.Permissions() {
		names = append(names, string(p))
	}

	return strings.Join(names, " ")
}
