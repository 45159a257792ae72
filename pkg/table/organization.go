package table

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// ifNotLastOwner: another active owner is left.
	ifNotLastOwner = "owner_count > :one"
	// ifSameName: the organization is there and called what it was called when it was read, so that a membership that is
	// made while the name changes does not keep the old one.
	ifSameName = "org_name = :name"
	// ifActsStill: the actor's role and status are what allowed this.
	ifActsStill = "member_role = :role AND member_status = :status"
)

var errLastOwner = identity.Refuse(identity.LastOwner, "This is the organization's last active Owner; make someone else an Owner first.")

// CreateOrganization makes an organization whose one member is its owner. Conflict when they belong to as many
// organizations as one can, errStale when their names are not those of the membership any more.
func (db *DB) CreateOrganization(ctx context.Context, c identity.Change, o identity.Organization, owner identity.Membership) error {
	event := orgEvent(identity.ActionOrganizationCreate, o.ID, o.Name)
	event.After = map[string]string{"name": o.Name}
	steps := append(db.enrol(owner), db.belong(owner.User, owner.Person), db.put(newOrgItem(o), ifAbsent, nil, nil))
	return db.commit(ctx, c, []identity.Event{event}, steps...)
}

// Organization is one organization; NotFound when there is none.
func (db *DB) Organization(ctx context.Context, o identity.OrgID) (identity.Organization, error) {
	var item orgItem
	found, err := db.get(ctx, orgKey(o), &item)
	if err != nil || !found {
		return identity.Organization{}, orElse(err, identity.NoSuch("organization"))
	}

	return item.organization(), nil
}

// RenameOrganization gives an organization another name, from before to after, and the actor's membership with it. The
// other memberships follow by SpreadName, and what that leaves undone by SpreadNames: a note is stored with the name.
func (db *DB) RenameOrganization(ctx context.Context, c identity.Change, actor identity.Membership, before, after identity.Organization) error {
	event := orgEvent(identity.ActionOrganizationUpdate, after.ID, before.Name)
	event.Before, event.After = map[string]string{"name": before.Name}, map[string]string{"name": after.Name}
	note := newRenameItem(after, c.At)
	return db.commit(ctx, c, []identity.Event{event},
		db.update(orgKey(after.ID), "SET org_name = :name, version = :version", ifVersion,
			values{":name": after.Name, ":version": after.Version, ":seen_version": before.Version}, nil),
		db.put(note, ifOlderNote, values{":version": note.Version}, nil),
		db.update(membershipKey(actor.User, actor.Org), "SET org_name = :name, org_version = :version", ifActsStill, values{
			":name": after.Name, ":version": after.Version, ":role": string(actor.Role), ":status": string(actor.Status),
		}, always(errActsNoMore)))
}

// headcount adds to how many active owners and how many members an organization has; nothing when neither changes.
func (db *DB) headcount(o identity.OrgID, owners, members int) []step {
	if owners == 0 && members == 0 {
		return nil
	}

	v := values{":owners": owners, ":members": members}
	condition, refuse := ifPresent, always(error(identity.NoSuch("organization")))
	if owners < 0 {
		condition, refuse = ifNotLastOwner, always(errLastOwner)
		v[":one"] = 1
	}

	return []step{db.update(orgKey(o), "ADD owner_count :owners, member_count :members", condition, v, refuse)}
}

func orgEvent(action identity.Action, o identity.OrgID, name string) identity.Event {
	return identity.Event{
		Scope:  string(o),
		Action: action,
		Target: identity.Target{Type: "organization", ID: string(o), Name: name},
	}
}
