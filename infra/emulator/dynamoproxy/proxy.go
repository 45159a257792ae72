// Package dynamoproxy is a reverse proxy in front of the local DynamoDB. It recognizes the calling function by its
// access key, counts requests and consumed capacity, enforces policies, and makes chosen calls fail for tests: rejected
// before they are stored, or stored with the reply lost.
//
//	proxy.go   Start, and how a request passes
//	counts.go  the counts of requests and capacity
//	faults.go  the rules that make calls fail
package dynamoproxy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/loopback"
)

// Authorize decides whether a function may perform an action, such as dynamodb:UpdateItem or ses:SendEmail, with the
// decoded JSON of a request. An error denies it and becomes the message of the AccessDeniedException.
type Authorize func(function, action string, request map[string]any) error

// Options configure a proxy.
type Options struct {
	// Target is the URL of the DynamoDB endpoint.
	Target string
	// Authorize decides on each function's request before it is forwarded; nil allows everything.
	Authorize Authorize
}

// Proxy forwards DynamoDB requests.
type Proxy struct {
	target    *url.URL
	authorize Authorize
	listener  net.Listener
	server    *http.Server
	client    *http.Client

	mutex  sync.Mutex
	counts Counts
	sums   map[string]Count         // by function
	took   map[string]time.Duration // by function
	rules  []*activeRule
	down   bool
}

// Start opens a proxy on a free loopback port.
func Start(options Options) (*Proxy, error) {
	target, err := url.Parse(options.Target)
	if err != nil || target.Host == "" {
		return nil, fmt.Errorf("the DynamoDB endpoint %q is not a URL such as http://127.0.0.1:8000", options.Target)
	}

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open the DynamoDB proxy: %w", err)
	}

	transport := &http.Transport{MaxIdleConnsPerHost: 128, DisableCompression: true}
	p := &Proxy{
		target:    target,
		authorize: options.Authorize,
		listener:  listener,
		client:    &http.Client{Transport: transport},
		counts:    Counts{},
		sums:      map[string]Count{},
		took:      map[string]time.Duration{},
	}

	p.server = &http.Server{Handler: loopback.OnlyPrograms(listener, p)}
	go func() { _ = p.server.Serve(listener) }()
	return p, nil
}

// URL returns the DynamoDB endpoint of the proxy.
func (p *Proxy) URL() string { return "http://" + p.listener.Addr().String() }

// Close stops the proxy.
func (p *Proxy) Close() {
	_ = p.server.Close()
	p.client.CloseIdleConnections()
}

// credential begins the access key ID in the Authorization header of a signed request. A slash ends it.
const credential = "Credential="

// accessKey returns the access key ID in an Authorization header with the text before and after it, or "" if the header has
// none.
func accessKey(authorization string) (before, key, after string) {
	before, rest, _ := strings.Cut(authorization, credential)
	key, after, found := strings.Cut(rest, "/")
	if !found || strings.ContainsAny(key, ", \t\r\n") {
		return authorization, "", ""
	}

	return before, key, after
}

// Signer returns the name of the function that signed a request with the given Authorization header, or the access key
// ID of another caller; "" if the request is not signed. The bare AccessKeyPrefix belongs to the program that runs the
// emulator, not to a function.
func Signer(authorization string) (name string, isFunction bool) {
	_, key, _ := accessKey(authorization)
	name, isFunction = strings.CutPrefix(key, lambda.AccessKeyPrefix)
	return name, isFunction && name != ""
}

// callOf returns the caller and the operation of a request.
func callOf(r *http.Request) Call {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	function, _ := Signer(r.Header.Get("Authorization"))
	return Call{Function: function, Operation: operation}
}

// ServeHTTP applies faults and policies to one request and forwards it to the engine.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := readAll(r.Body, r.ContentLength)
	if err != nil {
		return // the client is gone
	}

	call := callOf(r)
	fault := p.faultFor(call)
	if fault.storesNothing() {
		p.count(call, nil, 0, true) // first, because the client may read the counts as soon as it has its answer
		fault.refuse(w, body)

		return
	}

	if err := p.allow(r, call, body); err != nil {
		p.count(call, nil, 0, true)
		refuse(w, http.StatusBadRequest, typeAccessDenied, err.Error())
		return
	}

	began := time.Now()
	status, header, answer, err := p.forward(r, withCapacity(call.Operation, body))
	if err != nil {
		p.count(call, nil, 0, true)
		refuse(w, http.StatusInternalServerError, typeInternalError, "the local DynamoDB does not answer: "+err.Error())
		return
	}

	p.count(call, answer, time.Since(began), status >= 400)

	if fault == LoseReply {
		hangUp(w)
		return
	}

	maps.Copy(w.Header(), header)
	w.WriteHeader(status)
	_, _ = w.Write(answer) // an error means that the client is gone
}

// allow applies the policy to a request that a function signed. Requests of other callers pass.
func (p *Proxy) allow(r *http.Request, call Call, body []byte) error {
	if _, isFunction := Signer(r.Header.Get("Authorization")); p.authorize == nil || !isFunction {
		return nil
	}

	var request map[string]any
	if err := json.Unmarshal(body, &request); err != nil {
		return fmt.Errorf("the request is not a JSON object: %w", err)
	}

	return p.authorize(call.Function, "dynamodb:"+call.Operation, request)
}

// forward sends the request to the engine. The signature no longer matches the body, but local engines don't check it.
// They use the access key only to separate the tables of different callers, so forward gives all callers the same one.
func (p *Proxy) forward(r *http.Request, body []byte) (status int, header http.Header, answer []byte, err error) {
	request, err := http.NewRequestWithContext(r.Context(), r.Method, p.target.String(), bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, fmt.Errorf("make the request: %w", err)
	}

	for _, name := range []string{"Content-Type", "X-Amz-Target", "X-Amz-Date", "User-Agent"} {
		request.Header.Set(name, r.Header.Get(name))
	}

	authorization := r.Header.Get("Authorization")
	if before, key, after := accessKey(authorization); key != "" {
		authorization = before + credential + lambda.AccessKeyPrefix + "/" + after
	}

	request.Header.Set("Authorization", authorization)

	response, err := p.client.Do(request)
	if err != nil {
		return 0, nil, nil, fmt.Errorf("forward the request: %w", err)
	}

	defer response.Body.Close()

	answer, err = readAll(response.Body, response.ContentLength)
	if err != nil {
		return 0, nil, nil, err
	}

	return response.StatusCode, response.Header, answer, nil
}

// readAll reads a body. It allocates the memory at once for the length that the headers declare, up to a limit.
func readAll(body io.Reader, length int64) ([]byte, error) {
	const limit = 1 << 20

	var text bytes.Buffer
	text.Grow(int(min(max(length, 0), limit)) + bytes.MinRead)
	if _, err := text.ReadFrom(body); err != nil {
		return nil, fmt.Errorf("read the body: %w", err)
	}

	return text.Bytes(), nil
}

// measured lists the operations that take ReturnConsumedCapacity.
var measured = map[string]bool{
	"GetItem":               true,
	"PutItem":               true,
	"UpdateItem":            true,
	"DeleteItem":            true,
	"Query":                 true,
	"Scan":                  true,
	"BatchGetItem":          true,
	"BatchWriteItem":        true,
	"TransactGetItems":      true,
	"TransactWriteItems":    true,
	"ExecuteStatement":      true,
	"BatchExecuteStatement": true,
	"ExecuteTransaction":    true,
}

const (
	capacityField = "ReturnConsumedCapacity"
	spaces        = " \t\r\n" // the white space of JSON
)

// withCapacity returns the body with a request for the consumed capacity, unless the caller makes one itself. A body that does
// not name the field gets it in front, without being decoded: that is every request of a function.
func withCapacity(operation string, body []byte) []byte {
	if !measured[operation] {
		return body
	}

	if bytes.Contains(body, []byte(capacityField)) {
		return unlessGiven(body)
	}

	fields, isObject := bytes.CutPrefix(bytes.TrimLeft(body, spaces), []byte("{"))
	if !isObject {
		return body // the engine reports what is wrong with it
	}

	separator := ","
	if bytes.HasPrefix(bytes.TrimLeft(fields, spaces), []byte("}")) {
		separator = ""
	}

	return slices.Concat([]byte(`{"`+capacityField+`":"INDEXES"`+separator), fields)
}

// unlessGiven returns the body with a request for the consumed capacity, unless it has one that is not NONE.
func unlessGiven(body []byte) []byte {
	var request map[string]json.RawMessage
	if err := json.Unmarshal(body, &request); err != nil || request == nil {
		return body // the engine reports what is wrong with it
	}

	if asked, given := request[capacityField]; given && string(asked) != `"NONE"` {
		return body
	}

	request[capacityField] = json.RawMessage(`"INDEXES"`)
	extended, err := json.Marshal(request)
	if err != nil {
		return body
	}

	return extended
}

// The error types that the proxy sends, as DynamoDB writes them.
const (
	typeAccessDenied  = "com.amazon.coral.service#AccessDeniedException"
	typeInternalError = "com.amazonaws.dynamodb.v20120810#InternalServerError"
	typeThrottled     = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
)

// refuse sends an error response in DynamoDB's format.
func refuse(w http.ResponseWriter, status int, kind, message string) {
	answer(w, status, map[string]string{"__type": kind, "message": message})
}

// answer sends a JSON body in DynamoDB's format.
func answer(w http.ResponseWriter, status int, content any) {
	body, _ := json.Marshal(content)
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	w.WriteHeader(status)
	_, _ = w.Write(body) // an error means that the client is gone
}

// hangUp closes the connection without a response.
func hangUp(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}

	connection.Close()
}
