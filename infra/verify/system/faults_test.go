package system_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/pkg/api"
)

// mutation is an operation that changes something. In path and body, {name} stands for a thing of the world.
type mutation struct{ function, method, path, body string }

// mutations are all operations that take an Idempotency-Key.
var mutations = []mutation{
	{"profile-update", "PATCH", "/me", `{"firstName":"Augusta"}`},
	{"organization-default", "PUT", "/me/default-organization", `{"organizationId":"{org}"}`},
	{"organization-switch", "PUT", "/me/current-organization", `{"organizationId":"{org}"}`},
	{"token-create", "POST", "/me/tokens", `{"organizationId":"{org}"}`},
	{"token-extend", "POST", "/me/tokens/{token}/extend", `{"leaseExpiresAt":"{lease}"}`},
	{"token-delete", "DELETE", "/me/tokens/{token}", ""},
	{"organization-create", "POST", "/organizations", `{"name":"Another"}`},
	{"organization-update", "PATCH", "/organizations/{org}", `{"name":"Renamed"}`},
	{"member-invite", "POST", "/organizations/{org}/members", `{"email":"new-{n}@example.com"}`},
	{"member-role-update", "PUT", "/organizations/{org}/members/{member}/role", `{"role":"admin"}`},
	{"member-disable", "POST", "/organizations/{org}/members/{member}/disable", ""},
	{"member-enable", "POST", "/organizations/{org}/members/{disabled}/enable", ""},
	{"member-remove", "DELETE", "/organizations/{org}/members/{member}", ""},
	{"invitation-resend", "POST", "/organizations/{org}/members/{invited}/invitation", ""},
	{"member-tokens-revoke", "DELETE", "/organizations/{org}/members/{member}/tokens", ""},
	{"solution-create", "POST", "/organizations/{org}/solutions", `{"name":"Customs desk"}`},
	{"solution-update", "PATCH", "/organizations/{org}/solutions/{solution}", `{"name":"Renamed"}`},
	{"solution-delete", "DELETE", "/organizations/{org}/solutions/{solution}", ""},
	{"assignment-update", "POST", "/organizations/{org}/solutions/{solution}/members", `{"assign":[{"userId":"{disabled}","role":"user"}],"unassign":["{member}"]}`},
	{"assignment-put", "PUT", "/organizations/{org}/solutions/{solution}/members/{invited}", `{"role":"user"}`},
	{"assignment-delete", "DELETE", "/organizations/{org}/solutions/{solution}/members/{member}", ""},
}

// TestEveryMutationIsDoneOnceThoughItsReplyIsLost runs each mutation three times in worlds that are alike: undisturbed,
// with the table refusing before it stores, and with the table storing and the reply lost. In the disturbed worlds the
// caller is told so and tries again with the same Idempotency-Key. In the end all three worlds must have changed alike:
// nothing doubled, nothing half done, every event in the audit log.
func TestEveryMutationIsDoneOnceThoughItsReplyIsLost(t *testing.T) {
	t.Parallel()
	running := start(t, runner.Options{Functions: binaries, Authorize: judge(t)})
	worlds := 0
	for _, m := range mutations {
		t.Run(m.function, func(t *testing.T) {
			worlds++
			calm := newWorld(t, running, worlds)
			before := census(t, running)
			status, answer := calm.call(t, m, "undisturbed-0000000")
			if status/100 != 2 {
				t.Fatalf("undisturbed it answers %d: %s", status, answer)
			}

			want := change(before, census(t, running))
			for name, fault := range map[string]dynamoproxy.Fault{"refused": dynamoproxy.InternalError, "reply lost": dynamoproxy.LoseReply} {
				worlds++
				w := newWorld(t, running, worlds)
				before := census(t, running)
				restore := running.Proxy().Fail(dynamoproxy.Rule{
					Function:  m.function,
					Operation: "TransactWriteItems",
					Times:     attempts,
					Fault:     fault,
				})

				if status, answer := w.call(t, m, "disturbed-000000000"); status != http.StatusServiceUnavailable {
					t.Errorf("%s: the caller is told %d: %s", name, status, answer)
				}

				restore()

				if stored := change(before, census(t, running)); fault == dynamoproxy.InternalError && len(stored) > 0 {
					t.Errorf("%s: half done: %v", name, stored)
				}

				if again, answer := w.call(t, m, "disturbed-000000000"); again != status {
					t.Errorf("%s: the retry answers %d, not %d: %s", name, again, status, answer)
				}

				if got := change(before, census(t, running)); !maps.Equal(got, want) {
					t.Errorf("%s: in the end %v changed; undisturbed it is %v", name, got, want)
				}
			}
		})
	}
}

// world is one organization with everything in it that a mutation may want.
type world struct {
	running *runner.Runner
	session string
	things  *strings.Replacer
}

func newWorld(t *testing.T, r *runner.Runner, n int) world {
	t.Helper()
	email := func(who string) string { return fmt.Sprintf("%s-%d@example.com", who, n) }
	owner := person(t, r, email("owner"))
	var org, spare api.Organization
	request(t, r, owner, http.MethodPost, "/organizations", `{"name":"Spare"}`, &spare)
	request(t, r, owner, http.MethodPost, "/organizations", `{"name":"Acme"}`, &org)
	members := map[string]string{}
	for who, role := range map[string]string{"member": "creator", "disabled": "user", "invited": "user"} {
		var m api.Member
		request(t, r, owner, http.MethodPost, "/organizations/"+org.ID+"/members",
			fmt.Sprintf(`{"email":%q,"role":%q}`, email(who), role), &m)
		members[who] = m.ID
		if who != "invited" {
			person(t, r, email(who))
		}
	}

	request(t, r, owner, http.MethodPost, "/organizations/"+org.ID+"/members/"+members["disabled"]+"/disable", "", nil)
	var solution api.Solution
	request(t, r, owner, http.MethodPost, "/organizations/"+org.ID+"/solutions", `{"name":"Route planner"}`, &solution)
	request(t, r, owner, http.MethodPut, "/organizations/"+org.ID+"/solutions/"+solution.ID+"/members/"+members["member"], `{"role":"user"}`, nil)
	var token api.TokenCreated
	request(t, r, owner, http.MethodPost, "/me/tokens", `{"organizationId":"`+org.ID+`"}`, &token)

	return world{r, owner, strings.NewReplacer(
		"{org}", org.ID, "{solution}", solution.ID, "{token}", token.ID, "{lease}", token.LeaseExpiresAt.Format("2006-01-02T15:04:05Z"),
		"{member}", members["member"], "{disabled}", members["disabled"], "{invited}", members["invited"], "{n}", fmt.Sprint(n),
	)}
}

func (w world) call(t *testing.T, m mutation, key string) (int, string) {
	t.Helper()
	status, text := send(t, w.running, w.session, m.method, w.things.Replace(m.path), w.things.Replace(m.body), "Idempotency-Key", key, "If-Match", "*")
	return status, string(text)
}

// census counts the items of the table by type, events by their action.
func census(t *testing.T, r *runner.Runner) map[string]int {
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

func change(before, after map[string]int) map[string]int {
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

// TestEveryMutationIsInTheFaultTable holds the table above against the API's description.
func TestEveryMutationIsInTheFaultTable(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{"session-create": true, "session-delete": true} // a retry signs in anew, or is signed out
	for _, m := range mutations {
		tested[m.function] = true
	}

	for route, operation := range loadSpec(t).Operations {
		if operation.Method != http.MethodGet && !tested[operation.OperationID] {
			t.Errorf("%s (%s) is not in the fault table: add a row to mutations", route, operation.OperationID)
		}
	}
}
