// Package mailbox emulates Amazon SES. It accepts emails through SendEmail of the SES v2 API, stores them in files and
// shows them on web pages. It never sends an email.
//
//	mailbox.go  New, SendEmail and the files
//	pages.go    the pages and the JSON list
//	links.go    the links in an email
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
	"time"
)

// Mail is an email that a function sent.
type Mail struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	From    string    `json:"from"`
	To      []string  `json:"to"`
	ReplyTo []string  `json:"replyTo,omitempty"`
	Subject string    `json:"subject"`
	Text    string    `json:"text,omitempty"`
	HTML    string    `json:"html,omitempty"`

	// Raw is the MIME message if the email was sent as raw content.
	Raw string `json:"raw,omitempty"`
}

// Mailbox stores emails. It implements http.Handler.
type Mailbox struct {
	dir  string
	base string
	mux  *http.ServeMux
}

// listed is the number of emails that the pages and lists have. The files of older ones stay.
const listed = 1000

// maxMail is the size limit of a SendEmail request in bytes.
const maxMail = 40 << 20

// New returns the mailbox that is stored in dir. Its handler serves paths below base, such as /_local: the pages at
// base/mail and the SES endpoint at base/ses.
func New(dir, base string) (*Mailbox, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("create the mail directory: %w", err)
	}

	m := &Mailbox{dir: dir, base: base, mux: http.NewServeMux()}
	m.mux.HandleFunc("POST "+base+"/ses/v2/email/outbound-emails", m.serveSend)
	m.mux.HandleFunc("GET "+base+"/mail", m.serveList)
	m.mux.HandleFunc("GET "+base+"/mail.json", m.serveJSON)
	m.mux.HandleFunc("GET "+base+"/mail/{id}", m.serveMail)
	m.mux.HandleFunc("GET "+base+"/mail/{id}/html", m.serveHTML)
	return m, nil
}

// ServeHTTP serves paths below the base path.
func (m *Mailbox) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.mux.ServeHTTP(w, r) }

// Mails returns the newest emails to an address, oldest first. If to is empty, it returns those to all addresses.
func (m *Mailbox) Mails(to string) ([]Mail, error) {
	files, err := m.files()
	if err != nil {
		return nil, err
	}

	mails := []Mail{}
	for _, file := range files[max(0, len(files)-listed):] {
		mail, err := read(file)
		if err != nil {
			continue // earlier versions could leave a file that was only partly written
		}

		sentTo := func(address string) bool { return strings.EqualFold(address, to) }
		if to == "" || slices.ContainsFunc(mail.To, sentTo) {
			mails = append(mails, mail)
		}
	}

	return mails, nil
}

// files returns the files of the emails in the order of their times, which their names begin with.
func (m *Mailbox) files() ([]string, error) {
	files, err := filepath.Glob(filepath.Join(m.dir, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("list the emails: %w", err)
	}

	slices.Sort(files)
	return files, nil
}

func read(file string) (Mail, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Mail{}, fmt.Errorf("read an email: %w", err)
	}

	var mail Mail
	if err := json.Unmarshal(text, &mail); err != nil {
		return Mail{}, fmt.Errorf("decode the email in %s: %w", file, err)
	}

	return mail, nil
}

type part struct{ Data string }

// sendEmail is the part of a SendEmail request that the mailbox uses.
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
		badRequest(w, "the body is not a SendEmail request")
		return
	}

	mail, err := sent.mail()
	if err != nil {
		badRequest(w, err.Error())
		return
	}

	if err := m.store(mail); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}

	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"MessageId":%q}`, mail.ID)
}

// mail returns the email of a request. It returns an error if SES would reject the request or the content is a
// template.
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
		return Mail{}, errors.New("the request has no address in Destination")
	case s.Content.Simple != nil:
		simple := s.Content.Simple
		mail.Subject = simple.Subject.Data
		mail.Text = simple.Body.Text.Data
		mail.HTML = simple.Body.Html.Data

	case s.Content.Raw != nil:
		mail.Raw = string(s.Content.Raw.Data)
	default:
		return Mail{}, errors.New("the local mailbox supports only Simple and Raw in Content, not Template")
	}

	return mail, nil
}

// store writes an email to a file, which gets its name when it is complete.
func (m *Mailbox) store(mail Mail) error {
	text, err := json.MarshalIndent(mail, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the email: %w", err)
	}

	file := filepath.Join(m.dir, mail.At.Format("20060102T150405.000000000")+"-"+mail.ID)
	if err := os.WriteFile(file+".part", text, 0o600); err != nil {
		return fmt.Errorf("write the email: %w", err)
	}

	if err := os.Rename(file+".part", file+".json"); err != nil {
		return fmt.Errorf("name the email's file: %w", err)
	}

	return nil
}

// badRequest writes the response of SES to an invalid request.
func badRequest(w http.ResponseWriter, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Errortype", "BadRequestException")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message}) // the client may have disconnected
}
