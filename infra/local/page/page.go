// Package page renders the runner's own pages (index, sign-in, mailbox and events) in one layout, which has the colors and
// the font of the console. The pages have no external resources, support light and dark mode and forced colors, fit a screen
// of 320 px, and work with a keyboard and a screen reader. Only the page of the events has a script.
package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
)

// home is the path of the runner's index.
const home = "/_local/"

//go:embed layout.html
var layout string

//go:embed style.css
var style string

//go:embed mark.svg
var mark string

// icon is the mark as the icon of a browser tab. A data URL saves a request and the path that would answer it.
var icon = "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(mark))

// Page is the template of a page. Its zero value is not usable; call Parse.
type Page struct {
	template *template.Template
	home     string
	policy   string
}

// Parse returns the page of a template that defines "body", which Write executes with its data. The page can neither run a
// script nor send a form. Parse panics if the template is invalid.
func Parse(body string) Page {
	return Page{
		template: template.Must(template.Must(template.New("layout").Parse(layout)).Parse(body)),
		home:     home,
		policy:   contentPolicy + "; form-action 'none'",
	}
}

// contentPolicy is the Content-Security-Policy of every page. It names the hash of the only style sheet.
var contentPolicy = "default-src 'none'; style-src 'sha256-" + hash(style) + "'; img-src data:; frame-src 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'"

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// WithScript returns the page with permission to load scripts from the runner and to connect to it.
func (p Page) WithScript() Page {
	p.policy += "; script-src 'self'; connect-src 'self'"
	return p
}

// ForSignIn returns the page as a step of a sign-in. It can send forms, and does not link to the runner's index. Its policy
// has no form-action, because browsers apply that to the redirect too, which leads to any client on this machine.
func (p Page) ForSignIn() Page {
	p.policy, p.home = contentPolicy, ""
	return p
}

// Write renders a page as a response with a status and a title.
func (p Page) Write(w http.ResponseWriter, status int, title string, data any) {
	var text bytes.Buffer
	err := p.template.Execute(&text, map[string]any{
		"Title": title,
		"Icon":  template.URL(icon),
		"Style": template.CSS(style),
		"Mark":  template.HTML(mark),
		"Home":  p.home,
		"Data":  data,
	})
	if err != nil {
		http.Error(w, fmt.Sprintf("render %s: %v", title, err), http.StatusInternalServerError)
		return
	}

	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", p.policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	_, _ = text.WriteTo(w) // the client may have disconnected
}
