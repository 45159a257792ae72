package mailbox

import (
	_ "embed"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/local/page"
)

// partPolicy is the Content-Security-Policy of an HTML part.
const partPolicy = "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; " +
	"default-src 'none'; style-src 'unsafe-inline'; img-src data:"

//go:embed list.html
var listBody string

//go:embed mail.html
var mailBody string

var (
	listPage = page.Parse(listBody)
	mailPage = page.Parse(mailBody)
)

func (m *Mailbox) serveList(w http.ResponseWriter, r *http.Request) {
	mails, err := m.Mails(r.URL.Query().Get("to"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}

	slices.Reverse(mails)
	listPage.Write(w, http.StatusOK, "Mailbox", map[string]any{"Base": m.base, "Mails": mails})
}

func (m *Mailbox) serveJSON(w http.ResponseWriter, r *http.Request) {
	mails, err := m.Mails(r.URL.Query().Get("to"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}

	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(mails) // the client may have disconnected
}

// find returns the email that a path names. If there is none, it writes a 404 response.
func (m *Mailbox) find(w http.ResponseWriter, r *http.Request) (Mail, bool) {
	files, err := m.files()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return Mail{}, false
	}

	ending := "-" + r.PathValue("id") + ".json"
	at := slices.IndexFunc(files, func(file string) bool { return strings.HasSuffix(file, ending) })
	if at < 0 {
		http.Error(w, "email not found", http.StatusNotFound)
		return Mail{}, false
	}

	mail, err := read(files[at])
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return Mail{}, false
	}

	return mail, true
}

func (m *Mailbox) serveMail(w http.ResponseWriter, r *http.Request) {
	if mail, ok := m.find(w, r); ok {
		mailPage.Write(w, http.StatusOK, mail.Subject, map[string]any{
			"Base": m.base,
			"Mail": mail,
			"Text": segments(mail.Text),
		})
	}
}

// serveHTML returns the HTML part of an email, with links that leave its frame. The part is untrusted, so the response allows
// no scripts and no forms, and has an opaque origin.
func (m *Mailbox) serveHTML(w http.ResponseWriter, r *http.Request) {
	mail, ok := m.find(w, r)
	if !ok {
		return
	}

	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", partPolicy)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "no-referrer")
	_, _ = io.WriteString(w, withLinks(mail.HTML)) // the client may have disconnected
}
