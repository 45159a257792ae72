package gateway

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

func TestRequestsBeyondTheLimitOfAMethodAre429(t *testing.T) {
	for name, s := range map[string]*system{
		"REST": serve(t, func(s *system) {
			s.api.Throttles = []template.Throttle{{Method: "*", Path: "*", Rate: 1, Burst: 2}}
			s.api.Responses = map[string]template.GatewayResponse{"THROTTLED": {Headers: map[string]string{"Retry-After": "'1'"}}}
		}),
		"HTTP": serveHTTP(t, func(s *system) {
			s.api.Throttles = []template.Throttle{{Method: "*", Path: "*", Rate: 1, Burst: 2}}
		}),
	} {
		t.Run(name, func(t *testing.T) {
			guarded := func() reply { return s.do(t, "GET", "/guarded", "", "Authorization", "Bearer good") }
			guarded().want(t, 200, "fine")
			guarded().want(t, 200, "fine")
			asked := s.calls("authorizer")

			third := guarded()
			third.want(t, 429, `{"message":"Too Many Requests"}`)

			if name == "REST" && (third.header.Get("Retry-After") != "1" || third.header.Get("X-Amzn-Errortype") != "TooManyRequestsException") {
				t.Errorf("the headers are %v, want those of THROTTLED", third.header)
			}

			if s.calls("authorizer") != asked {
				t.Error("the authorizer was called for a request beyond the limit")
			}

			s.do(t, "GET", "/open", "").want(t, 200, "fine") // has another bucket

			s.now = s.now.Add(time.Second)
			guarded().want(t, 200, "fine")
			guarded().want(t, 429, `{"message":"Too Many Requests"}`)
		})
	}
}

func TestTheMostSpecificLimitOfARouteCounts(t *testing.T) {
	all := template.Throttle{Method: "*", Path: "*", Rate: 1, Burst: 1}
	path := template.Throttle{Method: "*", Path: "/a", Rate: 2, Burst: 2}
	method := template.Throttle{Method: "GET", Path: "*", Rate: 3, Burst: 3}
	exact := template.Throttle{Method: "GET", Path: "/a", Rate: 4, Burst: 4}
	none := template.Throttle{Method: "PUT", Path: "/a", Rate: -1}
	for _, c := range []struct {
		route template.Route
		want  int
	}{
		{template.Route{Method: "GET", Path: "/a"}, 4},
		{template.Route{Method: "POST", Path: "/a"}, 2},
		{template.Route{Method: "GET", Path: "/b"}, 3},
		{template.Route{Method: "POST", Path: "/b"}, 1},
		{template.Route{Method: "PUT", Path: "/a"}, 0},
		{template.Route{Method: "GET", Path: "/a", Throttle: &template.Throttle{Rate: 9, Burst: 9}}, 9},
	} {
		limiter := limiterOf(c.route, []template.Throttle{exact, all, none, path, method})
		switch {
		case c.want == 0 && limiter != nil:
			t.Errorf("%v has a limit, want none", c.route)
		case c.want != 0 && (limiter == nil || limiter.Burst() != c.want):
			t.Errorf("%v has the limit %v, want a burst of %d", c.route, limiter, c.want)
		}
	}

	if limiterOf(template.Route{Method: "GET", Path: "/a"}, nil) != nil {
		t.Error("a route without settings has a limit")
	}
}

func TestAClientThatHangsUpIsNoFailureOfTheSystem(t *testing.T) {
	for kind, s := range bothKinds(t) {
		t.Run(kind, func(t *testing.T) {
			began, log := make(chan struct{}, 1), &strings.Builder{}
			gateway, err := New(s.api, hanging(began), Options{Log: log})
			if err != nil {
				t.Fatal(err)
			}

			ctx, hangUp := context.WithCancel(t.Context())
			path := strings.TrimPrefix(s.url, "http://")
			request := httptest.NewRequestWithContext(ctx, "GET", path[strings.Index(path+"/", "/"):]+"/guarded", nil)
			request.Header.Set("Authorization", "Bearer good")

			served := make(chan struct{})
			go func() {
				gateway.ServeHTTP(httptest.NewRecorder(), request)
				close(served)
			}()

			<-began
			hangUp()
			<-served

			if log.String() != "" {
				t.Errorf("the log is %q, want nothing", log)
			}
		})
	}
}

// hanging is an Invoker whose functions never answer.
type hanging chan struct{}

func (h hanging) Invoke(ctx context.Context, _ string, _ []byte) ([]byte, error) {
	h <- struct{}{}
	<-ctx.Done()
	return nil, ctx.Err()
}
