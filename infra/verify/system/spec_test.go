package system_test

import (
	"bytes"
	"encoding/json"
	"fmt"
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

	"github.com/leasehold-dev/leasehold/infra/verify/description"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
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

	described.CloseResponses()
	// The runner listens on another port than the described servers.
	described.Document.Servers = openapi3.Servers{{URL: "/v1"}}

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
// of x-leasehold-paths has no description that a response could be compared with. The response to a HEAD must be one that the
// GET could get, without its body, and counts as no response that a script has seen.
func (s *spec) validate(request *http.Request, response *http.Response, body []byte) error {
	head := request.Method == http.MethodHead
	if head {
		request = request.Clone(request.Context())
		request.Method = http.MethodGet
	}

	if head && len(body) > 0 {
		return fmt.Errorf("the response to a HEAD has a body of %d bytes", len(body))
	}

	route, params, err := s.router.FindRoute(request)
	if err != nil {
		_, path, _ := strings.Cut(strings.TrimPrefix(request.URL.Path, "/"), "/")
		if response.StatusCode == http.StatusNotFound || s.Routes()[request.Method+" /"+path] != "" {
			return nil
		}

		return err
	}

	s.mu.Lock()
	name := route.Operation.OperationID + " " + response.Status[:3]
	s.seen[name] = s.seen[name] || !head
	s.mu.Unlock()

	if err := s.checkMore(route, response, body); err != nil {
		return err
	}

	return openapi3filter.ValidateResponse(request.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request:    request,
			PathParams: params,
			Route:      route,
		},
		Status: response.StatusCode,
		Header: response.Header,
		Body:   io.NopCloser(bytes.NewReader(body)),
		Options: &openapi3filter.Options{
			IncludeResponseStatus: true,
			ExcludeResponseBody:   head,
			MultiError:            true,
		},
	})
}

// checkMore compares a response with what only the extensions of the description say, or only its words: which problems the
// response can have, and that a response of a function to an accepted credential has the headers about its life.
func (s *spec) checkMore(route *routers.Route, response *http.Response, body []byte) error {
	operation := s.Operations[route.Method+" "+route.Path]
	status := response.StatusCode
	described := operation.Responses.Status(status)
	if described == nil {
		return fmt.Errorf("%s has no response %d", operation.OperationID, status)
	}

	if status >= http.StatusBadRequest && operation.OperationID != "console" && response.Request.Method != http.MethodHead {
		if err := checkProblem(described.Value, status, body); err != nil {
			return err
		}
	}

	gateway := status == http.StatusUnauthorized || status >= http.StatusInternalServerError || status == http.StatusTooManyRequests
	for _, name := range []string{"Leasehold-Lease-Expires-At", "Leasehold-Expires-At"} {
		switch {
		case described.Value.Headers[name] == nil && response.Header.Get(name) != "":
			return fmt.Errorf("%s has the header %s in the response %d, which is not described", operation.OperationID, name, status)
		case !operation.Public() && !gateway && response.Header.Get(name) == "":
			return fmt.Errorf("%s lacks the header %s in the response %d", operation.OperationID, name, status)
		}
	}

	return nil
}

// checkProblem compares a problem with the kinds that its response lists.
func checkProblem(described *openapi3.Response, status int, body []byte) error {
	var problem struct {
		Type   string
		Status int
	}
	if err := json.Unmarshal(body, &problem); err != nil {
		return err
	}

	kind, isOurs := strings.CutPrefix(problem.Type, endpoint.ProblemBase)
	if listed := description.Problems(described); !isOurs || problem.Status != status || !slices.Contains(listed, kind) {
		return fmt.Errorf("the problem is %s with the status %d, want one of %q with %d", problem.Type, problem.Status, listed, status)
	}

	return nil
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
