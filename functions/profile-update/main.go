// Command profile-update changes the caller's own names and phone number, in all of their organizations at once, and which
// mails about their tokens they get. The identity provider owns the email address.
package main

import (
	"context"
	"regexp"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(db, endpoint.Mutation[input, api.Profile]{
		Route:       "PATCH /me",
		SessionOnly: true,
		Versioned:   true,
		Decide:      op{db}.update,
	})
}

type op struct{ db *table.DB }

type input struct {
	Body api.ProfileUpdate `body:"json"`
}

func (o op) update(ctx context.Context, r *endpoint.Request[input]) (api.Profile, endpoint.Write, error) {
	edit, err := clean(r.In.Body)
	if err != nil {
		return api.Profile{}, nil, err
	}

	page, err := o.db.OwnPage(ctx, r.Caller)
	if err != nil {
		return api.Profile{}, nil, err
	}

	before := page.Profile
	if err := identity.SameVersion(r.Version, before.Version); err != nil {
		return api.Profile{}, nil, err
	}

	page.Profile.Person = before.Edited(edit)
	page.Profile.Muted = before.Muted.Changed(wanted(r.In.Body.Notices))
	if page.Profile != before {
		page.Profile.Version++
	}

	r.ETag(page.Profile.Version)
	shown := api.ProfileOf(r.Caller, page.Profile, page.Memberships, page.Current)
	return shown, o.db.EditProfile(before, page.Profile, page.Memberships), nil
}

// wanted returns whether the request turns each kind of notice on or off; nil for one that it does not mention.
func wanted(sent *api.NoticesUpdate) (lapse, expiry *bool) {
	if sent == nil {
		return nil, nil
	}

	return sent.Lapse, sent.Expiry
}

// clean returns the change in the form in which it is stored, or one error that names every invalid field.
func clean(sent api.ProfileUpdate) (identity.Edit, error) {
	var (
		edit  identity.Edit
		wrong identity.Mistakes
	)

	for _, field := range []struct {
		name     string
		from, to **string
	}{
		{"firstName", &sent.FirstName, &edit.FirstName},
		{"lastName", &sent.LastName, &edit.LastName},
		{"displayName", &sent.DisplayName, &edit.DisplayName},
	} {
		if *field.from != nil {
			text, err := identity.CleanPersonName(field.name, **field.from)
			wrong.Add(err)
			*field.to = &text
		}
	}

	if sent.Phone != nil {
		phone, err := cleanPhone(*sent.Phone)
		wrong.Add(err)
		edit.Phone = &phone
	}

	return edit, wrong.Err()
}

// written matches an international number as people write it: digits after a plus, with separators.
var written = regexp.MustCompile(`^\+[0-9 .()/\x{2010}\x{2011}\x{a0}-]+$`)

// cleanPhone returns the E.164 form of a number that is possible in its country's numbering plan, or "" for none.
func cleanPhone(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", nil
	}

	number, err := phonenumbers.Parse(text, "ZZ") // no default country: the number must have a country code
	if err != nil || !written.MatchString(text) || !phonenumbers.IsValidNumber(number) {
		return "", identity.InvalidField("phone",
			"Use a complete phone number with + and the country code, such as +41 44 668 18 00.")
	}

	return phonenumbers.Format(number, phonenumbers.E164), nil
}
