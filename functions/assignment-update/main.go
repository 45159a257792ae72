// Command assignment-update assigns and unassigns people of a solution, up to 25 at once: all of them or, when one of them
// cannot be, none. Owner and Admin of the organization may, and so may owners and admins of the solution, whatever their
// role in the organization.
package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(endpoint.Operation[input, api.AssignmentResult]{
		Route:   "POST /organizations/{org}/solutions/{solution}/members",
		Records: db,
		Do:      op{db}.update,
	})
}

type op struct{ db *table.DB }

type input struct {
	Solution identity.SolutionID  `path:"solution"`
	Body     api.AssignmentUpdate `body:"json"`
}

// maxPeople is the most that one transaction holds, with their counts and events.
const maxPeople = 25

// wish is what the caller wants of one person; field is where the request says so.
type wish struct {
	field string
	user  identity.UserID
	role  identity.SolutionRole // "" to unassign
}

func (o op) update(ctx context.Context, r *endpoint.Request[input]) (api.AssignmentResult, error) {
	var shown api.AssignmentResult
	wishes, err := read(r.In.Body)
	if err != nil {
		return shown, err
	}

	var people []identity.UserID
	for _, w := range wishes {
		people = append(people, w.user)
	}

	err = table.RetryStale(ctx, func() error {
		roster, err := o.db.Roster(ctx, r.Actor, r.In.Solution, people...)
		if err != nil {
			return err
		}

		moves, err := plan(roster, wishes)
		if err != nil {
			return err
		}

		shown = result(moves)
		change, err := r.Change(shown)
		if err != nil {
			return err
		}

		return o.db.Reassign(ctx, change, roster, moves)
	})

	return shown, err
}

// read checks what can be checked of a request by itself.
func read(asked api.AssignmentUpdate) ([]wish, error) {
	if n := len(asked.Assign) + len(asked.Unassign); n < 1 || n > maxPeople {
		return nil, identity.Refuse(identity.InvalidRequest, "Name 1 to %d people in all.", maxPeople)
	}

	var wishes []wish
	add := func(field, user string, role identity.SolutionRole) error {
		w := wish{field: field, role: role}
		if err := w.user.UnmarshalText([]byte(user)); err != nil {
			return identity.InvalidField(field, "Give the id of a user.")
		}

		if slices.ContainsFunc(wishes, func(before wish) bool { return before.user == w.user }) {
			return identity.InvalidField(field, "Name each person once.")
		}

		wishes = append(wishes, w)
		return nil
	}

	for i, a := range asked.Assign {
		var role identity.SolutionRole
		if err := role.UnmarshalText([]byte(a.Role)); err != nil {
			return nil, at(fmt.Sprintf("assign.%d.role", i), err)
		}

		if err := add(fmt.Sprintf("assign.%d.userId", i), a.UserID, role); err != nil {
			return nil, err
		}
	}

	for i, user := range asked.Unassign {
		if err := add(fmt.Sprintf("unassign.%d", i), user, ""); err != nil {
			return nil, err
		}
	}

	return wishes, nil
}

// plan is the moves that the wishes come to, or why the first of them that is refused is.
func plan(roster table.Roster, wishes []wish) ([]identity.Move, error) {
	moves := make([]identity.Move, len(wishes))
	for i, w := range wishes {
		move, err := roster.Move(w.user, w.role)
		if err != nil {
			return nil, at(w.field, err)
		}

		moves[i] = move
	}

	return moves, nil
}

// at says which field of the request a refusal is about.
func at(field string, err error) error {
	var refusal *identity.Error
	if !errors.As(err, &refusal) {
		return err
	}

	told := *refusal
	detail := told.Detail
	if len(told.Fields) > 0 {
		detail = told.Fields[0].Detail
	}

	told.Fields = []identity.FieldError{{Field: field, Detail: detail}}
	told.Detail = field + ": " + detail
	return &told
}

func result(moves []identity.Move) api.AssignmentResult {
	shown := api.AssignmentResult{Assigned: []api.Assignment{}, Unassigned: []api.UserID{}}
	for _, m := range moves {
		if m.To == "" {
			shown.Unassigned = append(shown.Unassigned, string(m.Member.User))
		} else {
			shown.Assigned = append(shown.Assigned, api.AssignmentOf(m.Member, m.To))
		}
	}

	return shown
}
