package table

import (
	"context"
	"strconv"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// ifNotLastOwner: another active owner remains.
	ifNotLastOwner = "owner_count > :one"
	// ifSameName: the organization exists and has the name that was read, so that a membership that is created during a
	// rename does not keep the old name.
	ifSameName = "org_name = :name"
	// ifStands: the organization exists, and nobody has deleted it.
	ifStands = "attribute_exists(PK) AND attribute_not_exists(deleted_at)"
	// ifDeleted: the organization has been deleted, and is not removed yet.
	ifDeleted = "attribute_exists(deleted_at)"
	// ifStays: the sweep has not begun to remove the organization.
	ifStays = "attribute_not_exists(removing_at)"
)

var errLastOwner = identity.Refuse(identity.LastOwner,
	"This is the organization's last active Owner; make someone else an Owner first.")

// CreateOrganization stores an organization whose only member is its owner. memberships are the owner's others. It
// returns LimitReached if they belong to, or have founded, as many organizations as a person can. It is stale if their
// names are not those of the membership any more, or if they found another organization at the same time.
func (db *DB) CreateOrganization(o identity.Organization, owner identity.Membership,
	memberships ...identity.Membership) identity.Write {
	event := orgEvent(identity.ActionOrganizationCreate, o.ID, o.Name)
	event.After = map[string]string{"name": o.Name}

	return func(ctx context.Context, c identity.Change) error {
		tallied, err := db.tallyFounded(ctx, owner.User, o.ID, memberships)
		if err != nil {
			return err
		}

		steps := append(db.enrol(owner), db.belong(owner.User, owner.Person, memberships),
			db.put(newOrgItem(o), ifAbsent, nil, nil), tallied)
		return db.commit(ctx, c, []identity.Event{event}, steps...)
	}
}

// Organization returns one organization; NotFound if there is none.
func (db *DB) Organization(ctx context.Context, o identity.OrgID) (identity.Organization, error) {
	var item orgItem
	found, err := db.get(ctx, orgKey(o), &item)
	if err != nil || !found {
		return identity.Organization{}, orElse(err, identity.NoSuch("organization"))
	}

	return item.organization(), nil
}

// UpdateOrganization writes what the actor changed of an organization: its name, its token policy, or both. A new name is
// written to the actor's membership, too, and a note is stored, by which SpreadName and SpreadNames bring it to the other
// memberships. It returns Forbidden if the actor's own role or access has changed, and is stale if the organization has.
func (db *DB) UpdateOrganization(actor identity.Actor, before, after identity.Organization) identity.Write {
	if after == before {
		return nil
	}

	event := orgEvent(identity.ActionOrganizationUpdate, after.ID, before.Name)
	event.Before, event.After = difference(organizationState(before), organizationState(after))

	expression := "SET org_name = :name, version = :version"
	v := values{
		":name":         after.Name,
		":version":      after.Version,
		":seen_version": before.Version,
	}

	if after.TokenPolicy != before.TokenPolicy {
		expression, v[":policy"] = expression+", token_policy = :policy", storedPolicy(after.TokenPolicy)
	}

	change := db.update(orgKey(after.ID), expression, ifVersion, v, nil)
	if after.Name != before.Name {
		return db.changeOrganization(event, actor, after, change)
	}

	return db.write([]identity.Event{event}, db.holdingActor(actor, []step{change})...)
}

// organizationState returns what can change of an organization as the audit log records it, by the names of the API.
func organizationState(o identity.Organization) map[string]string {
	days := ""
	if o.TokenPolicy.LongestDays != 0 {
		days = strconv.Itoa(o.TokenPolicy.LongestDays)
	}

	return map[string]string{
		"name":                        o.Name,
		"tokenPolicy.tokensAllowed":   strconv.FormatBool(!o.TokenPolicy.NoTokens),
		"tokenPolicy.managingAllowed": strconv.FormatBool(!o.TokenPolicy.NoManaging),
		"tokenPolicy.longestLifeDays": days,
		"tokenPolicy.networks":        string(o.TokenPolicy.Networks),
	}
}

// DeleteOrganization stores that an organization is deleted, as identity.Actor.DeleteOrganization made after of before.
// Nothing is removed before identity.Organization.RemovedAt; RemoveOrganizations finds it then. A note is stored with it,
// by which SpreadName and SpreadNames bring the deletion to the memberships. The refusals are those of
// UpdateOrganization.
func (db *DB) DeleteOrganization(actor identity.Actor, before, after identity.Organization) identity.Write {
	if after == before {
		return nil
	}

	event := orgEvent(identity.ActionOrganizationDelete, after.ID, after.Name)
	event.After = deletionState(after)
	byRemoval := deletionIndex(after.ID, after.RemovedAt())

	return db.changeOrganization(event, actor, after,
		db.update(orgKey(after.ID),
			"SET deleted_at = :deleted, version = :version, GSI2PK = :partition, GSI2SK = :removal", ifVersion, values{
				":deleted":      after.DeletedAt,
				":version":      after.Version,
				":seen_version": before.Version,
				":partition":    byRemoval.pk,
				":removal":      byRemoval.sk,
			}, nil))
}

// RestoreOrganization stores that an organization is not deleted any more, as identity.Actor.RestoreOrganization made
// after of before. The refusals are those of UpdateOrganization. It is also stale if the sweep has begun to remove the
// organization.
func (db *DB) RestoreOrganization(actor identity.Actor, before, after identity.Organization) identity.Write {
	if after == before {
		return nil
	}

	event := orgEvent(identity.ActionOrganizationRestore, after.ID, after.Name)
	event.Before = deletionState(before)

	return db.changeOrganization(event, actor, after,
		db.update(orgKey(after.ID), "SET version = :version REMOVE deleted_at, GSI2PK, GSI2SK", ifVersion+" AND "+ifStays, values{
			":version":      after.Version,
			":seen_version": before.Version,
		}, nil))
}

// changeOrganization commits a change of an organization, from which after results, with what follows from it: the note
// for the memberships' copies, and the copy of the actor, who must still have the role and status that authorized the
// change.
func (db *DB) changeOrganization(event identity.Event, actor identity.Actor, after identity.Organization,
	change step) identity.Write {
	return func(ctx context.Context, c identity.Change) error {
		note := newRenameItem(after, c.At)
		expression, v := note.copied()
		v[":role"], v[":status"] = string(actor.Role), string(actor.Status)

		return db.commit(ctx, c, []identity.Event{event}, change,
			db.put(note, ifOlderNote, values{":version": note.Version}, nil),
			db.update(membershipKey(actor.User, actor.Org), expression, ifActsStill, v, always(errActsNoMore)))
	}
}

// deletionState returns what the audit log records of a deleted organization.
func deletionState(o identity.Organization) map[string]string {
	return map[string]string{
		"deletedAt": o.DeletedAt.Format(time.RFC3339),
		"removedAt": o.RemovedAt().Format(time.RFC3339),
	}
}

// refuseDeleted returns the refusal of a write that adds somebody to an organization: NotFound if it has been deleted or
// removed, and identity.ErrStale otherwise.
func refuseDeleted(current attributes) error {
	var item orgItem
	if err := decode(current, &item); err != nil {
		return err
	}

	if current == nil || item.DeletedAt != 0 {
		return identity.NoSuch("organization")
	}

	return identity.ErrStale
}

// headcount adds to an organization's counts of active owners, of members and of invitations. It is empty if none changes.
// Nobody joins a deleted organization or becomes its Owner, but everybody may leave it, its last Owner, too.
func (db *DB) headcount(o identity.OrgID, owners, members, invitations int) []step {
	if owners == 0 && members == 0 && invitations == 0 {
		return nil
	}

	expression := "ADD owner_count :owners, member_count :members"
	v := values{":owners": owners, ":members": members}
	if invitations != 0 {
		expression, v[":invitations"] = expression+", invitation_count :invitations", invitations
	}

	condition, refuse := ifPresent, always(error(identity.NoSuch("organization")))

	switch {
	case owners < 0:
		condition, refuse = ifNotLastOwner+" OR "+ifDeleted, always(errLastOwner)
		v[":one"] = 1
	case members >= 0:
		condition, refuse = ifStands, refuseDeleted
	}

	return []step{db.update(orgKey(o), expression, condition, v, refuse)}
}

func orgEvent(action identity.Action, o identity.OrgID, name string) identity.Event {
	return identity.Event{
		Scope:  string(o),
		Action: action,
		Target: identity.Target{Type: "organization", ID: string(o), Name: name},
	}
}
