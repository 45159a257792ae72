package mail

import (
	"context"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Leak describes a token or session that someone found and reported, and that was ended because of the report.
type Leak struct {
	// Token is the reported token; its ID is "" if a session was reported.
	Token identity.Token
	// Organization is the name of the token's organization.
	Organization string
	// Owner is the person whose token or session it is, or the service account, with the address of its contact.
	Owner identity.Person
	// OfAccount is true if Owner is a service account.
	OfAccount bool
	// FoundAt is where it was found, in the words of the person who reported it; "" if they did not say.
	FoundAt string
	// At is when it was reported.
	At time.Time
	// Others is true if other people, who are Owners of the organization, are emailed too.
	Others bool
}

const (
	leakedToken   = "Your personal access token was found and revoked"
	leakedSession = "Your session token was found and the session was ended"
	accountLeak   = "A service account's token was found and revoked"
	membersLeak   = "A member's personal access token was found and revoked"

	notVerified = "The location is quoted from the report, and Leasehold has not verified it. Dots and at signs in it are " +
		"rewritten so that it does not become a link."
)

// TellOwner emails the owner of a reported token or session.
func (s *Sender) TellOwner(ctx context.Context, l Leak) error {
	if l.Token.ID == "" {
		return s.post(ctx, "the report of a session", s.sessionLetter(l))
	}

	notes := []string{notVerified}
	if l.Others {
		notes = append(notes, "The Owners of the organization receive an email too.")
	}

	told := letter{
		To:      l.Owner.Email,
		Subject: leakedToken,
		Heading: "Your token was found and revoked",
		Paragraphs: []string{
			"Someone found one of your personal access tokens and reported it to Leasehold. Leasehold revoked the token " +
				"immediately, so it no longer works.",
			"Remove the token from the place where it was found, create a new one for the programs that used it, and check " +
				"what it was used for.",
		},
		Facts: append([]fact{
			{"Token", l.Token.Prefix()},
			{"Description", defuse(l.Token.Description)},
			{"Organization", plain(l.Organization, "one of your organizations")},
			{"Last used", lastUsed(l.Token.LastUsed)},
		}, l.place()...),
		Button: "Open the token",
		Link:   s.tokenLink(l.Token),
		Notes:  notes,
	}

	if l.OfAccount {
		account := plain(l.Owner.DisplayName, "a service account")
		told.Subject, told.Heading = accountLeak, accountLeak
		told.Paragraphs[0] = "Someone found a token of the service account " + account + " and reported it to Leasehold. Leasehold " +
			"revoked the token immediately, so it no longer works."
		told.Facts = append([]fact{{"Service account", account}}, told.Facts...)
		told.Button, told.Link = "Open the service account", s.accountLink(l.Token)
	}

	return s.post(ctx, "the report of a token", told)
}

// TellOrganization emails an Owner of the organization of a reported token. Only the owner of the token sees its
// description, so the email names the token by its prefix.
func (s *Sender) TellOrganization(ctx context.Context, to string, l Leak) error {
	told := letter{
		To:      to,
		Subject: membersLeak,
		Heading: membersLeak,
		Paragraphs: []string{
			"Someone found a personal access token of a member of your organization and reported it to Leasehold. Leasehold " +
				"revoked the token immediately, so it no longer works.",
			"The member received an email too. Ask them what used the token, and check what it was used for.",
		},
		Facts: append([]fact{
			{"Organization", plain(l.Organization, "one of your organizations")},
			{"Member", plain(l.Owner.DisplayName, defuse(l.Owner.Email))},
			{"Token", l.Token.Prefix()},
		}, l.place()...),
		Button: "Open the audit log",
		Link:   s.console + "/" + string(l.Token.Org) + "/audit",
		Notes:  []string{notVerified, "You receive this email because you are an Owner of the organization."},
	}

	if l.OfAccount {
		account := plain(l.Owner.DisplayName, "a service account")
		told.Subject, told.Heading = accountLeak, accountLeak
		told.Paragraphs = []string{
			"Someone found a token of the service account " + account + " and reported it to Leasehold. Leasehold revoked the " +
				"token immediately, so it no longer works.",
			"Find out which programs used the token, give them a new one, and check what the old one was used for.",
		}
		told.Facts[1] = fact{"Service account", account}
		told.Button, told.Link = "Open the service account", s.accountLink(l.Token)
	}

	return s.post(ctx, "the report of a member's token", told)
}

func (s *Sender) sessionLetter(l Leak) letter {
	return letter{
		To:      l.Owner.Email,
		Subject: leakedSession,
		Heading: "Your session was ended",
		Paragraphs: []string{
			"Someone found the token of one of your sessions and reported it to Leasehold. Leasehold ended the session " +
				"immediately, so the token no longer works.",
			"Remove the token from the place where it was found. Sign in again, and check your profile and your tokens.",
		},
		Facts:  l.place(),
		Button: "Sign in",
		Link:   s.console,
		Notes:  []string{notVerified},
	}
}

// place returns when the report was made and where the token was found.
func (l Leak) place() []fact {
	place := "The report does not say where."
	if l.FoundAt != "" {
		place = defuse(l.FoundAt)
	}

	return []fact{{"Reported", moment(l.At)}, {"Found at", place}}
}

// tokenLink returns the address of a token's pane in the console.
func (s *Sender) tokenLink(t identity.Token) string {
	return s.console + "/" + string(t.Org) + "/profile/tokens/" + string(t.ID)
}

// accountLink returns the address of the page of the service account that a token belongs to.
func (s *Sender) accountLink(t identity.Token) string {
	return s.console + "/" + string(t.Org) + "/users/" + string(t.User)
}

// moment returns a time as people read it, in UTC.
func moment(at time.Time) string { return at.UTC().Format("Monday, 2 January 2006, 15:04 UTC") }

// lastUsed returns when a token was last used, as people read it.
func lastUsed(at time.Time) string {
	if at.IsZero() {
		return "never"
	}

	return moment(at)
}
