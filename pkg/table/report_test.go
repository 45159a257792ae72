package table_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// finder is the change of somebody who reports a token.
func finder(now time.Time) identity.Change {
	return identity.Change{Caller: identity.Caller{Kind: identity.ByFinder}, At: now}
}

func TestATokenThatIsReportedSeveralTimesAtOnceEndsOnce(t *testing.T) {
	db := tabletest.Open(t)
	member := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	found := token(t, db, member, noon)

	report := func() error { return db.ReportToken(found)(t.Context(), finder(hourLater)) }
	ended := 0
	for _, err := range together(8, report) {
		switch {
		case err == nil:
			ended++
		case !errors.Is(err, identity.ErrStale):
			t.Errorf("a report says %v, want nothing or ErrStale", err)
		}
	}

	if ended != 1 {
		t.Errorf("%d reports ended the token, want 1", ended)
	}

	stored, err := db.Token(t.Context(), found.User, found.ID)
	if err != nil || stored.Ended != identity.Reported || !stored.EndedAt.Equal(hourLater) {
		t.Errorf("the token ended as %q at %v (%v), want reported at %v", stored.Ended, stored.EndedAt, err, hourLater)
	}

	events, _ := audit(t, db, identity.Organization{ID: member.Org, CreatedAt: noon},
		table.AuditFilter{Actions: identity.Actions{identity.ActionTokenReport}}, 10, hourLater)
	if len(events) != 1 || events[0].Caller != (identity.Caller{Kind: identity.ByFinder}) || events[0].Target.Name != found.Prefix() {
		t.Errorf("the audit log has %+v, want one report of %s by nobody", events, found.Prefix())
	}
}

func TestAReportedSessionEndsAndItsPersonHasARecordOfIt(t *testing.T) {
	b := newBench(t, newProxy(t))
	p := newProps(t, b)
	if err := b.sure.ReportSession(p.session)(t.Context(), finder(hourLater)); err != nil {
		t.Fatal(err)
	}

	if _, found, err := b.sure.Session(t.Context(), p.session.User, p.session.ID); found || err != nil {
		t.Errorf("the session is there: %v %v", found, err)
	}

	if all := strings.Join(b.everything(t), "\n"); !strings.Contains(all, string(identity.ActionSessionReport)) {
		t.Errorf("no item records %s", identity.ActionSessionReport)
	}

	if err := b.sure.ReportSession(p.session)(t.Context(), finder(hourLater)); !errors.Is(err, identity.ErrStale) {
		t.Errorf("a second report says %v, want ErrStale", err)
	}
}

func TestTheOwnersOfAnOrganizationAreToldOfAReportedToken(t *testing.T) {
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	bob := coOwner(t, db, owner, "bob@example.com")

	told, err := db.Recipients(t.Context(), owner.User, owner.Org)
	if err != nil || told.Person != owner.Person || told.Organization != "Analytical Engines" ||
		len(told.Owners) != 1 || told.Owners[0].User != bob.User {
		t.Errorf("told: %+v %v, want Ada and, as an Owner, Bob", told, err)
	}

	if told, err := db.Recipients(t.Context(), bob.User, ""); err != nil || told.Person.Email != "bob@example.com" || told.Owners != nil {
		t.Errorf("told of a session: %+v %v, want Bob alone", told, err)
	}

	for i := range 22 {
		coOwner(t, db, owner, fmt.Sprintf("owner-%d@example.com", i))
	}

	if told, err := db.Recipients(t.Context(), owner.User, owner.Org); err != nil || len(told.Owners) != 20 {
		t.Errorf("told: %d Owners %v, want 20", len(told.Owners), err)
	}
}
