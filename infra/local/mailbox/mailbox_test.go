package mailbox_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
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

	sent, err := client.SendEmail(t.Context(), &sesv2.SendEmailInput{FromEmailAddress: aws.String("no-reply@example.com"), Destination: &types.Destination{ToAddresses: to}, Content: message})
	if err == nil && *sent.MessageId == "" {
		t.Error("there is no message id")
	}

	return err
}

func simple(subject, text, html string) *types.EmailContent {
	return &types.EmailContent{Simple: &types.Message{Subject: content(subject), Body: &types.Body{Text: content(text), Html: content(html)}}}
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

func TestAMailSentOverTheSDKIsKeptAcrossARestart(t *testing.T) {
	dir := t.TempDir()
	_, base := start(t, dir)
	if err := send(t, base, simple("Hello", "plain", "<p>rich</p>"), "Mira@example.com"); err != nil {
		t.Fatal(err)
	}

	if err := send(t, base, simple("Second", "plain", ""), "jo@example.com", "kim@example.com"); err != nil {
		t.Fatal(err)
	}

	box, base := start(t, dir)
	all := box.Mails("")
	if len(all) != 2 || all[0].Subject != "Hello" || all[0].Text != "plain" || all[0].HTML != "<p>rich</p>" || all[0].From != "no-reply@example.com" || all[1].Subject != "Second" {
		t.Fatalf("got %+v", all)
	}

	if found := box.Mails("mira@EXAMPLE.com"); len(found) != 1 || found[0].ID != all[0].ID {
		t.Errorf("got %+v", found)
	}

	if _, body := get(t, base+"/_local/mail.json?to=kim@example.com"); !strings.Contains(body, "Second") || strings.Contains(body, "Hello") {
		t.Errorf("got %s", body)
	}

	if _, body := get(t, base+"/_local/mail.json?to=nobody@example.com"); strings.TrimSpace(body) != "[]" {
		t.Errorf("got %s", body)
	}
}

func TestAMailThatSESWouldRefuseIsRefused(t *testing.T) {
	box, base := start(t, t.TempDir())
	for name, err := range map[string]error{
		"nobody to send to": send(t, base, simple("s", "t", "")), "no content": send(t, base, &types.EmailContent{}, "mira@example.com"),
	} {
		if err == nil || !strings.Contains(err.Error(), "BadRequestException") {
			t.Errorf("%s: got %v", name, err)
		}
	}

	if len(box.Mails("")) != 0 {
		t.Error("a refused mail was kept")
	}
}

func TestPagesShowMailsWithoutRunningThem(t *testing.T) {
	box, base := start(t, t.TempDir())
	if _, body := get(t, base+"/_local/mail"); !strings.Contains(body, "No mail yet") {
		t.Errorf("got %s", body)
	}

	evil := "<script>alert(1)</script>"
	if err := send(t, base, simple(evil, evil, evil), "mira@example.com"); err != nil {
		t.Fatal(err)
	}

	id := box.Mails("")[0].ID
	for _, path := range []string{"/_local/mail", "/_local/mail/" + id} {
		response, body := get(t, base+path)
		if strings.Contains(body, evil) || !strings.Contains(body, "&lt;script&gt;") || !strings.Contains(response.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: got %v %s", path, response.Header, body)
		}
	}

	if _, body := get(t, base+"/_local/mail/"+id); !strings.Contains(body, `<iframe sandbox="`) || strings.Contains(body, "allow-scripts") || strings.Contains(body, "allow-same-origin") {
		t.Errorf("got %s", body)
	}

	response, body := get(t, base+"/_local/mail/"+id+"/html")
	if policy := response.Header.Get("Content-Security-Policy"); body != evil || !strings.HasPrefix(policy, "sandbox ") || strings.Contains(policy, "allow-scripts") || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("got %s, %s", policy, body)
	}

	if response, _ := get(t, base+"/_local/mail/none"); response.StatusCode != 404 {
		t.Errorf("got %d", response.StatusCode)
	}
}
