// Package mail sends Leasehold's mails through Amazon SES (API v2). Only the functions that send mail import it.
//
// Each mail has an HTML and a plain text version with the same content, and a subject that holds no text of other
// people. What others wrote, such as the names of the organization and of the inviter, appears as text only, never as
// markup or as a header of its own. A name that a mail program might make a link of is left out. Where the reader needs
// the text, as with the place where a token was found, addresses in it are changed so that they are no links.
package mail

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	htmltemplate "html/template"
	"io"
	"log/slog"
	"net/mail"
	"strings"
	texttemplate "text/template"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/metric"
)

//go:embed invitation.html invitation.txt letter.html letter.txt
var templates embed.FS

var (
	invitationHTML = htmltemplate.Must(htmltemplate.ParseFS(templates, "invitation.html"))
	invitationText = texttemplate.Must(texttemplate.ParseFS(templates, "invitation.txt"))
)

// senderName is the display name of the From address.
const senderName = "Leasehold"

// Sender sends mails. It is safe for concurrent use.
type Sender struct {
	client        *sesv2.Client
	from          string
	console       string
	configuration string
}

// New returns a Sender that sends from an address that is verified with SES, with a configuration set of SES, and links to
// the console. endpoint overrides the address of SES; it is nil on AWS.
func New(config aws.Config, endpoint *string, from, configuration, console string) *Sender {
	client := sesv2.NewFromConfig(config, func(o *sesv2.Options) { o.BaseEndpoint = endpoint })
	return &Sender{
		client:        client,
		from:          (&mail.Address{Name: senderName, Address: from}).String(),
		console:       console,
		configuration: configuration,
	}
}

// Invitation is the content of the mail to a person who is invited to an organization.
type Invitation struct {
	// To is the invited email address.
	To string
	// Organization is the organization's name, and Inviter the name of the member who sent the invitation.
	Organization, Inviter string
	// InviterEmail is where replies go.
	InviterEmail string
	// Role and RoleDescription name the role that the invitation offers.
	Role, RoleDescription string
	// Link is the address of the sign-in page.
	Link string
	// Ends is when the invitation expires.
	Ends time.Time
}

// Deadline returns when the invitation expires, formatted for people, in UTC.
func (i Invitation) Deadline() string {
	return i.Ends.UTC().Format("Monday, 2 January 2006, 15:04 UTC")
}

// Subject returns the subject.
func (i Invitation) Subject() string { return subject }

// subject is the subject of every invitation. It holds no name, because a list of mails shows it before anything else.
const subject = "You are invited to an organization on Leasehold"

// plain returns a name, or the phrase that stands for it if a mail program might make a link of a part of the name.
func plain(name, phrase string) string {
	if identity.HoldsAddress(name) {
		return phrase
	}

	return name
}

// Announce mails the invited person and returns what is known of the mail. The invitation is valid either way and can be
// resent, so a failure is logged and counted instead of being returned.
func (s *Sender) Announce(ctx context.Context, actor, invited identity.Membership, now time.Time) api.Announced {
	err := s.Invite(ctx, Invitation{
		To:              invited.Person.Email,
		Organization:    invited.OrgName,
		Inviter:         actor.Person.DisplayName,
		InviterEmail:    actor.Person.Email,
		Role:            string(invited.Role),
		RoleDescription: strings.ToLower(invited.Role.Description()),
		Link:            s.console,
		Ends:            invited.InvitationExpires(),
	})
	if err != nil {
		slog.ErrorContext(ctx, "an invitation was not sent", "organization", string(invited.Org), "user", string(invited.User), "error", err.Error())
		metric.Put(now, "InvitationNotSent", metric.Count, 1, "", "")
		return api.MailNotSent
	}

	return api.MailSent
}

// Invite sends the invitation.
func (s *Sender) Invite(ctx context.Context, i Invitation) error {
	i.Inviter, i.Organization = plain(i.Inviter, "A member"), plain(i.Organization, "their organization")

	html, err := render(invitationHTML, "an invitation", i)
	if err != nil {
		return err
	}

	text, err := render(invitationText, "an invitation", i)
	if err != nil {
		return err
	}

	return s.send(ctx, "an invitation", message{
		to:      i.To,
		replyTo: []string{i.InviterEmail},
		subject: subject,
		html:    html,
		text:    text,
	})
}

// message is a mail that is ready to be sent.
type message struct {
	to      string
	replyTo []string // nil for a mail to which nobody is to reply
	subject string
	html    string
	text    string
}

// send hands a message to SES. purpose completes "send" in its error.
func (s *Sender) send(ctx context.Context, purpose string, m message) error {
	_, err := s.client.SendEmail(ctx, &sesv2.SendEmailInput{
		FromEmailAddress:     &s.from,
		ConfigurationSetName: &s.configuration,
		ReplyToAddresses:     m.replyTo,
		Destination:          &types.Destination{ToAddresses: []string{m.to}},
		Content: &types.EmailContent{Simple: &types.Message{
			Subject: content(m.subject),
			Body:    &types.Body{Html: content(m.html), Text: content(m.text)},
			Headers: []types.MessageHeader{{Name: aws.String("Auto-Submitted"), Value: aws.String("auto-generated")}},
		}},
	})
	if err != nil {
		return fmt.Errorf("send %s: %w", purpose, err)
	}

	return nil
}

func content(text string) *types.Content {
	return &types.Content{Data: &text, Charset: aws.String("UTF-8")}
}

func render(t interface{ Execute(io.Writer, any) error }, purpose string, of any) (string, error) {
	var out bytes.Buffer
	if err := t.Execute(&out, of); err != nil {
		return "", fmt.Errorf("render %s: %w", purpose, err)
	}

	return out.String(), nil
}
