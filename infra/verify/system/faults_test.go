package system_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/infra/local/ageing"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/local/signin"
	"github.com/leasehold-dev/leasehold/infra/verify/invariants/check"
	"github.com/leasehold-dev/leasehold/pkg/api"
)

// mutation is an operation that changes something. In path and body, {name} stands for a value of the fixture.
type mutation struct{ function, method, path, body string }

// mutations lists all operations that take an Idempotency-Key.
var mutations = []mutation{
	{"profile-update", "PATCH", "/me", `{"firstName":"Augusta"}`},
	{"organization-default", "PUT", "/me/default-organization", `{"organizationId":"{org}"}`},
	{"organization-switch", "PUT", "/me/current-organization", `{"organizationId":"{org}"}`},
	{"session-end", "DELETE", "/me/sessions/{session}", ""},
	{"session-end-others", "DELETE", "/me/sessions", ""},
	{"token-create", "POST", "/me/tokens", `{"organizationId":"{org}"}`},
	{"token-extend", "POST", "/me/tokens/{token}/extend", `{"leaseExpiresAt":"{lease}"}`},
	{"token-update", "PATCH", "/me/tokens/{token}", `{"description":"Nightly report"}`},
	{"token-rotate", "POST", "/me/tokens/{token}/rotate", `{}`},
	{"token-delete", "DELETE", "/me/tokens/{token}", ""},
	{"organization-create", "POST", "/organizations", `{"name":"Another"}`},
	{"organization-update", "PATCH", "/organizations/{org}", `{"name":"Renamed"}`},
	{"member-invite", "POST", "/organizations/{org}/members", `{"email":"new-{n}@example.com"}`},
	{"member-role-update", "PUT", "/organizations/{org}/members/{member}/role", `{"role":"admin"}`},
	{"member-disable", "POST", "/organizations/{org}/members/{member}/disable", ""},
	{"member-enable", "POST", "/organizations/{org}/members/{disabled}/enable", ""},
	{"member-remove", "DELETE", "/organizations/{org}/members/{member}", ""},
	{"invitation-resend", "POST", "/organizations/{org}/members/{invited}/invitation", ""},
	{"invitation-accept", "POST", "/me/invitations/{offering}/accept", ""},
	{"invitation-decline", "DELETE", "/me/invitations/{offering}", ""},
	{"member-tokens-revoke", "DELETE", "/organizations/{org}/members/{member}/tokens", ""},
	{"solution-create", "POST", "/organizations/{org}/solutions", `{"name":"Customs desk"}`},
	{"solution-update", "PATCH", "/organizations/{org}/solutions/{solution}", `{"name":"Renamed"}`},
	{"solution-delete", "DELETE", "/organizations/{org}/solutions/{solution}", ""},
	{
		function: "assignment-update",
		method:   "POST",
		path:     "/organizations/{org}/solutions/{solution}/members",
		body:     `{"assign":[{"userId":"{disabled}","role":"user"}],"unassign":["{member}"]}`,
	},
	{"assignment-put", "PUT", "/organizations/{org}/solutions/{solution}/members/{invited}", `{"role":"user"}`},
	{"assignment-delete", "DELETE", "/organizations/{org}/solutions/{solution}/members/{member}", ""},
	{"organization-delete", "DELETE", "/organizations/{org}?name=Acme", ""},
	{"organization-restore", "POST", "/organizations/{deleted}/restore", ""},
	{"service-account-create", "POST", "/organizations/{org}/service-accounts", `{"name":"Nightly export","role":"admin"}`},
	{"service-account-update", "PATCH", "/organizations/{org}/service-accounts/{account}", `{"name":"Release train"}`},
	{"service-account-token-create", "POST", "/organizations/{org}/service-accounts/{account}/tokens", `{}`},
	{
		function: "service-account-token-update",
		method:   "PATCH",
		path:     "/organizations/{org}/service-accounts/{account}/tokens/{service}",
		body:     `{"description":"Deploy job"}`,
	},
	{
		function: "service-account-token-extend",
		method:   "POST",
		path:     "/organizations/{org}/service-accounts/{account}/tokens/{service}/extend",
		body:     `{"leaseExpiresAt":"{served}"}`,
	},
	{"service-account-token-rotate", "POST", "/organizations/{org}/service-accounts/{account}/tokens/{service}/rotate", `{}`},
	{"service-account-token-delete", "DELETE", "/organizations/{org}/service-accounts/{account}/tokens/{service}", ""},
	{"member-remove", "DELETE", "/organizations/{org}/members/{account}", ""},
}

// TestEveryMutationIsDoneOnceThoughItsReplyIsLost runs each mutation on three equal fixtures: without a fault, with a table
// that rejects the request, and with a table that stores the request and loses the reply. After a fault, the caller gets a
// 503 and retries with the same Idempotency-Key. The three fixtures must then have changed in the same way: nothing is
// stored twice or in part, and the audit log has every event.
func TestEveryMutationIsDoneOnceThoughItsReplyIsLost(t *testing.T) {
	t.Parallel()
	for _, m := range mutations {
		t.Run(m.function, func(t *testing.T) {
			running := start(t, runner.Options{Functions: binaries, Authorize: authorize(t), Age: ageing.Age})
			fixtures := 1
			undisturbed := newFixture(t, running, fixtures)
			before := countItems(t, running)
			status, answer := undisturbed.call(t, m, "undisturbed-0000000")
			if status/100 != 2 {
				t.Fatalf("without a fault, the status is %d, want 2xx: %s", status, answer)
			}

			want := difference(before, countItems(t, running))
			for name, fault := range map[string]dynamoproxy.Fault{
				"rejected":   dynamoproxy.InternalError,
				"reply lost": dynamoproxy.LoseReply,
			} {
				fixtures++
				f := newFixture(t, running, fixtures)
				before := countItems(t, running)
				restore := running.Proxy().Fail(dynamoproxy.Rule{
					Function:  m.function,
					Operation: "TransactWriteItems",
					Times:     attempts,
					Fault:     fault,
				})

				if status, answer := f.call(t, m, "disturbed-000000000"); status != http.StatusServiceUnavailable {
					t.Errorf("%s: the status is %d, want 503: %s", name, status, answer)
				}

				restore()

				if stored := difference(before, countItems(t, running)); fault == dynamoproxy.InternalError && len(stored) > 0 {
					t.Errorf("%s: the rejected request changed the items by %v, want no change", name, stored)
				}

				if again, answer := f.call(t, m, "disturbed-000000000"); again != status {
					t.Errorf("%s: the status of the retry is %d, want %d: %s", name, again, status, answer)
				}

				if got := difference(before, countItems(t, running)); !maps.Equal(got, want) {
					t.Errorf("%s: the items changed by %v, want %v as without a fault", name, got, want)
				}
			}

			for _, found := range findings(t, running, check.Options{At: time.Now()}, true) {
				t.Errorf("the table breaks an invariant afterwards: %v", found)
			}
		})
	}
}

// fixture is an organization with one of everything that a mutation needs.
type fixture struct {
	running *runner.Runner
	session string
	values  *strings.Replacer
}

func newFixture(t *testing.T, r *runner.Runner, n int) fixture {
	t.Helper()
	email := func(name string) string { return fmt.Sprintf("%s-%d@example.com", name, n) }
	owner := person(t, r, email("owner"))

	var org, spare, deleted api.Organization
	request(t, r, owner, http.MethodPost, "/organizations", `{"name":"Spare"}`, &spare)
	request(t, r, owner, http.MethodPost, "/organizations", `{"name":"Acme"}`, &org)

	request(t, r, owner, http.MethodPost, "/organizations", `{"name":"Deleted"}`, &deleted)
	removal := "/organizations/" + deleted.ID + "?name=Deleted"
	if status, text := send(t, r, owner, http.MethodDelete, removal, "", "If-Match", "*"); status != http.StatusOK {
		t.Fatalf("deleting the organization: %d %s", status, text)
	}

	path := "/organizations/" + org.ID
	members := map[string]string{}
	for name, role := range map[string]string{"member": "creator", "disabled": "user", "invited": "user"} {
		var m api.Member
		request(t, r, owner, http.MethodPost, path+"/members", fmt.Sprintf(`{"email":%q,"role":%q}`, email(name), role), &m)
		members[name] = m.ID

		if name != "invited" {
			person(t, r, email(name))
		}
	}

	age(t, r, "11m") // an invitation is not sent again any sooner
	request(t, r, owner, http.MethodPost, path+"/members/"+members["disabled"]+"/disable", "", nil)
	boss := person(t, r, email("boss"))
	var offering api.Organization
	request(t, r, boss, http.MethodPost, "/organizations", `{"name":"Offering"}`, &offering)
	request(t, r, boss, http.MethodPost, "/organizations/"+offering.ID+"/members", fmt.Sprintf(`{"email":%q}`, email("owner")), nil)
	var solution api.Solution
	request(t, r, owner, http.MethodPost, path+"/solutions", `{"name":"Route planner"}`, &solution)
	assignment := path + "/solutions/" + solution.ID + "/members/" + members["member"]
	request(t, r, owner, http.MethodPut, assignment, `{"role":"user"}`, nil)

	other, err := signin.Session(t.Context(), r.APIURL(), email("owner"))
	if err != nil {
		t.Fatal(err)
	}

	var token api.TokenCreated
	request(t, r, owner, http.MethodPost, "/me/tokens", `{"organizationId":"`+org.ID+`"}`, &token)

	var account api.ServiceAccount
	var service api.TokenCreated
	request(t, r, owner, http.MethodPost, path+"/service-accounts", `{"name":"Deployment pipeline","role":"creator"}`, &account)
	request(t, r, owner, http.MethodPost, path+"/service-accounts/"+account.ID+"/tokens", `{}`, &service)

	return fixture{running: r, session: owner, values: strings.NewReplacer(
		"{org}", org.ID,
		"{deleted}", deleted.ID,
		"{solution}", solution.ID,
		"{token}", token.ID,
		"{lease}", token.LeaseExpiresAt.Format("2006-01-02T15:04:05Z"),
		"{member}", members["member"],
		"{disabled}", members["disabled"],
		"{invited}", members["invited"],
		"{n}", fmt.Sprint(n),
		"{offering}", offering.ID,
		"{session}", other.Session.ID,
		"{account}", account.ID,
		"{service}", service.ID,
		"{served}", service.LeaseExpiresAt.Format("2006-01-02T15:04:05Z"),
	)}
}

// call runs a mutation on the fixture and returns the status and the body of the answer.
func (f fixture) call(t *testing.T, m mutation, key string) (int, string) {
	t.Helper()
	path, body := f.values.Replace(m.path), f.values.Replace(m.body)
	status, text := send(t, f.running, f.session, m.method, path, body, "Idempotency-Key", key, "If-Match", "*")
	return status, string(text)
}

// countItems counts the items of the table by type, and events by type and action.
func countItems(t *testing.T, r *runner.Runner) map[string]int {
	t.Helper()
	table, counts := r.TableName(), map[string]int{}

	pages := sdk.NewScanPaginator(r.Client(), &sdk.ScanInput{TableName: &table, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}

		for _, item := range page.Items {
			kind := item["item_type"].(*types.AttributeValueMemberS).Value
			if action, ok := item["event_action"].(*types.AttributeValueMemberS); ok {
				kind += " " + action.Value
			}

			counts[kind]++
		}
	}

	return counts
}

// difference returns the counts that changed and by how much.
func difference(before, after map[string]int) map[string]int {
	changed := map[string]int{}
	for kind := range after {
		if by := after[kind] - before[kind]; by != 0 {
			changed[kind] = by
		}
	}

	for kind := range before {
		if _, left := after[kind]; !left {
			changed[kind] = -before[kind]
		}
	}

	return changed
}

// TestEveryMutationIsInTheFaultTable compares the table above with the API's description.
func TestEveryMutationIsInTheFaultTable(t *testing.T) {
	t.Parallel()

	// These operations need no row: a retry signs in again, finds the session, the token or the account ended, or is
	// the same logout.
	tested := map[string]bool{
		"session-create":      true,
		"session-delete":      true,
		"back-channel-logout": true,
		"token-report":        true,
		"profile-delete":      true,
	}
	for _, m := range mutations {
		tested[m.function] = true
	}

	for route, operation := range loadSpec(t).Operations {
		if operation.Method != http.MethodGet && !tested[operation.OperationID] {
			t.Errorf("%s (%s) is not in the fault table: add a row to mutations", route, operation.OperationID)
		}
	}
}
