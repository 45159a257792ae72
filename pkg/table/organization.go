package table

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// ifNotLastOwner: another active owner remains.
	ifNotLastOwner = "owner_count > :one"
	// ifSameName: the organization exists and has the name that was read, so that a membership that is created during a
	// rename does not keep the old name.
	ifSameName = "org_name = :name"
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

// RenameOrganization writes an organization's new name, from before to after, there and on the actor's membership. A
// note is stored with it, by which SpreadName and SpreadNames bring the name to the other memberships. It returns
// Forbidden if the actor's own role or access has changed, and is stale if the organization has.
func (db *DB) RenameOrganization(actor identity.Actor, before, after identity.Organization) identity.Write {
	if after == before {
		return nil
	}

	return func(ctx context.Context, c identity.Change) error {
		event := orgEvent(identity.ActionOrganizationUpdate, after.ID, before.Name)
		event.Before, event.After = map[string]string{"name": before.Name}, map[string]string{"name": after.Name}
		note := newRenameItem(after, c.At)

		return db.commit(ctx, c, []identity.Event{event},
			db.update(orgKey(after.ID), "SET org_name = :name, version = :version", ifVersion, values{
				":name":         after.Name,
				":version":      after.Version,
				":seen_version": before.Version,
			}, nil),
			db.put(note, ifOlderNote, values{":version": note.Version}, nil),
			db.update(membershipKey(actor.User, actor.Org), "SET org_name = :name, org_version = :version", ifActsStill, values{
				":name":    after.Name,
				":version": after.Version,
				":role":    string(actor.Role),
				":status":  string(actor.Status),
			}, always(errActsNoMore)))
	}
}

// headcount adds to an organization's counts of active owners, of members and of invitations. It is empty if none changes.
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
	if owners < 0 {
		condition, refuse = ifNotLastOwner, always(errLastOwner)
		v[":one"] = 1
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
