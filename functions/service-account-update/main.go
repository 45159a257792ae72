// Command service-account-update changes the name and the contact of a service account.
package main

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/address"
	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(db, endpoint.Mutation[input, api.ServiceAccount]{
		Route:      "PATCH /organizations/{org}/service-accounts/{account}",
		Permission: identity.ManageMembers,
		Versioned:  true,
		Decide:     op{db}.update,
	})
}

type op struct{ db *table.DB }

type input struct {
	Account identity.UserID          `path:"account"`
	Body    api.ServiceAccountUpdate `body:"json"`
}

func (o op) update(ctx context.Context, r *endpoint.Request[input]) (api.ServiceAccount, endpoint.Write, error) {
	before, err := o.db.ServiceAccount(ctx, r.Actor, r.In.Account)
	if err != nil {
		return api.ServiceAccount{}, nil, err
	}

	if err := identity.SameVersion(r.Version, before.Version); err != nil {
		return api.ServiceAccount{}, nil, err
	}

	name, email, err := clean(r.In.Body, before)
	if err != nil {
		return api.ServiceAccount{}, nil, err
	}

	var contact identity.Membership
	if email != before.Person.Email {
		if contact, err = o.db.MemberAt(ctx, r.Actor.Org, email); err != nil {
			return api.ServiceAccount{}, nil, err
		}

		if err := contact.MayBeContact("contactEmail"); err != nil {
			return api.ServiceAccount{}, nil, err
		}
	}

	after, err := r.Actor.UpdateServiceAccount(before, name, email)
	if err != nil {
		return api.ServiceAccount{}, nil, err
	}

	r.ETag(after.Version)
	return api.ServiceAccountOf(after), o.db.UpdateServiceAccount(r.Actor, before, after, contact), nil
}

// clean returns the name and the contact's address after the change, or one error that names every invalid field.
func clean(sent api.ServiceAccountUpdate, before identity.Membership) (name, email string, err error) {
	var mistakes identity.Mistakes

	name, email = before.Person.DisplayName, before.Person.Email
	if sent.Name != nil {
		name, err = identity.CleanServiceName("name", *sent.Name)
		mistakes.Add(err)
	}

	if sent.ContactEmail != nil {
		email, err = address.Canonical("contactEmail", *sent.ContactEmail)
		mistakes.Add(err)
	}

	return name, email, mistakes.Err()
}
