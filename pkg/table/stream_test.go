package table

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"github.com/leasehold-dev/leasehold/pkg/api/events"
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// streamedAt is when the events of this file happened.
var streamedAt = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// leaks lists what must never leave with an event: an address, a secret, or what a person typed.
var leaks = []string{
	"ada@example.com",
	"203.0.113.7",
	"2001:db8::7",
	"10.0.0.0/8",
	"lhp_0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghij",
	"Ada Lovelace",
	"Mozilla/5.0 (X11; Linux x86_64)",
	"https://example.com/found?by=ada",
	"+49 30 1234567",
}

// shown lists the attributes of an audit event that an event shows. A value of them that has another form than theirs is
// left out, or the entry makes no event.
var shown = []string{
	"SK", "scope_id", "event_action", "target_type", "target_id", "user_id", "credential_kind", "credential_id", "created_at",
	"state_before", "state_after",
}

// hidden lists the attributes of an audit event that no event shows.
var hidden = []string{"PK", "item_type", "target_name", "source_ip", "user_agent", "request_id", "purge_at"}

func TestEveryAttributeOfAnAuditEventIsShownOrHidden(t *testing.T) {
	var names []string
	for field := range reflect.TypeFor[eventItem]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("dynamodbav"), ",")
		if name != "" {
			names = append(names, name)
		}
	}

	names = append(names, AttrPK, AttrSK)
	slices.Sort(names)
	want := slices.Sorted(slices.Values(slices.Concat(shown, hidden)))

	if !slices.Equal(names, want) {
		t.Errorf("an audit event has the attributes\n%q\nthe lists of this test have\n%q", names, want)
	}
}

// TestNoAddressAndNoSecretLeavesWithAnEvent puts each leak into each attribute, and into each value of each action.
func TestNoAddressAndNoSecretLeavesWithAnEvent(t *testing.T) {
	for _, leak := range leaks {
		for _, attribute := range slices.Concat(shown, hidden) {
			if attribute == "created_at" || attribute == "purge_at" || strings.HasPrefix(attribute, "state_") {
				continue
			}

			image := storedEvent(t, identity.ActionTokenCreate, nil)
			image[attribute] = json.RawMessage(`{"S":` + quote(t, leak) + `}`)
			leavesNothing(t, image, leak, attribute)
		}

		for _, action := range slices.Concat(identity.OrganizationActions, identity.PersonalActions, []identity.Action{"new.one"}) {
			image := storedEvent(t, action, filled(action, leak))
			leavesNothing(t, image, leak, string(action))
		}
	}
}

// filled returns a state whose every known field, and one that is not known, has the same value.
func filled(action identity.Action, value string) map[string]string {
	state := map[string]string{"unknown": value}
	for _, name := range []string{
		"role", "status", "invitedAt", "email", "invitation", "issuer", "leaseExpiresAt", "expiresAt", "serviceAccount", "prefix",
		"scopes", "networks", "selfRotate", "name", "tokenPolicy.tokensAllowed", "tokenPolicy.managingAllowed",
		"tokenPolicy.longestLifeDays", "tokenPolicy.networks", "deletedAt", "removedAt", "description", "solutionId",
		"contactEmail", "firstName", "lastName", "displayName", "phone", "notices.lapse", "notices.expiry", "userId",
		"defaultOrganization", "currentOrganization",
	} {
		if events.Known(action, name) {
			state[name] = value
		}
	}

	return state
}

// leavesNothing checks that an item makes no event, or one without the leak.
func leavesNothing(t *testing.T, image map[string]json.RawMessage, leak, where string) {
	t.Helper()
	entry, err := StreamedEvent(encoded(t, image))
	if err != nil {
		says(t, err, leak, where)
		return
	}

	event, err := events.Of(entry)
	if err != nil {
		says(t, err, leak, where)
		return
	}

	if text := string(encoded(t, event)); strings.Contains(text, strings.Trim(quote(t, leak), `"`)) {
		t.Errorf("%q in %s leaves with the event %s", leak, where, text)
	}
}

// says checks that an error does not quote a leak, because it is logged.
func says(t *testing.T, err error, leak, where string) {
	t.Helper()
	if strings.Contains(err.Error(), leak) {
		t.Errorf("%q in %s is part of the error %v", leak, where, err)
	}
}

func TestAStreamedEventIsTheStoredOne(t *testing.T) {
	entry, err := StreamedEvent(encoded(t, storedEvent(t, identity.ActionMemberRoleUpdate, map[string]string{"role": "admin"})))
	if err != nil {
		t.Fatal(err)
	}

	if entry.Action != identity.ActionMemberRoleUpdate || entry.After["role"] != "admin" || entry.At != streamedAt || entry.Source.IP == "" {
		t.Errorf("got %+v", entry)
	}

	for name, image := range map[string]string{
		"another item": `{"PK":{"S":"USER#u"},"SK":{"S":"PROFILE"},"item_type":{"S":"profile"}}`,
		"no item":      `{}`,
		"no JSON":      `PK`,
		"nothing":      ``,
	} {
		if entry, err := StreamedEvent([]byte(image)); err == nil {
			t.Errorf("%s is the event %+v", name, entry)
		}
	}
}

// storedEvent returns an audit event as a stream has it.
func storedEvent(t *testing.T, action identity.Action, after map[string]string) map[string]json.RawMessage {
	t.Helper()
	item, err := attributevalue.MarshalMap(newEventItem(
		identity.Event{
			Scope:  string(identity.NewOrgID(streamedAt)),
			Action: action,
			Target: identity.Target{Type: "token", ID: "tok_0123456789a", Name: "01234567"},
			After:  maps.Clone(after),
		},
		identity.Change{
			Caller: identity.Caller{User: identity.NewUserID(streamedAt), Kind: identity.PAT, Credential: "tok_0123456789a"},
			Source: identity.Source{IP: "192.0.2.1", UserAgent: "agent", RequestID: "request"},
			At:     streamedAt,
		}, 0))
	if err != nil {
		t.Fatal(err)
	}

	text, err := attributevalue.MarshalMapJSON(item)
	if err != nil {
		t.Fatal(err)
	}

	var image map[string]json.RawMessage
	if err := json.Unmarshal(text, &image); err != nil {
		t.Fatal(err)
	}

	return image
}

func encoded(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}

	return text
}

func quote(t *testing.T, text string) string {
	t.Helper()
	return string(encoded(t, text))
}
