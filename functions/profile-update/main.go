// Command profile-update changes the caller's own names and phone number, in all of their organizations at once. The email
// address belongs to the identity provider.
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
	endpoint.Serve(endpoint.Operation[input, api.Profile]{
		Route:       "PATCH /me",
		SessionOnly: true,
		Versioned:   true,
		Records:     db,
		Do:          op{db}.update,
	})
}

type op struct{ db *table.DB }

type input struct {
	Body api.ProfileUpdate `body:"json"`
}

func (o op) update(ctx context.Context, r *endpoint.Request[input]) (api.Profile, error) {
	var shown api.Profile
	edit, err := clean(r.In.Body)
	if err != nil {
		return shown, err
	}

	err = table.RetryStale(ctx, func() error {
		page, err := o.db.Page(ctx, r.Caller)
		if err != nil {
			return err
		}

		before := page.Profile
		if err := identity.SameVersion(r.Version, before.Version); err != nil {
			return err
		}

		if person := before.Edited(edit); person != before.Person {
			page.Profile.Person = person
			page.Profile.Version++
		}

		shown = api.ProfileOf(page.Profile, page.Memberships, page.Current)
		r.ETag(page.Profile.Version)
		change, err := r.Change(shown)
		if err != nil || page.Profile == before {
			return err
		}

		return o.db.EditProfile(ctx, change, before, page.Profile, page.Memberships)
	})

	return shown, err
}

// clean is the change with everything in the form in which it is stored, or what is wrong with it: all of it at once.
func clean(sent api.ProfileUpdate) (identity.Edit, error) {
	var (
		edit  identity.Edit
		wrong identity.Mistakes
	)

	for _, field := range []struct {
		name     string
		from, to **string
	}{
		{"firstName", &sent.FirstName, &edit.FirstName}, {"lastName", &sent.LastName, &edit.LastName},
		{"displayName", &sent.DisplayName, &edit.DisplayName},
	} {
		if *field.from != nil {
			text, err := identity.CleanOptionalName(field.name, **field.from)
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

// written is how people write an international number: digits after a plus, set apart as their country does.
var written = regexp.MustCompile(`^\+[0-9 .()/\x{2010}\x{2011}\x{a0}-]+$`)

// cleanPhone gives the E.164 form of a number that its country's numbering plan has room for, or "" for none.
func cleanPhone(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", nil
	}

	number, err := phonenumbers.Parse(text, "ZZ") // no country of ours: the number must say its own
	if err != nil || !written.MatchString(text) || !phonenumbers.IsValidNumber(number) {
		return "", identity.InvalidField("phone", "Give a whole phone number with + and the country code, such as +41 44 668 18 00.")
	}

	return phonenumbers.Format(number, phonenumbers.E164), nil
}
