package table

import (
	"context"
	"slices"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// CreateOrganization makes an organization whose one member is its owner.
func (db *DB) CreateOrganization(ctx context.Context, c identity.Change, o identity.Organization, owner identity.Membership) error {
	event := orgEvent("organization.create", o.ID, o.Name)
	event.After = map[string]string{"name": o.Name}
	return db.commit(ctx, c, []identity.Event{event}, append(db.enrol(owner), db.put(newOrgItem(o), ifAbsent, nil, nil))...)
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

// enrol stores a new membership and the rows by which its member is found.
func (db *DB) enrol(m identity.Membership) []step {
	exists := identity.Refuse(identity.Conflict, "They belong to the organization already.")
	steps := []step{db.put(newMembershipItem(m), ifAbsent, nil, always(exists))}
	for _, term := range searchTerms(m.Person) {
		steps = append(steps, db.put(searchItem{searchKey(m.Org, term, m.User), "search", string(m.User)}, ifAbsent, nil, nil))
	}
	return steps
}

// maxSearchTerms bounds what one person adds to a transaction.
const maxSearchTerms = 6

// searchTerms are the words by which a person is found besides the beginning of their display name: each further word of
// their names, and their email address.
func searchTerms(p identity.Person) []string {
	terms := []string{fold(p.Email)}
	shown := strings.Fields(fold(p.DisplayName))
	for _, word := range append(shown[min(1, len(shown)):], strings.Fields(fold(p.FirstName+" "+p.LastName))...) {
		if !slices.Contains(terms, word) && !strings.HasPrefix(fold(p.DisplayName), word) {
			terms = append(terms, word)
		}
	}
	return terms[:min(len(terms), maxSearchTerms)]
}

func orgEvent(action string, o identity.OrgID, name string) identity.Event {
	return identity.Event{
		Scope: string(o), Action: action, Target: identity.Target{Type: "organization", ID: string(o), Name: name},
	}
}
