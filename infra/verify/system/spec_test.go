package system_test

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// spec is pkg/api/openapi.yaml, and what the scripts have seen of it.
type spec struct {
	doc    *openapi3.T
	router routers.Router
	mu     sync.Mutex
	seen   map[string]bool // "token-create 201"
}

func loadSpec(t *testing.T) *spec {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("../../../pkg/api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}

	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}

	return &spec{doc: doc, router: router, seen: map[string]bool{}}
}

// validate holds an answer against the description. A path that the description does not have may only be answered 404.
func (s *spec) validate(request *http.Request, response *http.Response, body []byte) error {
	route, params, err := s.router.FindRoute(request)
	if err != nil {
		if response.StatusCode == http.StatusNotFound {
			return nil
		}
		return err
	}

	s.mu.Lock()
	s.seen[route.Operation.OperationID+" "+response.Status[:3]] = true
	s.mu.Unlock()

	return openapi3filter.ValidateResponse(request.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: request, PathParams: params, Route: route},
		Status:                 response.StatusCode,
		Header:                 response.Header,
		Body:                   io.NopCloser(bytes.NewReader(body)),
		Options:                &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	})
}

// hard are answers that no script can bring about: an internal error would be a bug, 429 is the gateway's own, 413 and
// 415 are the same code for every operation and seen on one.
var hard = []string{"500", "429", "413", "415", "503", "400"}

func (s *spec) checkCoverage(t *testing.T) {
	var missing []string
	for _, path := range s.doc.Paths.Map() {
		for _, operation := range path.Operations() {
			for status := range operation.Responses.Map() {
				name := operation.OperationID + " " + status
				if !s.seen[name] && !slices.Contains(hard, status) && operation.OperationID != "console" {
					missing = append(missing, name)
				}
			}
		}
	}

	sort.Strings(missing)

	if len(missing) > 0 {
		t.Errorf("no script sees these answers, which pkg/api/openapi.yaml lists:\n%s", strings.Join(missing, "\n"))
	}
}
