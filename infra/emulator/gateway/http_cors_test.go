package gateway

import (
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// corsHeaders returns the CORS headers of a reply.
func corsHeaders(got reply) map[string]string {
	headers := map[string]string{}
	for name := range got.header {
		if len(name) > 15 && name[:15] == "Access-Control-" {
			headers[name[15:]] = got.header.Get(name)
		}
	}

	return headers
}

func serveCORS(t *testing.T, change func(*system)) *system {
	t.Helper()
	return serveHTTP(t, func(s *system) {
		s.api.CORS = &template.CORS{
			AllowCredentials: true,
			Origins:          []string{"https://app.example.com", "http://*"},
			Headers:          []string{"authorization", "x-extra"},
			Methods:          []string{"GET", "POST"},
			Exposed:          []string{"etag"},
			MaxAge:           "60",
		}
		if change != nil {
			change(s)
		}
	})
}

const page = "https://app.example.com"

func TestAnHTTPAPIWithCORSAnswersPreflightsWithoutARoute(t *testing.T) {
	s := serveCORS(t, nil)
	for _, path := range []string{"/guarded", "/nowhere"} {
		got := s.do(t, "OPTIONS", path, "", "Origin", page, "Access-Control-Request-Method", "GET")
		got.want(t, 204, "")

		if headers := corsHeaders(got); headers["Allow-Origin"] != page ||
			headers["Allow-Credentials"] != "true" ||
			headers["Allow-Headers"] != "authorization,x-extra" ||
			headers["Allow-Methods"] != "GET,POST" ||
			headers["Max-Age"] != "60" ||
			headers["Expose-Headers"] != "" {
			t.Errorf("the headers are %v", headers)
		}
	}

	got := s.do(t, "OPTIONS", "/guarded", "", "Origin", "https://evil.example", "Access-Control-Request-Method", "GET")
	if headers := corsHeaders(got); got.status != 204 || len(headers) > 0 {
		t.Errorf("got %d, %v for an origin that is not allowed, want 204 without CORS headers", got.status, headers)
	}

	for _, headers := range [][]string{nil, {"Origin", page}, {"Access-Control-Request-Method", "GET"}} {
		s.do(t, "OPTIONS", "/guarded", "", headers...).want(t, 404, `{"message":"Not Found"}`)
	}

	s.mustHaveCalledNobody(t)
	serveHTTP(t, nil).do(t, "OPTIONS", "/guarded", "", "Origin", page, "Access-Control-Request-Method", "GET").
		want(t, 404, `{"message":"Not Found"}`)
}

// AWS documents this for the default route (Configure CORS for HTTP APIs), and users report it for ANY (anomalyco/sst issue
// 5493): a preflight that matches a route goes to the route's authorizer and function.
func TestAPreflightOfARouteGoesToTheRoute(t *testing.T) {
	s := serveCORS(t, func(s *system) {
		s.answer["work"] = says(`{"statusCode":200,"headers":{"access-control-allow-origin":"*","X-Own":"1"},"body":"fine"}`)
	})
	s.do(t, "OPTIONS", "/old/1", "", "Origin", page, "Access-Control-Request-Method", "GET").
		want(t, 401, `{"message":"Unauthorized"}`)

	got := s.do(t, "OPTIONS", "/open", "", "Origin", page, "Access-Control-Request-Method", "GET")
	got.want(t, 200, "fine")

	if headers := corsHeaders(got); headers["Allow-Origin"] != page || headers["Allow-Methods"] != "GET,POST" {
		t.Errorf("the headers are %v, want those of the API", headers)
	}
}

func TestTheCORSHeadersOfAnHTTPAPIReplaceThoseOfTheFunction(t *testing.T) {
	s := serveCORS(t, func(s *system) {
		s.answer["work"] = says(`{"statusCode":200,"headers":{"access-control-allow-origin":"*","Access-Control-Max-Age":"1","X-Own":"1"},"body":"fine"}`)
	})

	for origin, want := range map[string]string{
		page:                    page,
		"http://localhost:5173": "http://localhost:5173",
		"https://evil.example":  "",
		"null":                  "",
		"":                      "",
	} {
		got := s.do(t, "GET", "/open", "", "Origin", origin)
		got.want(t, 200, "fine")

		headers := corsHeaders(got)
		if headers["Allow-Origin"] != want || headers["Max-Age"] != "" || got.header.Get("X-Own") != "1" {
			t.Errorf("%q: the headers are %v, want the origin %q", origin, headers, want)
		}

		if want != "" && (headers["Expose-Headers"] != "etag" || headers["Allow-Credentials"] != "true") {
			t.Errorf("%q: the headers are %v, want the exposed headers and credentials", origin, headers)
		}
	}

	got := s.do(t, "GET", "/guarded", "", "Origin", page)
	got.want(t, 401, `{"message":"Unauthorized"}`)

	if headers := corsHeaders(got); headers["Allow-Origin"] != page {
		t.Errorf("the headers are %v, want the origin", headers)
	}
}

func TestAllOriginsAreOneStar(t *testing.T) {
	s := serveCORS(t, func(s *system) { s.api.CORS = &template.CORS{Origins: []string{"*"}} })
	if headers := corsHeaders(s.do(t, "GET", "/open", "", "Origin", page)); len(headers) != 1 || headers["Allow-Origin"] != "*" {
		t.Errorf("the headers are %v, want *", headers)
	}
}

func TestARouteCanWaitLessThanTheGateway(t *testing.T) {
	s := serveHTTP(t, func(s *system) {
		s.answer["work"] = nil
		s.api.Routes[2].Timeout = 15 * time.Second
	})
	s.do(t, "GET", "/open", "").want(t, 503, `{"message":"Service Unavailable"}`)
	s.mustHaveWaited(t, 15*time.Second)
}
