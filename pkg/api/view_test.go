package api_test

import (
	"slices"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// enum returns the values of an enum schema of the description.
func enum(t *testing.T, name string) []string {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}

	var values []string
	for _, value := range doc.Components.Schemas[name].Value.Enum {
		values = append(values, value.(string))
	}

	return values
}

func TestTheDescriptionListsTheActionsOfAnOrganization(t *testing.T) {
	var want []string
	for _, action := range identity.OrganizationActions {
		want = append(want, string(action))
	}

	got := enum(t, "AuditAction")
	slices.Sort(got)
	slices.Sort(want)

	if !slices.Equal(got, want) {
		t.Errorf("the enum AuditAction is\n%q\nand identity.OrganizationActions is\n%q", got, want)
	}
}

// TestTheMatrixSaysWhatATokenWithAPermissionCanDo has the kinds written out by hand, and whether service accounts have
// the permission.
func TestTheMatrixSaysWhatATokenWithAPermissionCanDo(t *testing.T) {
	want := map[api.Permission]struct {
		kind            api.PermissionKind
		serviceAccounts bool
	}{
		"management:login":    {"read", false},
		"members:view":        {"read", true},
		"members:manage":      {"manage", false},
		"solutions:view-all":  {"read", true},
		"solutions:view-own":  {"read", true},
		"solutions:create":    {"change", true},
		"solutions:assign":    {"manage", true},
		"organization:manage": {"manage", false},
		"profile:self":        {"read", true},
		"tokens:own":          {"change", true},
		"audit:view":          {"read", true},
	}

	shown := api.Matrix(nil).Permissions
	if len(shown) != len(want) {
		t.Errorf("the matrix has %d permissions, want %d", len(shown), len(want))
	}

	for _, p := range shown {
		if w := want[p.Name]; p.Kind != w.kind || p.ServiceAccounts != w.serviceAccounts {
			t.Errorf("%s: kind %q, service accounts %v, want %q and %v", p.Name, p.Kind, p.ServiceAccounts, w.kind, w.serviceAccounts)
		}
	}
}

// TestUnknownValuesAreShownAsWhatTheyMean holds that every answer stays within the described enums although the table
// holds values from a newer version.
func TestUnknownValuesAreShownAsWhatTheyMean(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	token := identity.Token{
		ID:    "tok_0123456789a",
		Lease: identity.PATTerms.Grant(now),
		Ended: "rotated",
	}

	shown := api.TokenOf(token, identity.Membership{}, now)
	if !slices.Contains(enum(t, "TokenStatus"), string(shown.Status)) || shown.Status == api.TokenStatusLive || shown.EndedReason == nil {
		t.Errorf("a token with an unknown ending is shown as %q, reason %v", shown.Status, shown.EndedReason)
	}

	member := api.MemberOf(identity.Membership{Role: "auditor", Status: "suspended"})
	if member.Role != api.RoleDeny || member.Status != api.MembershipStatusDisabled {
		t.Errorf("an unknown role and status are shown as %q and %q, want deny and disabled", member.Role, member.Status)
	}
}

// TestTheAuditLogNamesATokenByItsPrefix shows an event of a release that stored the token's description.
func TestTheAuditLogNamesATokenByItsPrefix(t *testing.T) {
	ada := identity.Membership{Person: identity.Person{DisplayName: "Ada"}}
	for id, want := range map[string]string{"tok_0123456789a": "01234567", "tok_?": ""} {
		event := identity.Event{Target: identity.Target{Type: "token", ID: id, Name: "prod deploy key"}}
		shown := api.AuditEntryOf(event, ada).Target
		if name := shown.Name; want == "" && name != nil || want != "" && (name == nil || *name != want) {
			t.Errorf("the target %s is shown with the name %v, want %q", id, name, want)
		}
	}

	solution := identity.Event{Target: identity.Target{Type: "solution", ID: "sol_1", Name: "Route planner"}}
	if name := api.AuditEntryOf(solution, ada).Target.Name; name == nil || *name != "Route planner" {
		t.Errorf("a solution is shown with the name %v, want its own", name)
	}
}

// TestResponsesAreClosed adds a field to the example of every response. A schema that accepts it would hide a field that
// must not be there from the tests that validate answers.
func TestResponsesAreClosed(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}

	tried := 0
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			for status, response := range operation.Responses.Map() {
				media := response.Value.Content.Get("application/json")
				if media == nil {
					continue
				}

				for name, example := range media.Examples {
					value := example.Value.Value.(map[string]any)
					tried += rejectsMore(t, method+" "+path+" "+status+" "+name, media.Schema.Value, value, value)
				}
			}
		}
	}

	if tried < 50 {
		t.Errorf("only %d objects were tried", tried)
	}
}

// rejectsMore adds a field to each object within part, which is within whole, and expects that the schema of whole then
// rejects whole. It returns how many objects it tried.
func rejectsMore(t *testing.T, name string, schema *openapi3.Schema, whole, part any) int {
	t.Helper()
	tried := 0

	switch part := part.(type) {
	case []any:
		for _, item := range part {
			tried += rejectsMore(t, name, schema, whole, item)
		}

	case map[string]any:
		for key, value := range part {
			if key != "before" && key != "after" { // the fields that changed, which the schema leaves open
				tried += rejectsMore(t, name+" "+key, schema, whole, value)
			}
		}

		if err := schema.VisitJSON(whole, openapi3.EnableJSONSchema2020()); err != nil {
			t.Errorf("%s: the example does not match: %v", name, err)
		}

		part["unexpected"] = "field"
		if schema.VisitJSON(whole, openapi3.EnableJSONSchema2020()) == nil {
			t.Errorf("%s: the schema accepts a field that it does not list", name)
		}

		delete(part, "unexpected")
		tried++
	}

	return tried
}
