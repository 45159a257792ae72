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
