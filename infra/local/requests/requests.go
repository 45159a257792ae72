// Package requests keeps what the latest requests of the local runner spent where: in the gateway, the authorizer, the
// function and the table, with what AWS would bill for them. It serves them at /_local/requests.
package requests

import (
	"context"
	_ "embed"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/infra/emulator/gateway"
	"github.com/leasehold-dev/leasehold/infra/local/page"
)

// kept is the number of requests that a Log keeps.
const kept = 100

// Functions are the functions that a Log observes; *lambda.Service is one.
type Functions interface {
	gateway.Invoker
	// Starts returns how many processes of a function have been started.
	Starts(function string) int
	// MemoryMB returns the memory of a function in megabytes.
	MemoryMB(function string) int
}

// Table counts the requests to the table; *dynamoproxy.Proxy is one.
type Table interface {
	// Of returns the requests of a function so far.
	Of(function string) dynamoproxy.Count
	// Took returns the time that a function's requests have needed so far.
	Took(function string) time.Duration
}

// Log observes requests and keeps the latest ones. It invokes functions for a gateway. Its methods may be called at the same
// time.
type Log struct {
	functions Functions
	table     Table

	mutex    sync.Mutex
	requests []*Request // the latest one last
	running  map[string][]*Invocation
}

// Request is one request that the gateway has answered.
type Request struct {
	// At is when it arrived.
	At time.Time `json:"at"`
	// Method and Path are those of the request. The path lacks the query, which may hold names and addresses.
	Method string `json:"method"`
	Path   string `json:"path"`
	// Status is the HTTP status of the answer.
	Status int `json:"status"`
	// TotalMs is the time until the answer was written, in milliseconds.
	TotalMs float64 `json:"totalMs"`
	// GatewayMs is the part of TotalMs outside of functions.
	GatewayMs float64 `json:"gatewayMs"`
	// Invocations are the invocations of functions: of the authorizer, if it was called, and of the operation.
	Invocations []*Invocation `json:"invocations"`
}

// Invocation is one invocation of a function.
type Invocation struct {
	// Function is the name of the function.
	Function string `json:"function"`
	// TookMs is the time until its answer, in milliseconds. It includes the start of a process.
	TookMs float64 `json:"tookMs"`
	// Cold tells that a process was started for it.
	Cold bool `json:"cold"`
	// BilledMs and MemoryMB are what AWS Lambda would bill: the time, rounded up, and the memory.
	BilledMs int `json:"billedMs"`
	MemoryMB int `json:"memoryMb"`
	// TableRequests is the number of its requests to DynamoDB, TableMs the time that these took, and ReadUnits and WriteUnits
	// the capacity that they consumed.
	TableRequests int     `json:"tableRequests"`
	TableMs       float64 `json:"tableMs"`
	ReadUnits     float64 `json:"readUnits"`
	WriteUnits    float64 `json:"writeUnits"`
	// Shared tells that the function served another invocation meanwhile, whose requests to DynamoDB are counted here too.
	Shared bool `json:"shared"`
}

// New returns a Log of requests that functions answer from a table.
func New(functions Functions, table Table) *Log {
	return &Log{functions: functions, table: table, running: map[string][]*Invocation{}}
}

type requestKey struct{}

// Observe returns a handler that keeps what each request of a gateway spends. The gateway must invoke its functions through
// the Log.
func (l *Log) Observe(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request := &Request{At: time.Now(), Method: r.Method, Path: r.URL.Path, Invocations: []*Invocation{}}
		answer := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		handler.ServeHTTP(answer, r.WithContext(context.WithValue(r.Context(), requestKey{}, request)))

		l.mutex.Lock()
		defer l.mutex.Unlock()

		request.Status = answer.status
		request.TotalMs = milliseconds(time.Since(request.At))
		request.GatewayMs = request.TotalMs
		for _, invocation := range request.Invocations {
			request.GatewayMs -= invocation.TookMs
		}

		request.GatewayMs = math.Max(0, round(request.GatewayMs))
		l.requests = append(l.requests, request)
		l.requests = l.requests[max(0, len(l.requests)-kept):]
	})
}

// Invoke calls a function with an event and returns its answer or its error. It adds what the invocation spends to the
// request of ctx, if there is one.
func (l *Log) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	request, observed := ctx.Value(requestKey{}).(*Request)
	if !observed {
		return l.functions.Invoke(ctx, function, payload)
	}

	invocation := &Invocation{Function: function, MemoryMB: l.functions.MemoryMB(function)}
	l.begin(invocation)
	starts, before, tableTook := l.functions.Starts(function), l.table.Of(function), l.table.Took(function)
	began := time.Now()

	answer, err := l.functions.Invoke(ctx, function, payload)

	took, after := time.Since(began), l.table.Of(function)
	invocation.TookMs = milliseconds(took)
	invocation.BilledMs = int(math.Ceil(float64(took) / float64(time.Millisecond)))
	invocation.Cold = l.functions.Starts(function) != starts
	invocation.TableRequests = after.Requests - before.Requests
	invocation.TableMs = milliseconds(l.table.Took(function) - tableTook)
	invocation.ReadUnits = after.ReadUnits - before.ReadUnits
	invocation.WriteUnits = after.WriteUnits - before.WriteUnits
	l.end(request, invocation)
	return answer, err
}

// begin notes that an invocation runs. It marks it and the other running invocations of its function as shared.
func (l *Log) begin(invocation *Invocation) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	others := l.running[invocation.Function]
	for _, other := range others {
		other.Shared, invocation.Shared = true, true
	}

	l.running[invocation.Function] = append(others, invocation)
}

// end adds an invocation that has ended to its request.
func (l *Log) end(request *Request, invocation *Invocation) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	ended := func(other *Invocation) bool { return other == invocation }
	l.running[invocation.Function] = slices.DeleteFunc(l.running[invocation.Function], ended)
	request.Invocations = append(request.Invocations, invocation)
}

// latest returns the requests that are kept, the latest one first.
func (l *Log) latest() []*Request {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	latest := slices.Clone(l.requests)
	slices.Reverse(latest)
	return latest
}

//go:embed list.html
var listBody string

var listPage = page.Parse(listBody)

// ServeHTTP shows the latest requests: as JSON at a path that ends with .json, and as a page otherwise.
func (l *Log) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	latest := l.latest()
	if strings.HasSuffix(r.URL.Path, ".json") {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"requests": latest}) // an error means that the client is gone
		return
	}

	listPage.Write(w, http.StatusOK, "Requests", map[string]any{"Requests": latest, "Kept": kept})
}

// milliseconds returns a duration in milliseconds, with two decimals.
func milliseconds(d time.Duration) float64 { return round(float64(d) / float64(time.Millisecond)) }

func round(number float64) float64 { return math.Round(number*100) / 100 }

// statusWriter is a ResponseWriter that remembers the status.
type statusWriter struct {
	http.ResponseWriter

	status int
}

// WriteHeader writes the status.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap returns the wrapped writer for http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
