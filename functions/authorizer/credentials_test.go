package main

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// basicOf returns an Authorization header of the Basic scheme.
func basicOf(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func TestATokenIsAPasswordOnlyIfTheParameterSaysSo(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	for _, name := range shapes {
		w.a.basic = false
		d, err := w.send(shape(t, name, "Authorization", basicOf("ada", pat.Reveal())))
		w.must(err)
		d.mustBe(t, identity.MalformedCredentials)

		if got := d.Context["challenge"]; got != `Bearer realm="leasehold"` {
			t.Errorf("%s: the challenge is %s, want no Basic", name, got)
		}

		w.a.basic = true
		for _, user := range []string{"ada", "", "x-token", "ü", "name@example.com"} {
			d, err := w.send(shape(t, name, "Authorization", basicOf(user, pat.Reveal())))
			w.must(err)
			d.mustBe(t, "")

			if d.Context["kind"] != "pat" || d.Context["userId"] != string(w.member.User) {
				t.Errorf("%s: the context is %v, want that of the token", name, d.Context)
			}
		}

		for _, scheme := range []string{"basic ", "BASIC ", "Basic   "} {
			d, err := w.send(shape(t, name, "Authorization", strings.Replace(basicOf("", pat.Reveal()), "Basic ", scheme, 1)))
			w.must(err)
			d.mustBe(t, "")
		}

		d, err = w.send(shape(t, name, "Authorization", "Bearer "+pat.Reveal()))
		w.must(err)
		d.mustBe(t, "")
	}
}

func TestWhatIsNotATokenAsPasswordIsRefused(t *testing.T) {
	w := newWorld(t)
	w.a.basic = true
	pat, _ := w.pat()
	session, _ := w.session()
	text := pat.Reveal()
	w.proxy.Reset()

	for name, credentials := range map[string]string{
		"no base64":                    "Basic " + text,
		"base64 for URLs":              "Basic " + base64.RawURLEncoding.EncodeToString([]byte("aa:"+text)),
		"no colon":                     "Basic " + base64.StdEncoding.EncodeToString([]byte(text)),
		"the token as the user":        basicOf(text, ""),
		"a colon before the token":     basicOf("ada", ":"+text),
		"something after the token":    basicOf("ada", text+" "),
		"nothing":                      "Basic ",
		"a session":                    basicOf("ada", session.Reveal()),
		"the scheme of an unknown one": "Digest " + base64.StdEncoding.EncodeToString([]byte("a:"+text)),
	} {
		for _, event := range shapes {
			d, err := w.send(shape(t, event, "Authorization", credentials))
			w.must(err)
			d.mustBe(t, identity.MalformedCredentials)

			if got := d.Context["challenge"]; got != `Basic realm="leasehold", charset="UTF-8", Bearer realm="leasehold"` {
				t.Errorf("%s: the challenge is %s, want both schemes", name, got)
			}
		}
	}

	if n := w.proxy.Counts().Of(self).Requests; n != 0 {
		t.Errorf("malformed passwords cost %d requests to the table", n)
	}
}

func TestABrowserCannotSendATokenAsPassword(t *testing.T) {
	w := newWorld(t)
	w.a.basic = true
	pat, _ := w.pat()
	const raw = `{"version":"2.0","type":"REQUEST","routeArn":"a/b","headers":{"authorization":%q,%q:"cross-site"}}`
	for _, name := range []string{"sec-fetch-site", "Sec-Fetch-Site"} {
		d, err := w.send(fmt.Appendf(nil, raw, basicOf("ada", pat.Reveal()), name))
		w.must(err)
		d.mustBe(t, identity.MalformedCredentials)

		d, err = w.send(fmt.Appendf(nil, raw, "Bearer "+pat.Reveal(), name))
		w.must(err)
		d.mustBe(t, "")
	}
}

func TestTheReasonIsInTheBearerChallenge(t *testing.T) {
	w := newWorld(t)
	w.a.basic = true
	pat, stored := w.pat()
	w.sleepUntil(stored.Until)
	d, err := w.send(shape(t, shapes[0], "Authorization", basicOf("ada", pat.Reveal())))
	w.must(err)
	d.mustBe(t, identity.LeaseLapsed)

	want := `Basic realm="leasehold", charset="UTF-8", Bearer realm="leasehold", error="invalid_token", error_description="` +
		d.Context["detail"] + `"`
	if got := d.Context["challenge"]; got != want {
		t.Errorf("the challenge is %s, want %s", got, want)
	}
}

// eventOf returns the event of a request with an Authorization header.
func eventOf(authorization string) event {
	return event{
		Headers:           map[string]string{"Host": "a", "Authorization": authorization, "Accept": "*/*"},
		MultiValueHeaders: map[string][]string{"Host": {"a"}, "Authorization": {authorization}, "Accept": {"*/*"}},
	}
}

func TestReadingABearerTokenAllocatesNothing(t *testing.T) {
	e := eventOf("Bearer lhp_0123456789")
	for _, basic := range []bool{false, true} {
		if n := testing.AllocsPerRun(100, func() { _, _ = e.credentials(basic) }); n != 0 {
			t.Errorf("with Basic %v, reading a bearer token makes %v allocations, want none", basic, n)
		}
	}
}

// BenchmarkBearer reads the bearer token of an event, which every request does.
func BenchmarkBearer(b *testing.B) {
	e := eventOf("Bearer lhp_0123456789")
	b.ReportAllocs()

	for b.Loop() {
		if text, _ := e.credentials(true); text == "" {
			b.Fatal("no token")
		}
	}
}
