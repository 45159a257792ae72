package mail

import (
	"context"
	"embed"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"
)

//go:embed letter.html letter.txt
var templates embed.FS

var (
	letterHTML = htmltemplate.Must(htmltemplate.ParseFS(templates, "letter.html"))
	letterText = texttemplate.Must(texttemplate.ParseFS(templates, "letter.txt"))
)

// letter is the content of an email: paragraphs, facts, and one button. Both of its versions are made from it, so they say
// the same.
type letter struct {
	// To is the address of the recipient.
	To string
	// ReplyTo is where replies go; "" if nobody is to reply.
	ReplyTo string
	// Subject contains only text of this package and dates, because lists of emails show it before anything else.
	Subject, Heading string
	Paragraphs       []string
	Facts            []fact
	// Button is the label of Link, an address of the console.
	Button, Link string
	// Notes are in small print at the end.
	Notes []string
}

// fact is a named value.
type fact struct{ Name, Value string }

// post renders and sends a letter. purpose completes "send" in its errors.
func (s *Sender) post(ctx context.Context, purpose string, l letter) error {
	html, err := render(letterHTML, purpose, l)
	if err != nil {
		return err
	}

	text, err := render(letterText, purpose, l)
	if err != nil {
		return err
	}

	return s.send(ctx, purpose, message{
		to:      l.To,
		replyTo: l.ReplyTo,
		subject: l.Subject,
		html:    html,
		text:    text,
	})
}

// defuse returns a text that somebody else wrote so that no mail program makes a link of a part of it, and a person can
// still read it. It writes "evil.example" as "evil[.]example", "https://" as "https[:]//" and "@" as "[at]", which are the
// forms in which security reports quote addresses.
func defuse(text string) string { return defuser.Replace(text) }

// defuser replaces every form of a dot that domain names allow (Unicode Technical Standard 46), and every form of @.
var defuser = strings.NewReplacer(
	"://", "[:]//",
	".", "[.]",
	"\u3002", "[.]",
	"\uff0e", "[.]",
	"\uff61", "[.]",
	"@", "[at]",
	"\uff20", "[at]",
	"\ufe6b", "[at]",
)
