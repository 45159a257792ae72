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

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/leasehold-dev/leasehold/infra/verify/description"
)

// spec is pkg/api/openapi.yaml together with the responses that the scripts have seen.
type spec struct {
	*description.Description
	router routers.Router
	mu     sync.Mutex
	seen   map[string]bool // by operation and status, such as "token-create 201"
}

func loadSpec(t *testing.T) *spec {
	t.Helper()
	described, err := description.Load("../../../" + description.File)
	if err != nil {
		t.Fatal(err)
	}

	router, err := gorillamux.NewRouter(described.Document)
	if err != nil {
		t.Fatal(err)
	}

	return &spec{
		Description: described,
		router:      router,
		seen:        map[string]bool{},
	}
}

// validate compares a response with the description. The response for a path outside the description must be a 404. A path
// of x-leasehold-paths has no description that a response could be compared with.
func (s *spec) validate(request *http.Request, response *http.Response, body []byte) error {
	route, params, err := s.router.FindRoute(request)
	if err != nil {
		_, path, _ := strings.Cut(strings.TrimPrefix(request.URL.Path, "/"), "/")
		if response.StatusCode == http.StatusNotFound || s.Routes()[request.Method+" /"+path] != "" {
			return nil
		}

		return err
	}

	s.mu.Lock()
	s.seen[route.Operation.OperationID+" "+response.Status[:3]] = true
	s.mu.Unlock()

	return openapi3filter.ValidateResponse(request.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request:    request,
			PathParams: params,
			Route:      route,
		},
		Status:  response.StatusCode,
		Header:  response.Header,
		Body:    io.NopCloser(bytes.NewReader(body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	})
}

// exempt lists the statuses that a script need not see for every operation. An internal error would be a bug, and 429 comes
// from the gateway. The code that returns 413 and 415 is the same for every operation, and one script sees it.
var exempt = []string{"500", "429", "413", "415", "503", "400"}

// checkCoverage fails the test if no script saw a response that the description lists.
func (s *spec) checkCoverage(t *testing.T) {
	var missing []string
	for _, operation := range s.Operations {
		for status := range operation.Responses.Map() {
			name := operation.OperationID + " " + status
			if !s.seen[name] && !slices.Contains(exempt, status) && operation.OperationID != "console" {
				missing = append(missing, name)
			}
		}
	}

	sort.Strings(missing)

	if len(missing) > 0 {
		t.Errorf("no script sees these responses, which pkg/api/openapi.yaml lists:\n%s", strings.Join(missing, "\n"))
	}
}
