package page_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/local/page"
)

// console is the source of the console, whose looks the pages share.
const console = "../../../functions/console/web/src"

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(path))
	if err != nil {
		t.Fatal(err)
	}

	return string(text)
}

func write(p page.Page) (policy, body string) {
	w := httptest.NewRecorder()
	p.Write(w, 200, "Title <1>", "data <2>")
	return w.Header().Get("Content-Security-Policy"), w.Body.String()
}

// property matches a custom property of a style sheet at the beginning of a line. Its value can have several lines.
var property = regexp.MustCompile(`(?m)^  (--[a-z0-9-]+):([^;]+);`)

// properties returns the custom properties of the first rule of a style sheet, with single spaces.
func properties(sheet string) map[string]string {
	first, _, _ := strings.Cut(sheet, "\n}")
	values := map[string]string{}
	for _, found := range property.FindAllStringSubmatch(first, -1) {
		values[found[1]] = strings.Join(strings.Fields(found[2]), " ")
	}

	return values
}

func TestThePagesHaveTheConsolesColorsFontsAndMark(t *testing.T) {
	t.Parallel()
	want := properties(read(t, console+"/style/tokens.css"))
	own := properties(read(t, "style.css"))
	if len(own) < 20 {
		t.Fatalf("got the properties %v, want at least 20", own)
	}

	for name, value := range own {
		if want[name] != value {
			t.Errorf("%s is %q, want the console's %q", name, value, want[name])
		}
	}

	rest := strings.SplitN(read(t, "style.css"), "\n}", 2)[1]
	if color := regexp.MustCompile(`#[0-9a-f]{3,8}\b|rgb\(`).FindString(rest); color != "" {
		t.Errorf("the style sheet has the color %s outside of its properties", color)
	}

	mark := strings.Replace(read(t, "mark.svg"), ` aria-hidden="true"`, "", 1)
	if mark != read(t, console+"/mark.svg") {
		t.Errorf("the mark is %s, want the console's", mark)
	}
}

func TestAPageAllowsItsOwnStyleSheetAndNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	plain := page.Parse(`{{define "body"}}<p>{{.}}</p>{{end}}`)
	policy, body := write(plain)

	_, style, _ := strings.Cut(body, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	if hash := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "';"; !strings.Contains(policy, hash) {
		t.Errorf("got the policy %q, want the hash of the style sheet %s", policy, hash)
	}

	for _, want := range []string{"default-src 'none'", "form-action 'none'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("got the policy %q, want %s", policy, want)
		}
	}

	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "script-src") || strings.Contains(policy, "http") {
		t.Errorf("got the policy %q, want no inline code, no script and no other site", policy)
	}

	for _, want := range []string{
		"<title>Title &lt;1&gt; · Leasehold local</title>", "<p>data &lt;2&gt;</p>",
		`<link rel="icon" href="data:image/svg&#43;xml;base64,`, `<a class="brand" href="/_local/"><svg aria-hidden="true"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("got %s, want %s", body, want)
		}
	}

	if policy, _ := write(plain.WithScript()); !strings.Contains(policy, "; script-src 'self'; connect-src 'self'") {
		t.Errorf("got the policy %q, want the runner's scripts", policy)
	}
}

// TestAStepOfASignInCanRedirectToAnyClient is about form-action, which browsers also apply to the redirect after a form.
func TestAStepOfASignInCanRedirectToAnyClient(t *testing.T) {
	t.Parallel()
	policy, body := write(page.Parse(`{{define "body"}}{{end}}`).ForSignIn())
	if strings.Contains(policy, "form-action") || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("got the policy %q, want default-src 'none' and no form-action", policy)
	}

	if strings.Contains(body, `href="/_local/"`) {
		t.Errorf("got %s, want no link that leaves the sign-in", body)
	}
}
