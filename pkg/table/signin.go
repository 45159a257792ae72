package table

import (
	"context"
	"slices"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// ifTheirs: the address still belongs to the person.
const ifTheirs = "user_id = :user"

const (
	// ifSameIdentities: the identities that open the profile are those that were read.
	ifSameIdentities = ifPresent + " AND identities = :seen_identities"
	// ifNoIdentities: the profile exists and records no identity.
	ifNoIdentities = ifPresent + " AND attribute_not_exists(identities)"
)

// Claims are what an identity provider asserts at a sign-in.
type Claims struct {
	Issuer, Subject string
	// Email is in canonical form (address.Canonical) and verified by the provider.
	Email               string
	FirstName, LastName string
	// FullName is the display name of a person if the provider has neither of the other two names.
	FullName string
	// SID is the provider's session (OpenID Connect Back-Channel Logout 1.0, section 2.1); "" if the provider names none.
	SID string
	// Relink reports that the operator vouches for a renumbering by the provider; see identity.Recognize.
	Relink bool
}

func (claims Claims) assertion() identity.Assertion {
	return identity.Assertion{Issuer: claims.Issuer, Subject: claims.Subject, Email: claims.Email}
}

// configured reports whether people can sign in at the issuer. A deployment has one issuer, and claims come from it.
func (claims Claims) configured(issuer string) bool { return issuer == claims.Issuer }

func (claims Claims) person() identity.Person {
	p := identity.Person{FirstName: claims.FirstName, LastName: claims.LastName, Email: claims.Email}
	if p.FirstName == "" && p.LastName == "" {
		p.DisplayName = claims.FullName
	}

	if p.DisplayName == "" {
		p.DisplayName = identity.DisplayName(p)
	}

	return p
}

// SignedInPerson is a person at a sign-in, as FindPerson read them, for RecordSignIn to write.
type SignedInPerson struct {
	// Profile is the person's profile once the sign-in is recorded.
	Profile identity.Profile

	claims Claims
	is     identity.Recognition
	// linkedTo is the person that the identity is already linked to; "" if the identity is new.
	linkedTo identity.UserID
	before   account          // of a person who is not new
	moved    identity.Profile // the profile at the email address that the provider asserts
	holder   account          // whose address the provider asserts, unless nobody has it
	invited  Offered          // the invitation that a new person comes for; zero if there is none
}

// Refused reports that the sign-in opens no profile, so that there is no Profile, and RecordSignIn records the refusal and
// returns it.
func (s SignedInPerson) Refused() bool { return s.is.Outcome == identity.SignInIsRefused }

// account is what a sign-in reads of a profile.
type account struct {
	identity.Account
	Profile     identity.Profile
	Memberships []identity.Membership
	refusedOn   string
}

// FindPerson returns who signs in with the claims, as identity.Recognize decides. If there is no such person, RecordSignIn
// creates one: with the ID of the invitation if exactly one is open to the address, or else with the ID created. If the
// address belongs to somebody else, RecordSignIn refuses the sign-in; see Refused.
//
// The provider owns the email address: a new address there replaces the one here, unless another person has it here.
// The provider's names are used for a person who has none.
func (db *DB) FindPerson(ctx context.Context, claims Claims, created identity.UserID, now time.Time) (SignedInPerson, error) {
	s := SignedInPerson{claims: claims}

	linked, err := db.linked(ctx, &s)
	if err != nil {
		return s, err
	}

	if s.holder, err = db.holder(ctx, claims.Email, linked); err != nil {
		return s, err
	}

	s.is = identity.Recognize(claims.assertion(), linked.Account, s.holder.Account, claims.configured, claims.Relink)

	switch s.is.Outcome {
	case identity.SignInIsRefused:
		return s, db.stillUnlinked(ctx, s)
	case identity.SignInCreates:
		if s.invited, err = db.onlyInvitation(ctx, claims.Email, nil, now); err != nil {
			return s, err
		}

		if s.invited.Offer {
			created = s.invited.User // the organization knows the person by it
		} else {
			s.invited = Offered{}
		}

		s.Profile = identity.Profile{
			ID:        created,
			Person:    claims.person(),
			CreatedAt: now,
			Version:   1,
		}

		return s, nil

	case identity.SignInOpens:
		s.before = linked
	case identity.SignInLinks, identity.SignInRelinks:
		s.before = s.holder
	}

	if !s.before.roomFor(s.holder) {
		s.is.Address = identity.AddressStays // the address passes on once the person has left an organization
	}

	s.moved = s.before.Profile
	if s.is.Address == identity.AddressMoves {
		s.moved.Person = s.moved.WithEmail(claims.Email)
		s.moved.Version++
	}

	s.Profile = withNames(s.moved, claims)
	return s, nil
}

// linked reads the account that the identity of the claims is linked to; the zero account if there is none.
func (db *DB) linked(ctx context.Context, s *SignedInPerson) (account, error) {
	var link linkItem
	found, err := db.get(ctx, linkKey(s.claims.Issuer, s.claims.Subject), &link)
	if err != nil || !found {
		return account{}, err
	}

	s.linkedTo = identity.UserID(link.User)
	return db.account(ctx, s.linkedTo, "PROFILE")
}

// stillUnlinked returns identity.ErrStale if the identity has been linked since FindPerson read it. Another first sign-in
// of the same person can create the profile between the reads of the identity and of the address.
func (db *DB) stillUnlinked(ctx context.Context, s SignedInPerson) error {
	var link linkItem
	found, err := db.get(ctx, linkKey(s.claims.Issuer, s.claims.Subject), &link)
	if err == nil && found && identity.UserID(link.User) != s.linkedTo {
		err = identity.ErrStale
	}

	return err
}

// holder reads the account that has an email address; the zero account if nobody has. It reads linked no second time.
func (db *DB) holder(ctx context.Context, email string, linked account) (account, error) {
	if linked.Email == email {
		return linked, nil
	}

	var item linkItem
	found, err := db.get(ctx, emailKey(email), &item)
	if err != nil || !found {
		return account{}, err
	}

	if u := identity.UserID(item.User); u == linked.User {
		return linked, nil
	}

	holder, err := db.account(ctx, identity.UserID(item.User), "SESSION#"+highest)
	if err == nil && holder.User == "" {
		err = identity.ErrStale
	}

	return holder, err
}

// account reads a profile for a sign-in, with what is stored under the person up to the sort key to; the zero account if
// there is no such person.
func (db *DB) account(ctx context.Context, u identity.UserID, to string) (account, error) {
	items, err := db.query(ctx, span{pk: userPartition(u), from: "ORG#", to: to})
	if err != nil {
		return account{}, err
	}

	found, err := decodeAll(items)
	if err != nil || len(found.profiles) == 0 {
		return account{}, err
	}

	a := account{Profile: found.profiles[0], Memberships: found.memberships}
	for _, item := range items {
		if itemType(item) != "profile" {
			continue
		}

		var profile profileItem
		if err := decode(item, &profile); err != nil {
			return account{}, err
		}

		a.Account = identity.Account{User: u, Email: profile.Email, Identities: profile.Identities}
		a.refusedOn = profile.RefusedOn
	}

	a.Used = len(a.Identities) > 0 || usedBefore(a.Profile, found)
	return a, nil
}

// usedBefore reports whether somebody may have signed in to a profile that records no identity, as those of earlier
// releases do. Their identities cannot be found, because an identity names its profile and not the other way round.
//
// A profile that an invitation made, and that nobody has signed in to, has version 1, no session, and no membership that
// was ever joined. A person who signed in to an earlier release can look like that only if they never edited anything,
// belong to no organization, and have no session left. Such a profile holds nothing, so opening it for
// somebody else gives nothing away, and the rule locks no invited person out.
func usedBefore(p identity.Profile, found nouns) bool {
	joined := slices.ContainsFunc(found.memberships, func(m identity.Membership) bool {
		return m.Status == identity.Active || !m.JoinedAt.IsZero()
	})

	return p.Version > 1 || joined || len(found.sessions) > 0
}

// withNames returns the profile with the provider's names if it has none.
func withNames(p identity.Profile, claims Claims) identity.Profile {
	if p.FirstName != "" || p.LastName != "" {
		return p
	}

	named := p.Edited(identity.Edit{FirstName: &claims.FirstName, LastName: &claims.LastName})
	if named.DisplayName == identity.DisplayName(p.Person) && claims.FullName != "" && claims.FirstName+claims.LastName == "" {
		named.DisplayName = claims.FullName
	}

	if named == p.Person {
		return p
	}

	p.Person = named
	p.Version++
	return p
}

// RecordSignIn creates or links the person and brings their profile up to date. At the first sign-in of a person whom an
// invitation made, it accepts that invitation; everybody else answers their invitations themselves. Of two first sign-ins
// at once, one creates the person, and the other is stale. A refused sign-in is recorded for the organizations of the
// person whose address it asserts, and returns SignInRefused.
//
// It takes several transactions. Each is complete, so that the next sign-in finishes what was cut short.
func (db *DB) RecordSignIn(s SignedInPerson) identity.Write {
	return func(ctx context.Context, c identity.Change) error {
		if s.is.Outcome == identity.SignInIsRefused {
			return orElse(db.recordRefusal(ctx, c, s), identity.NotYours())
		}

		c.Caller.User = s.Profile.ID
		if s.is.Outcome == identity.SignInCreates {
			return db.createPerson(ctx, c, s)
		}

		if s.is.Outcome != identity.SignInOpens || s.is.Adopts {
			if err := db.link(ctx, c, s); err != nil {
				return err
			}
		}

		if s.is.Address == identity.AddressYields {
			return orElse(db.takeOver(ctx, c, s), identity.ErrStale) // what was read has changed: decide again
		}

		if err := db.follow(ctx, c, s); err != nil {
			return err
		}

		if s.is.Outcome != identity.SignInLinks {
			return nil // not the first sign-in
		}

		return db.welcome(ctx, c, s.Profile.ID)
	}
}

func (db *DB) createPerson(ctx context.Context, c identity.Change, s SignedInPerson) error {
	profile := newProfileItem(s.Profile)
	profile.Identities = identity.Identities{}.With(s.claims.assertion())

	steps := []step{
		db.putLink(s),
		db.put(linkItem{emailKey(s.claims.Email), "email", string(s.Profile.ID)}, ifAbsent, nil, nil),
	}
	events := []identity.Event{userEvent(identity.ActionUserCreate, s.Profile.ID, s.claims.Email)}

	if s.invited.User != "" {
		joining, joined := db.joinFirst(s.invited, s.Profile, c.At)
		steps, events, profile.Orgs = append(steps, joining...), append(events, joined), 1
	}

	err := db.commit(ctx, c, events, append(steps, db.put(profile, ifAbsent, nil, nil))...)
	if isNotFound(err) {
		return identity.ErrStale // the invitation has just ended: decide again without it
	}

	return err
}

// putLink links the identity to the person. An identity that was linked already has been replaced on that profile.
func (db *DB) putLink(s SignedInPerson) step {
	link := linkItem{linkKey(s.claims.Issuer, s.claims.Subject), "link", string(s.Profile.ID)}
	if s.linkedTo == "" {
		return db.put(link, ifAbsent, nil, nil)
	}

	return db.put(link, ifTheirs, values{":user": string(s.linkedTo)}, nil)
}

// link records on the person's profile that the identity opens it, instead of any other subject of its issuer. If the
// email address led to the profile, it still has to.
func (db *DB) link(ctx context.Context, c identity.Change, s SignedInPerson) error {
	user := string(s.Profile.ID)
	condition, v := ifNoIdentities, values{":identities": map[string]string(s.before.Identities.With(s.claims.assertion()))}
	if len(s.before.Identities) > 0 {
		condition, v[":seen_identities"] = ifSameIdentities, map[string]string(s.before.Identities)
	}

	steps := []step{db.putLink(s), db.update(profileKey(s.Profile.ID), "SET identities = :identities", condition, v, nil)}
	if s.is.Outcome != identity.SignInOpens {
		steps = append(steps, db.check(emailKey(s.claims.Email), ifTheirs, values{":user": user}, nil))
	}

	return db.commit(ctx, c, []identity.Event{userEvent(identity.ActionUserLink, s.Profile.ID, s.claims.Email)}, steps...)
}

// recordRefusal records a refused sign-in in the organizations of the person who has the email address, at most once a day.
// The profile stores the day, so that a stranger who repeats the sign-in can't fill the audit logs.
func (db *DB) recordRefusal(ctx context.Context, c identity.Change, s SignedInPerson) error {
	today := c.At.UTC().Format(time.DateOnly)
	if s.holder.refusedOn >= today {
		return nil
	}

	var events []identity.Event
	for _, m := range s.holder.Memberships {
		if m.Status == identity.Active {
			event := memberEvent(identity.ActionMemberSignInRefused, m)
			event.After = map[string]string{"email": s.claims.Email, "issuer": identity.Excerpt(s.claims.Issuer)}
			events = append(events, event)
		}
	}

	if len(events) == 0 {
		return nil
	}

	c.Caller = identity.Caller{Kind: identity.SignedIn} // nobody is signed in
	return db.commit(ctx, c, events, db.update(profileKey(s.holder.User), "SET refused_on = :today",
		"attribute_exists(PK) AND (attribute_not_exists(refused_on) OR refused_on < :today)", values{":today": today}, nil))
}

// follow writes what the provider says of the person: first the email address, then the names.
func (db *DB) follow(ctx context.Context, c identity.Change, s SignedInPerson) error {
	before, user := s.before.Profile, string(s.Profile.ID)
	if s.moved != before {
		err := db.editProfile(ctx, c, identity.ActionProfileEmail, before, s.moved, s.before.Memberships,
			db.put(linkItem{emailKey(s.moved.Email), "email", user}, ifAbsent, nil, nil),
			db.remove(emailKey(before.Email), ifTheirs, values{":user": user}, nil))
		if err != nil {
			return err
		}
	}

	if s.Profile == s.moved {
		return nil
	}

	return db.editProfile(ctx, c, identity.ActionProfileName, s.moved, s.Profile, s.before.Memberships)
}
