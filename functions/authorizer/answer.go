package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/wire"
)

// answer is the authorizer's response. It marshals to the shape that the event's API expects.
type answer struct {
	event     event
	principal string
	allowed   bool
	context   []pair
}

// pair is a name and a value of the context.
type pair struct{ name, value string }

// MarshalJSON returns a simple response for an HTTP API with payload version 2.0, whose authorizer must have simple
// responses enabled, and an IAM policy for every other API.
func (a answer) MarshalJSON() ([]byte, error) { return a.appendJSON(make([]byte, 0, 1024)), nil }

func (a answer) appendJSON(to []byte) []byte {
	if a.event.Version == simpleVersion {
		to = append(to, `{"isAuthorized":`...)
		to = strconv.AppendBool(to, a.allowed)
		return a.appendContext(to)
	}

	effect := "Deny"
	if a.allowed {
		effect = "Allow"
	}

	to = append(to, `{"principalId":`...)
	to = wire.AppendString(to, a.principal)
	to = append(to, `,"policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"`...)
	to = append(to, effect...)
	to = append(to, `","Resource":`...)
	to = wire.AppendString(to, a.event.stage())

	return a.appendContext(append(to, `}]}`...))
}

// appendContext appends the context as the last member of an object.
func (a answer) appendContext(to []byte) []byte {
	to = append(to, `,"context":{`...)
	for i, p := range a.context {
		if i > 0 {
			to = append(to, ',')
		}

		to = append(wire.AppendString(to, p.name), ':')
		to = wire.AppendString(to, p.value)
	}

	return append(to, `}}`...)
}

// allow returns the answer that admits the caller. Its context is what the API's functions learn about the caller.
func allow(e event, c identity.Caller, role identity.Role, lease identity.Lease) answer {
	context := make([]pair, 0, 10)
	if c.CurrentKnown {
		context = append(context, pair{"currentOrgId", string(c.CurrentOrg)})
	}

	context = append(context,
		pair{"expiresAt", lease.Expires.Format(time.RFC3339)},
		pair{"kind", string(c.Kind)},
		pair{"leaseExpiresAt", lease.Until.Format(time.RFC3339)},
		pair{"orgId", string(c.Org)},
		pair{"permissions", joined(c.Scopes.Permissions())},
		pair{"role", string(role)},
		pair{"scopes", strings.Join(c.Scopes.APIScopes(), " ")},
		pair{"tokenId", c.Credential},
		pair{"userId", string(c.User)},
	)

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
		context: []pair{
			{"challenge", challenge},
			{"detail", refusal.Detail},
			{"problem", string(refusal.Problem)},
			{"title", refusal.Problem.Title()},
		},
	}
}

// joined returns the names of permissions, separated by spaces.
func joined(permissions []identity.Permission) string {
	var names strings.Builder
	names.Grow(256)
	for i, p := range permissions {
		if i > 0 {
			names.WriteByte(' ')
		}

		names.WriteString(string(p))
	}

	return names.String()
}
