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
		t.Errorf("got %d functions, %d APIs, %d tables, %d schedules",
			len(whole.Functions), len(whole.APIs), len(whole.Tables), len(whole.Schedules))
	}
}

func TestTheExamplesLoadBesideTheRepositorysTemplate(t *testing.T) {
	whole, err := template.Load(root+"/template.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}

	for file, protocol := range map[string]string{"http-api.yaml": template.HTTP, "rest-api.yaml": template.REST} {
		example, err := template.LoadStack(root+"/infra/stack/examples/"+file, template.Stack{Name: "example", Imports: whole.Exports})
		if err != nil {
			t.Fatal(err)
		}

		api := example.APIs[0]
		if api.Protocol != protocol || api.Authorizers["Leasehold"].Function != "authorizer" ||
			api.Routes[0].Authorizer != "Leasehold" {
			t.Errorf("%s: got %+v", file, api)
		}
	}
}
