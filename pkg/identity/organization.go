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
	CreatedAt   time.Time
	Version     int
}

// MaxOrganizations is the number of organizations that a person can belong to. Invitations do not count.
//
// A person's names are copied into each membership and, word by word, into the items that search reads. A change of
// names writes all copies in one transaction, and DynamoDB accepts 100 writes in one: profile, event and remembered
// answer take 3, and each of 24 memberships takes 1 and its numbered search words 3.
const MaxOrganizations = 24
