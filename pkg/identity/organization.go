package identity

import "time"

// Organization is a tenant.
type Organization struct {
	ID   OrgID
	Name string
	// Owners counts the active owners. It never falls to zero.
	Owners    int
	Members   int
	Solutions int
	// Invitations counts the members who have not accepted yet, without those that an earlier version invited.
	Invitations int
	TokenPolicy TokenPolicy
	CreatedAt   time.Time
	// DeletedAt is when an Owner deleted the organization; zero if nobody did.
	DeletedAt time.Time
	// Removing is true once the sweep has begun to remove a deleted organization. It can't be restored any more.
	Removing bool
	Version  int
}

// MaxOrganizations is the number of organizations that a person can belong to. Invitations do not count.
//
// A person's names are copied into each membership and, word by word, into the items that search reads. A change of
// names writes all copies in one transaction, and DynamoDB accepts 100 writes in one: profile, event and remembered
// answer take 3, and each of 24 memberships takes 1 and its numbered search words 3.
const MaxOrganizations = 24

const (
	// DeletionTerm is how long an Owner can restore a deleted organization. After that the sweep removes it.
	DeletionTerm = 14 * 24 * time.Hour
	// StandingTerm is how long a copy of an organization's Standing may be used. A change of the standing takes effect
	// everywhere within this time.
	StandingTerm = 30 * time.Second
)

// Standing is what holds for a whole organization, for every member and every credential. Those who authorize requests
// read it rarely and keep a copy for StandingTerm, so that no organization's item becomes a hot key.
type Standing struct {
	Org OrgID
	// Exists is false if the organization has been removed, or never existed.
	Exists bool
	// DeletedAt is Organization.DeletedAt.
	DeletedAt   time.Time
	TokenPolicy TokenPolicy
}

// Standing returns what holds for the whole organization.
func (o Organization) Standing() Standing {
	return Standing{Org: o.ID, Exists: true, DeletedAt: o.DeletedAt, TokenPolicy: o.TokenPolicy}
}

// Of returns a membership of the organization as the standing makes it, whatever copy of the standing it was stored with.
// It returns the zero Membership if there is no such organization.
func (s Standing) Of(m Membership) Membership {
	if !s.Exists || m.User == "" {
		return Membership{}
	}

	m.OrgDeletedAt, m.TokenPolicy = s.DeletedAt, s.TokenPolicy
	return m
}

// RemovedAt returns when a deleted organization can no longer be restored and the sweep removes it; the zero time if
// nobody deleted it.
func (o Organization) RemovedAt() time.Time { return removedAt(o.DeletedAt) }

func removedAt(deleted time.Time) time.Time {
	if deleted.IsZero() {
		return time.Time{}
	}

	return deleted.Add(DeletionTerm)
}

// whileDeleted says, in two sentences, that a deleted organization can be restored. noun is the subject.
func whileDeleted(problem Problem, noun string, deleted time.Time) *Error {
	return Refuse(problem, "%s was deleted at %s. An Owner can restore it until %s.", noun,
		deleted.Format(time.RFC3339), removedAt(deleted).Format(time.RFC3339))
}

// MayRestore returns nil if the actor may see a deleted organization and restore it, as an active Owner may. Otherwise it
// returns the error of NoAccess.
func (a Actor) MayRestore() error {
	before := a
	before.OrgDeletedAt = time.Time{}
	if !before.Can(ManageOrganization) {
		return a.NoAccess()
	}

	return nil
}

// DeleteOrganization deletes the organization at now. typed is its name, with which the actor confirms the deletion. It
// returns a Forbidden error unless the actor may manage the organization, and InvalidRequest if the name differs. An
// organization that has been deleted before stays as it is.
func (a Actor) DeleteOrganization(o Organization, typed string, now time.Time) (Organization, error) {
	if err := a.MayRestore(); err != nil {
		return Organization{}, err
	}

	if clean, _ := CleanName("name", typed); typed != o.Name && clean != o.Name {
		return Organization{}, InvalidField("name", "Send the name of the organization, %q, to confirm the deletion.", o.Name)
	}

	if o.DeletedAt.IsZero() {
		o.DeletedAt = now.UTC().Truncate(time.Second)
		o.Version++
	}

	return o, nil
}

// RestoreOrganization undoes, at now, the deletion of the organization. It returns a Forbidden error unless the actor may
// manage the organization, and Conflict if DeletionTerm is over. An organization that is not deleted stays as it is.
func (a Actor) RestoreOrganization(o Organization, now time.Time) (Organization, error) {
	if err := a.MayRestore(); err != nil {
		return Organization{}, err
	}

	switch {
	case o.DeletedAt.IsZero():
		return o, nil
	case o.Removing || !now.Before(o.RemovedAt()):
		return Organization{}, Refuse(Conflict, "This organization could be restored until %s. It is being removed.",
			o.RemovedAt().Format(time.RFC3339))
	}

	o.DeletedAt = time.Time{}
	o.Version++
	return o, nil
}
