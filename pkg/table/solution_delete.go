package table

import (
	"context"
	"slices"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// DeleteSolution deletes a solution with all its assignments and takes it off the counts of everyone who was assigned.
// It reads and decides for itself, as there may be more assignments than one transaction holds. If there are, the
// solution is marked first: from then on nobody sees it or is assigned to it, and anyone who may delete it can call
// again to finish what was cut short. The actor's own assignment goes last, so that an owner of the solution can
// finish, too.
func (db *DB) DeleteSolution(actor identity.Actor, id identity.SolutionID) identity.Write {
	return func(ctx context.Context, c identity.Change) error {
		for gone := false; !gone; {
			err := identity.RetryStale(ctx, func() (err error) {
				gone, err = db.deleteSome(ctx, c, actor, id)
				return err
			})
			if err != nil {
				return err
			}
		}

		return nil
	}
}

// deleteSome commits one transaction of a deletion; gone is true if it was the last.
func (db *DB) deleteSome(ctx context.Context, c identity.Change, actor identity.Actor, id identity.SolutionID) (
	gone bool, err error) {
	access, err := db.access(ctx, actor, id)
	if err == nil {
		err = access.MayDelete()
	}

	if err != nil {
		return false, err
	}

	prefix := assignmentPrefix(id)
	items, err := db.query(ctx, span{
		pk:    orgPartition(actor.Org),
		from:  prefix,
		to:    prefix + highest,
		limit: maxTogether + 1,
	})
	if err != nil {
		return false, err
	}

	found, err := decodeAll(items)
	rows := found.assignments

	switch {
	case err != nil:
		return false, err
	case len(rows) <= maxTogether:
		return true, db.deleteLast(ctx, c, access, rows)
	case !access.Solution.Deleting:
		return false, db.markDeleted(ctx, c, access)
	}

	rows = slices.DeleteFunc(rows, func(a identity.Assignment) bool { return a.User == actor.User })
	return false, db.unassignTogether(ctx, c, access, rows[:maxTogether])
}

// markDeleted hides a solution and prevents new assignments to it.
func (db *DB) markDeleted(ctx context.Context, c identity.Change, access identity.Access) error {
	c.Retry = nil // the caller's answer is remembered with the last transaction
	s := access.Solution
	steps := []step{
		db.update(solutionKey(s.Org, s.ID), "SET deleting_at = :now", ifTakesChanges, values{":now": c.At}, nil),
		db.oneLessSolution(s.Org),
	}

	return db.commit(ctx, c, []identity.Event{deletedEvent(s)}, db.holding(access, steps)...)
}

// unassignTogether takes people off a solution that is not removed yet.
func (db *DB) unassignTogether(ctx context.Context, c identity.Change, access identity.Access,
	rows []identity.Assignment) error {
	c.Retry = nil // the caller's answer is remembered with the last transaction

	steps, events, err := db.leave(ctx, rows)
	if err != nil {
		return err
	}

	in, all := 0, 0
	for _, a := range rows {
		minusIn, minusAll := counted(a.Role, "")
		in, all = in+minusIn, all+minusAll
	}

	s := access.Solution
	steps = append(steps, db.recount(solutionKey(s.Org, s.ID), "person_count", ifPresent, values{}, in, all))
	return db.commit(ctx, c, events, db.holding(access, steps)...)
}

// deleteLast removes a solution with its last assignments.
func (db *DB) deleteLast(ctx context.Context, c identity.Change, access identity.Access,
	rows []identity.Assignment) error {
	s := access.Solution

	steps, events, err := db.leave(ctx, rows)
	if err != nil {
		return err
	}

	steps = append(steps, db.remove(solutionKey(s.Org, s.ID), ifSameAssignments,
		values{":assignments": len(rows)}, nil))

	if !s.Deleting {
		events = append(events, deletedEvent(s))
		steps = append(steps, db.oneLessSolution(s.Org))
	}

	return db.commit(ctx, c, events, db.holding(access, steps)...)
}

// leave returns the writes that take people off a solution, without the solution's own counts, and their events.
func (db *DB) leave(ctx context.Context, rows []identity.Assignment) (
	steps []step, events []identity.Event, err error) {
	keys := make([]key, len(rows))
	for i, a := range rows {
		keys[i] = membershipKey(a.User, a.Org)
	}

	found, err := db.fetch(ctx, keys)
	for _, a := range rows {
		member := found.members[a.User]
		if member.User == "" {
			return nil, nil, orElse(err, identity.ErrStale)
		}

		steps = append(steps, db.removeAssignment(a), db.recountMember(a, "", ifPresent, values{}))
		events = append(events, assignmentEvent(a.Solution, identity.Move{Member: member, From: a.Role}))
	}

	return steps, events, err
}

func deletedEvent(s identity.Solution) identity.Event {
	return solutionEvent(identity.ActionSolutionDelete, s, solutionState(s), nil)
}
