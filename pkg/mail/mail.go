// Package mail sends Leasehold's emails through Amazon SES (API v2). Only the functions that send email import it.
//
// Every email is a letter, which has an HTML and a plain text version with the same content. Its subject contains nothing
// that other people wrote. Their text, such as the names of the organization and of the inviter, appears as text only,
// never as markup or in a header. A name that a mail program might turn into a link is left out. Where the reader needs
// the text, as with the place where a token was found, addresses in it are rewritten so that they are not links.
//
//	letter.go      the layout of every email
//	invitation.go  to a person who is invited to an organization
//	notice.go      to the owner of a token that ends soon
//	report.go      to the owner of a token that someone found
package mail

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/mail"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// senderName is the display name of the From address.
const senderName = "Leasehold"

// Sender sends emails. It is safe for concurrent use.
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

// plain returns a name, or the phrase that stands for it if a mail program might make a link of a part of the name.
func plain(name, phrase string) string {
	if identity.HoldsAddress(name) {
		return phrase
	}

	return name
}

// message is an email that is ready to be sent.
type message struct {
	to      string
	replyTo string // "" if nobody is to reply
	subject string
	html    string
	text    string
}

// send hands a message to SES. purpose completes "send" in its error.
func (s *Sender) send(ctx context.Context, purpose string, m message) error {
	var replyTo []string
	if m.replyTo != "" {
		replyTo = []string{m.replyTo}
	}

	_, err := s.client.SendEmail(ctx, &sesv2.SendEmailInput{
		FromEmailAddress:     &s.from,
		ConfigurationSetName: &s.configuration,
		ReplyToAddresses:     replyTo,
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
