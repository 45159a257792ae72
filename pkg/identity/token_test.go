package identity_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

var (
	made  = at("2026-03-01T12:00:00Z")
	epoch = identity.NewEpoch(at("2026-02-01T00:00:00Z"))
)

func activeMember() identity.Membership {
	return identity.Membership{
		User:       "usr_1",
		Org:        "org_1",
		Role:       identity.Creator,
		Status:     identity.Active,
		TokenEpoch: epoch,
	}
}

func freshToken() identity.Token {
	return identity.Token{
		ID:        "tok_abcdefghijk",
		User:      "usr_1",
		Org:       "org_1",
		Epoch:     epoch,
		CreatedAt: made,
		Lease:     identity.PATTerms.Grant(made),
	}
}

func TestATokenIsAdmittedUntilItsLeaseEndsAndNotAtThatMoment(t *testing.T) {
	token := freshToken()
	for now, want := range map[time.Time]identity.Problem{
		made: "", token.Until.Add(-1): "", token.Until: identity.LeaseLapsed, token.Until.Add(365 * day): identity.LeaseLapsed,
	} {
		if got := problemOf(token.Admit(activeMember(), "", now)); got != want {
			t.Errorf("at %s: %q, want %q", now, got, want)
		}
	}

	token.Until = token.Expires
	if got := problemOf(token.Admit(activeMember(), "", token.Expires)); got != identity.TokenExpired {
		t.Errorf("at its expiry: %q", got)
	}
}

func problemOf(err error) identity.Problem {
	if refusal, ok := errors.AsType[*identity.Error](err); ok {
		return refusal.Problem
	}

	return ""
}

// TestTheFirstReasonInOrderIsTold stacks every reason that a token can have, and takes the first away one by one.
func TestTheFirstReasonInOrderIsTold(t *testing.T) {
	member := activeMember()
	member.Status, member.TokenEpoch = identity.Disabled, identity.NewEpoch(at("2026-04-01T00:00:00Z"))
	token := freshToken()
	token.Ended, token.EndedAt = identity.Deleted, at("2026-03-02T00:00:00Z")
	now := at("2027-01-01T00:00:00Z")
	for _, step := range []struct {
		want identity.Problem
		at   time.Time
		then func()
	}{
		{identity.TokenDeleted, token.EndedAt, func() { token.Ended, token.EndedAt = "", time.Time{} }},
		{identity.LeaseLapsed, token.Until, func() { token.Until = token.Expires }},
		{identity.TokenExpired, token.Expires, func() { now = at("2026-04-02T00:00:00Z") }},
		{identity.TokenRevoked, at("2026-04-01T00:00:00Z"), func() { member.TokenEpoch = epoch }},
		{identity.AccessDisabled, time.Time{}, func() { member.Status, member.Role = identity.Active, identity.Deny }},
		{identity.AccessDisabled, time.Time{}, func() { member = identity.Membership{} }},
		{identity.AccessDisabled, time.Time{}, func() { member = activeMember() }},
	} {
		err := token.Admit(member, "", now)
		if _, died := token.State(member, now); !isProblem(err, step.want) || !died.Equal(step.at) {
			t.Fatalf("%v at %s; want %s at %s", err, died, step.want, step.at)
		}

		step.then()
	}

	if err := token.Admit(member, "", now); err != nil {
		t.Fatal(err)
	}
}

func TestTheSweepsMarkTellsTheSameAsTheClock(t *testing.T) {
	for ending, want := range map[identity.Ending]identity.Problem{
		identity.Lapsed: identity.LeaseLapsed, identity.Expired: identity.TokenExpired,
		identity.Deleted: identity.TokenDeleted, identity.Revoked: identity.TokenRevoked,
		identity.Reported: identity.TokenRevoked,
	} {
		token := freshToken()
		token.Ended, token.EndedAt = ending, made
		if err := token.Admit(activeMember(), "", made); !isProblem(err, want) {
			t.Errorf("%s: %v", ending, err)
		}
	}
}

// TestARoleWithoutTokensSuspendsThem holds that a token is admitted exactly while its owner's role may have tokens.
func TestARoleWithoutTokensSuspendsThem(t *testing.T) {
	for _, role := range identity.Roles {
		member := activeMember()
		member.Role = role

		err := freshToken().Admit(member, "", made)
		if may := role.Can(identity.OwnTokens); (err == nil) != may || !may && !isProblem(err, identity.AccessDisabled) {
			t.Errorf("a token of a member with the role %s: %v; the role may have tokens: %v", role, err, may)
		}
	}
}

func TestATokenFromBeforeARemovalStaysDeadAfterANewInvitation(t *testing.T) {
	again := activeMember()
	again.TokenEpoch = identity.NewEpoch(made.Add(time.Hour))
	if err := freshToken().Admit(again, "", made.Add(2*time.Hour)); !isProblem(err, identity.TokenRevoked) {
		t.Fatal(err)
	}
}

func TestARevocationWithAnUnreadableEpochStillRevokes(t *testing.T) {
	member := activeMember()
	member.TokenEpoch = "scribble"
	if why, when := freshToken().State(member, made); why != identity.Revoked || !when.IsZero() {
		t.Fatalf("%s at %s", why, when)
	}
}

func TestADeadTokenIsShownForThirtyDays(t *testing.T) {
	lapsed := freshToken()
	deleted := freshToken()
	deleted.Ended, deleted.EndedAt = identity.Deleted, made
	for _, c := range []struct {
		token identity.Token
		died  time.Time
	}{{lapsed, lapsed.Until}, {deleted, made}} {
		if c.token.Purged(c.died.Add(identity.Retention)) || !c.token.Purged(c.died.Add(identity.Retention+1)) {
			t.Errorf("%+v is not shown for exactly thirty days", c.token)
		}
	}
}

func TestAListShowsEightCharacters(t *testing.T) {
	if got := freshToken().Prefix(); got != "abcdefgh" {
		t.Fatal(got)
	}
}

func TestASessionIsAdmittedUntilItsLeaseOrItsExpiryEnds(t *testing.T) {
	s := identity.Session{User: "usr_1", Lease: identity.SessionTerms.Grant(made)}
	if err := s.Admit(s.Until.Add(-1)); err != nil {
		t.Error(err)
	}

	if err := s.Admit(s.Until); !isProblem(err, identity.LeaseLapsed) || !strings.Contains(err.Error(), "Sign in again") {
		t.Error(err)
	}

	s.Until = s.Expires
	if err := s.Admit(s.Expires); !isProblem(err, identity.TokenExpired) {
		t.Error(err)
	}
}
