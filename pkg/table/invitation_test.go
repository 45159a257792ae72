package table_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// decline declines an invitation as the operation does.
func decline(t *testing.T, db *table.DB, u identity.UserID, o identity.OrgID, now time.Time) error {
	t.Helper()
	return identity.RetryStale(t.Context(), func() error {
		offered, err := db.Invitation(t.Context(), page(t, db, u), o, now)
		if err != nil {
			return err
		}

		return db.Decline(offered)(t.Context(), by(u, now))
	})
}

func resend(t *testing.T, db *table.DB, actor, before identity.Membership, limits identity.InvitationLimits, now time.Time) error {
	t.Helper()
	after, err := as(actor).Reinvite(before, now)
	if err != nil {
		return err
	}

	write, err := db.ResendInvitation(t.Context(), as(actor), before, after, limits, now)
	if err != nil {
		return err
	}

	return write(t.Context(), by(actor.User, now))
}

// stranger is what S, who founded an organization, has typed about V, who has an account.
type stranger struct {
	t      *testing.T
	db     *table.DB
	victim identity.Profile
	home   identity.OrgID
	own    identity.Membership
	typed  *identity.Membership // the invitation as S made it; nil if there is none
	now    time.Time
}

// TestAStrangerLearnsAndChangesNothingUntilThePersonAccepts runs random sequences of what S can do about V, and of what V
// does meanwhile short of accepting.
func TestAStrangerLearnsAndChangesNothingUntilThePersonAccepts(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	run := 0

	rapid.Check(t, func(r *rapid.T) {
		run++
		vera := signIn(t, db, table.Claims{
			Subject:   fmt.Sprint("vera", run),
			Email:     fmt.Sprintf("vera%d@example.com", run),
			FirstName: "Vera",
			LastName:  "Secret-Surname",
		}, noon)
		evil := person(t, db, fmt.Sprintf("stranger%d@example.com", run), noon)
		s := &stranger{
			t:      t,
			db:     db,
			victim: vera,
			home:   organization(t, db, vera, noon).Org,
			own:    organization(t, db, evil, noon),
			now:    noon,
		}

		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			s.act(r)
			s.check(r)
		}

		s.accepted(r)
	})
}

func (s *stranger) act(r *rapid.T) {
	names := rapid.SampledFrom([]string{"", "Silly", "Vera"})
	roles := rapid.SampledFrom([]identity.Role{identity.Owner, identity.Admin, identity.User})

	switch rapid.SampledFrom([]string{"invite", "remove", "role", "deny", "disable", "resend", "wait", "sign in", "edit", "decline"}).Draw(r, "act") {
	case "invite":
		p := identity.Person{Email: s.victim.Email, FirstName: names.Draw(r, "first"), LastName: names.Draw(r, "last")}
		if m, err := tryInvite(s.t, s.db, s.own, p, roles.Draw(r, "role"), s.now); err == nil {
			s.typed = &m
		}
	case "remove":
		if s.typed != nil && s.db.RemoveMember(as(s.own), s.current(r))(s.t.Context(), by(s.own.User, s.now)) == nil {
			s.typed = nil
		}
	case "role":
		s.change(r, func(a identity.Actor, m identity.Membership) (identity.Membership, error) {
			return a.ChangeRole(m, roles.Draw(r, "role"))
		})
	case "deny":
		s.change(r, func(a identity.Actor, m identity.Membership) (identity.Membership, error) {
			return a.ChangeRole(m, identity.Deny)
		})
	case "disable":
		s.change(r, identity.Actor.Disable)
	case "resend":
		if s.typed != nil {
			_ = resend(s.t, s.db, s.own, s.current(r), generous, s.now)
		}
	case "wait":
		s.now = s.now.Add(rapid.SampledFrom([]time.Duration{time.Minute, time.Hour, 8 * 24 * time.Hour}).Draw(r, "for"))
	case "sign in":
		signIn(s.t, s.db, table.Claims{Subject: strings.TrimSuffix(s.victim.Email, "@example.com"), Email: s.victim.Email}, s.now)
	case "edit":
		before := page(s.t, s.db, s.victim.ID)
		after := before.Profile
		after.Phone, after.Version = fmt.Sprintf("+4144668180%d", after.Version%10), after.Version+1
		if err := s.db.EditProfile(before.Profile, after, before.Memberships)(s.t.Context(), by(s.victim.ID, s.now)); err != nil {
			r.Fatalf("V edits their profile: %v", err)
		}
	case "decline":
		if decline(s.t, s.db, s.victim.ID, s.own.Org, s.now) == nil {
			s.typed = nil
		}
	}
}

// change is what S does to the invitation with a rule of package identity.
func (s *stranger) change(r *rapid.T, rule func(identity.Actor, identity.Membership) (identity.Membership, error)) {
	if s.typed == nil {
		return
	}

	before := s.current(r)
	if after, err := rule(as(s.own), before); err == nil && after != before {
		if err := s.db.ChangeMember(identity.ActionMemberRoleUpdate, as(s.own), before, after)(s.t.Context(), by(s.own.User, s.now)); err != nil {
			r.Fatal(err)
		}
	}
}

func (s *stranger) current(r *rapid.T) identity.Membership {
	m, err := s.db.Membership(s.t.Context(), s.typed.User, s.own.Org)
	if err != nil || m.User == "" {
		r.Fatalf("%+v, %v", m, err)
	}

	return m
}

// check holds what S sees against what S typed, and what V has against what V had.
func (s *stranger) check(r *rapid.T) {
	members, _, err := s.db.Members(s.t.Context(), s.own.Org, table.MemberFilter{}, "", 10)
	if err != nil {
		r.Fatal(err)
	}

	for _, m := range members {
		if m.User != s.own.User && (s.typed == nil || m.User != s.typed.User || m.Person != s.typed.Person || m.Status != identity.Invited) {
			r.Fatalf("S sees %+v, and typed %+v", m, s.typed)
		}
	}

	o, err := s.db.Organization(s.t.Context(), s.own.Org)
	if err != nil || o.Members != len(members) || o.Invitations != len(members)-1 || o.Owners != 1 {
		r.Fatalf("the organization counts %+v, %v", o, err)
	}

	events, _, err := s.db.Audit(s.t.Context(), o, table.AuditFilter{}, "", 100, s.now)
	if err != nil || strings.Contains(fmt.Sprint(events), string(s.victim.ID)) || strings.Contains(fmt.Sprint(events), "Secret") {
		r.Fatalf("the audit log names V: %+v, %v", events, err)
	}

	own := page(s.t, s.db, s.victim.ID)
	if len(own.Memberships) != 1 || own.Memberships[0].Org != s.home || !own.Memberships[0].Accessible() || own.Memberships[0].Person != own.Profile.Person {
		r.Fatalf("V has %+v", own.Memberships)
	}
}

// accepted ends the sequence: V can still join S's organization by accepting, if S's invitation is open, and then S sees V.
func (s *stranger) accepted(r *rapid.T) {
	open, _, err := s.db.Invitations(s.t.Context(), page(s.t, s.db, s.victim.ID), "", 10, s.now)
	if err != nil || len(open) > 1 {
		r.Fatalf("%+v, %v", open, err)
	}

	joined, err := accept(s.t, s.db, s.victim.ID, s.own.Org, s.now)
	if (err == nil) != (len(open) == 1) || err != nil && problemOf(err) != identity.NotFound {
		r.Fatalf("%d open invitations; accepting: %+v, %v", len(open), joined, err)
	}

	if err == nil {
		stored := membership(s.t, s.db, joined)
		if stored.Role != open[0].Role || stored.Person != page(s.t, s.db, s.victim.ID).Profile.Person {
			r.Fatalf("joined as %+v", stored)
		}
	}
}

func TestInvitationsAtOnceNeverExceedALimit(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	limits := identity.InvitationLimits{PerInviter: 7, PerOrganization: 100}

	invite := func(email string) func() error {
		return func() error {
			return identity.RetryStale(t.Context(), func() error {
				o, err := db.Organization(t.Context(), ada.Org)
				if err != nil {
					return err
				}

				p := identity.Person{Email: email, DisplayName: email}
				m, err := as(ada).Invite(identity.NewUserID(noon), p, identity.User, noon)
				if err != nil {
					return err
				}

				offer, err := db.Offer(t.Context(), as(ada), email, noon)
				if err != nil {
					return err
				}

				return db.Invite(as(ada), offer, o, m, limits)(t.Context(), by(ada.User, noon))
			})
		}
	}

	var many []func() error
	for i := range 50 {
		many = append(many, invite(fmt.Sprintf("person%d@example.com", i)))
	}

	// A transaction that met another one too often is a temporary refusal, which a client repeats.
	sent := 0
	for _, err := range together(1, many...) {
		var refusal *identity.Error
		switch {
		case err == nil:
			sent++
		case !errors.As(err, &refusal), refusal.Problem == identity.RateLimited && refusal.RetryAfter != 12*time.Hour,
			refusal.Problem != identity.RateLimited && refusal.Problem != identity.Unavailable:
			t.Fatalf("%v", err)
		}
	}

	o, err := db.Organization(t.Context(), ada.Org)
	if err != nil || o.Invitations != sent || sent > limits.PerInviter || o.Members != sent+1 {
		t.Fatalf("%d sent: %+v, %v", sent, o, err)
	}
}

func TestFiftyInvitationsOfOneAddressAtOnceAreOne(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	var many []func() error
	for range 50 {
		many = append(many, func() error {
			_, err := tryInvite(t, db, ada, identity.Person{Email: "lea@example.com"}, identity.User, noon)
			return err
		})
	}

	sent := 0
	for _, err := range together(1, many...) {
		if err == nil {
			sent++
		} else if p := problemOf(err); p != identity.Conflict && p != identity.Unavailable {
			t.Fatal(err)
		}
	}

	if list, _, err := db.Members(t.Context(), ada.Org, table.MemberFilter{Words: "lea"}, "", 10); err != nil || sent != 1 || len(list) != 1 {
		t.Fatalf("%d sent: %+v, %v", sent, list, err)
	}
}

func TestOfAcceptancesAtOnceNoneExceedsThePlacesOfAPerson(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	eve := person(t, db, "eve@example.com", noon)
	for range identity.MaxOrganizations - 2 {
		organization(t, db, eve, noon)
	}

	var many []func() error
	for i := range 8 {
		boss := organization(t, db, person(t, db, fmt.Sprintf("boss%d@example.com", i), noon), noon)
		invite(t, db, boss, identity.Person{Email: "eve@example.com"}, identity.User, noon)
		many = append(many, func() error { _, err := accept(t, db, eve.ID, boss.Org, noon); return err })
	}

	for _, err := range together(1, many...) {
		if p := problemOf(err); err != nil && p != identity.LimitReached && p != identity.Unavailable {
			t.Fatal(err)
		}
	}

	if n := len(page(t, db, eve.ID).Memberships); n > identity.MaxOrganizations {
		t.Fatalf("%d memberships", n)
	}
}

func TestAnInvitationStandsWhileItsInviterCouldMakeIt(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	for name, ends := range map[string]func(owner, admin identity.Membership) error{
		"removed":  func(owner, admin identity.Membership) error { return remove(t, db, owner, admin, noon) },
		"disabled": func(owner, admin identity.Membership) error { return change(t, db, owner, admin, disable) },
		"demoted":  func(owner, admin identity.Membership) error { return change(t, db, owner, admin, to(identity.Creator)) },
	} {
		owner := organization(t, db, person(t, db, name+"-owner@example.com", noon), noon)
		admin := colleague(t, db, owner, name+"-admin@example.com", identity.Admin)
		friend := person(t, db, name+"-friend@example.com", noon)
		invite(t, db, admin, friend.Person, identity.Admin, noon)

		own := page(t, db, friend.ID)
		offered, err := db.Invitation(t.Context(), own, owner.Org, noon)
		if err != nil {
			t.Fatal(err)
		}

		accepting, err := db.Accepting(t.Context(), own, offered, noon)
		if err != nil {
			t.Fatal(err)
		}

		if err := ends(owner, admin); err != nil {
			t.Fatal(err)
		}

		if err := db.Accept(own, accepting)(t.Context(), by(friend.ID, noon)); problemOf(err) != identity.NotFound {
			t.Errorf("%s between reading and writing: %v", name, err)
		}

		if _, err := accept(t, db, friend.ID, owner.Org, noon); problemOf(err) != identity.NotFound {
			t.Errorf("%s: %v", name, err)
		}

		if p := signIn(t, db, table.Claims{Subject: name + "-new", Email: name + "-new@example.com"}, noon); len(page(t, db, p.ID).Memberships) != 0 {
			t.Errorf("%s: joined at the first sign-in", name)
		}
	}
}
