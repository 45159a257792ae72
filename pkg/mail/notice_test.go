package mail_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/mail"
)

func notice(kind identity.NoticeKind, days int) mail.Notice {
	token := leak.Token
	token.Until = time.Date(2026, 3, 15, 9, 30, 0, 0, time.UTC)
	token.Expires = time.Date(2026, 8, 1, 9, 0, 0, 0, time.UTC)
	ends := token.Until
	if kind == identity.ExpiryNotice {
		ends = token.Expires
	}

	return mail.Notice{
		Notice:       identity.Notice{Kind: kind, Days: days, Ends: ends},
		Token:        token,
		Organization: "Harbor Labs",
		To:           "lea@example.com",
	}
}

func TestANoticeSaysTheSameAsHTMLAndAsText(t *testing.T) {
	t.Parallel()
	every := []string{
		"05McJmDg", "Nightly export", "Harbor Labs", "Sunday, 1 March 2026, 09:30 UTC", "in your profile",
		"Sunday, 15 March 2026, 09:30 UTC", "Saturday, 1 August 2026, 09:00 UTC", "Open the token",
		"https://console.example/v1/console/org_01kjm9wrv1qqqqqqqqqqqqqqqq/profile/tokens/tok_05McJmDgrvc",
	}
	for subject, c := range map[string]struct {
		notice mail.Notice
		says   string
	}{
		"Your unused personal access token is about to expire": {notice(identity.LapseNotice, 3), "select Extend lease"},
		"Your personal access token expires in 14 days":        {notice(identity.ExpiryNotice, 14), "rotate it before then"},
		"Your personal access token expires in 3 days":         {notice(identity.ExpiryNotice, 3), "rotate it before then"},
	} {
		s, got := sender(t, http.StatusOK)
		if err := s.TellInTime(t.Context(), c.notice); err != nil {
			t.Fatal(err)
		}

		simple := got.Content.Simple
		for _, said := range append(every, c.says) {
			if !strings.Contains(simple.Body.Text.Data, said) || !strings.Contains(simple.Body.Html.Data, said) {
				t.Errorf("%s: %q is missing from the text or the HTML:\n%s", subject, said, simple.Body.Text.Data)
			}
		}

		if simple.Subject.Data != subject || got.Destination.ToAddresses[0] != "lea@example.com" {
			t.Errorf("sent %+v, want the subject %q", got, subject)
		}
	}
}

func TestOnlyAnAnswerFrom400To499MeansThatAMailWasNotSent(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]bool{400: true, 403: true, 404: true, 429: true, 500: false, 503: false} {
		s, _ := sender(t, status)
		err := s.Once().TellInTime(t.Context(), notice(identity.LapseNotice, 3))
		if err == nil || mail.Refused(err) != want {
			t.Errorf("status %d: refused is %v (%v), want %v", status, mail.Refused(err), err, want)
		}
	}

	if mail.Refused(errors.New("timed out")) {
		t.Error("an error that is no answer counts as a refusal")
	}
}

// TestANoticeAboutAServiceAccountNamesItToItsContact goes through the kinds of notice. None of them speaks of the
// reader's own token.
func TestANoticeAboutAServiceAccountNamesItToItsContact(t *testing.T) {
	t.Parallel()
	for subject, n := range map[string]mail.Notice{
		"A service account's unused token is about to expire":      notice(identity.LapseNotice, 3),
		"A service account's token expires in 14 days":             notice(identity.ExpiryNotice, 14),
		"A service account's token was used after it was replaced": notice(identity.ReuseNotice, 0),
	} {
		s, got := sender(t, http.StatusOK)
		n.Account, n.Token.User = "Night train", "usr_01kjm9wrv0g2g8f7zq5h3n4x6y"
		if err := s.TellInTime(t.Context(), n); err != nil {
			t.Fatal(err)
		}

		simple := got.Content.Simple
		text := simple.Body.Text.Data
		for _, said := range []string{
			"the service account Night train", "Nightly export", "you are the contact of this service account", "/users/usr_",
		} {
			if !strings.Contains(text, said) || !strings.Contains(simple.Body.Html.Data, said) {
				t.Errorf("%s: %q is missing from the text or the HTML:\n%s", subject, said, text)
			}
		}

		if n.Kind == identity.ReuseNotice && (strings.Contains(text, "Last used") || strings.Contains(text, "Expires")) {
			t.Errorf("the notice of a rejected use says when the token was last used or expires:\n%s", text)
		}

		ofOnesOwn := strings.Contains(text, "your personal access tokens") || strings.Contains(text, "in your profile")
		if simple.Subject.Data != subject || ofOnesOwn {
			t.Errorf("the subject is %q, want %q; the text is\n%s", simple.Subject.Data, subject, text)
		}

		n.Account = "evil.example"
		err := s.TellInTime(t.Context(), n)
		if text := got.Content.Simple.Body.Text.Data; err != nil || strings.Contains(text, "evil.example") {
			t.Errorf("a name that is an address is mailed, %v:\n%s", err, text)
		}
	}
}
