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

	maxBatch = 100 // the most that one BatchGetItem reads
)

type solutionItem struct {
	key
	GSI1PK, GSI1SK string
	Type           string `dynamodbav:"item_type"`
	Name           string `dynamodbav:"solution_name"`
	Description    string `dynamodbav:"description"`
	CreatedBy      string `dynamodbav:"created_by"`
	CreatedAt      int64  `dynamodbav:"created_at"`
	People         int    `dynamodbav:"person_count"`
	Assignments    int    `dynamodbav:"assignment_count"`
	DeletingAt     int64  `dynamodbav:"deleting_at,omitempty"`
	Version        int    `dynamodbav:"version"`
}

func newSolutionItem(s identity.Solution) solutionItem {
	byMaker := makerIndex(s.Org, s.ID, s.CreatedBy)
	return solutionItem{
		key:         solutionKey(s.Org, s.ID),
		GSI1PK:      byMaker.pk,
		GSI1SK:      byMaker.sk,
		Type:        "solution",
		Name:        s.Name,
		Description: s.Description,
		CreatedBy:   string(s.CreatedBy),
		CreatedAt:   s.CreatedAt.Unix(),
		People:      s.People,
		Assignments: s.Assignments,
		Version:     s.Version,
	}
}

func (i solutionItem) solution() identity.Solution {
	return identity.Solution{
		ID:          identity.SolutionID(i.SK[len("SOLUTION#"):]),
		Org:         identity.OrgID(i.PK[len("ORG#"):]),
		Name:        i.Name,
		Description: i.Description,
		CreatedBy:   identity.UserID(i.CreatedBy),
		CreatedAt:   moment(i.CreatedAt),
		People:      i.People,
		Assignments: i.Assignments,
		Deleting:    i.DeletingAt != 0,
		Version:     i.Version,
	}
}

// CreateSolution stores a new solution and assigns its maker to it as its owner; Forbidden when the maker may not make
// solutions at the moment of writing.
func (db *DB) CreateSolution(ctx context.Context, c identity.Change, s identity.Solution, maker identity.Membership) error {
	forbidden := identity.Lacking(maker.Role, identity.CreateSolutions)
	move := identity.Move{Member: maker, To: identity.SolutionOwner}
	in, all := counted(move.From, move.To)
	s.People, s.Assignments = in, all
	created := solutionEvent(identity.ActionSolutionCreate, s, nil, solutionState(s))
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

func (db *DB) countSolutions(o identity.OrgID, n int) step {
	return db.update(orgKey(o), "ADD solution_count :n", ifPresent, values{":n": n}, nil)
}

// or replaces what a failed condition stands for.
func (s step) or(refusal error) step { return step{s.write, always(refusal)} }

// Access is a solution as the member may know it, with their role in it; NotFound when they may not.
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

// UpdateSolution changes the name and description from what was read; errStale when the solution or the caller's role in
// it changed meanwhile, Forbidden when the caller's role in the organization did. The version of after is that of before
// plus one.
func (db *DB) UpdateSolution(ctx context.Context, c identity.Change, access identity.Access, after identity.Solution) error {
	before := access.Solution
	was, is := difference(solutionState(before), solutionState(after))
	return db.commit(ctx, c, []identity.Event{solutionEvent(identity.ActionSolutionUpdate, before, was, is)}, append(db.holding(access),
		db.update(solutionKey(before.Org, before.ID), "SET solution_name = :name, description = :description, version = :version",
			ifUnchangedAndStays, values{
				":name": after.Name, ":description": after.Description, ":version": after.Version, ":seen_version": before.Version,
			}, nil))...)
}

// DeleteSolution deletes a solution with all its assignments, and takes it off the counts of everyone who was assigned.
// Where these are more than one transaction holds, the solution is marked first: from then on nobody sees it or is assigned to
// it, and whoever may delete it can call again to finish what was cut short. The actor's own assignment goes last, so
// that an owner of the solution can, too.
func (db *DB) DeleteSolution(ctx context.Context, c identity.Change, actor identity.Membership, id identity.SolutionID) error {
	for gone := false; !gone; {
		err := RetryStale(ctx, func() (err error) {
			gone, err = db.deleteSome(ctx, c, actor, id)
			return err
		})
		if err != nil {
			return err
		}
	}

	return nil
}

// deleteSome makes one transaction of a deletion; gone is true when it was the last.
func (db *DB) deleteSome(ctx context.Context, c identity.Change, actor identity.Membership, id identity.SolutionID) (gone bool, err error) {
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

	rows, err := assignments(items)
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

// markDeleted hides a solution and keeps it from being assigned.
func (db *DB) markDeleted(ctx context.Context, c identity.Change, access identity.Access) error {
	c.Retry = nil
	s := access.Solution
	return db.commit(ctx, c, []identity.Event{deletedEvent(s)}, append(db.holding(access),
		db.update(solutionKey(s.Org, s.ID), "SET deleting_at = :now", ifTakesChanges, values{":now": c.At}, nil),
		db.countSolutions(s.Org, -1))...)
}

// unassignTogether takes people off a solution that stays for now.
func (db *DB) unassignTogether(ctx context.Context, c identity.Change, access identity.Access, rows []identity.Assignment) error {
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
func (db *DB) deleteLast(ctx context.Context, c identity.Change, access identity.Access, rows []identity.Assignment) error {
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

// leave are the writes by which people leave a solution, apart from the solution's own counts, and their events.
func (db *DB) leave(ctx context.Context, rows []identity.Assignment) (steps []step, events []identity.Event, err error) {
	keys := make([]key, len(rows))
	for i, a := range rows {
		keys[i] = membershipKey(a.User, a.Org)
	}

	found, err := db.fetch(ctx, keys)
	for _, a := range rows {
		member := found.members[a.User]
		if member.User == "" {
			return nil, nil, orElse(err, errStale)
		}

		move := identity.Move{Member: member, From: a.Role}
		in, all := counted(move.From, move.To)
		steps = append(steps,
			db.remove(assignmentKey(a.Org, a.Solution, a.User), ifSameSolutionRole, values{":seen_role": string(a.Role)}, nil),
			db.recount(membershipKey(a.User, a.Org), "solution_count", ifPresent, values{}, in, all))

		events = append(events, assignmentEvent(a.Solution, move))
	}

	return steps, events, err
}

// Solutions are those that the member may know of, in the order in which they were made, behind a position; next is the
// position to go on from, "" at the end. The index says where to look; what is true is read from the table.
func (db *DB) Solutions(ctx context.Context, m identity.Membership, after string, limit int) (list []identity.Access, next string, err error) {
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

// listSolutions are the first solutions behind a position that the member may know of: all, read whole, or where to look
// for those that they made or are assigned to.
func (db *DB) listSolutions(ctx context.Context, m identity.Membership, after string, limit int) (ids []identity.SolutionID, known map[identity.SolutionID]identity.Solution, err error) {
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

	known = map[identity.SolutionID]identity.Solution{}
	for _, item := range items {
		var row solutionItem
		if err := decode(item, &row); err != nil {
			return nil, nil, err
		}

		s := row.solution()
		ids, known[s.ID] = append(ids, s.ID), s
	}

	return ids, known, err
}

// ownSolutions are the first solutions behind a position that the member made or is assigned to, as the index has them.
func (db *DB) ownSolutions(ctx context.Context, m identity.Membership, after string, limit int) ([]identity.SolutionID, error) {
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

// indexed are the solutions that the index names for a member after the prefix.
func (db *DB) indexed(ctx context.Context, m identity.Membership, prefix, after string, limit int) ([]identity.SolutionID, error) {
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

// behind is the first sort key after that of a position; the prefix itself for no position.
func behind(prefix, position string) string {
	if position == "" {
		return prefix
	}
	return prefix + position + "\x00"
}

// fetched is what a batch found, by id.
type fetched struct {
	members   map[identity.UserID]identity.Membership
	solutions map[identity.SolutionID]identity.Solution
	roles     map[seat]identity.SolutionRole
}

// seat is a person's place in a solution.
type seat struct {
	solution identity.SolutionID
	user     identity.UserID
}

// role is a person's role in a solution; "" when they are not assigned to it.
func (f fetched) role(s identity.SolutionID, u identity.UserID) identity.SolutionRole {
	return f.roles[seat{s, u}]
}

// fetch reads memberships, solutions and assignments of one organization, strongly consistently.
func (db *DB) fetch(ctx context.Context, keys []key) (fetched, error) {
	f := fetched{
		members:   map[identity.UserID]identity.Membership{},
		solutions: map[identity.SolutionID]identity.Solution{},
		roles:     map[seat]identity.SolutionRole{},
	}

	for some := range slices.Chunk(keys, maxBatch) {
		items, err := db.batch(ctx, some)
		if err != nil {
			return f, err
		}

		for _, item := range items {
			if err := f.add(item); err != nil {
				return f, err
			}
		}
	}

	return f, nil
}

func (f fetched) add(item attributes) error {
	switch itemType(item) {
	case "membership":
		var i membershipItem
		if err := decode(item, &i); err != nil {
			return err
		}

		m := i.membership()
		f.members[m.User] = m

	case "solution":
		var i solutionItem
		if err := decode(item, &i); err != nil {
			return err
		}

		s := i.solution()
		f.solutions[s.ID] = s

	case "assignment":
		var i assignmentItem
		if err := decode(item, &i); err != nil {
			return err
		}

		a := i.assignment()
		f.roles[seat{a.Solution, a.User}] = a.Role
	}

	return nil
}

func deletedEvent(s identity.Solution) identity.Event {
	return solutionEvent(identity.ActionSolutionDelete, s, solutionState(s), nil)
}

// solutionState is what the audit log tells of a solution.
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
