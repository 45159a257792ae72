package mailbox_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"github.com/leasehold-dev/leasehold/infra/local/mailbox"
)

func start(t *testing.T, dir string) (*mailbox.Mailbox, string) {
	t.Helper()
	box, err := mailbox.New(dir, "/_local")
	if err != nil {
		t.Fatal(err)
	}

	server := httptest.NewServer(box)
	t.Cleanup(server.Close)
	return box, server.URL
}

func mailsTo(t *testing.T, box *mailbox.Mailbox, to string) []mailbox.Mail {
	t.Helper()
	mails, err := box.Mails(to)
	if err != nil {
		t.Fatal(err)
	}

	return mails
}

func content(text string) *types.Content { return &types.Content{Data: &text} }

func send(t *testing.T, base string, message *types.EmailContent, to ...string) error {
	t.Helper()
	client := sesv2.New(sesv2.Options{
		Region:           "us-east-1",
		BaseEndpoint:     aws.String(base + "/_local/ses"),
		RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "x", SecretAccessKey: "x"}, nil
		}),
	})

	sent, err := client.SendEmail(t.Context(), &sesv2.SendEmailInput{
		FromEmailAddress: aws.String("no-reply@example.com"),
		Destination:      &types.Destination{ToAddresses: to},
		Content:          message,
	})
	if err == nil && *sent.MessageId == "" {
		t.Error("the response has no message ID")
	}

	return err
}

func simple(subject, text, html string) *types.EmailContent {
	return &types.EmailContent{Simple: &types.Message{
		Subject: content(subject),
		Body:    &types.Body{Text: content(text), Html: content(html)},
	}}
}

func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}

	defer response.Body.Close()

	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}

	return response, string(body)
}

func TestAnEmailSentThroughTheSDKSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	_, base := start(t, dir)
	if err := send(t, base, simple("Hello", "plain", "<p>rich</p>"), "Mira@example.com"); err != nil {
		t.Fatal(err)
	}

	if err := send(t, base, simple("Second", "plain", ""), "jo@example.com", "kim@example.com"); err != nil {
		t.Fatal(err)
	}

	if err := os.WriteFile(filepath.Join(dir, "20200101T000000.000000000-part.json"), []byte(`{"id":"pa`), 0o600); err != nil {
		t.Fatal(err)
	}

	box, base := start(t, dir)
	all := mailsTo(t, box, "")
	if len(all) != 2 {
		t.Fatalf("got %+v, want two emails", all)
	}

	first := all[0]
	if first.From != "no-reply@example.com" || first.Subject != "Hello" {
		t.Fatalf("got %+v, want Hello from no-reply@example.com", first)
	}

	if first.Text != "plain" || first.HTML != "<p>rich</p>" {
		t.Fatalf("got %+v, want both parts as they were sent", first)
	}

	if all[1].Subject != "Second" {
		t.Fatalf("got %+v, want Second", all[1])
	}

	if found := mailsTo(t, box, "mira@EXAMPLE.com"); len(found) != 1 || found[0].ID != first.ID {
		t.Errorf("to Mira: got %+v, want only Hello", found)
	}

	_, body := get(t, base+"/_local/mail.json?to=kim@example.com")
	if !strings.Contains(body, "Second") || strings.Contains(body, "Hello") {
		t.Errorf("to Kim: got %s, want only Second", body)
	}

	if _, body := get(t, base+"/_local/mail.json?to=nobody@example.com"); strings.TrimSpace(body) != "[]" {
		t.Errorf("to an unknown address: got %s, want []", body)
	}
}

func TestTheListHasTheNewestThousandEmailsAlsoAfterARestart(t *testing.T) {
	dir := t.TempDir()
	box, base := start(t, dir)
	for i := range 1002 {
		if err := send(t, base, simple(fmt.Sprint("Email ", i), "text", ""), "ada@example.com"); err != nil {
			t.Fatal(err)
		}
	}

	restarted, _ := start(t, dir)
	for name, b := range map[string]*mailbox.Mailbox{"running": box, "restarted": restarted} {
		mails := mailsTo(t, b, "")
		if len(mails) != 1000 || mails[0].Subject != "Email 2" || mails[999].Subject != "Email 1001" {
			t.Errorf("%s: %d emails, from %q to %q", name, len(mails), mails[0].Subject, mails[len(mails)-1].Subject)
		}
	}
}

func TestAnEmailThatSESWouldRejectIsRejected(t *testing.T) {
	box, base := start(t, t.TempDir())
	for name, err := range map[string]error{
		"no address": send(t, base, simple("s", "t", "")),
		"no content": send(t, base, &types.EmailContent{}, "mira@example.com"),
	} {
		if err == nil || !strings.Contains(err.Error(), "BadRequestException") {
			t.Errorf("%s: got %v, want a BadRequestException", name, err)
		}
	}

	if len(mailsTo(t, box, "")) != 0 {
		t.Error("a rejected email was stored")
	}
}

func TestPagesShowEmailsWithoutRunningTheirScripts(t *testing.T) {
	box, base := start(t, t.TempDir())
	if _, body := get(t, base+"/_local/mail"); !strings.Contains(body, "No emails yet") {
		t.Errorf("an empty mailbox: got %s, want No emails yet", body)
	}

	evil := "<script>alert(1)</script>"
	if err := send(t, base, simple(evil, evil, evil), "mira@example.com"); err != nil {
		t.Fatal(err)
	}

	id := mailsTo(t, box, "")[0].ID
	for _, path := range []string{"/_local/mail", "/_local/mail/" + id} {
		response, body := get(t, base+path)
		if strings.Contains(body, evil) || !strings.Contains(body, "&lt;script&gt;") {
			t.Errorf("%s: got %s, want the script escaped", path, body)
		}

		policy := response.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") {
			t.Errorf("%s: got the policy %q, want default-src 'none'", path, policy)
		}
	}

	_, body := get(t, base+"/_local/mail/"+id)
	if !strings.Contains(body, `<iframe sandbox="`) || containsAny(body, "allow-scripts", "allow-same-origin") {
		t.Errorf("got %s, want a sandboxed iframe without scripts and without the page's origin", body)
	}

	response, body := get(t, base+"/_local/mail/"+id+"/html")
	if body != evil {
		t.Errorf("got the HTML part %s, want it unchanged", body)
	}

	policy := response.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "sandbox ") || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("got the policy %q, want a sandbox and default-src 'none'", policy)
	}

	if strings.Contains(policy, "allow-scripts") {
		t.Errorf("got the policy %q, want no scripts", policy)
	}

	if response, _ := get(t, base+"/_local/mail/none"); response.StatusCode != 404 {
		t.Errorf("an unknown ID: got %d, want 404", response.StatusCode)
	}
}

// TestLinksOpenInTheWholeTabAndOnlyWebAddresses sends an email with links that would load in the frame, run a script, or open
// something else than a web page.
func TestLinksOpenInTheWholeTabAndOnlyWebAddresses(t *testing.T) {
	box, base := start(t, t.TempDir())
	html := `<!doctype html><head><base target="_self" href="https://evil.example/"></head>` +
		`<a class="go" href="https://good.example/?a=1&amp;b=2">Sign in</a>` +
		`<a target="_blank" href=" HTTP://good.example/two">two</a>` +
		`<a href="javascript:alert(1)">script</a><a href="data:text/html,x">data</a><a href="ms-word:x">program</a>` +
		`<a href="/relative">relative</a><p>1 &lt; 2</p>`
	text := "Open https://good.example/x?y=1, or (http://good.example/two). Not javascript:alert(1) or https[:]//evil[.]example."
	if err := send(t, base, simple("Links", text, html), "mira@example.com"); err != nil {
		t.Fatal(err)
	}

	id := mailsTo(t, box, "")[0].ID
	_, body := get(t, base+"/_local/mail/"+id+"/html")
	want := `<!doctype html><head></head>` +
		`<a target="_top" class="go" href="https://good.example/?a=1&amp;b=2">Sign in</a>` +
		`<a target="_top" href=" HTTP://good.example/two">two</a>` +
		`<a target="_top">script</a><a target="_top">data</a><a target="_top">program</a>` +
		`<a target="_top">relative</a><p>1 &lt; 2</p>`
	if body != want {
		t.Errorf("got the HTML part\n%s\nwant\n%s", body, want)
	}

	_, body = get(t, base+"/_local/mail/"+id)
	for _, want := range []string{
		`Open <a href="https://good.example/x?y=1" rel="noreferrer">https://good.example/x?y=1</a>, or (`,
		`<a href="http://good.example/two" rel="noreferrer">http://good.example/two</a>). Not javascript:alert(1) or https[:]//evil[.]example.`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("got %s, want %s", body, want)
		}
	}
}

func containsAny(text string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
}
