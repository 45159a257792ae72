package table

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Assigned is one person's role in one solution, with who they are or what it is.
type Assigned struct {
	Member   identity.Membership
	Solution identity.Solution
	Role     identity.SolutionRole
}

// People returns the people of a solution in the order of their IDs, from after a position; next is the position of the
// next page, "" at the end.
func (db *DB) People(ctx context.Context, o identity.OrgID, s identity.SolutionID, after string, limit int) (
	people []Assigned, next string, err error) {
	prefix := assignmentPrefix(s)
	items, err := db.query(ctx, span{
		pk:    orgPartition(o),
		from:  behind(prefix, after),
		to:    prefix + highest,
		limit: limit + 1,
	})
	if err != nil {
		return nil, "", err
	}

	page, err := decodeAll(items)
	if err != nil {
		return nil, "", err
	}

	rows := page.assignments
	if len(rows) > limit {
		rows = rows[:limit]
		next = string(rows[limit-1].User)
	}

	keys := make([]key, len(rows))
	for i, a := range rows {
		keys[i] = membershipKey(a.User, o)
	}

	found, err := db.fetch(ctx, keys)
	for _, a := range rows {
		if m, ok := found.members[a.User]; ok {
			people = append(people, Assigned{Member: m, Role: a.Role})
		}
	}

	return people, next, err
}

// SolutionsOf returns the solutions that a member is assigned to and that the viewer may know of, in the order of their
// creation, from after a position; next is the position of the next page, "" at the end. It leaves out solutions that
// deny the member, unless the viewer sees all solutions. The index only finds them: what is shown is read from the
// table.
func (db *DB) SolutionsOf(ctx context.Context, viewer identity.Actor, u identity.UserID, after string, limit int) (
	list []Assigned, next string, err error) {
	items, err := db.query(ctx, span{
		index: Index1,
		pk:    memberPartition(u, viewer.Org),
		from:  behind("ASSIGN#", after),
		to:    "ASSIGN#" + highest,
		limit: limit + 1,
	})
	if err != nil {
		return nil, "", err
	}

	page, err := decodeAll(items)
	if err != nil {
		return nil, "", err
	}

	rows := page.assignments
	if len(rows) > limit {
		rows = rows[:limit]
		next = string(rows[limit-1].Solution)
	}

	var keys []key
	for _, a := range rows {
		keys = append(keys, solutionKey(a.Org, a.Solution), assignmentKey(a.Org, a.Solution, u))
		if u != viewer.User {
			keys = append(keys, assignmentKey(a.Org, a.Solution, viewer.User))
		}
	}

	found, err := db.fetch(ctx, keys)
	for _, a := range rows {
		s, role := found.solutions[a.Solution], found.role(a.Solution, u)
		access := identity.Access{Actor: viewer, Solution: s, Role: found.role(a.Solution, viewer.User)}
		if role != "" && access.Visible() {
			list = append(list, Assigned{Solution: s, Role: role})
		}
	}

	return list, next, err
}
