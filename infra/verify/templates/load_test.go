package templates

import (
	"testing"

	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

func TestTheRepositorysTemplateLoads(t *testing.T) {
	whole, err := template.Load(root+"/template.yaml", map[string]string{
		"OidcIssuer":   "http://127.0.0.1:3000/_local/oidc",
		"OidcClientId": "leasehold-local",
		"ConsoleUrl":   "http://127.0.0.1:3000/v1/console",
	})
	if err != nil {
		t.Fatal(err)
	}

	if len(whole.Functions) == 0 || len(whole.APIs) != 1 || len(whole.Tables) != 1 || len(whole.Schedules) == 0 ||
		len(whole.APIs[0].Routes) == 0 {
		t.Errorf("template.yaml has %d functions, %d APIs, %d tables and %d schedules, "+
			"want functions, one API with routes, one table and schedules",
			len(whole.Functions), len(whole.APIs), len(whole.Tables), len(whole.Schedules))
	}
}

func TestTheExamplesLoadNextToTheRepositorysTemplate(t *testing.T) {
	whole, err := template.Load(root+"/template.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}

	for file, protocol := range map[string]string{"http-api.yaml": template.HTTP, "rest-api.yaml": template.REST} {
		stack := template.Stack{Name: "example", Imports: whole.Exports}
		example, err := template.LoadStack(root+"/infra/stack/examples/"+file, stack)
		if err != nil {
			t.Fatal(err)
		}

		api := example.APIs[0]
		if api.Protocol != protocol || api.Authorizers["Leasehold"].Function != "authorizer" ||
			api.Routes[0].Authorizer != "Leasehold" {
			t.Errorf("%s has the API %+v, want the protocol %s and a first route with the authorizer Leasehold, "+
				"which calls the function authorizer", file, api, protocol)
		}
	}
}
