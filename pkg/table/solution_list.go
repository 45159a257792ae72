package table

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Solutions returns the solutions that the member may know of, in the order of their creation, from after a position;
// next is the position of the next page, "" at the end. The index only finds them: what is shown is read from the
// table.
func (db *DB) Solutions(ctx context.Context, a identity.Actor, after string, limit int) (
	list []identity.Access, next string, err error) {
	ids, known, err := db.listSolutions(ctx, a, after, limit+1)
	if err != nil {
		return nil, "", err
	}

	if len(ids) > limit {
		ids = ids[:limit]
		next = string(ids[limit-1])
	}

	var keys []key
	for _, s := range ids {
		keys = append(keys, assignmentKey(a.Org, s, a.User))
		if known == nil {
			keys = append(keys, solutionKey(a.Org, s))
		}
	}

	found, err := db.fetch(ctx, keys)
	maps.Copy(found.solutions, known)

	for _, s := range ids {
		access := identity.Access{Actor: a, Solution: found.solutions[s], Role: found.role(s, a.User)}
		if access.Visible() {
			list = append(list, access)
		}
	}

	return list, next, err
}

// listSolutions returns the first solutions after a position that the member may know of. If they see all solutions,
// known holds them whole; otherwise the IDs are of those that they created or are assigned to.
func (db *DB) listSolutions(ctx context.Context, a identity.Actor, after string, limit int) (
	ids []identity.SolutionID, known map[identity.SolutionID]identity.Solution, err error) {
	if !a.Can(identity.ViewAllSolutions) {
		ids, err = db.ownSolutions(ctx, a, after, limit)
		return ids, nil, err
	}

	items, err := db.query(ctx, span{
		pk:    orgPartition(a.Org),
		from:  behind("SOLUTION#", after),
		to:    "SOLUTION#" + highest,
		limit: limit,
	})
	if err != nil {
		return nil, nil, err
	}

	found, err := decodeAll(items)
	known = map[identity.SolutionID]identity.Solution{}
	for _, s := range found.solutions {
		ids, known[s.ID] = append(ids, s.ID), s
	}

	return ids, known, err
}

// ownSolutions returns the first solutions after a position that the member created or is assigned to, as the index has
// them.
func (db *DB) ownSolutions(ctx context.Context, a identity.Actor, after string, limit int) (
	[]identity.SolutionID, error) {
	made, err := db.indexed(ctx, a, "MADE#", after, limit)
	if err != nil {
		return nil, err
	}

	assigned, err := db.indexed(ctx, a, "ASSIGN#", after, limit)
	if err != nil {
		return nil, err
	}

	own := append(made, assigned...)
	slices.Sort(own)
	own = slices.Compact(own)
	return own[:min(len(own), limit)], nil
}

// indexed returns the solutions that the index lists for a member under the prefix.
func (db *DB) indexed(ctx context.Context, a identity.Actor, prefix, after string, limit int) (
	[]identity.SolutionID, error) {
	items, err := db.query(ctx, span{
		index: Index1,
		pk:    memberPartition(a.User, a.Org),
		from:  behind(prefix, after),
		to:    prefix + highest,
		limit: limit,
	})
	if err != nil {
		return nil, err
	}

	ids := make([]identity.SolutionID, 0, len(items))
	for _, item := range items {
		var row struct{ GSI1SK string }
		if err := decode(item, &row); err != nil {
			return nil, err
		}

		ids = append(ids, identity.SolutionID(strings.TrimPrefix(row.GSI1SK, prefix)))
	}

	return ids, nil
}
