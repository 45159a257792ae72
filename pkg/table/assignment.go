package table

import (
	"context"
	"slices"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// ifSameSolutionRole: the person is assigned, in the role that was read.
	ifSameSolutionRole = "solution_role = :seen_role"
	// ifTakesChanges: the solution is there, and nobody has deleted it.
	ifTakesChanges = "attribute_exists(PK) AND attribute_not_exists(deleting_at)"
	// ifSameAssignments: the member, or the solution, has as many assignments, those that deny included, as were read.
	ifSameAssignments = "assignment_count = :assignments"

	// maxTogether is the most assignments that one transaction changes: three writes each, of a hundred.
	maxTogether = 25
)

type assignmentItem struct {
	key
	GSI1PK, GSI1SK string
	Type           string `dynamodbav:"item_type"`
	Role           string `dynamodbav:"solution_role"`
	At             int64  `dynamodbav:"created_at"`
}

func newAssignmentItem(a identity.Assignment) assignmentItem {
	byUser := assignmentIndex(a.Org, a.Solution, a.User)
	return assignmentItem{
		key:    assignmentKey(a.Org, a.Solution, a.User),
		GSI1PK: byUser.pk,
		GSI1SK: byUser.sk,
		Type:   "assignment",
		Role:   string(a.Role),
		At:     a.At.Unix(),
	}
}

func (i assignmentItem) assignment() identity.Assignment {
	solution, user, _ := strings.Cut(i.SK[len("ASSIGN#"):], "#")
	return identity.Assignment{
		Org:      identity.OrgID(i.PK[len("ORG#"):]),
		Solution: identity.SolutionID(solution),
		User:     identity.UserID(user),
		Role:     identity.SolutionRole(i.Role),
		At:       moment(i.At),
	}
}

func assignments(items []attributes) ([]identity.Assignment, error) {
	found := make([]identity.Assignment, len(items))
	for i, item := range items {
		var row assignmentItem
		if err := decode(item, &row); err != nil {
			return nil, err
		}

		found[i] = row.assignment()
	}

	return found, nil
}

// assignmentsOf are all of a member's assignments, those that deny included. They come from an index, which may lag
// behind: whoever goes by them checks ifSameAssignments in the same transaction.
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

	return assignments(items)
}

// unassignSteps take a person off a solution with the solution's counts and, where the membership stays, the member's. A
// transaction writes an item once only, so at most one assignment of a member who stays, and one of a solution.
func (db *DB) unassignSteps(a identity.Assignment, keepMembership bool) []step {
	in, all := counted(a.Role, "")
	steps := []step{
		db.remove(assignmentKey(a.Org, a.Solution, a.User), ifSameSolutionRole, values{":seen_role": string(a.Role)}, nil),
		db.recount(solutionKey(a.Org, a.Solution), "person_count", ifPresent, values{}, in, all),
	}
	if keepMembership {
		steps = append(steps, db.recount(membershipKey(a.User, a.Org), "solution_count", ifPresent, values{}, in, all))
	}

	return steps
}

// unassignDownTo takes a member off their solutions, one by one, until at most keep assignments are left, and answers
// those: what one transaction can take. Each is complete by itself, so that a removal that was cut short can be resumed.
// errStale when one of them changed meanwhile.
func (db *DB) unassignDownTo(ctx context.Context, c identity.Change, m identity.Membership, keep int) ([]identity.Assignment, error) {
	c.Retry = nil
	left, err := db.assignmentsOf(ctx, m.Org, m.User)
	if err != nil {
		return nil, err
	}

	for len(left) > keep {
		a := left[len(left)-1]
		event := assignmentEvent(a.Solution, identity.Move{Member: m, From: a.Role})
		if err := db.commit(ctx, c, []identity.Event{event}, db.unassignSteps(a, true)...); err != nil {
			return nil, err
		}

		left = left[:len(left)-1]
	}

	return left, nil
}

// Roster is what assigning people to a solution starts from, as one strongly consistent read finds it.
type Roster struct {
	// Access is the caller's.
	Access identity.Access

	members map[identity.UserID]identity.Membership
	roles   map[identity.UserID]identity.SolutionRole
}

// Move is the change of a person's solution role to another one, "" to take them off the solution; or why the caller may
// not make it.
func (r Roster) Move(u identity.UserID, to identity.SolutionRole) (identity.Move, error) {
	return r.Access.Move(r.members[u], r.roles[u], to)
}

// Roster reads a solution, the actor's role in it, and the memberships and roles of the people to be assigned or
// unassigned, 25 at most.
func (db *DB) Roster(ctx context.Context, actor identity.Membership, s identity.SolutionID, people ...identity.UserID) (Roster, error) {
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
		Access:  identity.Access{Member: actor, Solution: found.solutions[s], Role: found.role(s, actor.User)},
		members: found.members,
		roles:   map[identity.UserID]identity.SolutionRole{},
	}

	for _, u := range people {
		r.roles[u] = found.role(s, u)
	}

	return r, r.Access.MayAssign()
}

// Reassign makes all the moves, with the counts that they change, or none; errStale when one of the people, the solution
// or the caller's role in it changed since the Roster was read, Forbidden when the caller's role in the organization did. A move that changes nothing is left out; when none is left, nothing is
// written.
func (db *DB) Reassign(ctx context.Context, c identity.Change, roster Roster, moves []identity.Move) error {
	s := roster.Access.Solution
	moves = slices.DeleteFunc(slices.Clone(moves), func(m identity.Move) bool { return m.From == m.To })
	if len(moves) == 0 {
		return nil
	}

	var (
		steps   []step
		events  []identity.Event
		moved   []identity.UserID
		in, all int
	)

	for _, m := range moves {
		steps, moved = append(steps, db.moveSteps(c, s, m)...), append(moved, m.Member.User)
		events = append(events, assignmentEvent(s.ID, m))
		plusIn, plusAll := counted(m.From, m.To)
		in, all = in+plusIn, all+plusAll
	}

	steps = append(steps, db.recount(solutionKey(s.Org, s.ID), "person_count", ifTakesChanges, values{}, in, all))
	return db.commit(ctx, c, events, append(steps, db.holding(roster.Access, moved...)...)...)
}

// holding holds the actor to the roles that allowed what they do, in the organization and, where that alone would not do,
// in the solution. A transaction names an item once: where it moves the actor, too, the conditions on that must do.
func (db *DB) holding(a identity.Access, moved ...identity.UserID) []step {
	if slices.Contains(moved, a.Member.User) {
		return nil
	}

	steps := db.acting(a.Member, "")
	if a.Member.Can(identity.AssignSolutions) {
		return steps
	}

	k := assignmentKey(a.Member.Org, a.Solution.ID, a.Member.User)
	return append(steps, db.check(k, ifSameSolutionRole, values{":seen_role": string(a.Role)}, nil))
}

// moveSteps change one assignment and its person's counts.
func (db *DB) moveSteps(c identity.Change, s identity.Solution, m identity.Move) []step {
	k, seen := assignmentKey(s.Org, s.ID, m.Member.User), values{":seen_role": string(m.From)}
	v := values{}
	condition := ifPresent + " AND " + roleIn(identity.AdmittingRoles(), v)

	var write step
	switch {
	case m.From == "":
		a := identity.Assignment{
			Org:      s.Org,
			Solution: s.ID,
			User:     m.Member.User,
			Role:     m.To,
			At:       c.At,
		}

		write = db.put(newAssignmentItem(a), ifAbsent, nil, nil)

	case m.To == "":
		write = db.remove(k, ifSameSolutionRole, seen, nil)
		condition, v = ifPresent, values{}

	default:
		seen[":to"] = string(m.To)
		write = db.update(k, "SET solution_role = :to", ifSameSolutionRole, seen, nil)
	}

	in, all := counted(m.From, m.To)
	return []step{write, db.recount(membershipKey(m.Member.User, s.Org), "solution_count", condition, v, in, all)}
}

// Assigned is one person's role in one solution, with who they are or what it is.
type Assigned struct {
	Member   identity.Membership
	Solution identity.Solution
	Role     identity.SolutionRole
}

// People are the people of a solution in the order of their ids, behind a position; next is the position to go on from,
// "" at the end.
func (db *DB) People(ctx context.Context, o identity.OrgID, s identity.SolutionID, after string, limit int) (people []Assigned, next string, err error) {
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

	rows, err := assignments(items)
	if err != nil {
		return nil, "", err
	}

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

// SolutionsOf are the solutions that a member is assigned to and that the viewer may know of too, in the order in which
// they were made, behind a position; next is the position to go on from, "" at the end. What denies the member is left
// out, unless the viewer sees all solutions. The index says where to look; what is true is read from the table.
func (db *DB) SolutionsOf(ctx context.Context, viewer identity.Membership, u identity.UserID, after string, limit int) (list []Assigned, next string, err error) {
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

	rows, err := assignments(items)
	if err != nil {
		return nil, "", err
	}

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
		access := identity.Access{Member: viewer, Solution: s, Role: found.role(a.Solution, viewer.User)}
		if role != "" && access.Visible() {
			list = append(list, Assigned{Solution: s, Role: role})
		}
	}

	return list, next, err
}

// counted is what a change of role adds to the count of assignments that let someone in, and to the count of all.
func counted(from, to identity.SolutionRole) (in, all int) {
	lets := func(r identity.SolutionRole) bool { return r != "" && r != identity.SolutionDeny }
	return one(lets(to)) - one(lets(from)), one(to != "") - one(from != "")
}

// recount adds to the two counts of assignments that a membership or a solution keeps.
func (db *DB) recount(k key, attribute, condition string, v values, in, all int) step {
	v[":in"], v[":all"] = in, all
	return db.update(k, "ADD "+attribute+" :in, assignment_count :all", condition, v, nil)
}

// assignmentEvent is an event on the person; the solution is in its state before or after.
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
		Target: identity.Target{Type: "user", ID: string(m.Member.User), Name: m.Member.Person.DisplayName},
	}
}
