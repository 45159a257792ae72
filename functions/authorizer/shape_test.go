package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// policy and simple are the two forms of an answer, in full: nothing else may be in them.
const (
	policy = `{"principalId":%q,"policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke",` +
		`"Effect":%q,"Resource":"arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/%s/*"}]},"context":%s}`
	simple = `{"isAuthorized":%v,"context":%s}`
)

func wantAnswer(t *testing.T, name string, principal string, allowed bool, context map[string]string) string {
	t.Helper()
	encoded, err := json.Marshal(context)
	if err != nil {
		t.Fatal(err)
	}

	effect := map[bool]string{true: "Allow", false: "Deny"}[allowed]
	switch name {
	case "http-2":
		return fmt.Sprintf(simple, allowed, encoded)
	case "http-1":
		return fmt.Sprintf(policy, principal, effect, "$default", encoded)
	default:
		return fmt.Sprintf(policy, principal, effect, "v1", encoded)
	}
}

func TestEveryShapeOfEventIsAnsweredInItsOwnForm(t *testing.T) {
	w := newWorld(t)
	pat, storedPAT := w.pat()
	session, storedSession := w.session()
	granted := []struct {
		bearer  string
		context map[string]string
	}{
		{pat.Reveal(), map[string]string{
			"userId": string(w.member.User), "orgId": string(w.member.Org), "tokenId": string(storedPAT.ID), "kind": "pat", "role": "owner",
			"permissions": "management:login members:view members:manage solutions:view-all solutions:view-own solutions:create " +
				"solutions:assign organization:manage profile:self tokens:own audit:view",
			"scopes":         "",
			"leaseExpiresAt": "2026-03-15T12:00:00Z", "expiresAt": "2026-09-01T12:00:00Z",
		}},
		{session.Reveal(), map[string]string{
			"userId": string(w.member.User), "orgId": "", "tokenId": string(storedSession.ID), "kind": "session", "role": "", "permissions": "", "scopes": "",
			"currentOrgId": "", "leaseExpiresAt": "2026-03-01T14:00:00Z", "expiresAt": "2026-03-02T00:00:00Z",
		}},
	}

	refused := map[string]map[string]string{
		"nonsense": {
			"problem":   "malformed-credentials",
			"title":     "No usable credentials were sent",
			"detail":    "Send the header Authorization: Bearer with a Leasehold token.",
			"challenge": `Bearer realm="leasehold"`,
		},
		"lhp_" + strings.Repeat("0", 88): {
			"problem":   "invalid-token",
			"title":     "The token is not valid",
			"detail":    "This is not a Leasehold token. Check that you copied all of it.",
			"challenge": `Bearer realm="leasehold", error="invalid_token", error_description="This is not a Leasehold token. Check that you copied all of it."`,
		},
	}

	for _, name := range shapes {
		for _, g := range granted {
			d, err := w.send(shape(t, name, "Authorization", "Bearer "+g.bearer))
			if want := wantAnswer(t, name, string(w.member.User), true, g.context); err != nil || d.text != want {
				t.Errorf("%s:\ngot  %s, %v\nwant %s", name, d.text, err, want)
			}
		}

		for bearer, context := range refused {
			d, err := w.send(shape(t, name, "Authorization", "Bearer "+bearer))
			if want := wantAnswer(t, name, "nobody", false, context); err != nil || d.text != want {
				t.Errorf("%s:\ngot  %s, %v\nwant %s", name, d.text, err, want)
			}
		}
	}
}

func TestHeaderAndSchemeAreReadInAnyCase(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	for _, name := range shapes {
		for _, header := range []string{"Authorization", "authorization", "AUTHORIZATION", "aUtHoRiZaTiOn"} {
			for _, scheme := range []string{"Bearer ", "bearer ", "BEARER ", "Bearer    "} {
				d, err := w.send(shape(t, name, header, scheme+pat.Reveal()))
				w.must(err)
				d.mustBe(t, "")
			}
		}
	}
}

func TestWhatIsNotOneBearerTokenIsRefused(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	session, _ := w.session()
	text := pat.Reveal()
	w.proxy.Reset()

	for _, credentials := range []string{
		"", " ", "Bearer", "Bearer ", text, "Bearer" + text, "Basic " + text, "Token " + text, "Bearer " + text + " ", "Bearer " + text + ",",
		"Bearer " + text + ", Bearer " + text, "Bearer " + text + " " + session.Reveal(), "Bearer\t" + text, " Bearer " + text, "Bearer " + text[:91],
		"Bearer " + text + "0", "Bearer lhs_" + text[4:], "Bearer \x00" + text, "Bearer Bearer " + text,
	} {
		for _, name := range shapes {
			d, err := w.send(shape(t, name, "Authorization", credentials))
			w.must(err)
			d.mustBe(t, identity.MalformedCredentials)
		}
	}

	for _, name := range shapes { // only the checksum is wrong
		d, err := w.send(shape(t, name, "Authorization", "Bearer "+strings.ToLower(text)))
		w.must(err)
		d.mustBe(t, identity.InvalidToken)
	}

	if n := w.proxy.Counts().Of(self).Requests; n != 0 {
		t.Errorf("malformed tokens cost %d requests to the table", n)
	}
}

func TestAHeaderThatComesTwiceIsRefused(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	good := "Bearer " + pat.Reveal()
	for _, raw := range []string{
		`{"type":"REQUEST","methodArn":"a/b","headers":{"Authorization":%[1]q},"multiValueHeaders":{"Authorization":[%[1]q,%[1]q]}}`,
		`{"type":"REQUEST","methodArn":"a/b","headers":{"Authorization":%[1]q},"multiValueHeaders":{"authorization":["x",%[1]q]}}`,
		`{"type":"REQUEST","methodArn":"a/b","headers":{"Authorization":%[1]q,"authorization":"Bearer x"}}`,
		`{"type":"REQUEST","methodArn":"a/b","headers":{"Authorization":%[1]q},"multiValueHeaders":{"Authorization":[]}}`,
		`{"version":"2.0","type":"REQUEST","routeArn":"a/b","headers":{"authorization":"x,%[2]s"}}`,
	} {
		d, err := w.send(fmt.Appendf(nil, raw, good, good))
		w.must(err)
		d.mustBe(t, identity.MalformedCredentials)
	}
}

func TestForgedHeadersOpenNothing(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	for _, header := range []string{"X-Authorization", "Proxy-Authorization", "X-GoLambdaProxy-ApiGw-Context", "userId", "Authorization "} {
		for _, name := range shapes[1:] {
			raw := shape(t, name, header, "Bearer "+pat.Reveal())
			if name == "http-1" { // API Gateway itself copies the header that the API names; here none was sent
				raw = []byte(strings.Replace(string(raw), "authorizationToken", "notSent", 1))
			}

			d, err := w.send(raw)
			w.must(err)
			d.mustBe(t, identity.MalformedCredentials)
		}
	}
}

func TestAnEventOfNoShapeIsRefused(t *testing.T) {
	w := newWorld(t)
	for _, raw := range []string{`{}`, `{"headers":null}`, `{"version":"3.0"}`, `{"multiValueHeaders":{"Authorization":null}}`} {
		d, err := w.send([]byte(raw))
		w.must(err)
		d.mustBe(t, identity.MalformedCredentials)
	}
}

// TestTheSourceIsWhatAPIGatewaySaysOfTheRequest: a client can write any address into a header.
func TestTheSourceIsWhatAPIGatewaySaysOfTheRequest(t *testing.T) {
	for name, want := range map[string]identity.Source{
		"rest-token":   {},
		"rest-request": {IP: "192.0.2.1", UserAgent: "curl/8.5.0", RequestID: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"},
		"http-1":       {IP: "192.0.2.2", UserAgent: "curl/8.5.1", RequestID: "JKJaXmPLvHcESHA="},
		"http-2":       {IP: "2001:db8::2", UserAgent: "curl/8.5.2", RequestID: "id="},
	} {
		for _, header := range []string{"Authorization", "X-Forwarded-For", "User-Agent"} {
			var e event
			if err := json.Unmarshal(shape(t, name, header, "203.0.113.9"), &e); err != nil {
				t.Fatal(err)
			}

			if got := e.source(); got != want {
				t.Errorf("%s with the header %s: the source is %+v, want %+v", name, header, got, want)
			}
		}
	}
}
