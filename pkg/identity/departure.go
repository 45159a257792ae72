package identity

import "strings"

// MayDeleteAccount returns nil if a person whose organizations with an active ownership are given may delete their account.
// It returns a LastOwner error that lists the organizations that would be left without an Owner. A deleted organization needs
// none.
func MayDeleteAccount(owned []Organization) error {
	var (
		last  []Organization
		names []string
	)

	for _, o := range owned {
		if o.Owners <= 1 && o.DeletedAt.IsZero() {
			last, names = append(last, o), append(names, o.Name)
		}
	}

	if len(last) == 0 {
		return nil
	}

	refusal := Refuse(LastOwner, "You are the last active Owner of %s. Make someone else an Owner there first, or delete the "+
		"organization.", strings.Join(names, ", "))
	refusal.Organizations = last

	return refusal
}

// Ended returns the membership of a person who has deleted their account, until it is removed. It gives no access, its
// tokens are revoked, and it does not count as an Owner's.
func (m Membership) Ended(epoch string) Membership {
	m.Status, m.TokenEpoch = Disabled, epoch
	m.Version++

	return m
}
