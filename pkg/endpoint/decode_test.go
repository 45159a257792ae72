package endpoint_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

type thing struct {
	Name  string `json:"name,omitempty"`
	Count int    `json:"count,omitempty"`
	Inner struct {
		Flag bool `json:"flag"`
	} `json:"inner,omitzero"`
	Role  identity.Role `json:"role,omitempty"`
	Parts []*part       `json:"parts,omitempty"`
}

type part struct {
	Flag bool `json:"flag"`
}

// echo returns an operation that answers with its body.
func (d *desk) echo() handler {
	type in struct {
		Body thing `body:"json"`
	}

	return handle(d, endpoint.Mutation[in, thing]{
		Route:  "POST /things",
		Status: 201,
		Decide: func(_ context.Context, r *endpoint.Request[in]) (thing, endpoint.Write, error) {
			return r.In.Body, nil, nil
		},
	})
}

type filters struct {
	Query string                `query:"q"`
	Role  identity.Role         `query:"role"`
	Dead  bool                  `query:"dead"`
	Token identity.TokenID      `path:"token"`
	Page  endpoint.Page         `json:"page"`
	Skip  identity.SolutionRole // neither: the caller cannot set it
}

// list returns an operation with path and query parameters and no body.
func (d *desk) list() handler {
	return handle(d, endpoint.Query[filters, filters]{
		Route: "GET /things/{token}",
		Do:    func(_ context.Context, r *endpoint.Request[filters]) (filters, error) { return r.In, nil },
	})
}

func TestABodyIsOneJSONObjectWithoutUnknownFields(t *testing.T) {
	d := newDesk(t)
	h := d.echo()
	for _, c := range []struct{ name, body, field string }{
		{"an unknown field", `{"name":"x","colour":"red"}`, "colour"},
		{"an unknown field below", `{"inner":{"flag":true,"colour":"red"}}`, "inner.colour"},
		{"a field in other letters", `{"Name":"x"}`, "Name"},
		{"a field in other letters below", `{"inner":{"FLAG":true}}`, "inner.FLAG"},
		{"a field in other letters in a list", `{"parts":[{"flag":true},{"Flag":true}]}`, "parts.1.Flag"},
		{"a field twice", `{"name":"x","name":"y"}`, "name"},
		{"a field twice, spelled otherwise", `{"name":"x","n\u0061me":"y"}`, "name"},
		{"a field twice below", `{"inner":{"flag":true,"flag":false}}`, "inner.flag"},
		{"a field without a name", `{"":1}`, ""},
		{"a field without a name below", `{"inner":{"":1}}`, "inner"},
		{"a field without a name in a list", `{"parts":[{"flag":true},{"":1}]}`, "parts.1"},
		{"null below", `{"inner":{"flag":null}}`, "inner.flag"},
		{"null in a list", `{"parts":[{"flag":true},null]}`, "parts.1"},
		{"a wrong type", `{"count":"7"}`, "count"},
		{"a wrong type below", `{"inner":{"flag":"yes"}}`, "inner.flag"},
		{"a wrong type in a list", `{"name":"x","parts":[{"flag":true},{"flag":"yes"}]}`, "parts.1.flag"},
		{"an object for a text", `{"name":{"flag":true}}`, "name"},
		{"a text for an object in a list", `{"parts":[{"flag":true},"yes"]}`, "parts.1"},
		{"a list for an object", `{"inner":[{"flag":true}]}`, "inner"},
		{"a fraction", `{"count":1.5}`, "count"},
		{"a number that does not fit", `{"count":99999999999999999999}`, "count"},
		{"a text that is none of the choices", `{"role":"root"}`, "role"},
		{"two objects", `{"name":"x"}{"name":"y"}`, ""},
		{"something behind it", `{"name":"x"} x`, ""},
		{"a bracket too many", `{"name":"x"}}`, ""},
		{"a list", `[{"name":"x"}]`, ""}, {"a text", `"x"`, ""}, {"null", `null`, ""}, {"null with space", " null\n", ""}, {"a number", `7`, ""},
		{"nothing", ``, ""}, {"white space", "  \n", ""}, {"half an object", `{"name":"x"`, ""}, {"no JSON", `name=x`, ""},
		{"a comment", `{"name":"x"/**/}`, ""}, {"a trailing comma", `{"name":"x",}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d.call(h, ask(d.ada, "POST").json(c.body)).mustBe(t, 400, identity.InvalidRequest, c.field)
		})
	}

	ok := `{"name":"x","count":7,"inner":{"flag":true},"role":"owner","parts":[{"flag":true},{"flag":true}]}`
	d.call(h, ask(d.ada, "POST").json(" "+ok+"\r\n")).mustSay(t, 201, ok)
}

func TestABodyMayComeAsBase64AndHoldAnyText(t *testing.T) {
	d := newDesk(t)
	r := ask(d.ada, "POST").json(base64.StdEncoding.EncodeToString([]byte(`{"name":"Zoë 🦉","role":"user"}`)))
	r.IsBase64Encoded = true
	d.call(d.echo(), r).mustSay(t, 201, `{"name":"Zoë 🦉","role":"user"}`)
}

func TestABodyIsAtMostSixtyFourKilobytes(t *testing.T) {
	d := newDesk(t)
	h := d.echo()
	fits := `{"role":"user","name":"` + strings.Repeat("x", 64<<10-len(`{"role":"user","name":""}`)) + `"}`
	if got := d.call(h, ask(d.ada, "POST").json(fits)); got.status != 201 {
		t.Errorf("%d bytes: %d", len(fits), got.status)
	}

	d.call(h, ask(d.ada, "POST").json(fits+" ")).mustBe(t, 413, identity.PayloadTooLarge, "")
	d.call(d.list(), ask(d.ada, "GET").param("token", "tok_aaaaaaaaaaa").json(fits+" ")).mustBe(t, 413, identity.PayloadTooLarge, "")
}

func TestATextIsAtMostAsLongAsItsFieldSays(t *testing.T) {
	d := newDesk(t)
	type short struct {
		Text string `json:"text" max:"5"`
	}

	type in struct {
		Body short `body:"json"`
	}

	h := handle(d, endpoint.Mutation[in, short]{
		Route:  "POST /things",
		Status: 201,
		Decide: func(_ context.Context, r *endpoint.Request[in]) (short, endpoint.Write, error) {
			return r.In.Body, nil, nil
		},
	})
	if got := d.call(h, ask(d.ada, "POST").json(`{"text":"ééééé"}`)); got.status != 201 {
		t.Errorf("five characters: %d", got.status)
	}

	d.call(h, ask(d.ada, "POST").json(`{"text":"éééééé"}`)).mustBe(t, 400, identity.InvalidRequest, "text")
}

func TestABodyIsDeclaredToBeJSON(t *testing.T) {
	d := newDesk(t)
	for media, ok := range map[string]bool{
		"application/json": true, "application/json; charset=utf-8": true, "Application/JSON": true,
		"application/merge-patch+json": false, "application/json-patch+json": false, "application/vnd.api+json": false,
		"": false, "text/plain": false, "application/x-www-form-urlencoded": false, "application/jsonp": false, "json": false, ";": false, "text/html; x=+json": false,
	} {
		got := d.call(d.echo(), ask(d.ada, "POST").json(`{"role":"user"}`).header("Content-Type", media))
		if ok && got.status != 201 {
			t.Errorf("%q: %d %s", media, got.status, got.body)
		} else if !ok {
			got.mustBe(t, 415, identity.UnsupportedMediaType, "")
		}
	}
}

func TestAnOperationThatTakesNoBodyIsSentNone(t *testing.T) {
	d := newDesk(t)
	d.call(d.list(), ask(d.ada, "GET").param("token", "tok_aaaaaaaaaaa").json(`{}`)).mustBe(t, 400, identity.InvalidRequest, "")
}

func TestQueryParametersAreKnownGivenOnceAndWellFormed(t *testing.T) {
	d := newDesk(t)
	h := d.list()
	for _, c := range []struct {
		name   string
		values []string
		field  string
	}{
		{"colour", []string{"red"}, "colour"}, {"Role", []string{"owner"}, "Role"}, {"token", []string{"tok_aaaaaaaaaaa"}, "token"}, {"", []string{"x"}, ""},
		{"role", []string{"owner", "admin"}, "role"}, {"q", []string{"a", "a"}, "q"}, {"role", []string{"root"}, "role"}, {"role", []string{""}, "role"},
		{"dead", []string{"maybe"}, "dead"}, {"dead", []string{""}, "dead"}, {"dead", []string{"1"}, "dead"}, {"dead", []string{"True"}, "dead"},
		{"q", []string{""}, "q"}, {"limit", []string{""}, "limit"}, {"cursor", []string{""}, "cursor"},
		{"q", []string{"a\x00"}, "q"}, {"q", []string{"a\n"}, "q"}, {"q", []string{"a\x7f"}, "q"}, {"q", []string{"a\u0085"}, "q"}, {"q", []string{"a\xff"}, "q"},
		{"limit", []string{"+5"}, "limit"}, {"limit", []string{"05"}, "limit"}, {"limit", []string{" 5"}, "limit"},
		{"limit", []string{"0"}, "limit"}, {"limit", []string{"101"}, "limit"}, {"limit", []string{"-1"}, "limit"}, {"limit", []string{"ten"}, "limit"},
		{"limit", []string{"99999999999999999999"}, "limit"}, {"limit", []string{"5", "6"}, "limit"}, {"cursor", []string{"a", "b"}, "cursor"},
	} {
		got := d.call(h, ask(d.ada, "GET").param("token", "tok_aaaaaaaaaaa").query(c.name, c.values...))
		got.mustBe(t, 400, identity.InvalidRequest, c.field)
	}

	got := d.call(h, ask(d.ada, "GET").param("token", "tok_aaaaaaaaaaa").query("q", "a&role=owner#%2F ü").query("dead", "true").query("role", "admin"))
	got.mustSay(t, 200, `{"Query":"a\u0026role=owner#%2F ü","Role":"admin","Dead":true,"Token":"tok_aaaaaaaaaaa","page":{"Limit":25,"After":""},"Skip":""}`)
}

func TestAPathWithAnythingInItIsAnIDOrTheIDOfNothing(t *testing.T) {
	d := newDesk(t)
	for _, id := range []string{
		"tok_aaaaaaaaaa/", "tok_aaaaa%2Faaaa", "tok_aaaaaaaa#x", "tok_%", "%zz", "..", "", "tok_aaaaaaaaaa ", "usr_01kjm9wrv0g2g8f7zq5h3n4x6y",
		"tok_\x1faaaaaaaaaa", "tok_ééééé", "\xff", strings.Repeat("a", 10000),
	} {
		r := ask(d.ada, "GET").param("token", id)
		r.Path, r.RequestContext.Path = "/things/"+id, "/v1/things/"+id
		d.call(d.list(), r).mustBe(t, 404, identity.NotFound, "")
	}
}

func TestAPathThatIsNoURLStillLeadsToTheOperation(t *testing.T) {
	d := newDesk(t)
	for _, path := range []string{"/v1/things/a#b", "/v1/things/%", "/v1/things/%zz", "/v1//x", "things", "", "/v1/\x7f", "/v1/a?b", "http://evil.example/x"} {
		r := ask(d.ada, "GET").param("token", "tok_aaaaaaaaaaa")
		r.Path, r.RequestContext.Path = path, path
		if got := d.call(d.list(), r); got.status != 200 {
			t.Errorf("%q: %d %s", path, got.status, got.body)
		}
	}
}

// versioned returns an operation that changes a thing at version 7.
func (d *desk) versioned() handler {
	return handle(d, endpoint.Mutation[endpoint.None, string]{
		Route:     "PATCH /things",
		Versioned: true,
		Decide: func(_ context.Context, r *endpoint.Request[endpoint.None]) (string, endpoint.Write, error) {
			if err := identity.SameVersion(r.Version, 7); err != nil {
				return "", nil, err
			}

			r.ETag(8)
			return "changed", nil, nil
		},
	})
}

func TestAChangeSaysWhichVersionItMeans(t *testing.T) {
	d := newDesk(t)
	h := d.versioned()
	d.call(h, ask(d.ada, "PATCH")).mustBe(t, 428, identity.VersionRequired, "")

	for _, malformed := range []string{"", "7", `"7`, `""7""`, `*, "7"`, `"7" "8"`, `w/"7"`, ","} {
		d.call(h, ask(d.ada, "PATCH").header("If-Match", malformed)).mustBe(t, 400, identity.InvalidRequest, "If-Match")
	}

	for _, other := range []string{`"x"`, `"0"`, `"-1"`, `"07"`, `"+7"`, `"8"`, `"1", "8"`, `""`, `"99999999999999999999"`, `"99", W/"7"`} {
		d.call(h, ask(d.ada, "PATCH").header("If-Match", other)).mustBe(t, 412, identity.VersionMismatch, "")
	}

	weak := d.call(h, ask(d.ada, "PATCH").header("If-Match", `W/"7"`)).mustBe(t, 412, identity.VersionMismatch, "")
	if !strings.Contains(weak.Detail, "proxy") {
		t.Errorf("a weak tag is refused with %q", weak.Detail)
	}

	for _, right := range [][]string{{` "7" `}, {`*`}, {`"99", "7"`}, {`"99"`, `"7"`}, {`"7",, "8"`}, {`W/"7", "7"`}} {
		got := d.call(h, ask(d.ada, "PATCH").header("if-match", right...))
		if got.mustSay(t, 200, `"changed"`); got.header.Get("ETag") != `"8"` {
			t.Errorf("%q: %v", right, got.header)
		}
	}
}

func TestAConditionalOperationChangesAnyVersionUnlessTheCallerNamesOne(t *testing.T) {
	d := newDesk(t)
	h := handle(d, endpoint.Mutation[endpoint.None, string]{
		Route:       "POST /things",
		Conditional: true,
		Decide: func(_ context.Context, r *endpoint.Request[endpoint.None]) (string, endpoint.Write, error) {
			return "changed", nil, identity.SameVersion(r.Version, 7)
		},
	})

	d.call(h, ask(d.ada, "POST")).mustSay(t, 200, `"changed"`)
	d.call(h, ask(d.ada, "POST").header("If-Match", `"7"`)).mustSay(t, 200, `"changed"`)
	d.call(h, ask(d.ada, "POST").header("If-Match", "*")).mustSay(t, 200, `"changed"`)
	d.call(h, ask(d.ada, "POST").header("If-Match", `"6"`)).mustBe(t, 412, identity.VersionMismatch, "")
	d.call(h, ask(d.ada, "POST").header("If-Match", "")).mustBe(t, 400, identity.InvalidRequest, "If-Match")
}

func TestAGetThatTheCallerHasAlreadyIsNotSentAgain(t *testing.T) {
	d := newDesk(t)
	get := handle(d, endpoint.Query[endpoint.None, string]{
		Route: "GET /things",
		Do: func(_ context.Context, r *endpoint.Request[endpoint.None]) (string, error) {
			r.ETag(7)
			return "thing", nil
		},
	})

	for _, method := range []string{"GET", "HEAD"} {
		for _, same := range []string{`"7"`, `W/"7"`, `"6", "7"`, `*`} {
			got := d.call(get, ask(d.ada, method).header("If-None-Match", same))
			if got.status != 304 || got.body != "" || got.header.Get("ETag") != `"7"` {
				t.Errorf("%s with If-None-Match %s: %d %q %v", method, same, got.status, got.body, got.header)
			}
		}

		for _, other := range []string{`"8"`, "7", `"7`, ""} {
			d.call(get, ask(d.ada, method).header("If-None-Match", other)).mustSay(t, 200, `"thing"`)
		}
	}

	d.call(d.versioned(), ask(d.ada, "PATCH").header("If-Match", "*").header("If-None-Match", `"8"`)).mustSay(t, 200, `"changed"`)
}

// pages returns a list whose every page has a next one.
func (d *desk) pages(route string) handler {
	type in struct {
		Org  identity.OrgID `path:"org"`
		Role string         `query:"role"`
		Page endpoint.Page
	}

	type out struct {
		After      string
		NextCursor *string
	}

	permission := endpoint.AnyMember
	if !strings.Contains(route, "{org}") {
		permission = ""
	}

	return handle(d, endpoint.Query[in, out]{
		Route:      route,
		Permission: permission,
		Do: func(_ context.Context, r *endpoint.Request[in]) (out, error) {
			if r.In.Page.Limit == 99 {
				return out{}, errors.New("the list broke after its link was made" + *r.Next("x"))
			}
			return out{r.In.Page.After, r.Next("position/ü")}, nil
		},
	})
}

func TestACursorLeadsOnFromWhereItWasMade(t *testing.T) {
	d := newDesk(t)
	h := d.pages("GET /organizations/{org}/things")
	r := func() request {
		r := ask(d.ada, "GET").param("org", string(d.ada.Org)).query("role", "a b&c").query("limit", "2")
		r.RequestContext.Path = "/v1/things"
		return r
	}

	first := d.call(h, r())
	cursor := cursorOf(t, first)
	link := first.header.Get("Link")
	if link != `</v1/things?cursor=`+cursor+`&limit=2&role=a+b%26c>; rel="next"` || strings.ContainsAny(cursor, "+/=") {
		t.Errorf("the link is %s", link)
	}

	if second := d.call(h, r().query("cursor", cursor).query("limit", "50")); !strings.HasPrefix(second.body, `{"After":"position/ü"`) {
		t.Errorf("%s", second.body)
	}

	if broken := d.call(h, r().query("limit", "99")); broken.status != 500 || broken.header.Get("Link") != "" {
		t.Errorf("a failure with a link: %d %v", broken.status, broken.header)
	}
}

// TestAHeadIsAnsweredLikeAGet includes the body, from which API Gateway computes the Content-Length that a GET would have. A
// cursor is good for both methods.
func TestAHeadIsAnsweredLikeAGet(t *testing.T) {
	d := newDesk(t)
	h := d.pages("GET /organizations/{org}/things")
	in := func(org identity.OrgID, name, value string) func(method string) request {
		return func(method string) request { return ask(d.ada, method).param("org", string(org)).query(name, value) }
	}

	cursor := cursorOf(t, d.call(h, in(d.ada.Org, "role", "owner")("HEAD")))
	for status, of := range map[int]func(string) request{
		200: func(method string) request { return in(d.ada.Org, "role", "owner")(method).query("cursor", cursor) },
		400: in(d.ada.Org, "color", "red"),
		404: in(d.bob.Org, "role", "owner"),
		500: in(d.ada.Org, "limit", "99"),
	} {
		get, head := d.call(h, of("GET")), d.call(h, of("HEAD"))
		if get.status != status || !reflect.DeepEqual(head, get) {
			t.Errorf("a HEAD is answered with %d %v %s, want %d as of a GET: %d %v %s",
				head.status, head.header, head.body, status, get.status, get.header, get.body)
		}
	}
}

func cursorOf(t *testing.T, r reply) string {
	t.Helper()
	_, rest, ok := strings.Cut(r.body, `"NextCursor":"`)
	if !ok {
		t.Fatalf("%d %s", r.status, r.body)
	}

	return strings.TrimSuffix(rest, `"}`)
}

func TestACursorBelongsToItsCallerListAndFilters(t *testing.T) {
	d := newDesk(t)
	h, other := d.pages("GET /organizations/{org}/things"), d.pages("GET /organizations/{org}/others")
	mine := func() request {
		return ask(d.ada, "GET").param("org", string(d.ada.Org)).query("role", "owner")
	}

	cursor := cursorOf(t, d.call(h, mine()))
	for name, c := range map[string]struct {
		h handler
		r request
	}{
		"another caller in another organization": {h, ask(d.bob, "GET").param("org", string(d.bob.Org)).query("role", "owner")},
		"another list":                           {other, mine()},
		"another filter":                         {h, mine().query("role", "admin")},
		"no filter":                              {h, ask(d.ada, "GET").param("org", string(d.ada.Org))},
	} {
		t.Run(name, func(t *testing.T) {
			d.call(c.h, c.r.query("cursor", cursor)).mustBe(t, 400, identity.InvalidRequest, "cursor")
		})
	}

	ours := d.pages("GET /things") // the path names no organization, so that nothing but the caller differs
	shared := func(m identity.Membership) request { return ask(m, "GET").param("org", string(d.ada.Org)) }
	theirs := cursorOf(t, d.call(ours, shared(d.ada)))
	d.call(ours, shared(d.bob).query("cursor", theirs)).mustBe(t, 400, identity.InvalidRequest, "cursor")

	for _, bad := range []string{"x", "!", cursor[:10], cursor[1:], "A" + cursor[1:], strings.Repeat("A", 16)} {
		if bad != cursor {
			d.call(h, mine().query("cursor", bad)).mustBe(t, 400, identity.InvalidRequest, "cursor")
		}
	}
}

// TestABodyIsUndamagedText sends text that decoders and proxies replace silently.
func TestABodyIsUndamagedText(t *testing.T) {
	d := newDesk(t)
	type in struct {
		Body struct {
			Name string `json:"name"`
		} `body:"json"`
	}

	h := handle(d, endpoint.Mutation[in, string]{
		Route: "PUT /things",
		Decide: func(_ context.Context, r *endpoint.Request[in]) (string, endpoint.Write, error) {
			return r.In.Body.Name, nil, nil
		},
	})

	for _, damaged := range []string{
		"Jos\xe9", "\xff", "\xed\xa0\x80", "Jos\ufffd", `Jos\ufffd`, `Jos\uFFFD`, `A\ud800B`, `A\udc00B`, `A\uD800`, `\ud800\ud800`,
		`\udc00\ud800`, `\ud83d\\ude00`,
	} {
		d.call(h, ask(d.ada, "PUT").json(`{"name":"`+damaged+`"}`)).mustBe(t, 400, identity.InvalidRequest, "")
	}

	for text, want := range map[string]string{
		"Jos\u00e9":        "Jos\u00e9",
		`Jos\u00e9`:        "Jos\u00e9",
		`\ud83d\ude00`:     "\U0001f600",
		`\\ud800`:          `\ud800`,
		`a\\\u0041`:        `a\A`,
		"\U0001f600":       "\U0001f600",
		`\"\\\/\b\f\n\r\t`: "\"\\/\b\f\n\r\t",
	} {
		got := d.call(h, ask(d.ada, "PUT").json(`{"name":"`+text+`"}`))
		quoted, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}

		got.mustSay(t, 200, string(quoted))
	}

	latin := ask(d.ada, "PUT").json(`{"name":"Ada"}`).header("Content-Type", "application/json; charset=iso-8859-1")
	d.call(h, latin).mustBe(t, 415, identity.UnsupportedMediaType, "")

	for _, charset := range []string{"utf-8", "UTF-8"} {
		d.call(h, ask(d.ada, "PUT").json(`{"name":"Ada"}`).header("Content-Type", "application/json; charset="+charset)).mustSay(t, 200, `"Ada"`)
	}
}

// TestAFieldThatIsRequiredIsMissed sends bodies without one. Its zero value would be a valid one.
func TestAFieldThatIsRequiredIsMissed(t *testing.T) {
	d := newDesk(t)
	type in struct {
		Body struct {
			Note  *string  `json:"note,omitempty"`
			Text  string   `json:"text"`
			Lines []string `json:"lines"`
			Parts []part   `json:"parts,omitempty"`
		} `body:"json"`
	}

	h := handle(d, endpoint.Mutation[in, string]{
		Route: "POST /things",
		Decide: func(context.Context, *endpoint.Request[in]) (string, endpoint.Write, error) {
			return "taken", nil, nil
		},
	})

	for body, field := range map[string]string{
		`{"lines":[]}`:                        "text",
		`{"text":""}`:                         "lines",
		`{"text":null,"lines":[]}`:            "text",
		`{"text":"","lines":null}`:            "lines",
		`{"text":"","lines":[null]}`:          "lines.0",
		`{"text":"","lines":[],"parts":[{}]}`: "parts.0.flag",
	} {
		d.call(h, ask(d.ada, "POST").json(body)).mustBe(t, 400, identity.InvalidRequest, field)
	}

	for _, field := range []string{"text", "lines"} {
		if got := d.call(h, ask(d.ada, "POST").json(`{"note":"x"}`)); !strings.Contains(got.body, `"field":"`+field+`"`) {
			t.Errorf("without both, the refusal does not name %s: %s", field, got.body)
		}
	}

	d.call(h, ask(d.ada, "POST").json(`{"text":"","lines":[]}`)).mustSay(t, 200, `"taken"`)
}

// TestATimeThatIsNoneIsNamed sends what encoding/json refuses without a field's name.
func TestATimeThatIsNoneIsNamed(t *testing.T) {
	d := newDesk(t)
	type in struct {
		Body struct {
			At    *time.Time `json:"at,omitempty"`
			Parts []struct {
				Until time.Time `json:"until"`
			} `json:"parts,omitempty"`
		} `body:"json"`
	}

	h := handle(d, endpoint.Mutation[in, in]{
		Route:  "POST /things",
		Decide: func(_ context.Context, r *endpoint.Request[in]) (in, endpoint.Write, error) { return r.In, nil, nil },
	})

	for _, wrong := range []string{`"yesterday"`, `"2026-11-01"`, `"2026-13-01T00:00:00Z"`, `""`, `7`, `{}`, `[]`, `true`} {
		d.call(h, ask(d.ada, "POST").json(`{"at":`+wrong+`}`)).mustBe(t, 400, identity.InvalidRequest, "at")
		second := `{"parts":[{"until":"2026-11-01T00:00:00Z"},{"until":` + wrong + `}]}`
		d.call(h, ask(d.ada, "POST").json(second)).mustBe(t, 400, identity.InvalidRequest, "parts.1.until")
	}

	if got := d.call(h, ask(d.ada, "POST").json(`{"at":"2026-11-01T01:00:00+01:00"}`)); got.status != 200 {
		t.Errorf("a time with an offset: %d %s", got.status, got.body)
	}
}

// TestAPatchIsOfATypeThatIsImplemented sends documents whose meaning would be another one.
func TestAPatchIsOfATypeThatIsImplemented(t *testing.T) {
	d := newDesk(t)
	type in struct {
		Body struct {
			Name string `json:"name"`
		} `body:"json"`
	}

	h := handle(d, endpoint.Mutation[in, in]{
		Route:  "PATCH /things",
		Decide: func(_ context.Context, r *endpoint.Request[in]) (in, endpoint.Write, error) { return r.In, nil, nil },
	})

	for _, media := range []string{"application/json-patch+json", "application/vnd.api+json", "text/plain", ""} {
		got := d.call(h, ask(d.ada, "PATCH").json(`{"name":"x"}`).header("Content-Type", media))
		got.mustBe(t, 415, identity.UnsupportedMediaType, "")
		if accepted := got.header.Get("Accept-Patch"); accepted != "application/json, application/merge-patch+json" {
			t.Errorf("%q: Accept-Patch is %q", media, accepted)
		}
	}
}

// TestAWholeNumberMayHaveAFraction follows JSON Schema, for which 3.0 is an integer.
func TestAWholeNumberMayHaveAFraction(t *testing.T) {
	d := newDesk(t)
	type in struct {
		Body struct {
			Days *int64 `json:"days"`
			Name string `json:"name,omitempty"`
		} `body:"json"`
	}

	h := handle(d, endpoint.Mutation[in, in]{
		Route:  "POST /things",
		Decide: func(_ context.Context, r *endpoint.Request[in]) (in, endpoint.Write, error) { return r.In, nil, nil },
	})

	for written, want := range map[string]string{
		"3":      `{"Body":{"days":3,"name":"3.0"}}`,
		"3.0":    `{"Body":{"days":3,"name":"3.0"}}`,
		"30e-1":  `{"Body":{"days":3,"name":"3.0"}}`,
		"1.5E+1": `{"Body":{"days":15,"name":"3.0"}}`,
		"-0.0":   `{"Body":{"days":0,"name":"3.0"}}`,
	} {
		body := `{ "days" : ` + written + ` , "name" : "3.0" }`
		d.call(h, ask(d.ada, "POST").json(body)).mustSay(t, 200, want)
	}

	for _, wrong := range []string{"3.5", "1e15", "1e400", `"3"`, "9223372036854775808"} {
		d.call(h, ask(d.ada, "POST").json(`{"days":`+wrong+`}`)).mustBe(t, 400, identity.InvalidRequest, "days")
	}
}

// TestNullRemovesInAMergePatchOnly follows RFC 7396.
func TestNullRemovesInAMergePatchOnly(t *testing.T) {
	d := newDesk(t)
	type body struct {
		Phone *string  `json:"phone,omitempty"`
		Name  *string  `json:"name,omitempty"`
		Count *int     `json:"count,omitempty"`
		List  []string `json:"list,omitempty"`
	}
	type in struct {
		Body body `body:"json"`
	}

	h := handle(d, endpoint.Mutation[in, body]{
		Route: "PATCH /things",
		Decide: func(_ context.Context, r *endpoint.Request[in]) (body, endpoint.Write, error) {
			return r.In.Body, nil, nil
		},
	})

	merge := func(text string) request {
		return ask(d.ada, "PATCH").json(text).header("Content-Type", "application/merge-patch+json")
	}

	d.call(h, merge(`{"phone":null}`)).mustSay(t, 200, `{"phone":""}`)
	d.call(h, merge(`{"name":"Ada"}`)).mustSay(t, 200, `{"name":"Ada"}`)
	d.call(h, merge(`{"count":null}`)).mustBe(t, 400, identity.InvalidRequest, "count")

	for _, field := range []string{"phone", "name", "count", "list"} {
		d.call(h, ask(d.ada, "PATCH").json(`{"`+field+`":null}`)).mustBe(t, 400, identity.InvalidRequest, field)
	}
}
