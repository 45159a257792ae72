package table

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// An invitation is an offer to an address. It is a membership with the status invited, under an ID of its own that stands
// for the person, and it holds what the inviter typed. Nothing about the person is read for it or stored with it, not
// even that they exist. The offer item finds it by the address; accepting replaces it with a membership of the person.
//
// Earlier versions stored an invitation under the ID of the person, with a copy of their profile. Such an invitation is
// accepted in place.

const (
	// ifRoomForInvitation: the organization has fewer invitations than it can have.
	ifRoomForInvitation = "(attribute_not_exists(invitation_count) OR invitation_count < :max)"
	// ifSameMails: nothing was sent or offered to the address since the offer was read.
	ifSameMails = "sent_count = :seen_count AND sent_at = :seen_at AND "
	// ifBelowLimit: the limit of the day is not used up.
	ifBelowLimit = "attribute_not_exists(PK) OR used_count < :limit"
	// ifJoinedBefore: the inviter belongs to the organization since before the invitation.
	ifJoinedBefore = "(attribute_not_exists(joined_at) OR joined_at <= :invited)"

	invitersQuota      = "INVITER"
	organizationsQuota = "ORG"
)

// Offer is what an organization has offered to an address, as one read found it.
type Offer struct {
	email string
	org   identity.OrgID
	item  offerItem
	found bool
	mails identity.Mails // with the mail of the invitation to come
	ended identity.Membership
}

// Offer reads what the actor's organization has offered to an address, which is in canonical form (address.Canonical). It
// returns Conflict if the address belongs to a member or has an open invitation, and RateLimited if another mail would
// be one too many.
//
// It reads as much for an address that nobody has as for any other, so that the time tells nothing.
func (db *DB) Offer(ctx context.Context, actor identity.Actor, email string, now time.Time) (Offer, error) {
	o := Offer{email: email, org: actor.Org}
	items, err := db.batch(ctx, []key{emailKey(email), offerKey(email, actor.Org)})
	if err != nil {
		return o, err
	}

	var holder linkItem
	for _, item := range items {
		if itemType(item) == "offer" {
			o.found, err = true, decode(item, &o.item)
		} else {
			err = decode(item, &holder)
		}

		if err != nil {
			return o, err
		}
	}

	if err := db.mayOffer(ctx, &o, actor, identity.UserID(holder.User), now); err != nil {
		return o, err
	}

	o.mails, err = o.item.mails().Another(now)
	return o, err
}

// mayOffer returns Conflict if the person who holds the address is a member by that address, or if the address is invited.
// An invitation that has ended is noted, for the new one to replace.
func (db *DB) mayOffer(ctx context.Context, o *Offer, actor identity.Actor, holder identity.UserID, now time.Time) error {
	placeholder := identity.NewUserID(now)
	invited := identity.UserID(o.item.User)
	if invited == "" {
		invited = placeholder
	}

	if holder == "" || holder == invited {
		holder = identity.NewUserID(now)
	}

	found, err := db.fetch(ctx, []key{membershipKey(holder, o.org), membershipKey(invited, o.org)})
	if err != nil {
		return err
	}

	for _, m := range found.members {
		if m.Person.Email != o.email && !m.Admitted() {
			continue // what the organization sees of them does not include this address
		}

		in := identity.Invitation{Membership: m, Inviter: actor.Membership}
		if m.InvitedBy != "" && m.InvitedBy != actor.User {
			if in.Inviter, err = db.Membership(ctx, m.InvitedBy, o.org); err != nil {
				return err
			}
		}

		if err := m.MayBeInvited(in.State(now)); err != nil {
			return err
		}

		if m.Offer { // one that an earlier version stored stays until it is answered or removed
			o.ended = m
		}
	}

	return nil
}

// Invite stores the invitation m, which the actor made, to the address of the offer. It returns RateLimited if the actor
// or the organization has used up a limit of the day, LimitReached if the organization has too many invitations, and
// Forbidden if the actor's own role or access has changed. It is stale if the organization's name or the offer has
// changed, and after it has removed an invitation that had ended.
func (db *DB) Invite(actor identity.Actor, offer Offer, o identity.Organization, m identity.Membership,
	limits identity.InvitationLimits) identity.Write {
	event := memberEvent(identity.ActionMemberInvite, m)
	event.After = memberState(m)
	event.After["email"] = m.Person.Email

	return func(ctx context.Context, c identity.Change) error {
		if offer.ended.User != "" {
			c.Retry = nil // the answer is remembered with the invitation
			return orElse(db.RemoveMember(actor, offer.ended)(ctx, c), identity.ErrStale)
		}

		steps := append(db.enrol(m), db.update(orgKey(o.ID), "ADD member_count :one, invitation_count :one",
			ifStands+" AND "+ifSameName+" AND "+ifRoomForInvitation,
			values{":one": 1, ":name": o.Name, ":max": identity.MaxInvitations}, refuseInvitation(o)))
		steps = slices.Concat(steps, db.acting(actor, m.User), db.send(actor, offer, m.User, limits, c.At))
		return db.commit(ctx, c, []identity.Event{event}, steps...)
	}
}

// refuseInvitation returns why the organization takes no invitation.
func refuseInvitation(o identity.Organization) func(attributes) error {
	return func(current attributes) error {
		var item orgItem
		if err := decode(current, &item); err != nil {
			return err
		}

		if item.Name == o.Name && item.DeletedAt == 0 && item.Invited >= identity.MaxInvitations {
			return identity.Refuse(identity.LimitReached,
				"An organization can have at most %d invitations. Remove some that have expired first.", identity.MaxInvitations)
		}

		return refuseDeleted(current)
	}
}

// ResendInvitation writes an invitation that was sent again, from before to after, which identity.Actor.Reinvite made. It
// returns the errors of Invite.
func (db *DB) ResendInvitation(ctx context.Context, actor identity.Actor, before, after identity.Membership,
	limits identity.InvitationLimits, now time.Time) (identity.Write, error) {
	offer := Offer{email: before.Person.Email, org: before.Org}

	var err error
	if offer.found, err = db.get(ctx, offerKey(offer.email, offer.org), &offer.item); err != nil {
		return nil, err
	}

	if offer.mails, err = offer.item.mails().Another(now); err != nil {
		return nil, err
	}

	event := memberEvent(identity.ActionInvitationResend, after)
	event.Before, event.After = difference(memberState(before), memberState(after))
	steps := slices.Concat(db.become(before, after), db.acting(actor, after.User),
		db.send(actor, offer, identity.UserID(offer.item.User), limits, now))
	return db.write([]identity.Event{event}, steps...), nil
}

// send counts one more mail to the address of the offer, of the actor and of the organization. The offer then leads to the
// invitation under the ID u, "" for none.
func (db *DB) send(actor identity.Actor, offer Offer, u identity.UserID, limits identity.InvitationLimits,
	now time.Time) []step {
	condition, v := ifAbsent, values(nil)
	if offer.found {
		condition, v = ifSameMails+"attribute_not_exists(user_id)",
			values{":seen_count": offer.item.Sent, ":seen_at": offer.item.SentAt}
	}

	if offer.item.User != "" {
		condition, v[":seen_user"] = ifSameMails+"user_id = :seen_user", offer.item.User
	}

	return []step{
		db.put(newOfferItem(offer.email, offer.org, u, offer.mails), condition, v, nil),
		db.spend(invitersQuota, string(actor.User), limits.PerInviter, now,
			"You have sent %d invitations today, which is the limit."),
		db.spend(organizationsQuota, string(actor.Org), limits.PerOrganization, now,
			"The organization has sent %d invitations today, which is the limit."),
	}
}

// spend uses up one of a limit of the day. The refusal names the limit.
func (db *DB) spend(kind, id string, limit int, now time.Time, refusal string) step {
	tomorrow := now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	return db.update(quotaKey(kind, id, now), "SET item_type = :type, purge_at = :purge ADD used_count :one", ifBelowLimit,
		values{":type": "quota", ":purge": tomorrow.Add(24 * time.Hour), ":one": 1, ":limit": limit},
		always(identity.TooMany(tomorrow.Sub(now), refusal, limit)))
}

// takeBack notes that an offer leads to no invitation any more. The mails that were sent still count.
func (db *DB) takeBack(m identity.Membership) step {
	return db.update(offerKey(m.Person.Email, m.Org), "SET purge_at = :purge REMOVE user_id", ifTheirs,
		values{":user": string(m.User), ":purge": m.InvitedAt.Add(identity.MailMemory)}, nil)
}

// Inviters returns the memberships of those who answer for the invitations among the members, by ID.
func (db *DB) Inviters(ctx context.Context, members ...identity.Membership) (
	map[identity.UserID]identity.Membership, error) {
	var keys []key
	for _, m := range members {
		if k := membershipKey(m.InvitedBy, m.Org); m.InvitedBy != "" && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}

	found, err := db.fetch(ctx, keys)
	return found.members, err
}

// Offered is an invitation as the invited person found it.
type Offered struct {
	identity.Invitation
	pointed bool // the offer item leads to it
}

// Invitations returns the open invitations of the person whose own page it is, by the ID of the organization, from after
// a position. Invitations that an earlier version stored come first. next is the position of the next page, "" at the
// end. A page may be shorter than limit.
func (db *DB) Invitations(ctx context.Context, page OwnPage, after string, limit int, now time.Time) (
	list []Offered, next string, err error) {
	offers, err := db.offers(ctx, page.Profile.Email, after, limit+1)
	if err != nil {
		return nil, "", err
	}

	if len(offers) > limit {
		offers = offers[:limit]
		next = strings.TrimPrefix(offers[limit-1].SK, "ORG#")
	}

	own := page.Memberships
	if after != "" {
		own = nil
	}

	list, err = db.opened(ctx, offers, own, now)
	return slices.DeleteFunc(list, func(o Offered) bool { return belongs(page, o.Org) }), next, err
}

// belongs reports whether the person has accepted a membership in the organization.
func belongs(page OwnPage, o identity.OrgID) bool {
	return slices.ContainsFunc(page.Memberships, func(m identity.Membership) bool {
		return m.Org == o && m.Status != identity.Invited
	})
}

// offers returns what organizations have offered to an address, by the ID of the organization.
func (db *DB) offers(ctx context.Context, email, after string, limit int) ([]offerItem, error) {
	items, err := db.query(ctx, span{
		pk:    emailKey(email).PK,
		from:  behind("ORG#", after),
		to:    "ORG#" + highest,
		limit: limit,
	})
	if err != nil {
		return nil, err
	}

	offers := make([]offerItem, len(items))
	for i, item := range items {
		if err := decode(item, &offers[i]); err != nil {
			return nil, err
		}
	}

	return offers, nil
}

// opened returns the open invitations among a person's memberships and those that offers lead to, one an organization.
func (db *DB) opened(ctx context.Context, offers []offerItem, own []identity.Membership, now time.Time) ([]Offered, error) {
	var keys []key
	for _, offer := range offers {
		if offer.User != "" {
			keys = append(keys, key{userPartition(identity.UserID(offer.User)), offer.SK})
		}
	}

	var list []Offered
	for _, m := range own {
		list = append(list, Offered{Invitation: identity.Invitation{Membership: m}})
	}

	for some := range slices.Chunk(keys, maxBatch) {
		items, err := db.batch(ctx, some)
		if err != nil {
			return nil, err
		}

		found, err := decodeAll(items)
		if err != nil {
			return nil, err
		}

		slices.SortFunc(found.memberships, func(a, b identity.Membership) int { return strings.Compare(string(a.Org), string(b.Org)) })
		for _, m := range found.memberships {
			list = append(list, Offered{Invitation: identity.Invitation{Membership: m}, pointed: true})
		}
	}

	return db.stillOpen(ctx, list, now)
}

// stillOpen returns the invitations of the list that can be accepted, each with its inviter.
func (db *DB) stillOpen(ctx context.Context, list []Offered, now time.Time) ([]Offered, error) {
	var open []Offered
	seen := map[identity.OrgID]bool{}
	for _, o := range list {
		if !o.Open(now) || seen[o.Org] {
			continue
		}

		if o.InvitedBy != "" {
			var err error
			if o.Inviter, err = db.Membership(ctx, o.InvitedBy, o.Org); err != nil {
				return nil, err
			}
		}

		if o.State(now) == identity.InvitationOpen {
			open, seen[o.Org] = append(open, o), true
		}
	}

	return open, nil
}

// Invitation returns the open invitation of the person whose own page it is to one organization. It returns NotFound if
// there is none, and Conflict if they belong to the organization.
func (db *DB) Invitation(ctx context.Context, page OwnPage, o identity.OrgID, now time.Time) (Offered, error) {
	if belongs(page, o) {
		return Offered{}, identity.Refuse(identity.Conflict, "You already belong to this organization.")
	}

	var offers []offerItem
	var offer offerItem
	found, err := db.get(ctx, offerKey(page.Profile.Email, o), &offer)
	if err != nil {
		return Offered{}, err
	}

	if found {
		offers = append(offers, offer)
	}

	own := slices.DeleteFunc(slices.Clone(page.Memberships), func(m identity.Membership) bool { return m.Org != o })
	open, err := db.opened(ctx, offers, own, now)
	if err != nil || len(open) == 0 {
		return Offered{}, orElse(err, identity.NoSuch("invitation"))
	}

	chosen := open[0]
	chosen.pointed = found && offer.User == string(chosen.User)
	return chosen, nil
}
