package main

import (
	"encoding/json"
	"strings"
	"testing"
)

const (
	org  = "org_01kjmma2g0cbgh6pmxawxh5a4g"
	user = "usr_01kjmma2g0mwj0vh9mhahfznas"
	id   = "01kjmma2g0a51zzagrnfezc496"
)

// image is an entry of the audit log as DynamoDB writes it into a stream, with a state and without what is optional.
const image = `{"PK":{"S":"AUDIT#` + org + `#2026-03"},"SK":{"S":"` + id + `"},"item_type":{"S":"event"},
	"scope_id":{"S":"` + org + `"},"event_action":{"S":"ACTION"},"target_type":{"S":"user"},"target_id":{"S":"` + user + `"},
	"target_name":{"S":"Ada Lovelace"},"state_before":{"M":{"role":{"S":"user"}}},
	"state_after":{"M":{"role":{"S":"admin"},"email":{"S":"ada@example.com"}}},"credential_kind":{"S":"schedule"},
	"source_ip":{"S":"203.0.113.7"},"created_at":{"N":"1772366400"}}`

// records returns a batch of a pipe with one record of each action.
func records(t *testing.T, actions ...string) []record {
	t.Helper()
	var texts []string
	for _, action := range actions {
		texts = append(texts, `{"eventID":"1","eventName":"INSERT","eventVersion":"1.1","eventSource":"aws:dynamodb",
			"awsRegion":"eu-central-1","dynamodb":{"ApproximateCreationDateTime":1772366400,"Keys":{"PK":{"S":"AUDIT#o#2026-03"},
			"SK":{"S":"`+id+`"}},"NewImage":`+strings.Replace(image, "ACTION", action, 1)+`,"SequenceNumber":"4242",
			"SizeBytes":512,"StreamViewType":"NEW_IMAGE"},
			"eventSourceARN":"arn:aws:dynamodb:eu-central-1:123456789012:table/t/stream/2026-03-01T00:00:00.000"}`)
	}

	var batch []record
	if err := json.Unmarshal([]byte("["+strings.Join(texts, ",")+"]"), &batch); err != nil {
		t.Fatal(err)
	}

	return batch
}

func TestABatchBecomesEventsInItsOrder(t *testing.T) {
	published, err := publish(t.Context(), records(t, "member.role-update", "member.invite"))
	if err != nil {
		t.Fatal(err)
	}

	text, err := json.Marshal(published)
	if err != nil {
		t.Fatal(err)
	}

	event := func(action, changed string) string {
		return `{"version":1,"id":"` + id + `","time":"2026-03-01T12:00:00Z","action":"` + action + `","organizationId":"` + org +
			`","actor":{"kind":"schedule"},"target":{"type":"user","id":"` + user + `"},"changed":[` + changed +
			`],"before":{"role":"user"},"after":{"role":"admin"}}`
	}

	want := "[" + event("member.role-update", `"role"`) + "," + event("member.invite", `"email","role"`) + "]"
	if string(text) != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

// TestAnActionOfANewerVersionLeavesWithoutItsChanges covers the time in which the functions that write are newer than this
// one.
func TestAnActionOfANewerVersionLeavesWithoutItsChanges(t *testing.T) {
	published, err := publish(t.Context(), records(t, "member.promote"))
	if err != nil {
		t.Fatal(err)
	}

	if e := published[0]; e.Action != "member.promote" || len(e.Changed)+len(e.Before)+len(e.After) > 0 || e.Target.ID != user {
		t.Errorf("got %+v, want the action, the target and no changes", e)
	}
}

// TestABatchWithAnUnreadableRecordFails lets the pipe find the record. The error names its sequence number and nothing of
// its item.
func TestABatchWithAnUnreadableRecordFails(t *testing.T) {
	for name, spoil := range map[string]func(string) string{
		"no image":     func(string) string { return "null" },
		"another item": func(s string) string { return strings.Replace(s, `"event"`, `"profile"`, 1) },
		"no action":    func(s string) string { return strings.Replace(s, "member.invite", "", 1) },
		"a wrong ID":   func(s string) string { return strings.Replace(s, id, "Ada Lovelace", 1) },
		"no scope":     func(s string) string { return strings.ReplaceAll(s, org, "ada@example.com") },
		"no target":    func(s string) string { return strings.ReplaceAll(s, user, "ada@example.com") },
	} {
		batch := records(t, "member.role-update", "member.invite")
		batch[1].DynamoDB.NewImage = json.RawMessage(spoil(string(batch[1].DynamoDB.NewImage)))

		published, err := publish(t.Context(), batch)
		if err == nil || published != nil || !strings.Contains(err.Error(), `record 2 of 2, with the sequence number "4242"`) {
			t.Errorf("%s: got %v and the error %v, want an error that names the record", name, published, err)
		}

		if err != nil && (strings.Contains(err.Error(), "ada@") || strings.Contains(err.Error(), "Lovelace")) {
			t.Errorf("%s: the error %v quotes the item", name, err)
		}
	}
}
