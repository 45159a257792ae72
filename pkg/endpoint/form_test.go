package endpoint_test

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

type formed struct {
	Text string `json:"text_sent" max:"20"`
}

// form returns a public operation that answers with the form that it got.
func (d *desk) form() handler {
	type in struct {
		Body formed `body:"form"`
	}

	return handle(d, endpoint.Mutation[in, formed]{
		Route:  "POST /forms",
		Public: true,
		Decide: func(_ context.Context, r *endpoint.Request[in]) (formed, endpoint.Write, error) {
			return r.In.Body, nil, nil
		},
	})
}

func TestAFormIsDecoded(t *testing.T) {
	d := newDesk(t)
	for _, media := range []string{"application/x-www-form-urlencoded", "Application/X-WWW-Form-Urlencoded; charset=utf-8"} {
		r := ask(d.ada, "POST").header("Content-Type", media)
		r.Body = url.Values{"text_sent": {"a+b c&é"}, "other": {"1", "2"}}.Encode()
		d.call(d.form(), r).mustSay(t, 200, `{"text_sent":"a+b c\u0026é"}`)
	}
}

func TestAFormThatDoesNotFitGetsAnOAuthError(t *testing.T) {
	d := newDesk(t)
	for name, r := range map[string]request{
		"JSON":                  ask(d.ada, "POST").json(`{"text_sent":"x"}`),
		"no media type":         {ask(d.ada, "POST").APIGatewayProxyRequest},
		"nothing":               ask(d.ada, "POST").header("Content-Type", "application/x-www-form-urlencoded"),
		"a bad escape":          withForm(d, "text_sent=%zz"),
		"the parameter missing": withForm(d, "other=1"),
		"the parameter twice":   withForm(d, "text_sent=1&text_sent=2"),
		"a parameter too long":  withForm(d, "text_sent="+strings.Repeat("x", 21)),
	} {
		t.Run(name, func(t *testing.T) {
			got := d.call(d.form(), r)
			problem := got.mustBe(t, 400, identity.InvalidRequest, "")
			var oauth map[string]any
			if err := json.Unmarshal([]byte(got.body), &oauth); err != nil {
				t.Fatal(err)
			}

			if oauth["error"] != "invalid_request" || oauth["error_description"] != problem.Detail {
				t.Errorf("got %s, want an OAuth error with the same detail", got.body)
			}
		})
	}
}

func withForm(d *desk, body string) request {
	r := ask(d.ada, "POST").header("Content-Type", "application/x-www-form-urlencoded")
	r.Body = body
	return r
}
