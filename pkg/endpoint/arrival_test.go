package endpoint

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
)

func TestTheArrivalOfARequestIsWhatTheGatewayReports(t *testing.T) {
	for name, c := range map[string]struct {
		context events.APIGatewayProxyRequestContext
		want    Arrival
	}{
		"execute-api": {
			events.APIGatewayProxyRequestContext{
				DomainName:   "a1.execute-api.eu-central-1.amazonaws.com",
				Path:         "/v1/openapi.yaml",
				ResourcePath: "/openapi.yaml",
			},
			Arrival{"https://a1.execute-api.eu-central-1.amazonaws.com/v1", "/openapi.yaml"},
		},
		"a custom domain with another base path": {
			events.APIGatewayProxyRequestContext{
				DomainName:   "api.example.com",
				Path:         "/people/openapi.json",
				ResourcePath: "/openapi.json",
			},
			Arrival{"https://api.example.com/people", "/openapi.json"},
		},
		"a custom domain without a base path, and a slash at the end": {
			events.APIGatewayProxyRequestContext{
				DomainName:   "api.example.com",
				Path:         "/openapi.json/",
				ResourcePath: "/openapi.json",
			},
			Arrival{"https://api.example.com", "/openapi.json"},
		},
		"this machine": {
			events.APIGatewayProxyRequestContext{DomainName: "127.0.0.1:3000", Path: "/v1/docs", ResourcePath: "/docs"},
			Arrival{"http://127.0.0.1:3000/v1", "/docs"},
		},
		"this machine by name": {
			events.APIGatewayProxyRequestContext{DomainName: "localhost:3000", Path: "/v1/docs", ResourcePath: "/docs"},
			Arrival{"http://localhost:3000/v1", "/docs"},
		},
		"a route with a parameter": {
			events.APIGatewayProxyRequestContext{
				DomainName:   "api.example.com",
				Path:         "/v1/docs/assets/a.js",
				ResourcePath: "/docs/{proxy+}",
			},
			Arrival{"", "/docs/{proxy+}"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got Arrival
			adapter := httpadapter.New(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = ArrivalOf(r) }))

			// Headers of the client must make no difference.
			event := events.APIGatewayProxyRequest{
				HTTPMethod:     http.MethodGet,
				Path:           "/openapi.yaml",
				RequestContext: c.context,
				MultiValueHeaders: map[string][]string{
					"Host":              {"evil.example"},
					"X-Forwarded-Host":  {"evil.example"},
					"X-Forwarded-Proto": {"gopher"},
					"Forwarded":         {"host=evil.example"},
				},
			}

			// The handler writes no answer, which the adapter calls an error.
			_, _ = adapter.ProxyWithContext(t.Context(), withoutAdapterHeaders(event))

			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestARequestThatNoGatewayPassedOnHasNoArrival(t *testing.T) {
	if got := ArrivalOf(httptest.NewRequest(http.MethodGet, "/openapi.yaml", nil)); got != (Arrival{}) {
		t.Errorf("got %+v, want none", got)
	}
}
