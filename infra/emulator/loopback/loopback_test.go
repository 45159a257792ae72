package loopback_test

import (
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/emulator/loopback"
)

func TestOnlyProgramsReachTheHandler(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	reached := 0
	server := &http.Server{Handler: loopback.OnlyPrograms(listener, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		reached++
	}))}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })

	address := listener.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	for _, c := range []struct {
		name, method, host string
		header             map[string]string
		want               int
	}{
		{"a program", "POST", address, nil, 200},
		{"a simple request of a page", "POST", address, map[string]string{"Origin": "https://evil.example", "Content-Type": "text/plain"}, 403},
		{"a preflight", "OPTIONS", address, map[string]string{
			"Origin": "https://evil.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-amz-target",
		}, 403},
		{"a page in a sandbox", "POST", address, map[string]string{"Origin": "null"}, 403},
		{"a picture in a page", "GET", address, map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"a page whose name resolves to this machine", "POST", "evil.example:" + port, nil, 403},
		{"another name of this machine", "POST", "localhost:" + port, nil, 403},
	} {
		request, err := http.NewRequest(c.method, "http://"+address, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}

		request.Host = c.host
		for name, value := range c.header {
			request.Header.Set(name, value)
		}

		before := reached
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}

		_ = response.Body.Close()
		allowed := response.Header.Get("Access-Control-Allow-Origin")
		if response.StatusCode != c.want || allowed != "" || reached-before != map[int]int{200: 1, 403: 0}[c.want] {
			t.Errorf("%s: got %d (allowed origin %q), want %d", c.name, response.StatusCode, allowed, c.want)
		}
	}
}
