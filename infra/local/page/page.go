// Package page renders the runner's own pages (index, sign-in, mailbox and events) in one layout. The pages have no
// external resources, support light and dark mode, and work with a keyboard and a screen reader. Only the page of the events
// has a script.
package page

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
)

const contentPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'; " +
	"base-uri 'none'"

// scriptPolicy adds what a page with a script of the runner needs.
const scriptPolicy = contentPolicy + "; script-src 'self'; connect-src 'self'"

//go:embed layout.html
var layout string

// Parse returns the page of a template that defines "body", which Write executes with its data. Parse panics if the
// template is invalid.
func Parse(body string) *template.Template {
	return template.Must(template.Must(template.New("layout").Parse(layout)).Parse(body))
}

// Write renders a page as a response with a status and a title.
func Write(w http.ResponseWriter, status int, page *template.Template, title string, data any) {
	write(w, status, page, title, data, contentPolicy)
}

// WriteWithScript is like Write, for a page that loads a script from the runner and connects to it.
func WriteWithScript(w http.ResponseWriter, status int, page *template.Template, title string, data any) {
	write(w, status, page, title, data, scriptPolicy)
}

func write(w http.ResponseWriter, status int, page *template.Template, title string, data any, policy string) {
	var text bytes.Buffer
	if err := page.Execute(&text, map[string]any{"Title": title, "Data": data}); err != nil {
		http.Error(w, fmt.Sprintf("render %s: %v", title, err), http.StatusInternalServerError)
		return
	}

	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	_, _ = text.WriteTo(w) // the client may have disconnected
}
