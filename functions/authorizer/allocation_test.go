//go:build !race

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
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// replay is a server that forwards the first two requests of a connection to the engine: the first reads the organization, too.
// It answers all later ones with the bytes of the second answer and allocates nothing then, so that a test counts the allocations
// of the authorizer alone.
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
	for forwarded := 0; ; {
		n, err := connection.Read(requests[len(requests):cap(requests)])
		if err != nil {
			return
		}

		requests = requests[:len(requests)+n]
		if !whole(requests) {
			continue
		}

		if forwarded < 2 {
			forwarded++
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

// repeated returns an event whose authorization neither records a use nor reads the organization, and the authorizer that it is
// for, behind a server that replays the table.
func (w *world) repeated() ([]byte, authorizer) {
	w.t.Helper()
	token, _ := w.pat()
	event := shape(w.t, "rest-request", "Authorization", "Bearer "+token.Reveal())
	w.mustAllow(w.a, event) // which records the use

	discard, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	w.must(err)
	w.t.Cleanup(func() { _ = discard.Close() })
	os.Stdout = discard // the world puts the file back that it found

	a := w.open(newReplay(w.t).url())
	w.mustAllow(a, event) // which keeps the organization's standing
	w.mustAllow(a, event)

	return event, a
}

func (w *world) mustAllow(a authorizer, event []byte) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()

	answer, err := a.Invoke(ctx, event)
	if err != nil || !bytes.Contains(answer, []byte(`"Effect":"Allow"`)) {
		w.t.Fatalf("the authorizer answered %s, %v", answer, err)
	}
}

// The memory of one authorization of a token whose use is not due, from the event to the answer, without the Runtime API. Lower
// the figures when an authorization takes less.
const (
	mostAllocations = 225
	mostBytes       = 24_200
)

func TestAnAuthorizationTakesNoMoreMemoryThanItDid(t *testing.T) {
	w := newWorld(t)
	event, a := w.repeated()

	const runs = 500
	var before, after runtime.MemStats
	allocations := testing.AllocsPerRun(runs, func() { w.mustAllow(a, event) })

	runtime.ReadMemStats(&before)
	for range runs {
		w.mustAllow(a, event)
	}

	runtime.ReadMemStats(&after)
	taken := (after.TotalAlloc - before.TotalAlloc) / runs
	t.Logf("%.0f allocations, %d bytes", allocations, taken)
	if allocations > mostAllocations || taken > mostBytes {
		t.Errorf("an authorization takes %.0f allocations and %d bytes, want at most %d and %d",
			allocations, taken, mostAllocations, mostBytes)
	}
}

func BenchmarkAuthorization(b *testing.B) {
	w := newWorld(b)
	event, a := w.repeated()
	b.ReportAllocs()

	for b.Loop() {
		w.mustAllow(a, event)
	}
}

// BenchmarkReadWithTheSDK is the SDK's part of an authorization alone: the same request to the same server.
func BenchmarkReadWithTheSDK(b *testing.B) {
	w := newWorld(b)
	_, stored := w.pat()
	replayed := newReplay(b).url()
	w.open(replayed) // sets the environment

	client := dynamodb.NewFromConfig(settings.AWS(), func(o *dynamodb.Options) { o.BaseEndpoint = &replayed })
	text := func(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }
	in := &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{w.table: {
		ConsistentRead: aws.Bool(true),
		Keys: []map[string]types.AttributeValue{
			{table.AttrPK: text("USER#" + string(stored.User)), table.AttrSK: text("TOKEN#" + string(stored.ID))},
			{table.AttrPK: text("USER#" + string(stored.User)), table.AttrSK: text("ORG#" + string(stored.Org))},
		},
	}}}

	b.ReportAllocs()
	for b.Loop() {
		got, err := client.BatchGetItem(context.Background(), in)
		if err != nil || len(got.Responses[w.table]) != 2 {
			b.Fatalf("read %d items, %v", len(got.Responses[w.table]), err)
		}
	}
}
