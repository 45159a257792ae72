package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// replay is a server that forwards the first request of each operation to the engine and answers all later ones with the same
// bytes. It allocates nothing while it replays, so that what a test counts are the allocations of the authorizer.
type replay struct {
	t        testing.TB
	engine   string
	listener net.Listener
}

func newReplay(t testing.TB) *replay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = listener.Close() })
	r := &replay{t: t, engine: tabletest.Endpoint(t), listener: listener}

	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}

			go r.serve(connection)
		}
	}()

	return r
}

func (r *replay) url() string { return "http://" + r.listener.Addr().String() }

// serve answers the requests of one connection.
func (r *replay) serve(connection net.Conn) {
	defer connection.Close()

	requests := make([]byte, 0, 1<<16)
	var answer []byte
	for {
		n, err := connection.Read(requests[len(requests):cap(requests)])
		if err != nil {
			return
		}

		requests = requests[:len(requests)+n]
		if !whole(requests) {
			continue
		}

		if answer == nil {
			if answer, err = r.forward(requests); err != nil {
				r.t.Errorf("forward a request: %v", err)
				return
			}
		}

		requests = requests[:0]
		if _, err := connection.Write(answer); err != nil {
			return
		}
	}
}

var lengthHeader = []byte("\r\nContent-Length: ")

// whole reports whether the bytes hold a request with its body.
func whole(request []byte) bool {
	end := bytes.Index(request, []byte("\r\n\r\n"))
	start := bytes.Index(request, lengthHeader)
	if end < 0 || start < 0 {
		return false
	}

	length := 0
	for _, digit := range request[start+len(lengthHeader):] {
		if digit < '0' || digit > '9' {
			break
		}

		length = 10*length + int(digit-'0')
	}

	return len(request) >= end+4+length
}

// forward sends a request to the engine and returns its response as bytes.
func (r *replay) forward(request []byte) ([]byte, error) {
	parsed, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request)))
	if err != nil {
		return nil, err
	}

	outgoing, err := http.NewRequest(http.MethodPost, r.engine, parsed.Body)
	if err != nil {
		return nil, err
	}

	outgoing.Header = parsed.Header
	response, err := http.DefaultClient.Do(outgoing)
	if err != nil {
		return nil, err
	}

	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}

	checksum := response.Header.Get("X-Amz-Crc32")
	return fmt.Appendf(nil, "HTTP/1.1 %s\r\nContent-Type: application/x-amz-json-1.0\r\nX-Amz-Crc32: %s\r\n"+
		"X-Amzn-Requestid: 0123456789\r\nContent-Length: %s\r\n\r\n%s", response.Status, checksum, strconv.Itoa(len(body)), body), nil
}

func BenchmarkAuthorize(b *testing.B) {
	w := newWorld(b)
	event, handler := w.repeated(b)
	_ = event
	b.ReportAllocs()
	for b.Loop() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		got, err := handler.Invoke(ctx, event)
		cancel()
		if err != nil || !bytes.Contains(got, []byte(`"Effect":"Allow"`)) {
			b.Fatalf("%s %v", got, err)
		}
	}
}

func (w *world) repeated(t testing.TB) ([]byte, lambda.Handler) {
	token, _ := w.pat()
	event := fmt.Appendf(nil, `{"type":"TOKEN","authorizationToken":"Bearer %s","methodArn":"arn:aws:execute-api:eu-west-1:123456789012:abc/v1/GET/me"}`, token.Reveal())
	a := w.open(w.proxy.URL())
	h := lambda.NewHandler(a)
	for range 2 {
		if _, err := h.Invoke(context.Background(), event); err != nil {
			t.Fatal(err)
		}
	}
	r := newReplay(t)
	a = w.open(r.url())
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	os.Stdout = null
	return event, lambda.NewHandler(a)
}
