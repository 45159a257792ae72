package table

import (
	"context"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// ifSameProfile: the profile is as it was read, and no membership has been added since. A profile that was stored
	// before memberships were counted gets its count with the write.
	ifSameProfile = ifVersion + " AND (attribute_not_exists(org_count) OR org_count <= :orgs)"
	// ifSamePerson: the profile is there, says what the membership to be made says, and has room for it.
	ifSamePerson = "(attribute_not_exists(org_count) OR org_count < :max) AND first_name = :first AND last_name = :last AND display_name = :display AND email = :email"
	// ifTheirs: the address is still the person's.
	ifTheirs = "user_id = :user"
)

// Claims are what an identity provider vouches for at a sign-in.
type Claims struct {
	Issuer, Subject string
	// Email is clean (identity.CleanEmail) and verified by the provider.
	Email               string
	FirstName, LastName string
}

// SignIn finds, links or makes the person whom the claims name, and answers who it is. Whoever signed in before is found
// by issuer and subject; at a first sign-in the verified email decides, so that a person who was invited gets what they
// were invited to. Two first sign-ins at once make one person. made is the id of the person to make if there is none.
//
// The provider owns the email address: one that has changed there is followed, unless another person has it here. It
// lends its names to a person who has none. Every open invitation is accepted.
func (db *DB) SignIn(ctx context.Context, c identity.Change, claims Claims, made identity.UserID) (identity.Profile, error) {
	var profile identity.Profile
	err := RetryStale(ctx, func() error {
		user, err := db.find(ctx, c, claims, made)
		if err != nil {
			return err
		}

		c.Caller.User = user
		page, err := db.Page(ctx, identity.Caller{User: user, Kind: identity.SignedIn})
		if err != nil {
			return err
		}

		if page.Profile, err = db.follow(ctx, c, claims, page); err != nil {
			return err
		}

		profile = page.Profile
		return db.acceptAll(ctx, c, page.Memberships)
	})

	return profile, err
}

// follow brings a profile up to what the provider says, and answers what it is then.
func (db *DB) follow(ctx context.Context, c identity.Change, claims Claims, page Holdings) (identity.Profile, error) {
	p, err := db.followEmail(ctx, c, claims, page)
	if err != nil || p.FirstName != "" || p.LastName != "" || claims.FirstName == "" && claims.LastName == "" {
		return p, err
	}

	after := p
	after.Person = p.Edited(identity.Edit{FirstName: &claims.FirstName, LastName: &claims.LastName})
	after.Version++
	return after, db.editProfile(ctx, c, identity.ActionProfileName, p, after, page.Memberships)
}

func (db *DB) followEmail(ctx context.Context, c identity.Change, claims Claims, page Holdings) (identity.Profile, error) {
	before := page.Profile
	if claims.Email == before.Email {
		return before, nil
	}

	var taken linkItem
	found, err := db.get(ctx, emailKey(claims.Email), &taken)
	if err != nil || found {
		return before, err
	}

	after := before
	after.Person, after.Version = before.WithEmail(claims.Email), before.Version+1
	user := string(before.ID)
	return after, db.editProfile(ctx, c, identity.ActionProfileEmail, before, after, page.Memberships,
		db.put(linkItem{emailKey(after.Email), "email", user}, ifAbsent, nil, nil),
		db.remove(emailKey(before.Email), ifTheirs, values{":user": user}, nil))
}

// acceptAll accepts those of a person's invitations that are open: three writes each and 24 at the most, so one
// transaction holds them all.
func (db *DB) acceptAll(ctx context.Context, c identity.Change, memberships []identity.Membership) error {
	var (
		steps  []step
		events []identity.Event
	)

	for _, m := range memberships {
		if m.Open(c.At) {
			joining, joined := db.join(m, c.At)
			steps, events = append(steps, joining...), append(events, joined)
		}
	}

	if len(steps) == 0 {
		return nil
	}

	return db.commit(ctx, c, events, steps...)
}

// join accepts an open invitation.
func (db *DB) join(m identity.Membership, now time.Time) ([]step, identity.Event) {
	joined := m.Join(now)
	event := memberEvent(identity.ActionMemberJoin, joined)
	event.Before, event.After = map[string]string{"status": string(m.Status)}, map[string]string{"status": string(joined.Status)}
	return db.become(m, joined), event
}

// EditProfile changes a person's own names and phone, here and in the copy that each of their organizations has, with
// what a search finds them by. before and memberships are as Page read them; errStale when they changed meanwhile. The
// version of after is that of before plus one.
func (db *DB) EditProfile(ctx context.Context, c identity.Change, before, after identity.Profile, memberships []identity.Membership) error {
	return db.editProfile(ctx, c, identity.ActionProfileUpdate, before, after, memberships)
}

// editProfile writes a person; see identity.MaxOrganizations for why it fits into one transaction.
func (db *DB) editProfile(ctx context.Context, c identity.Change, action identity.Action, before, after identity.Profile, memberships []identity.Membership, also ...step) error {
	expression, v := personExpression(after.Person)
	v[":version"], v[":seen_version"], v[":orgs"] = after.Version, before.Version, len(memberships)
	steps := append(also, db.update(profileKey(after.ID), strings.Replace(expression, "SET ", "SET org_count = :orgs, ", 1), ifSameProfile, v, nil))
	for _, m := range memberships {
		steps = append(steps, db.copyPerson(m, after.Person)...)
	}

	event := userEvent(action, after.ID, before.DisplayName)
	event.Before, event.After = difference(personState(before.Person), personState(after.Person))
	return db.commit(ctx, c, []identity.Event{event}, steps...)
}

// copyPerson brings what has changed of a person to one of their memberships and to the rows by which they are found.
func (db *DB) copyPerson(m identity.Membership, p identity.Person) []step {
	byName := memberIndex(m.Org, p.DisplayName, m.User)
	byRole := roleIndex(m.Org, m.Role, m.Status, p.DisplayName, m.User)
	expression, v := personExpression(p)
	expression = strings.Replace(expression, "SET ", "SET GSI1SK = :by_name, GSI2SK = :by_role, ", 1)
	v[":version"], v[":seen_version"], v[":by_name"], v[":by_role"] = m.Version+1, m.Version, byName.sk, byRole.sk
	return append([]step{db.update(membershipKey(m.User, m.Org), expression, ifVersion, v, nil)},
		db.refind(m.User, m.Org, searchTerms(m.Person), searchTerms(p))...)
}

// personExpression sets all that profiles and memberships hold of a person, and :version.
func personExpression(p identity.Person) (string, values) {
	expression := "SET first_name = :first, last_name = :last, display_name = :display, email = :email, version = :version"
	v := values{":first": p.FirstName, ":last": p.LastName, ":display": p.DisplayName, ":email": p.Email}
	if p.Phone == "" {
		return expression + " REMOVE phone", v
	}

	v[":phone"] = p.Phone
	return expression + ", phone = :phone", v
}

// personState is what the audit log tells of a person.
func personState(p identity.Person) map[string]string {
	return map[string]string{
		"firstName": p.FirstName, "lastName": p.LastName, "displayName": p.DisplayName, "email": p.Email, "phone": p.Phone,
	}
}

// Chosen is the membership in the organization with the id that the person sent; NotFound when they have none there.
func (h Holdings) Chosen(id string) (identity.Membership, error) {
	var org identity.OrgID
	if err := org.UnmarshalText([]byte(id)); err != nil {
		return identity.Membership{}, identity.InvalidField("organizationId", "Give the id of one of your organizations.")
	}

	for _, m := range h.Memberships {
		if m.Org == org {
			return m, nil
		}
	}

	return identity.Membership{}, identity.NoSuch("organization")
}

// SetDefault makes an organization the one in which the person lands, from before to after; Forbidden when it is not
// accessible to them at the moment of writing, errStale when the profile changed meanwhile.
func (db *DB) SetDefault(ctx context.Context, c identity.Change, before, after identity.Profile) error {
	event := userEvent(identity.ActionOrganizationDefault, after.ID, after.DisplayName)
	event.Before = map[string]string{"defaultOrganization": string(before.DefaultOrg)}
	event.After = map[string]string{"defaultOrganization": string(after.DefaultOrg)}
	return db.commit(ctx, c, []identity.Event{event},
		db.update(profileKey(after.ID), "SET default_org = :org, version = :version", ifVersion,
			values{":org": string(after.DefaultOrg), ":version": after.Version, ":seen_version": before.Version}, nil),
		db.accessible(after.ID, after.DefaultOrg))
}

// accessible checks that a person can act in an organization.
func (db *DB) accessible(u identity.UserID, o identity.OrgID) step {
	condition, v := ifAccessible()
	return db.check(membershipKey(u, o), condition, v, always(errNoAccess))
}

// belong counts one more organization on a person's profile, as long as the person is as their new membership has them.
func (db *DB) belong(u identity.UserID, p identity.Person) step {
	condition, v := ifSamePerson, values{
		":first": p.FirstName, ":last": p.LastName, ":display": p.DisplayName, ":email": p.Email,
		":more": 1, ":max": identity.MaxOrganizations,
	}
	if p.Phone == "" {
		condition += " AND attribute_not_exists(phone)"
	} else {
		condition, v[":phone"] = condition+" AND phone = :phone", p.Phone
	}

	return db.update(profileKey(u), "ADD org_count :more", condition, v, func(current attributes) error {
		var item profileItem
		if err := decode(current, &item); err != nil {
			return err
		}

		if item.Orgs >= identity.MaxOrganizations {
			return identity.Refuse(identity.Conflict, "Nobody can belong to more than %d organizations, open invitations included.", identity.MaxOrganizations)
		}

		return errStale
	})
}

// find is the person whom the claims name.
func (db *DB) find(ctx context.Context, c identity.Change, claims Claims, made identity.UserID) (identity.UserID, error) {
	var link, email linkItem
	found, err := db.get(ctx, linkKey(claims.Issuer, claims.Subject), &link)
	if err != nil || found {
		return identity.UserID(link.User), err
	}

	found, err = db.get(ctx, emailKey(claims.Email), &email)
	if err != nil {
		return "", err
	}

	if found {
		return identity.UserID(email.User), db.link(ctx, c, claims, email)
	}

	return made, db.make(ctx, c, claims, made)
}

// link makes an identity at the issuer another way in for the person whose email address it is.
func (db *DB) link(ctx context.Context, c identity.Change, claims Claims, email linkItem) error {
	user := identity.UserID(email.User)
	c.Caller.User = user
	return db.commit(ctx, c, []identity.Event{userEvent(identity.ActionUserLink, user, claims.Email)},
		db.put(linkItem{linkKey(claims.Issuer, claims.Subject), "link", email.User}, ifAbsent, nil, nil),
		db.check(emailKey(claims.Email), ifTheirs, values{":user": email.User}, nil))
}

func (db *DB) make(ctx context.Context, c identity.Change, claims Claims, user identity.UserID) error {
	c.Caller.User = user
	profile := identity.Profile{
		ID:        user,
		Person:    claims.person(),
		CreatedAt: c.At,
		Version:   1,
	}

	return db.commit(ctx, c, []identity.Event{userEvent(identity.ActionUserCreate, user, claims.Email)},
		db.put(linkItem{linkKey(claims.Issuer, claims.Subject), "link", string(user)}, ifAbsent, nil, nil),
		db.put(linkItem{emailKey(claims.Email), "email", string(user)}, ifAbsent, nil, nil),
		db.put(newProfileItem(profile), ifAbsent, nil, nil))
}

func (claims Claims) person() identity.Person {
	p := identity.Person{FirstName: claims.FirstName, LastName: claims.LastName, Email: claims.Email}
	p.DisplayName = identity.DisplayName(p)
	return p
}

func userEvent(action identity.Action, u identity.UserID, name string) identity.Event {
	return identity.Event{Scope: string(u), Action: action, Target: identity.Target{Type: "user", ID: string(u), Name: name}}
}
