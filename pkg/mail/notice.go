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

// Notice is the content of a mail to the owner of a token.
type Notice struct {
	identity.Notice
	Token identity.Token
	// Organization is the name of the token's organization, and To the owner's email address.
	Organization, To string
	// Account is the name of the service account that the token belongs to; "" if it is a person's.
	Account string
}

// Once returns a Sender that hands each mail to SES only once. If an attempt times out, SES may have sent the mail,
// and another attempt would send it twice.
func (s *Sender) Once() *Sender {
	options := s.client.Options()
	options.Retryer = aws.NopRetryer{}

	once := *s
	once.client = sesv2.New(options)
	return &once
}

// Refused reports whether SES certainly did not send the mail that the error is about: it answered with a status from
// 400 to 499. After any other error it may have.
func Refused(err error) bool {
	response, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok {
		return false
	}

	status := response.HTTPStatusCode()
	return status >= http.StatusBadRequest && status < http.StatusInternalServerError
}

// TellInTime mails the owner of a token that ends soon, or that was used after it was replaced.
func (s *Sender) TellInTime(ctx context.Context, n Notice) error {
	l := letter{
		To:      n.To,
		Subject: "Your personal access token is about to lapse",
		Heading: "Your token is about to lapse",
		Paragraphs: []string{
			fmt.Sprintf("One of your personal access tokens lapses on %s, unless it is used or extended before then. A lapsed "+
				"token can't be revived.", moment(n.Ends)),
			"To keep it, use it, or open it and select Extend lease. If you don't need it any more, ignore this mail.",
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
			"You receive this mail once each time that the token is about to lapse. To stop these mails, turn off " +
				"\"Before a token lapses\" in your profile.",
		},
	}

	if n.Kind == identity.ExpiryNotice {
		l.Subject = fmt.Sprintf("Your personal access token expires in %d days", n.Days)
		l.Heading = "Your token expires soon"
		l.Paragraphs = []string{
			fmt.Sprintf("One of your personal access tokens expires on %s. Nothing extends it beyond that date.", moment(n.Ends)),
			"If you still need it, rotate it before then, and put the new token where this one is used.",
		}
		l.Notes = []string{
			"You receive this mail 14 and 3 days before a token expires. To stop these mails, turn off " +
				"\"Before a token expires\" in your profile.",
		}
	}

	if n.Kind == identity.ReuseNotice {
		l.Subject = "A personal access token that you replaced was used again"
		l.Heading = "A token that you replaced was used again"
		l.Paragraphs = []string{
			fmt.Sprintf("One of your personal access tokens was used on %s, after a new token had replaced it. Somebody else may "+
				"have it. Leasehold rejected it, and revoked the tokens that replaced it.", moment(n.Ends)),
			"Create a new token for whatever used the old ones. If one of your own programs still had the old token, give it the " +
				"new one; otherwise find out how the old one got out.",
		}
		// The rejected use is not the last use, and the dates of a token that has ended mislead.
		l.Facts = l.Facts[:3]
		l.Notes = []string{"You receive this mail once for each token that this happens to."}
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
		"You receive this mail because you are the contact of this service account, or because you are an Owner and its " +
			"contact has left the organization.",
	}

	switch n.Kind {
	case identity.LapseNotice:
		l.Subject = "A service account's token is about to lapse"
		l.Heading = "A service account's token is about to lapse"
		l.Paragraphs = []string{
			fmt.Sprintf("A token of the service account %s lapses on %s, unless it is used or extended before then. A lapsed "+
				"token can't be revived.", account, moment(n.Ends)),
			"To keep it, use it or extend its lease. If nothing needs it any more, ignore this mail.",
		}
	case identity.ExpiryNotice:
		l.Subject = fmt.Sprintf("A service account's token expires in %d days", n.Days)
		l.Heading = "A service account's token expires soon"
		l.Paragraphs = []string{
			fmt.Sprintf("A token of the service account %s expires on %s. Nothing extends it beyond that date.",
				account, moment(n.Ends)),
			"If something still needs it, rotate it before then, and put the new token where this one is used.",
		}
	case identity.ReuseNotice:
		l.Subject = "A service account's token was used after it was replaced"
		l.Heading = "A service account's token was used after it was replaced"
		l.Paragraphs = []string{
			fmt.Sprintf("A token of the service account %s was used on %s, after a new token had replaced it. Somebody else may "+
				"have it. Leasehold rejected it, and revoked the tokens that replaced it.", account, moment(n.Ends)),
			"Create a new token for whatever used the old ones, and find out who still has the old one.",
		}
	}

	return l
}
