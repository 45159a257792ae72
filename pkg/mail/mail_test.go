package mail_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/mail"
)

// sent is the part of a SendEmail request that these tests look at.
type sent struct {
	FromEmailAddress     string
	ConfigurationSetName string
	ReplyToAddresses     []string
	Destination          struct{ ToAddresses []string }
	Content              struct {
		Simple struct {
			Subject struct{ Data string }
			Body    struct{ Text, Html struct{ Data string } }
		}
	}
}

func sender(t *testing.T, status int) (*mail.Sender, *sent) {
	t.Helper()
	var got sent
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Error(err)
		}

		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"MessageId":"1"}`))
	}))

	t.Cleanup(server.Close)
	config := aws.Config{
		Region:           "eu-west-1",
		RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	}

	return mail.New(config, &server.URL, "no-reply@leasehold.example", "leasehold", "https://console.example/v1/console"), &got
}

var invitation = mail.Invitation{
	To:           "lea@example.com",
	Org:          "org_01kjm9wrv1qqqqqqqqqqqqqqqq",
	Organization: "Harbor Labs",
	Inviter:      "Maria Alvarez",
	InviterEmail: "maria@example.com",
	Role:         identity.Creator,
	Ends:         time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC),
}

func TestAnInvitationSaysTheSameAsHTMLAndAsText(t *testing.T) {
	t.Parallel()
	s, got := sender(t, http.StatusOK)
	if err := s.Invite(t.Context(), invitation); err != nil {
		t.Fatal(err)
	}

	simple := got.Content.Simple
	for _, said := range []string{
		"Hello,", "Harbor Labs", "Maria Alvarez", "a Creator", "create solutions", "lea@example.com",
		"https://console.example/v1/console/org_01kjm9wrv1qqqqqqqqqqqqqqqq", "Sunday, 8 March 2026, 12:00 UTC",
	} {
		if !strings.Contains(simple.Body.Text.Data, said) || !strings.Contains(simple.Body.Html.Data, said) {
			t.Errorf("%q is missing from the text or the HTML", said)
		}
	}

	if simple.Subject.Data != "You are invited to an organization on Leasehold" || got.Destination.ToAddresses[0] != "lea@example.com" ||
		got.ReplyToAddresses[0] != "maria@example.com" || got.FromEmailAddress != `"Leasehold" <no-reply@leasehold.example>` || got.ConfigurationSetName != "leasehold" {
		t.Errorf("sent %+v", got)
	}
}

func TestWhatPeopleWroteIsNeverMarkup(t *testing.T) {
	t.Parallel()
	s, got := sender(t, http.StatusOK)
	hostile := invitation
	hostile.Organization = `<a href="https://evil.example">Click</a>`
	if err := s.Invite(t.Context(), hostile); err != nil {
		t.Fatal(err)
	}

	if strings.Contains(got.Content.Simple.Body.Html.Data, "<a href=\"https://evil") {
		t.Error("an organization's name became a link")
	}
}

func TestAMailHoldsNoNameThatAMailProgramMightMakeALinkOf(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"GET A BONUS, CLICK https://bad.example/x?y NOW", "Win $500 www.bad.example", "pay@evil.example", "evil.example", "Evil\uff0eexample",
		"xn--80ak6aa92e.com", "Call evil。example",
	} {
		s, got := sender(t, http.StatusOK)
		hostile := invitation
		hostile.Organization, hostile.Inviter = name, name
		if err := s.Invite(t.Context(), hostile); err != nil {
			t.Fatal(err)
		}

		simple := got.Content.Simple
		if strings.Contains(simple.Body.Html.Data+simple.Body.Text.Data+simple.Subject.Data, name) {
			t.Errorf("%q is in the mail", name)
		}

		if !strings.Contains(simple.Body.Text.Data, "A member invited you to join their organization on Leasehold.") {
			t.Errorf("%q: %s", name, simple.Body.Text.Data)
		}
	}
}

func TestAMailThatCannotBeSentIsAnError(t *testing.T) {
	t.Parallel()
	s, _ := sender(t, http.StatusBadRequest)
	if err := s.Invite(t.Context(), invitation); err == nil {
		t.Error("no error")
	}
}

func TestAnInvitationSaysWhatEachRoleCanDo(t *testing.T) {
	t.Parallel()
	for _, role := range identity.Roles {
		s, got := sender(t, http.StatusOK)
		offer := invitation
		offer.Role = role
		if err := s.Invite(t.Context(), offer); err != nil {
			t.Fatal(err)
		}

		text := got.Content.Simple.Body.Text.Data
		if !strings.Contains(text, "\nYou'll join ") || role != identity.Deny && !strings.Contains(text, " "+role.Title()+" and ") {
			t.Errorf("the invitation of a %s does not say what they can do:\n%s", role, text)
		}
	}
}

// TestMailsHaveTheConsolesColors compares the colors of the layout with the console's, so that a mail looks like the page
// that it leads to.
func TestMailsHaveTheConsolesColors(t *testing.T) {
	t.Parallel()
	tokens, err := os.ReadFile("../../functions/console/web/src/style/tokens.css")
	if err != nil {
		t.Fatal(err)
	}

	layout, err := os.ReadFile("letter.html")
	if err != nil {
		t.Fatal(err)
	}

	colors := regexp.MustCompile(`#[0-9a-f]{6}\b`).FindAllString(string(layout), -1)
	if len(colors) < 20 {
		t.Fatalf("got the colors %q, want at least 20", colors)
	}

	for _, color := range colors {
		if !strings.Contains(string(tokens), color) {
			t.Errorf("the console has no color %s", color)
		}
	}
}
