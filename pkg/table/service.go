package table

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// A service account is stored as a member is: a profile, a membership, and search rows, so that a version that
// doesn't know service accounts lists, disables and removes it. No address and no identity leads to its profile, so
// nobody can sign in as it. The organization's roll lists its service accounts. A version that doesn't know the roll
// leaves the IDs of accounts that it removed there; they count until there is no more room, and are not listed.
//
// Scopes of the account's tokens never hold what service accounts lack, so such a version gives the tokens no more
// power either.

const (
	// ifRoomForAccount: the roll has room for one more service account.
	ifRoomForAccount = "attribute_not_exists(account_ids) OR size(account_ids) < :max"
	// ifServes: the member is a service account with the role that was read.
	ifServes = "attribute_exists(is_service) AND member_role = :served_role"
)

// rollItem lists the service accounts of an organization.
type rollItem struct {
	key
	Type     string   `dynamodbav:"item_type"`
	Accounts []string `dynamodbav:"account_ids,stringset,omitempty"`
	Version  int      `dynamodbav:"version"`
}

func (i rollItem) keys(o identity.OrgID) []key {
	keys := make([]key, len(i.Accounts))
	for n, id := range i.Accounts {
		keys[n] = membershipKey(identity.UserID(id), o)
	}

	return keys
}

// ServiceAccounts returns the service accounts of an organization by name.
func (db *DB) ServiceAccounts(ctx context.Context, o identity.OrgID) ([]identity.Membership, error) {
	_, accounts, err := db.roll(ctx, o)
	slices.SortFunc(accounts, func(a, b identity.Membership) int {
		return strings.Compare(place(a.Person.DisplayName, a.User), place(b.Person.DisplayName, b.User))
	})

	return accounts, err
}

// roll reads an organization's roll, and the service accounts that it lists and that exist.
func (db *DB) roll(ctx context.Context, o identity.OrgID) (rollItem, []identity.Membership, error) {
	item := rollItem{key: rollKey(o)}
	if _, err := db.get(ctx, item.key, &item); err != nil {
		return item, nil, err
	}

	found, err := db.fetch(ctx, item.keys(o))
	accounts := make([]identity.Membership, 0, len(found.members))
	for _, m := range found.members {
		accounts = append(accounts, m)
	}

	return item, accounts, err
}

// ServiceAccount returns one service account that the actor may manage. It returns the errors of
// identity.Actor.MayManageServiceAccount.
func (db *DB) ServiceAccount(ctx context.Context, actor identity.Actor, u identity.UserID) (
	identity.Membership, error) {
	m, err := db.Membership(ctx, u, actor.Org)
	if err == nil {
		err = actor.MayManageServiceAccount(m)
	}

	return m, err
}

// MemberAt returns the membership in an organization of the person who has an address, which is in canonical form
// (address.Canonical); the zero Membership if nobody has it, or if the person does not belong to the organization.
func (db *DB) MemberAt(ctx context.Context, o identity.OrgID, email string) (identity.Membership, error) {
	var holder linkItem
	found, err := db.get(ctx, emailKey(email), &holder)
	if err != nil || !found {
		return identity.Membership{}, err
	}

	return db.Membership(ctx, identity.UserID(holder.User), o)
}

// MembersAt returns the members of an organization who have one of the addresses, which are in canonical form
// (address.Canonical), by address. An address is not in the result if no member has it, or if the organization knows the
// person who has it by another one.
func (db *DB) MembersAt(ctx context.Context, o identity.OrgID, emails ...string) (map[string]identity.UserID, error) {
	keys := make([]key, len(emails))
	for i, email := range emails {
		keys[i] = emailKey(email)
	}

	links, err := db.batch(ctx, keys)
	if err != nil || len(links) == 0 {
		return nil, err
	}

	var memberships []key
	for _, link := range links {
		var holder linkItem
		if err := decode(link, &holder); err != nil {
			return nil, err
		}

		if k := membershipKey(identity.UserID(holder.User), o); !slices.Contains(memberships, k) {
			memberships = append(memberships, k)
		}
	}

	found, err := db.fetch(ctx, memberships)
	if err != nil {
		return nil, err
	}

	users := map[string]identity.UserID{}
	for u, m := range found.members {
		if m.Status != identity.Invited && slices.Contains(emails, m.Person.Email) {
			users[m.Person.Email] = u
		}
	}

	return users, nil
}

// Contact returns the address to which warnings about the tokens of a service account are mailed at present: that of
// its contact or, if the contact has no access any more, that of the first of the organization's active Owners by
// name. It is "" if there is none.
func (db *DB) Contact(ctx context.Context, account identity.Membership) (string, error) {
	named, err := db.MemberAt(ctx, account.Org, account.Person.Email)
	if address := account.Contact(named); err != nil || address != "" {
		return address, err
	}

	owners, err := db.activeOwners(ctx, account.Org, maxMailedOwners)
	if err != nil {
		return "", err
	}

	for _, e := range owners {
		owner, err := db.Membership(ctx, e.user, account.Org)
		if err != nil || owner.ActiveOwner() && owner.Accessible() {
			return owner.Person.Email, err
		}
	}

	return "", nil
}

// CreateServiceAccount stores a service account that the actor created, whose contact is a member. It returns
// LimitReached if the organization has as many as it can, Forbidden if the actor's role or access has changed, and is
// stale if the contact or the organization's name has.
func (db *DB) CreateServiceAccount(actor identity.Actor, o identity.Organization,
	account, contact identity.Membership) identity.Write {
	event := memberEvent(identity.ActionServiceCreate, account)
	event.After = serviceState(account)

	return func(ctx context.Context, c identity.Change) error {
		listed, err := db.enlist(ctx, account)
		if err != nil {
			return err
		}

		profile := newProfileItem(identity.Profile{
			ID:        account.User,
			Person:    account.Person,
			CreatedAt: account.JoinedAt,
			Version:   account.Version,
		})
		profile.Orgs = 1

		steps := append(db.enrol(account),
			db.put(profile, ifAbsent, nil, nil),
			db.update(orgKey(o.ID), "ADD member_count :one", ifStands+" AND "+ifSameName,
				values{":one": 1, ":name": o.Name}, refuseDeleted),
			listed)
		return db.commit(ctx, c, []identity.Event{event}, db.holdingContact(contact, db.holdingActor(actor, steps))...)
	}
}

// enlist returns the write that adds a service account to its organization's roll, or LimitReached. A full roll may
// list accounts that a version that doesn't know the roll has removed.
func (db *DB) enlist(ctx context.Context, account identity.Membership) (step, error) {
	roll, existing, err := db.roll(ctx, account.Org)
	if err != nil {
		return step{}, err
	}

	v := values{":type": "roll", ":one": 1}
	if len(roll.Accounts) < identity.MaxServiceAccounts {
		v[":ids"], v[":max"] = []string{string(account.User)}, identity.MaxServiceAccounts
		return db.update(roll.key, "SET item_type = :type ADD account_ids :ids, version :one", ifRoomForAccount, v, nil), nil
	}

	if len(existing) >= identity.MaxServiceAccounts {
		return step{}, identity.TooManyServiceAccounts()
	}

	ids := []string{string(account.User)}
	for _, m := range existing {
		ids = append(ids, string(m.User))
	}

	v[":ids"], v[":seen_version"] = ids, roll.Version
	return db.update(roll.key, "SET item_type = :type, account_ids = :ids ADD version :one", ifVersion, v, nil), nil
}

// UpdateServiceAccount writes what the actor changed of a service account, whose contact is a member. It returns
// Forbidden if the actor's role or access has changed, and is stale if the account or the contact has.
func (db *DB) UpdateServiceAccount(actor identity.Actor, before, after, contact identity.Membership) identity.Write {
	if after == before {
		return nil
	}

	event := memberEvent(identity.ActionServiceUpdate, before)
	event.Before, event.After = difference(serviceState(before), serviceState(after))

	expression, v := personExpression(after.Person)
	v[":version"] = after.Version

	steps := append(db.become(before, after), db.update(profileKey(after.User), expression, ifPresent, v, nil))
	steps = db.holdingActor(actor, steps)
	if after.Person.Email != before.Person.Email {
		steps = db.holdingContact(contact, steps)
	}

	return db.write([]identity.Event{event}, steps...)
}

// holdingContact returns the steps with the condition that a contact still has access to the organization.
func (db *DB) holdingContact(contact identity.Membership, steps []step) []step {
	condition, v := ifAccessible()
	return db.alsoIf(steps, membershipKey(contact.User, contact.Org), condition, v, nil)
}

// serviceState returns what the audit log records of a service account.
func serviceState(m identity.Membership) map[string]string {
	return map[string]string{
		"name":         m.Person.DisplayName,
		"role":         string(m.Role),
		"contactEmail": m.Person.Email,
	}
}

// dissolve ends what there is of a service account besides its membership: its profile, and its place on the roll. A
// note leads the sweep to its tokens, which nothing authorizes any more.
func (db *DB) dissolve(c identity.Change, m identity.Membership) []step {
	return []step{
		db.remove(profileKey(m.User), ifPresent, nil, nil),
		db.put(newErasureItem(m.User, c.At), ifAbsent, nil, nil),
		db.update(rollKey(m.Org), "DELETE account_ids :ids ADD version :one", ifPresent,
			values{":ids": []string{string(m.User)}, ":one": 1}, nil),
	}
}

// custody is the right of an actor to write the tokens of a service account.
type custody struct {
	actor   identity.Actor
	account identity.Membership
}

// InCustody returns the table such that it writes tokens for the actor who manages a service account: each write
// checks that the actor still has the role that authorized it, and the account the role that was read. It returns
// Forbidden otherwise.
func (db *DB) InCustody(actor identity.Actor, account identity.Membership) *DB {
	kept := *db
	kept.custody = &custody{actor: actor, account: account}

	return &kept
}

// inCustody returns the steps of a write with the conditions of InCustody, and its events with the account that they
// concern.
func (db *DB) inCustody(events []identity.Event, steps []step) ([]identity.Event, []step) {
	if db.custody == nil {
		return events, steps
	}

	account := db.custody.account
	events = slices.Clone(events)
	for i, e := range events {
		events[i].After = map[string]string{"serviceAccount": string(account.User)}
		maps.Copy(events[i].After, e.After)
	}

	refuse := func(current attributes) error {
		var item membershipItem
		if current == nil {
			return identity.NoSuch("service account")
		}

		if err := decode(current, &item); err != nil {
			return err
		}

		if m := item.membership(); m.ServiceAccount && m.Role == account.Role {
			return nil // another condition on the membership failed
		}

		return identity.Refuse(identity.Forbidden, "The role of the service account has just changed. Reload and try again.")
	}

	steps = db.alsoIf(steps, membershipKey(account.User, account.Org), ifServes,
		values{":served_role": string(account.Role)}, refuse)

	return events, db.holdingActor(db.custody.actor, steps)
}
