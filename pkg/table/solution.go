package table

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// ifUnchangedAndStays: the solution is as it was read, and nobody has deleted it.
	ifUnchangedAndStays = ifVersion + " AND attribute_not_exists(deleting_at)"
	// ifRoomForSolution: the organization exists and has fewer solutions than it can have.
	ifRoomForSolution = ifPresent + " AND (attribute_not_exists(solution_count) OR solution_count < :max)"
)

// CreateSolution stores a new solution and assigns its creator to it in the role of identity.Membership.MakerRole. It
// returns Forbidden if the creator may not create solutions at the moment of writing, and LimitReached if the
// organization has as many as it can.
func (db *DB) CreateSolution(s identity.Solution, maker identity.Membership) identity.Write {
	forbidden := maker.Lacking(identity.CreateSolutions)
	move := identity.Move{Member: maker, To: maker.MakerRole()}
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
			db.oneMoreSolution(s.Org))
	}
}

func (db *DB) oneMoreSolution(o identity.OrgID) step {
	return db.update(orgKey(o), "ADD solution_count :one", ifRoomForSolution,
		values{":one": 1, ":max": identity.MaxSolutions}, func(current attributes) error {
			if current == nil {
				return identity.ErrStale
			}

			return identity.TooManySolutions()
		})
}

func (db *DB) oneLessSolution(o identity.OrgID) step {
	return db.update(orgKey(o), "ADD solution_count :less", ifPresent, values{":less": -1}, nil)
}

// or returns the step with the refusal that its failed condition stands for.
func (s step) or(refusal error) step { return step{s.write, always(refusal)} }

// Access returns a solution with the member's role in it, or the refusal of MayKnow.
func (db *DB) Access(ctx context.Context, a identity.Actor, s identity.SolutionID) (identity.Access, error) {
	access, err := db.access(ctx, a, s)
	if err == nil {
		err = access.MayKnow()
	}

	return access, err
}

func (db *DB) access(ctx context.Context, a identity.Actor, s identity.SolutionID) (identity.Access, error) {
	found, err := db.fetch(ctx, []key{solutionKey(a.Org, s), assignmentKey(a.Org, s, a.User)})
	return identity.Access{Actor: a, Solution: found.solutions[s], Role: found.role(s, a.User)}, err
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
	update := db.update(solutionKey(before.Org, before.ID),
		"SET solution_name = :name, description = :description, version = :version", ifUnchangedAndStays, values{
			":name":         after.Name,
			":description":  after.Description,
			":version":      after.Version,
			":seen_version": before.Version,
		}, nil)

	return db.write([]identity.Event{solutionEvent(identity.ActionSolutionUpdate, before, was, is)},
		db.holding(access, []step{update})...)
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
