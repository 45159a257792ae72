// Package page renders the runner's own pages - index, sign-in, mailbox - in one plain layout: no script, no outside
// resource, light and dark, usable by keyboard and screen reader.
package page

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
)

//go:embed layout.html
var layout string

// Parse makes a page of a body template, which defines "body" and is given the data of Write.
func Parse(body string) *template.Template {
	return template.Must(template.Must(template.New("layout").Parse(layout)).Parse(body))
}

// Write renders a page with a status and a title.
func Write(w http.ResponseWriter, status int, page *template.Template, title string, data any) {
	var text bytes.Buffer
	if err := page.Execute(&text, map[string]any{"Title": title, "Data": data}); err != nil {
		http.Error(w, fmt.Sprintf("render %s: %v", title, err), http.StatusInternalServerError)
		return
	}

	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	_, _ = text.WriteTo(w) // the reader may be gone
}
