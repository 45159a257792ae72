package endpoint_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/pkg/endpoint"
)

func TestAnswersAndRefusalsAllowTheOriginOfTheStage(t *testing.T) {
	d := newDesk(t)
	for variable, want := range map[string]string{
		"":                        "",
		"https://app.example.com": "https://app.example.com",
		"any":                     "*",
	} {
		for _, fails := range []bool{false, true} {
			h := handle(d, endpoint.Query[endpoint.None, endpoint.None]{
				Route:  "GET /things",
				Public: true,
				Do: func(context.Context, *endpoint.Request[endpoint.None]) (endpoint.None, error) {
					if fails {
						return endpoint.None{}, errors.New("as asked")
					}
					return endpoint.None{}, nil
				},
			})

			request := ask(d.ada, http.MethodGet).header("Origin", "https://app.example.com")
			request.StageVariables = map[string]string{"other": "value"}
			if variable != "" {
				request.StageVariables["allowedOrigin"] = variable
			}

			got := d.call(h, request)
			if origin := got.header.Get("Access-Control-Allow-Origin"); origin != want {
				t.Errorf("%q, failing %v: the answer allows %q, want %q", variable, fails, origin, want)
			}

			if exposed := got.header.Get("Access-Control-Expose-Headers"); strings.Contains(exposed, "ETag,") != (want != "") {
				t.Errorf("%q: the answer exposes %q", variable, exposed)
			}

			if got.header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%q: the answer allows credentials", variable)
			}
		}
	}
}
