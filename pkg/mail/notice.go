package mail

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Notice is the content of an email to the owner of a token.
type Notice struct {
	identity.Notice
	Token identity.Token
	// Organization is the name of the token's organization, and To the owner's email address.
	Organization, To string
	// Account is the name of the service account that the token belongs to; "" if it is a person's.
	Account string
}

// Once returns a Sender that hands each email to SES only once. If an attempt times out, SES may have sent the email,
// and another attempt would send it twice.
func (s *Sender) Once() *Sender {
	options := s.client.Options()
	options.Retryer = aws.NopRetryer{}

	once := *s
	once.client = sesv2.New(options)
	return &once
}

// Refused reports whether SES certainly did not send the email that the error is about: it answered with a status from
// 400 to 499. After any other error it may have.
func Refused(err error) bool {
	response, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok {
		return false
	}

	status := response.HTTPStatusCode()
	return status >= http.StatusBadRequest && status < http.StatusInternalServerError
}

// TellInTime emails the owner of a token that ends soon, or that was used after it was replaced.
func (s *Sender) TellInTime(ctx context.Context, n Notice) error {
	l := letter{
		To:      n.To,
		Subject: "Your unused personal access token is about to expire",
		Heading: "Your unused token is about to expire",
		Paragraphs: []string{
			fmt.Sprintf("One of your personal access tokens is unused. It expires on %s unless you use it or extend its lease "+
				"before then. You can't revive an expired token.", moment(n.Ends)),
			"To keep it, use it, or open it and select Extend lease. If you no longer need it, ignore this email.",
		},
		Facts: []fact{
			{"Token", n.Token.Prefix()},
			{"Description", defuse(n.Token.Description)},
			{"Organization", plain(n.Organization, "one of your organizations")},
			{"Last used", lastUsed(n.Token.LastUsed)},
			{"Lease expires", moment(n.Token.Until)},
			{"Expires", moment(n.Token.Expires)},
		},
		Button: "Open the token",
		Link:   s.tokenLink(n.Token),
		Notes: []string{
			"You receive this email once each time the token is about to expire unused. To stop these emails, turn off " +
				"\"Before an unused token expires\" in your profile.",
		},
	}

	if n.Kind == identity.ExpiryNotice {
		l.Subject = fmt.Sprintf("Your personal access token expires in %d days", n.Days)
		l.Heading = "Your token expires soon"
		l.Paragraphs = []string{
			fmt.Sprintf("One of your personal access tokens expires on %s. You can't extend it beyond that date.", moment(n.Ends)),
			"If you still need it, rotate it before then, and replace it with the new token wherever you use it.",
		}
		l.Notes = []string{
			"You receive this email 14 days and 3 days before a token's expiry date. To stop these emails, turn off " +
				"\"Before a token's expiry date\" in your profile.",
		}
	}

	if n.Kind == identity.ReuseNotice {
		l.Subject = "A personal access token that you replaced was used again"
		l.Heading = "A token that you replaced was used again"
		l.Paragraphs = []string{
			fmt.Sprintf("One of your personal access tokens was used on %s, after a new token had replaced it. Someone else may "+
				"have it. Leasehold rejected the request and revoked the tokens that replaced it.", moment(n.Ends)),
			"Create a new token for the programs that used the old ones. If one of your own programs sent the old token, give it " +
				"the new one. Otherwise, find out how the old token leaked.",
		}
		// The rejected use is not the last use, and the dates of a token that has ended mislead.
		l.Facts = l.Facts[:3]
		l.Notes = []string{"You receive this email once for each token."}
	}

	if n.Account != "" {
		l = s.toContact(n, l)
	}

	return s.post(ctx, "a notice about a token", l)
}

// toContact returns the letter about a token of a service account, which goes to the contact of the account.
func (s *Sender) toContact(n Notice, l letter) letter {
	account := plain(n.Account, "a service account")
	l.Facts = append([]fact{{"Service account", account}}, l.Facts...)
	l.Button, l.Link = "Open the service account", s.accountLink(n.Token)
	l.Notes = []string{
		"You receive this email because you are the contact of this service account, or because you are an Owner and its " +
			"contact has left the organization.",
	}

	switch n.Kind {
	case identity.LapseNotice:
		l.Subject = "A service account's unused token is about to expire"
		l.Heading = "A service account's unused token is about to expire"
		l.Paragraphs = []string{
			fmt.Sprintf("A token of the service account %s is unused. It expires on %s unless it is used or its lease is extended "+
				"before then. You can't revive an expired token.", account, moment(n.Ends)),
			"To keep it, use it or extend its lease. If you no longer need it, ignore this email.",
		}
	case identity.ExpiryNotice:
		l.Subject = fmt.Sprintf("A service account's token expires in %d days", n.Days)
		l.Heading = "A service account's token expires soon"
		l.Paragraphs = []string{
			fmt.Sprintf("A token of the service account %s expires on %s. You can't extend it beyond that date.",
				account, moment(n.Ends)),
			"If you still need it, rotate it before then, and replace it with the new token wherever it is used.",
		}
	case identity.ReuseNotice:
		l.Subject = "A service account's token was used after it was replaced"
		l.Heading = "A service account's token was used after it was replaced"
		l.Paragraphs = []string{
			fmt.Sprintf("A token of the service account %s was used on %s, after a new token had replaced it. Someone else may "+
				"have it. Leasehold rejected the request and revoked the tokens that replaced it.", account, moment(n.Ends)),
			"Create a new token for the programs that used the old ones, and find out who still has the old token.",
		}
	}

	return l
}
