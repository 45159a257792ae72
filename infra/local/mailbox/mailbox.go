// Package mailbox stands in for Amazon SES: it takes mails over the SES v2 API (SendEmail), keeps them in files and shows
// them on a page. Nothing is ever sent.
//
//	mailbox.go  New, receiving, keeping
//	pages.go    the pages and the JSON list
package mailbox

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Mail is one mail that was received.
type Mail struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	From    string    `json:"from"`
	To      []string  `json:"to"`
	ReplyTo []string  `json:"replyTo,omitempty"`
	Subject string    `json:"subject"`
	Text    string    `json:"text,omitempty"`
	HTML    string    `json:"html,omitempty"`
	// Raw is the whole message when it was sent as one.
	Raw string `json:"raw,omitempty"`
}

// Mailbox keeps mails.
type Mailbox struct {
	dir   string
	base  string
	mux   *http.ServeMux
	mutex sync.Mutex
	mails []Mail // oldest first
}

const maxMail = 40 << 20

// New opens the mailbox kept in dir. It answers below base, such as /_local: pages at base/mail, the SES endpoint at
// base/ses.
func New(dir, base string) (*Mailbox, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the mail directory: %w", err)
	}

	m := &Mailbox{dir: dir, base: base, mux: http.NewServeMux()}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("list the mails: %w", err)
	}

	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read a mail: %w", err)
		}

		var mail Mail
		if json.Unmarshal(text, &mail) == nil { // a half-written mail is no reason not to start
			m.mails = append(m.mails, mail)
		}
	}

	slices.SortFunc(m.mails, func(a, b Mail) int { return a.At.Compare(b.At) })
	m.mux.HandleFunc("POST "+base+"/ses/v2/email/outbound-emails", m.serveSend)
	m.mux.HandleFunc("GET "+base+"/mail", m.serveList)
	m.mux.HandleFunc("GET "+base+"/mail.json", m.serveJSON)
	m.mux.HandleFunc("GET "+base+"/mail/{id}", m.serveMail)
	m.mux.HandleFunc("GET "+base+"/mail/{id}/html", m.serveHTML)
	return m, nil
}

// ServeHTTP answers below the base path.
func (m *Mailbox) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.mux.ServeHTTP(w, r) }

// Mails are the mails to an address, oldest first; "" gives all.
func (m *Mailbox) Mails(to string) []Mail {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	mails := []Mail{}
	for _, mail := range m.mails {
		if to == "" || slices.ContainsFunc(mail.To, func(address string) bool { return strings.EqualFold(address, to) }) {
			mails = append(mails, mail)
		}
	}

	return mails
}

type part struct{ Data string }

// sendEmail is the body of SES v2 SendEmail, as far as it is kept.
type sendEmail struct {
	FromEmailAddress string
	Destination      struct{ ToAddresses, CcAddresses, BccAddresses []string }
	ReplyToAddresses []string
	Content          struct {
		Simple *struct {
			Subject part
			Body    struct{ Text, Html part }
		}
		Raw *struct{ Data []byte }
	}
}

func (m *Mailbox) serveSend(w http.ResponseWriter, r *http.Request) {
	var sent sendEmail
	if err := json.NewDecoder(io.LimitReader(r.Body, maxMail)).Decode(&sent); err != nil {
		refuse(w, "the body is not a SendEmail request")
		return
	}

	mail, err := sent.mail()
	if err != nil {
		refuse(w, err.Error())
		return
	}

	if err := m.keep(mail); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}

	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"MessageId":%q}`, mail.ID)
}

func (s sendEmail) mail() (Mail, error) {
	to := slices.Concat(s.Destination.ToAddresses, s.Destination.CcAddresses, s.Destination.BccAddresses)
	mail := Mail{
		ID:      strings.ToLower(rand.Text()),
		At:      time.Now().UTC(),
		From:    s.FromEmailAddress,
		To:      to,
		ReplyTo: s.ReplyToAddresses,
	}
	switch {
	case s.FromEmailAddress == "":
		return Mail{}, errors.New("the request has no FromEmailAddress")
	case len(to) == 0:
		return Mail{}, errors.New("the request's Destination names nobody")
	case s.Content.Simple != nil:
		simple := s.Content.Simple
		mail.Subject, mail.Text, mail.HTML = simple.Subject.Data, simple.Body.Text.Data, simple.Body.Html.Data

	case s.Content.Raw != nil:
		mail.Raw = string(s.Content.Raw.Data)
	default:
		return Mail{}, errors.New("the request's Content is neither Simple nor Raw: the local mailbox knows no templates")
	}

	return mail, nil
}

func (m *Mailbox) keep(mail Mail) error {
	text, err := json.MarshalIndent(mail, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the mail: %w", err)
	}

	file := filepath.Join(m.dir, mail.At.Format("20060102T150405.000000000")+"-"+mail.ID+".json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return fmt.Errorf("keep the mail: %w", err)
	}

	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.mails = append(m.mails, mail)
	return nil
}

// refuse answers as SES refuses a request.
func refuse(w http.ResponseWriter, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Errortype", "BadRequestException")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message}) // the caller may be gone
}
