package table

import (
	"context"
	"errors"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// ifSameSolutionRole: the person is assigned, in the role that was read.
	ifSameSolutionRole = "solution_role = :seen_role"
	// ifAssignable: a member, whom the organization does not deny.
	ifAssignable = "attribute_exists(PK) AND member_role <> :deny"
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
		key: assignmentKey(a.Org, a.Solution, a.User), GSI1PK: byUser.pk, GSI1SK: byUser.sk, Type: "assignment",
		Role: string(a.Role), At: a.At.Unix(),
	}
}

func (i assignmentItem) assignment() identity.Assignment {
	solution, user, _ := strings.Cut(i.SK[len("ASSIGN#"):], "#")
	return identity.Assignment{
		Org: identity.OrgID(i.PK[len("ORG#"):]), Solution: identity.SolutionID(solution), User: identity.UserID(user),
		Role: identity.SolutionRole(i.Role), At: moment(i.At),
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
	items, err := db.query(ctx, span{index: Index1, pk: memberPartition(u, o), from: "ASSIGN#", to: "ASSIGN#" + highest})
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
func (db *DB) unassignDownTo(ctx context.Context, c identity.Change, m identity.Membership, keep int) ([]identity.Assignment, error) {
	c.Retry = nil
	left, err := db.assignmentsOf(ctx, m.Org, m.User)
	if err != nil {
		return nil, err
	}
	for len(left) > keep {
		a := left[len(left)-1]
		event := assignmentEvent(a.Solution, identity.Move{Member: m, From: a.Role})
		err := db.commit(ctx, c, []identity.Event{event}, db.unassignSteps(a, true)...)
		if errors.Is(err, errStale) {
			return db.unassignDownTo(ctx, c, m, keep)
		}
		if err != nil {
			return nil, err
		}
		left = left[:len(left)-1]
	}
	return left, nil
}

// counted is what a change of role adds to the count of assignments that let someone in, and to the count of all.
func counted(from, to identity.SolutionRole) (in, all int) {
	one := func(yes bool) int {
		if yes {
			return 1
		}
		return 0
	}
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
	action := "assignment.update"
	switch {
	case m.From == "":
		action = "assignment.create"
	case m.To == "":
		action = "assignment.delete"
	}
	return identity.Event{
		Scope: string(m.Member.Org), Action: action, Before: state(m.From), After: state(m.To),
		Target: identity.Target{Type: "user", ID: string(m.Member.User), Name: m.Member.Person.DisplayName},
	}
}
