package identity_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

func TestMailsToAnAddressAreMinutesApartAndAHandful(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var (
			mails identity.Mails
			sent  []time.Time
		)

		now := instant
		for range rapid.IntRange(1, 40).Draw(r, "tries") {
			now = now.Add(time.Duration(rapid.SampledFrom([]int{1, 30, 599, 600, 3600, 86400, 30 * 86400}).Draw(r, "seconds")) * time.Second)
			next, err := mails.Another(now)

			if refusal, ok := errors.AsType[*identity.Error](err); ok {
				if _, early := mails.Another(now.Add(refusal.RetryAfter - time.Second)); refusal.RetryAfter <= 0 || early == nil {
					r.Fatalf("the refusal %v, and yet sent earlier", refusal)
				}

				if _, err := mails.Another(now.Add(refusal.RetryAfter)); err != nil {
					r.Fatalf("refused after Retry-After: %v", err)
				}

				continue
			}

			mails, sent = next, append(sent, now)
			if n := len(sent); n > 1 && sent[n-1].Sub(sent[n-2]) < identity.MailGap {
				r.Fatalf("sent %v apart", sent[n-1].Sub(sent[n-2]))
			}

			if n := len(sent); n > identity.MaxMails && sent[n-1].Sub(sent[n-1-identity.MaxMails]) < identity.MailMemory {
				r.Fatalf("%d mails within %v", identity.MaxMails+1, sent[n-1].Sub(sent[n-1-identity.MaxMails]))
			}
		}
	})
}

func TestAnInvitationIsBackedByAMemberWhoCouldMakeIt(t *testing.T) {
	for _, offers := range identity.Roles {
		for _, role := range identity.Roles {
			for _, status := range identity.Statuses {
				inviter := acting(role)
				inviter.Status = status
				inviter.JoinedAt = instant
				_, err := inviter.Invite("usr_b", identity.Person{Email: "b@example.com"}, offers, instant)

				m := identity.Membership{User: "usr_b", Role: offers, Status: identity.Invited, InvitedAt: instant, InvitedBy: inviter.User}
				open := identity.Invitation{Membership: m, Inviter: inviter.Membership}.State(instant) == identity.InvitationOpen
				if open != (err == nil) {
					t.Errorf("%s %s as %s: open %v, inviting %v", status, role, offers, open, err)
				}

				inviter.JoinedAt = instant.Add(time.Second)
				if (identity.Invitation{Membership: m, Inviter: inviter.Membership}).State(instant) == identity.InvitationOpen {
					t.Errorf("%s %s as %s stands though the inviter joined again later", status, role, offers)
				}
			}
		}
	}
}

func TestAMarkHoldsWhenThePersonComesBack(t *testing.T) {
	invited := identity.Membership{User: "usr_x", Role: identity.Admin, Status: identity.Invited, InvitedBy: "usr_a", Offer: true, Version: 1}
	for _, mark := range []identity.Mark{{}, {identity.User, identity.Disabled}, {identity.Deny, identity.Active}, {identity.Deny, identity.Disabled}} {
		got := invited.Join("usr_v", identity.Person{DisplayName: "V"}, mark, instant)
		if got.Accessible() != (mark == identity.Mark{}) || got.User != "usr_v" || got.Offer || got.InvitedBy != "" ||
			got.LastSeen.IsZero() == got.Accessible() {
			t.Errorf("%+v: %+v", mark, got)
		}
	}
}

func TestNamesThatMailsShowHoldNoAddress(t *testing.T) {
	for _, name := range []string{"Win www.bad.example", "https://bad.example", "a@b", "WWW.bad", "a\uff20b"} {
		_, person := identity.CleanPersonName("lastName", name)
		_, organization := identity.CleanOrganizationName("name", name)
		if person == nil || organization == nil || !identity.HoldsAddress(name) {
			t.Errorf("%q: %v, %v", name, person, organization)
		}
	}

	for _, name := range []string{"St. John", "J. R. R. Tolkien", "J.R.R. Tolkien", "Dr. No", "Acme Inc.", "Smith & Sons, Ltd.", "A/S Norden"} {
		_, person := identity.CleanPersonName("lastName", name)
		_, organization := identity.CleanOrganizationName("name", name)
		if person != nil || organization != nil || identity.HoldsAddress(name) {
			t.Errorf("%q: %v, %v, holds an address: %v", name, person, organization, identity.HoldsAddress(name))
		}
	}

	for _, name := range []string{"bad.example", "Booking.com", "click bad\u3002example", "bad\uff0eexample/pay"} {
		if !identity.HoldsAddress(name) {
			t.Errorf("%q may go into a mail", name)
		}
	}
}
