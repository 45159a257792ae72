package table

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// ifUnchangedAndStays: the solution is as it was read, and nobody has deleted it.
	ifUnchangedAndStays = ifVersion + " AND attribute_not_exists(deleting_at)"
)

// CreateSolution stores a new solution and assigns its creator to it as its owner. It returns Forbidden if the creator
// may not create solutions at the moment of writing.
func (db *DB) CreateSolution(s identity.Solution, maker identity.Membership) identity.Write {
	forbidden := identity.Lacking(maker.Role, identity.CreateSolutions)
	move := identity.Move{Member: maker, To: identity.SolutionOwner}
	in, all := counted(move.From, move.To)
	s.People, s.Assignments = in, all
	created := solutionEvent(identity.ActionSolutionCreate, s, nil, solutionState(s))

	return func(ctx context.Context, c identity.Change) error {
		a := identity.Assignment{
			Org:      s.Org,
			Solution: s.ID,
			User:     maker.User,
			Role:     move.To,
			At:       c.At,
		}

		condition, v := ifCan(identity.CreateSolutions)
		return db.commit(ctx, c, []identity.Event{created, assignmentEvent(s.ID, move)},
			db.recount(membershipKey(maker.User, s.Org), "solution_count", condition, v, in, all).or(forbidden),
			db.put(newSolutionItem(s), ifAbsent, nil, nil),
			db.put(newAssignmentItem(a), ifAbsent, nil, nil),
			db.countSolutions(s.Org, 1))
	}
}

func (db *DB) countSolutions(o identity.OrgID, n int) step {
	return db.update(orgKey(o), "ADD solution_count :n", ifPresent, values{":n": n}, nil)
}

// or returns the step with the refusal that its failed condition stands for.
func (s step) or(refusal error) step { return step{s.write, always(refusal)} }

// Access returns a solution with the member's role in it; NotFound if they may not know of it.
func (db *DB) Access(ctx context.Context, m identity.Membership, s identity.SolutionID) (identity.Access, error) {
	access, err := db.access(ctx, m, s)
	if err == nil && !access.Visible() {
		err = identity.NoSuch("solution")
	}

	return access, err
}

func (db *DB) access(ctx context.Context, m identity.Membership, s identity.SolutionID) (identity.Access, error) {
	found, err := db.fetch(ctx, []key{solutionKey(m.Org, s), assignmentKey(m.Org, s, m.User)})
	return identity.Access{Member: m, Solution: found.solutions[s], Role: found.role(s, m.User)}, err
}

// UpdateSolution writes a solution's new name and description. It returns Forbidden if the caller's role in the
// organization has changed, and is stale if the solution or the caller's role in it has. The version of after is that
// of the solution in access plus one.
func (db *DB) UpdateSolution(access identity.Access, after identity.Solution) identity.Write {
	before := access.Solution
	if after == before {
		return nil
	}

	was, is := difference(solutionState(before), solutionState(after))
	steps := append(db.holding(access), db.update(solutionKey(before.Org, before.ID),
		"SET solution_name = :name, description = :description, version = :version", ifUnchangedAndStays, values{
			":name":         after.Name,
			":description":  after.Description,
			":version":      after.Version,
			":seen_version": before.Version,
		}, nil))

	return db.write([]identity.Event{solutionEvent(identity.ActionSolutionUpdate, before, was, is)}, steps...)
}

// DeleteSolution deletes a solution with all its assignments and takes it off the counts of everyone who was assigned.
// It reads and decides for itself, as there may be more assignments than one transaction holds. If there are, the
// solution is marked first: from then on nobody sees it or is assigned to it, and anyone who may delete it can call
// again to finish what was cut short. The actor's own assignment goes last, so that an owner of the solution can
// finish, too.
func (db *DB) DeleteSolution(actor identity.Membership, id identity.SolutionID) identity.Write {
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
func (db *DB) deleteSome(ctx context.Context, c identity.Change, actor identity.Membership, id identity.SolutionID) (
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
	c.Retry = nil
	s := access.Solution
	return db.commit(ctx, c, []identity.Event{deletedEvent(s)}, append(db.holding(access),
		db.update(solutionKey(s.Org, s.ID), "SET deleting_at = :now", ifTakesChanges, values{":now": c.At}, nil),
		db.countSolutions(s.Org, -1))...)
}

// unassignTogether takes people off a solution that is not removed yet.
func (db *DB) unassignTogether(ctx context.Context, c identity.Change, access identity.Access,
	rows []identity.Assignment) error {
	c.Retry = nil
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
	return db.commit(ctx, c, events, append(steps, db.holding(access)...)...)
}

// deleteLast removes a solution with its last assignments.
func (db *DB) deleteLast(ctx context.Context, c identity.Change, access identity.Access,
	rows []identity.Assignment) error {
	s := access.Solution
	steps, events, err := db.leave(ctx, rows)
	if err != nil {
		return err
	}

	people := make([]identity.UserID, len(rows))
	for i, a := range rows {
		people[i] = a.User
	}

	steps = append(steps, db.holding(access, people...)...)
	steps = append(steps, db.remove(solutionKey(s.Org, s.ID), ifSameAssignments, values{":assignments": len(rows)}, nil))
	if !s.Deleting {
		events = append(events, deletedEvent(s))
		steps = append(steps, db.countSolutions(s.Org, -1))
	}

	return db.commit(ctx, c, events, steps...)
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

// Solutions returns the solutions that the member may know of, in the order of their creation, from after a position;
// next is the position of the next page, "" at the end. The index only finds them: what is shown is read from the
// table.
func (db *DB) Solutions(ctx context.Context, m identity.Membership, after string, limit int) (
	list []identity.Access, next string, err error) {
	ids, known, err := db.listSolutions(ctx, m, after, limit+1)
	if err != nil {
		return nil, "", err
	}

	if len(ids) > limit {
		ids = ids[:limit]
		next = string(ids[limit-1])
	}

	var keys []key
	for _, s := range ids {
		keys = append(keys, assignmentKey(m.Org, s, m.User))
		if known == nil {
			keys = append(keys, solutionKey(m.Org, s))
		}
	}

	found, err := db.fetch(ctx, keys)
	maps.Copy(found.solutions, known)

	for _, s := range ids {
		access := identity.Access{Member: m, Solution: found.solutions[s], Role: found.role(s, m.User)}
		if access.Visible() {
			list = append(list, access)
		}
	}

	return list, next, err
}

// listSolutions returns the first solutions after a position that the member may know of. If they see all solutions,
// known holds them whole; otherwise the IDs are of those that they created or are assigned to.
func (db *DB) listSolutions(ctx context.Context, m identity.Membership, after string, limit int) (
	ids []identity.SolutionID, known map[identity.SolutionID]identity.Solution, err error) {
	if !m.Can(identity.ViewAllSolutions) {
		ids, err = db.ownSolutions(ctx, m, after, limit)
		return ids, nil, err
	}

	items, err := db.query(ctx, span{
		pk:    orgPartition(m.Org),
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
func (db *DB) ownSolutions(ctx context.Context, m identity.Membership, after string, limit int) (
	[]identity.SolutionID, error) {
	made, err := db.indexed(ctx, m, "MADE#", after, limit)
	if err != nil {
		return nil, err
	}

	assigned, err := db.indexed(ctx, m, "ASSIGN#", after, limit)
	if err != nil {
		return nil, err
	}

	own := append(made, assigned...)
	slices.Sort(own)
	own = slices.Compact(own)
	return own[:min(len(own), limit)], nil
}

// indexed returns the solutions that the index lists for a member under the prefix.
func (db *DB) indexed(ctx context.Context, m identity.Membership, prefix, after string, limit int) (
	[]identity.SolutionID, error) {
	items, err := db.query(ctx, span{
		index: Index1,
		pk:    memberPartition(m.User, m.Org),
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

func deletedEvent(s identity.Solution) identity.Event {
	return solutionEvent(identity.ActionSolutionDelete, s, solutionState(s), nil)
}

// solutionState returns what the audit log records of a solution.
func solutionState(s identity.Solution) map[string]string {
	return map[string]string{"name": s.Name, "description": s.Description}
}

func solutionEvent(action identity.Action, s identity.Solution, before, after map[string]string) identity.Event {
	return identity.Event{
		Scope:  string(s.Org),
		Action: action,
		Before: before,
		After:  after,
		Target: identity.Target{Type: "solution", ID: string(s.ID), Name: s.Name},
	}
}
