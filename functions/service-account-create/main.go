// Command service-account-create creates a service account: a member of the organization that is not a person. Its role
// is lower than the caller's, and it has no sign-in.
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
		Route:      "POST /organizations/{org}/service-accounts",
		Status:     201,
		Permission: identity.ManageMembers,
		Decide:     op{db}.create,
	})
}

type op struct{ db *table.DB }

type input struct {
	Body api.ServiceAccountCreate `body:"json"`
}

func (o op) create(ctx context.Context, r *endpoint.Request[input]) (api.ServiceAccount, endpoint.Write, error) {
	name, role, email, err := clean(r.In.Body)
	if err != nil {
		return api.ServiceAccount{}, nil, err
	}

	org, err := o.db.Organization(ctx, r.Actor.Org)
	if err != nil {
		return api.ServiceAccount{}, nil, err
	}

	contact := r.Actor.Membership
	if email != "" {
		if contact, err = o.db.MemberAt(ctx, org.ID, email); err != nil {
			return api.ServiceAccount{}, nil, err
		}
	}

	if err := contact.MayBeContact("contactEmail"); err != nil {
		return api.ServiceAccount{}, nil, err
	}

	r.Actor.OrgName = org.Name // the copy on the actor's membership may lag behind a rename
	account, err := r.Actor.CreateServiceAccount(identity.NewUserID(r.Now), name, contact.Person.Email, role, r.Now)
	if err != nil {
		return api.ServiceAccount{}, nil, err
	}

	r.ETag(account.Version)
	r.Created("/organizations/" + string(org.ID) + "/service-accounts/" + string(account.User))
	return api.ServiceAccountOf(account), o.db.CreateServiceAccount(r.Actor, org, account, contact), nil
}

// clean returns what the request chooses, or one error that names every invalid field. email is "" if the caller is
// the contact.
func clean(sent api.ServiceAccountCreate) (name string, role identity.Role, email string, err error) {
	var mistakes identity.Mistakes

	name, err = identity.CleanServiceName("name", sent.Name)
	mistakes.Add(err)
	mistakes.Add(role.UnmarshalText([]byte(sent.Role)))

	if sent.ContactEmail != nil {
		email, err = address.Canonical("contactEmail", *sent.ContactEmail)
		mistakes.Add(err)
	}

	return name, role, email, mistakes.Err()
}
