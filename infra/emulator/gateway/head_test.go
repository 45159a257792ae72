package gateway

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// raw sends a request on a connection of its own and returns the head of the response, without what differs from one response
// to the next, and everything that follows the head.
func (s *system) raw(t *testing.T, method, path string, lines ...string) (status int, header http.Header, rest string) {
	t.Helper()
	address, base, _ := strings.Cut(strings.TrimPrefix(s.url, "http://"), "/")
	if base != "" {
		base = "/" + base
	}

	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}

	defer conn.Close()
	lines = append([]string{method + " " + base + path + " HTTP/1.1", "Host: " + address, "Connection: close"}, lines...)
	fmt.Fprintf(conn, "%s\r\n\r\n", strings.Join(lines, "\r\n"))

	all, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}

	head, rest, _ := strings.Cut(string(all), "\r\n\r\n")
	response, err := http.ReadResponse(bufio.NewReader(strings.NewReader(head+"\r\n\r\n")), &http.Request{Method: http.MethodHead})
	if err != nil {
		t.Fatalf("%s %s: read the response: %v", method, path, err)
	}

	for _, name := range []string{"Apigw-Requestid", "Date", "X-Amz-Apigw-Id", "X-Amzn-Requestid", "X-Amzn-Trace-Id"} {
		response.Header.Del(name)
	}

	return response.StatusCode, response.Header, rest
}

// withHead adds the methods of routes that have a GET only.
func withHead(s *system) {
	for _, route := range s.api.Routes {
		if route.Method == http.MethodGet {
			route.Method = http.MethodHead
			s.api.Routes = append(s.api.Routes, route)
		}
	}
}

// TestAHeadGetsTheHeadersOfTheGet covers answers of functions and the gateway's own responses. Each response to a HEAD must end
// with its head.
func TestAHeadGetsTheHeadersOfTheGet(t *testing.T) {
	long := strings.Repeat("lease ", 2000)
	from := 1024
	change := func(s *system) {
		withHead(s)
		s.api.CompressFrom = &from
		s.answer["broken"] = says("no JSON")
		s.answer["long"] = says(answering(long))
		s.answer["empty"] = says(`{"statusCode":200}`)
		s.answer["none"] = says(`{"statusCode":204}`)
		s.answer["unchanged"] = says(`{"statusCode":304,"headers":{"ETag":"\"7\""}}`)
		s.answer["refused"] = says(`{"statusCode":404,"headers":{"Content-Type":"application/problem+json"},"body":"{}"}`)
		for _, function := range []string{"broken", "long", "empty", "none", "unchanged", "refused"} {
			s.api.Routes = append(s.api.Routes,
				template.Route{Method: "GET", Path: "/" + function, Function: function, PayloadFormat: "1.0"},
				template.Route{Method: "HEAD", Path: "/" + function, Function: function, PayloadFormat: "1.0"})
		}
	}

	for kind, s := range map[string]*system{template.REST: serve(t, change), template.HTTP: serveHTTP(t, change)} {
		for _, c := range [][]string{
			{"/open"},
			{"/guarded", "Authorization: Bearer good"},
			{"/guarded"},
			{"/long"},
			{"/long", "Accept-Encoding: gzip"},
			{"/empty"},
			{"/none"},
			{"/unchanged"},
			{"/refused"},
			{"/broken"},
			{"/nowhere"},
		} {
			status, header, body := s.raw(t, "GET", c[0], c[1:]...)
			headStatus, headHeader, headBody := s.raw(t, "HEAD", c[0], c[1:]...)
			same := maps.EqualFunc(header, headHeader, func(a, b []string) bool { return fmt.Sprint(a) == fmt.Sprint(b) })
			if headStatus != status || !same || headBody != "" {
				t.Errorf("%s: HEAD %s gets %d %v and %d bytes, want the head of the GET, %d %v, and no byte",
					kind, c[0], headStatus, headHeader, len(headBody), status, header)
			}

			length := fmt.Sprint(len(body))
			if status == http.StatusNoContent || status == http.StatusNotModified {
				length = ""
			}

			if got := header.Get("Content-Length"); got != length {
				t.Errorf("%s: the Content-Length of GET %s is %q, want %q", kind, c[0], got, length)
			}
		}
	}
}

// TestTheLengthOfARefusedHeadIsAsReported compares with the response in propublica/congress-api-docs issue 129.
func TestTheLengthOfARefusedHeadIsAsReported(t *testing.T) {
	status, header, rest := serve(t, nil).raw(t, "HEAD", "/guarded")
	if status != 403 || header.Get("Content-Length") != "42" || rest != "" ||
		header.Get("X-Amzn-Errortype") != "MissingAuthenticationTokenException" {
		t.Errorf("got %d %v and %q, want 403 with the Content-Length 42 and no body", status, header, rest)
	}
}
