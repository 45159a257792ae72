package endpoint_test

import (
	"context"
	"testing"

	"github.com/leasehold-dev/leasehold/pkg/endpoint"
)

// TestAddressesAreThoseOfTheRequestContext asks for the next page and for what was created on each kind of domain, with
// headers that name another host.
func TestAddressesAreThoseOfTheRequestContext(t *testing.T) {
	d := newDesk(t)
	pages := d.pages("GET /me/things")
	creates := handle(d, endpoint.Mutation[endpoint.None, endpoint.None]{
		Route: "POST /me/things",
		Decide: func(_ context.Context, r *endpoint.Request[endpoint.None]) (endpoint.None, endpoint.Write, error) {
			r.Created("/me/things/tok_aaaaaaaaaaa")
			return endpoint.None{}, nil, nil
		},
	})

	for name, c := range map[string]struct{ domain, path, want string }{
		"the stage":                     {"abc.execute-api.eu-central-1.amazonaws.com", "/v1/me/things", "https://abc.execute-api.eu-central-1.amazonaws.com/v1/me/things"},
		"a custom domain":               {"api.example.com", "/v1/me/things", "https://api.example.com/v1/me/things"},
		"another base path":             {"api.example.com", "/people/me/things", "https://api.example.com/people/me/things"},
		"a base path of several levels": {"api.example.com", "/a/b/me/things", "https://api.example.com/a/b/me/things"},
		"no base path":                  {"api.example.com", "/me/things", "https://api.example.com/me/things"},
		"the runner":                    {"127.0.0.1:3000", "/v1/me/things", "http://127.0.0.1:3000/v1/me/things"},
		"the runner by name":            {"localhost:3000", "/v1/me/things", "http://localhost:3000/v1/me/things"},
		"the runner in IPv6":            {"[::1]:3000", "/v1/me/things", "http://[::1]:3000/v1/me/things"},
		"no domain":                     {"", "/v1/me/things", "/v1/me/things"},
	} {
		t.Run(name, func(t *testing.T) {
			forged := func(method string) request {
				r := ask(d.ada, method).param("org", string(d.ada.Org))
				r.RequestContext.DomainName, r.RequestContext.Path = c.domain, c.path
				for _, header := range []string{"Host", "X-Forwarded-Host", "X-Forwarded-Server", "X-Original-Host"} {
					r = r.header(header, "evil.example")
				}

				return r.header("Forwarded", "host=evil.example;proto=ftp").header("X-Forwarded-Proto", "ftp").
					header("X-Forwarded-Prefix", "/evil").header("X-Original-URL", "/evil")
			}

			first := d.call(pages, forged("GET"))
			if link := first.header.Get("Link"); link != "<"+c.want+"?cursor="+cursorOf(t, first)+`>; rel="next"` {
				t.Errorf("the link is %s", link)
			}

			if location := d.call(creates, forged("POST")).header.Get("Location"); location != c.want+"/tok_aaaaaaaaaaa" {
				t.Errorf("the location is %s", location)
			}
		})
	}
}
