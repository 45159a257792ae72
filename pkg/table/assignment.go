package table

import (
	"context"
	"slices"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// ifSameSolutionRole: the person is assigned, in the role that was read.
	ifSameSolutionRole = "solution_role = :seen_role"
	// ifTakesChanges: the solution exists, and nobody has deleted it.
	ifTakesChanges = "attribute_exists(PK) AND attribute_not_exists(deleting_at)"
	// ifSameAssignments: the member, or the solution, has as many assignments, including those that deny, as were read.
	ifSameAssignments = "assignment_count = :assignments"

	// maxTogether is the most assignments that one transaction changes: three writes each, of a hundred.
	maxTogether = 25
)

// assignmentsOf returns all of a member's assignments, including those that deny. They come from an index, which may
// lag behind, so a write that depends on them checks ifSameAssignments in the same transaction.
func (db *DB) assignmentsOf(ctx context.Context, o identity.OrgID, u identity.UserID) ([]identity.Assignment, error) {
	items, err := db.query(ctx, span{
		index: Index1,
		pk:    memberPartition(u, o),
		from:  "ASSIGN#",
		to:    "ASSIGN#" + highest,
	})
	if err != nil {
		return nil, err
	}

	found, err := decodeAll(items)
	return found.assignments, err
}

// removeAssignment takes a person off a solution, without the counts.
func (db *DB) removeAssignment(a identity.Assignment) step {
	return db.remove(assignmentKey(a.Org, a.Solution, a.User), ifSameSolutionRole,
		values{":seen_role": string(a.Role)}, nil)
}

// recountMember updates the member's counts for an assignment whose role becomes to, "" for none. A transaction writes
// an item only once, so it holds one of these per member.
func (db *DB) recountMember(a identity.Assignment, to identity.SolutionRole, condition string, v values) step {
	in, all := counted(a.Role, to)
	return db.recount(membershipKey(a.User, a.Org), "solution_count", condition, v, in, all)
}

// recountSolution updates the solution's counts for an assignment whose role becomes to, "" for none. A transaction
// holds one of these per solution.
func (db *DB) recountSolution(a identity.Assignment, to identity.SolutionRole) step {
	in, all := counted(a.Role, to)
	return db.recount(solutionKey(a.Org, a.Solution), "person_count", ifPresent, values{}, in, all)
}

// unassignDownTo takes a member off their solutions, one by one, until at most keep assignments are left, and returns
// those. Each step is complete, so that a removal that was cut short can be resumed. It returns identity.ErrStale if an
// assignment has changed.
func (db *DB) unassignDownTo(ctx context.Context, c identity.Change, m identity.Membership, keep int) (
	[]identity.Assignment, error) {
	c.Retry = nil // the caller's answer is remembered with the last transaction

	left, err := db.assignmentsOf(ctx, m.Org, m.User)
	if err != nil {
		return nil, err
	}

	for len(left) > keep {
		a := left[len(left)-1]
		event := assignmentEvent(a.Solution, identity.Move{Member: m, From: a.Role})
		err := db.commit(ctx, c, []identity.Event{event},
			db.removeAssignment(a), db.recountSolution(a, ""), db.recountMember(a, "", ifPresent, values{}))
		if err != nil {
			return nil, err
		}

		left = left[:len(left)-1]
	}

	return left, nil
}

// Roster is what assigning people to a solution depends on, as one strongly consistent read found it.
type Roster struct {
	// Access is the caller's.
	Access identity.Access

	members map[identity.UserID]identity.Membership
	roles   map[identity.UserID]identity.SolutionRole
}

// Move returns the change of a person's solution role to another one, "" to take them off the solution. It returns an
// Error if the caller may not make it.
func (r Roster) Move(u identity.UserID, to identity.SolutionRole) (identity.Move, error) {
	return r.Access.Move(r.members[u], r.roles[u], to)
}

// Roster reads a solution, the actor's role in it, and the memberships and roles of at most maxTogether people to be
// assigned or unassigned. It returns an Error if the actor may not assign anyone to the solution.
func (db *DB) Roster(ctx context.Context, actor identity.Actor, s identity.SolutionID, people ...identity.UserID) (
	Roster, error) {
	keys := []key{solutionKey(actor.Org, s), assignmentKey(actor.Org, s, actor.User)}
	for _, u := range people {
		keys = append(keys, membershipKey(u, actor.Org))
		if u != actor.User {
			keys = append(keys, assignmentKey(actor.Org, s, u))
		}
	}

	found, err := db.fetch(ctx, keys)
	if err != nil {
		return Roster{}, err
	}

	r := Roster{
		Access:  identity.Access{Actor: actor, Solution: found.solutions[s], Role: found.role(s, actor.User)},
		members: found.members,
		roles:   map[identity.UserID]identity.SolutionRole{},
	}

	for _, u := range people {
		r.roles[u] = found.role(s, u)
	}

	return r, r.Access.MayAssign()
}

// Reassign writes all the moves, with the counts that they change, or none. It leaves out moves that change nothing. It
// returns Forbidden if the caller's role in the organization has changed, and is stale if one of the people, the
// solution or the caller's role in it has changed since the Roster was read.
func (db *DB) Reassign(roster Roster, moves []identity.Move) identity.Write {
	s := roster.Access.Solution
	moves = slices.DeleteFunc(slices.Clone(moves), func(m identity.Move) bool { return m.From == m.To })
	if len(moves) == 0 {
		return nil
	}

	return func(ctx context.Context, c identity.Change) error {
		var (
			steps   []step
			events  []identity.Event
			in, all int
		)

		for _, m := range moves {
			steps = append(steps, db.moveSteps(c, s, m)...)
			events = append(events, assignmentEvent(s.ID, m))
			plusIn, plusAll := counted(m.From, m.To)
			in, all = in+plusIn, all+plusAll
		}

		steps = append(steps, db.recount(solutionKey(s.Org, s.ID), "person_count", ifTakesChanges, values{}, in, all))
		return db.commit(ctx, c, events, db.holding(roster.Access, steps)...)
	}
}

// holding returns the steps with conditions that the actor still has the roles that authorized the change: the one in the
// organization and, unless that alone suffices, the one in the solution. The actor may be among the people that the steps
// change.
func (db *DB) holding(a identity.Access, steps []step) []step {
	steps = db.holdingActor(a.Actor, steps)
	if a.Actor.Can(identity.AssignSolutions) {
		return steps
	}

	k := assignmentKey(a.Actor.Org, a.Solution.ID, a.Actor.User)
	return db.alsoIf(steps, k, ifSameSolutionRole, values{":seen_role": string(a.Role)}, nil)
}

// moveSteps writes one move and its person's counts.
func (db *DB) moveSteps(c identity.Change, s identity.Solution, m identity.Move) []step {
	a := identity.Assignment{
		Org:      s.Org,
		Solution: s.ID,
		User:     m.Member.User,
		Role:     m.From,
		At:       c.At,
	}
	if m.To == "" {
		return []step{db.removeAssignment(a), db.recountMember(a, "", ifPresent, values{})}
	}

	v := values{}
	recount := db.recountMember(a, m.To, ifPresent+" AND "+roleIn(identity.AdmittingRoles(), v), v)
	if m.From == "" {
		a.Role = m.To
		return []step{db.put(newAssignmentItem(a), ifAbsent, nil, nil), recount}
	}

	return []step{
		db.update(assignmentKey(s.Org, s.ID, m.Member.User), "SET solution_role = :to", ifSameSolutionRole,
			values{":seen_role": string(m.From), ":to": string(m.To)}, nil),
		recount,
	}
}

// counted returns what a change of role adds to the count of assignments that give access, and to the count of all.
func counted(from, to identity.SolutionRole) (in, all int) {
	lets := func(r identity.SolutionRole) bool { return r != "" && r != identity.SolutionDeny }
	return one(lets(to)) - one(lets(from)), one(to != "") - one(from != "")
}

// recount adds to the two counts of assignments that a membership or a solution has.
func (db *DB) recount(k key, attribute, condition string, v values, in, all int) step {
	v[":in"], v[":all"] = in, all
	return db.update(k, "ADD "+attribute+" :in, assignment_count :all", condition, v, nil)
}

// assignmentEvent returns an event whose target is the person; the state before or after names the solution.
func assignmentEvent(s identity.SolutionID, m identity.Move) identity.Event {
	state := func(r identity.SolutionRole) map[string]string {
		if r == "" {
			return nil
		}

		return map[string]string{"solutionId": string(s), "role": string(r)}
	}

	action := identity.ActionAssignmentUpdate
	switch {
	case m.From == "":
		action = identity.ActionAssignmentCreate
	case m.To == "":
		action = identity.ActionAssignmentDelete
	}

	return identity.Event{
		Scope:  string(m.Member.Org),
		Action: action,
		Before: state(m.From),
		After:  state(m.To),
		Target: identity.Target{Type: "user", ID: string(m.Member.User), Name: m.Member.Visible().DisplayName},
	}
}
