// Command token-report ends a personal access token or a session whose token somebody found in the open. Anybody can
// call it. The answer is always the same, so it does not reveal which tokens are live. The owner, and the Owners of the
// organization of a personal access token, are mailed after the token has ended. A mail that cannot be sent does not
// undo that.
package main

import (
	"context"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/mail"
	"github.com/leasehold-dev/leasehold/pkg/metric"
	"github.com/leasehold-dev/leasehold/pkg/secret"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db, m := settings.Table(), settings.Invitations()
	o := op{
		db:   db,
		mail: mail.New(settings.AWS(), m.Endpoint, m.Sender, m.ConfigurationSet, m.ConsoleURL),
	}

	endpoint.Serve(db, endpoint.Mutation[input, answer]{
		Route:  "POST /tokens/report",
		Status: 202,
		Public: true,
		Decide: o.report,
		After:  o.announce,
	})
}

type op struct {
	db   *table.DB
	mail *mail.Sender
}

type input struct {
	Body api.TokenReport `body:"json"`
}

// answer is an empty object, and what the mails need.
type answer struct{ leak *leak }

// leak is a live token or session that was reported. It is ended once the write has succeeded and found it alive; otherwise
// another report, its owner or the sweep was first, and nobody is mailed.
type leak struct {
	token   identity.Token
	session identity.Session
	foundAt string
	ended   bool
}

// maxToken and maxFoundAt are the maximum lengths of the fields, in characters.
const maxToken, maxFoundAt = 1000, 500

// report reads the same for every well-formed token that is not live. Only a caller who has proved possession of the secret
// of a live one causes more to be done.
func (o op) report(ctx context.Context, r *endpoint.Request[input]) (answer, endpoint.Write, error) {
	text, foundAt, err := clean(r.In.Body)
	if err != nil {
		return answer{}, nil, err
	}

	token, ok := secret.Parse(text)
	if !ok {
		return answer{}, nil, nil
	}

	found := &leak{foundAt: foundAt}
	var write identity.Write
	switch token.Kind() {
	case identity.PAT, identity.Derived:
		write, err = o.endToken(ctx, token, found, r.Now)
	case identity.SignedIn:
		write, err = o.endSession(ctx, token, found, r.Now)
	case identity.BySchedule, identity.ByProvider, identity.ByFinder:
	}

	if err != nil || write == nil {
		return answer{}, nil, err
	}

	return answer{leak: found}, byFinder(write, found), nil
}

// endToken returns the Write that revokes a live token, or the live token that a derived one was made from: nothing
// else ends a derived token. A suspended token counts as live, because it can work again.
func (o op) endToken(ctx context.Context, token secret.Token, found *leak, now time.Time) (identity.Write, error) {
	stored, membership, err := o.db.Credentials(ctx, token.User(), token.TokenID(), token.Org(), now)
	if err != nil || !proven(token, stored, now) || membership.User == "" {
		return nil, err
	}

	if ending, _ := stored.State(membership, now); ending != "" {
		return nil, nil
	}

	found.token = stored
	return o.db.ReportToken(stored), nil
}

// proven reports whether the text that was reported is the stored token, or one that its holder derived from it and
// that still works.
func proven(token secret.Token, stored identity.Token, now time.Time) bool {
	if token.Kind() == identity.Derived {
		_, err := token.Verify(stored.DerivationKey[:], now)
		return err == nil
	}

	return token.Matches(stored.Hash)
}

func (o op) endSession(ctx context.Context, token secret.Token, found *leak, now time.Time) (identity.Write, error) {
	stored, exists, err := o.db.Session(ctx, token.User(), token.SessionID())
	if err != nil || !exists || !token.Matches(stored.Hash) || stored.Admit(now) != nil {
		return nil, err
	}

	found.session = stored
	return o.db.ReportSession(stored), nil
}

// byFinder makes a write the change of an unknown person. The write succeeds also if the token has ended meanwhile.
func byFinder(write identity.Write, found *leak) endpoint.Write {
	return func(ctx context.Context, c identity.Change) error {
		c.Caller = identity.Caller{Kind: identity.ByFinder}
		err := write(ctx, c)
		if errors.Is(err, identity.ErrStale) {
			return nil
		}

		found.ended = err == nil
		return err
	}
}

// clean returns the text of the token, and the place without any token that it quotes. It returns one error that names
// every invalid field.
func clean(sent api.TokenReport) (token, foundAt string, err error) {
	var wrong identity.Mistakes

	token = strings.TrimSpace(sent.Token)
	if n := utf8.RuneCountInString(token); n == 0 || n > maxToken {
		wrong.Add(identity.InvalidField("token", "Send the whole token, at most %d characters.", maxToken))
	}

	if sent.FoundAt != nil {
		foundAt, err = identity.CleanText("foundAt", *sent.FoundAt, maxFoundAt)
		wrong.Add(err)
	}

	return token, quotedToken.ReplaceAllString(foundAt, "[token]"), wrong.Err()
}

var quotedToken = regexp.MustCompile(secret.Pattern)

// announceWithin bounds all mails of one report together, so that a mail service that hangs does not fail the request.
const announceWithin = 7 * time.Second

// announce mails the owner first and then the Owners of the organization.
func (o op) announce(ctx context.Context, r *endpoint.Request[input], a answer) answer {
	if a.leak == nil || !a.leak.ended {
		return a
	}

	ctx, cancel := context.WithTimeout(ctx, announceWithin)
	defer cancel()

	user := a.leak.token.User
	if a.leak.token.ID == "" {
		user = a.leak.session.User
	}

	to, err := o.db.Recipients(ctx, user, a.leak.token.Org)
	if err != nil {
		notSent(ctx, r.Now, err)
		return a
	}

	l := mail.Leak{
		Token:        a.leak.token,
		Organization: to.Organization,
		Owner:        to.Person,
		OfAccount:    to.OfAccount,
		FoundAt:      a.leak.foundAt,
		At:           r.Now,
		Others:       len(to.Owners) > 0,
	}
	if to.Person.Email != "" { // the contact of a service account can have left
		if err := o.mail.TellOwner(ctx, l); err != nil {
			notSent(ctx, r.Now, err)
		}
	}

	for _, owner := range to.Owners {
		if err := o.mail.TellOrganization(ctx, owner.Person.Email, l); err != nil {
			notSent(ctx, r.Now, err)
		}
	}

	return a
}

// notSent logs and counts a mail that was not sent. The audit log has the report in any case.
func notSent(ctx context.Context, now time.Time, err error) {
	slog.ErrorContext(ctx, "an email about a reported token was not sent", "error", err.Error())
	metric.Put(now, "MailNotSent", metric.Count, 1, "", "")
}
