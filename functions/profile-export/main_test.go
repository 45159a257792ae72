package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const lambdaLimit = 6 << 20 // of an answer

// TestTheLargestExportFitsIntoAnAnswerAndTheNextContinuesIt uses text that grows as it is encoded.
func TestTheLargestExportFitsIntoAnAnswerAndTheNextContinuesIt(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	quoted := strings.Repeat(`"<`, 50)
	export := identity.Export{At: now}
	state := map[string]string{}
	for _, name := range []string{"firstName", "lastName", "displayName", "email", "phone"} {
		state[name] = quoted
	}

	for i := range identity.MaxExportedEvents {
		at := now.Add(-time.Duration(i) * time.Minute)
		export.Events = append(export.Events, identity.Event{
			ID:     identity.NewEventID(at),
			At:     at,
			Before: state,
			After:  state,
			Source: identity.Source{UserAgent: quoted + quoted},
		})
	}

	for range identity.MaxExportedTokens {
		export.Tokens = append(export.Tokens, identity.Token{ID: "tok_05McJmDgrvc", Description: quoted})
		export.Sessions = append(export.Sessions, identity.Session{ID: "ses_05McJmDgrvc"})
	}

	document, err := fitting(export, maxSize)
	if err != nil {
		t.Fatal(err)
	}

	body, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}

	answer, err := json.Marshal(map[string]string{"body": string(body)})
	if err != nil || len(answer) > lambdaLimit {
		t.Errorf("the answer has %d bytes, %v", len(answer), err)
	}

	shown := document.AuditEvents
	if len(shown) == 0 || len(shown) == len(export.Events) || shown[0].ID != export.Events[0].ID {
		t.Fatalf("%d of %d events are shown", len(shown), len(export.Events))
	}

	if document.AuditEventsBefore == nil || document.AuditEventsBefore.Before(shown[len(shown)-1].At) || len(document.LeftOut) != 1 {
		t.Errorf("left out %v before %v; the last event shown is of %v", document.LeftOut, document.AuditEventsBefore, shown[len(shown)-1].At)
	}
}

func TestASmallExportIsComplete(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	export := identity.Export{At: now, Events: []identity.Event{{ID: identity.NewEventID(now), At: now}}}
	document, err := fitting(export, maxSize)

	if err != nil || len(document.AuditEvents) != 1 || len(document.LeftOut) != 0 || document.AuditEventsBefore != nil {
		t.Errorf("%+v, %v", document, err)
	}
}
