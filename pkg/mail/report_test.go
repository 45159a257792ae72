package mail_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/mail"
)

var leak = mail.Leak{
	Token: identity.Token{
		ID:          "tok_05McJmDgrvc",
		Org:         "org_01kjm9wrv1qqqqqqqqqqqqqqqq",
		Description: "Nightly export",
		Lease:       identity.Lease{LastUsed: time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)},
	},
	Organization: "Harbor Labs",
	Owner:        identity.Person{DisplayName: "Lea Novak", Email: "lea@example.com"},
	FoundAt:      "https://git.example/harbor/.env",
	At:           time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC),
}

func TestAMailAboutAReportedTokenSaysTheSameAsHTMLAndAsText(t *testing.T) {
	t.Parallel()
	toOrganization := func(s *mail.Sender) error { return s.TellOrganization(context.Background(), "mara@example.com", leak) }
	for name, c := range map[string]struct {
		send        func(*mail.Sender) error
		to, subject string
		says        []string
		not         string
	}{
		"to its owner": {
			send:    func(s *mail.Sender) error { return s.TellOwner(context.Background(), leak) },
			to:      "lea@example.com",
			subject: "Your personal access token was found and revoked",
			says: []string{
				"05McJmDg", "Nightly export", "Harbor Labs", "Sunday, 1 March 2026, 09:30 UTC", "Sunday, 8 March 2026, 12:00 UTC",
				"https[:]//git[.]example/harbor/[.]env",
				"https://console.example/v1/console/org_01kjm9wrv1qqqqqqqqqqqqqqqq/profile/tokens/tok_05McJmDgrvc",
			},
		},
		"to an Owner of the organization": {
			send:    toOrganization,
			to:      "mara@example.com",
			subject: "A member's personal access token was found and revoked",
			says: []string{
				"05McJmDg", "Harbor Labs", "Lea Novak", "https[:]//git[.]example/harbor/[.]env",
				"https://console.example/v1/console/org_01kjm9wrv1qqqqqqqqqqqqqqqq/audit",
			},
			not: "Nightly export",
		},
		"about a service account, to an Owner of the organization": {
			send: func(s *mail.Sender) error {
				account := leak
				account.OfAccount, account.Owner.DisplayName = true, "Night train"
				account.Token.User = "usr_01kjm9wrv0g2g8f7zq5h3n4x6y"
				return s.TellOrganization(context.Background(), "mara@example.com", account)
			},
			to:      "mara@example.com",
			subject: "A service account's token was found and revoked",
			says: []string{
				"05McJmDg", "the service account Night train", "Find out which programs used the token", "https[:]//git[.]example/harbor/[.]env",
				"https://console.example/v1/console/org_01kjm9wrv1qqqqqqqqqqqqqqqq/users/usr_01kjm9wrv0g2g8f7zq5h3n4x6y",
			},
			not: "The member received",
		},
		"about a session": {
			send: func(s *mail.Sender) error {
				return s.TellOwner(context.Background(), mail.Leak{Owner: leak.Owner, At: leak.At})
			},
			to:      "lea@example.com",
			subject: "Your session token was found and the session was ended",
			says:    []string{"The report does not say where.", "Sign in", "https://console.example/v1/console"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, got := sender(t, http.StatusOK)
			if err := c.send(s); err != nil {
				t.Fatal(err)
			}

			simple := got.Content.Simple
			for _, said := range c.says {
				if !strings.Contains(simple.Body.Text.Data, said) || !strings.Contains(simple.Body.Html.Data, said) {
					t.Errorf("%q is missing from the text or the HTML:\n%s", said, simple.Body.Text.Data)
				}
			}

			if c.not != "" && strings.Contains(simple.Body.Text.Data+simple.Body.Html.Data, c.not) {
				t.Errorf("the mail has %q, which is for somebody else", c.not)
			}

			if simple.Subject.Data != c.subject || got.Destination.ToAddresses[0] != c.to || len(got.ReplyToAddresses) != 0 {
				t.Errorf("sent %+v", got)
			}
		})
	}
}

func TestNothingThatAReportSaysBecomesALinkOrMarkup(t *testing.T) {
	t.Parallel()
	for _, place := range []string{
		"https://evil.example/x", "www.evil.example", "pay@evil.example", "Evil\uff0eexample", "Call evil。example",
		"mallory\uff20evil\uff61example", "ftp://1.2.3.4", `<a href="https://evil.example">Click</a>`,
	} {
		s, got := sender(t, http.StatusOK)
		hostile := leak
		hostile.FoundAt, hostile.Token.Description = place, place
		hostile.Organization, hostile.Owner.DisplayName = place, place
		if err := s.TellOwner(t.Context(), hostile); err != nil {
			t.Fatal(err)
		}

		html, text := got.Content.Simple.Body.Html.Data, got.Content.Simple.Body.Text.Data
		if err := s.TellOrganization(t.Context(), "mara@example.com", hostile); err != nil {
			t.Fatal(err)
		}

		html, text = html+got.Content.Simple.Body.Html.Data, text+got.Content.Simple.Body.Text.Data
		if strings.Contains(html+text, place) || strings.Contains(html, "<a href=\"https[") {
			t.Errorf("%q is in a mail:\n%s", place, text)
		}

		for line := range strings.Lines(text) {
			if !strings.Contains(line, "https://console.example/") && identity.HoldsAddress(strings.TrimSuffix(line, "\n")) {
				t.Errorf("%q: a mail program might make a link of a part of %q", place, line)
			}
		}
	}
}
