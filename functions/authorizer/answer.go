package main

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// answer is the authorizer's response. It marshals to the shape that the event's API expects.
type answer struct {
	event     event
	principal string
	allowed   bool
	context   map[string]string
}

// MarshalJSON returns a simple response for an HTTP API with payload version 2.0, whose authorizer must have simple
// responses enabled, and an IAM policy for every other API.
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

// allow returns the answer that admits the caller. Its context is what the API's functions learn about the caller.
func allow(e event, c identity.Caller, role identity.Role, lease identity.Lease) answer {
	context := map[string]string{
		"userId":         string(c.User),
		"orgId":          string(c.Org),
		"tokenId":        c.Credential,
		"kind":           string(c.Kind),
		"role":           string(role),
		"permissions":    joined(c.Scopes.Permissions()),
		"scopes":         strings.Join(c.Scopes.APIScopes(), " "),
		"leaseExpiresAt": lease.Until.Format(time.RFC3339),
		"expiresAt":      lease.Expires.Format(time.RFC3339),
	}
	if c.CurrentKnown {
		context["currentOrgId"] = string(c.CurrentOrg)
	}

	return answer{event: e, principal: string(c.User), allowed: true, context: context}
}

// deny returns the answer that rejects the caller. Its context is what the API's ACCESS_DENIED response is made of. The
// details that this package and identity write contain no quotation marks, so they fit into a header and a JSON text
// unchanged. With basic, the challenge names the Basic scheme, too, and first: clients that know only that one often read only
// the first challenge.
func deny(e event, refusal *identity.Error, basic bool) answer {
	challenge := `Bearer realm="leasehold"`
	if refusal.Problem != identity.MalformedCredentials { // which has no error code (RFC 6750, section 3.1)
		challenge += `, error="invalid_token", error_description="` + refusal.Detail + `"`
	}

	if basic {
		challenge = `Basic realm="leasehold", charset="UTF-8", ` + challenge
	}

	return answer{
		event:     e,
		principal: "nobody",
		context: map[string]string{
			"problem":   string(refusal.Problem),
			"title":     refusal.Problem.Title(),
			"detail":    refusal.Detail,
			"challenge": challenge,
		},
	}
}

// joined returns the names of permissions, separated by spaces.
func joined(permissions []identity.Permission) string {
	names := make([]string, len(permissions))
	for i, p := range permissions {
		names[i] = string(p)
	}

	return strings.Join(names, " ")
}
