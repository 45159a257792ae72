// Command assignment-update assigns and unassigns up to 25 people of a solution at once: all of them or, if one of them
// cannot be, none. Owners and Admins of the organization may, and so may the solution's owners and admins, whatever
// their role in the organization.
package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/leasehold-dev/leasehold/pkg/address"
	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(db, endpoint.Mutation[input, api.AssignmentResult]{
		Route:      "POST /organizations/{org}/solutions/{solution}/members",
		Permission: endpoint.AnyMember, // Access.MayAssign decides: a role in the solution suffices
		Decide:     op{db}.update,
	})
}

type op struct{ db *table.DB }

type input struct {
	Solution identity.SolutionID  `path:"solution"`
	Body     api.AssignmentUpdate `body:"json"`
}

// maxPeople is the most people that one transaction holds, with their counts and events.
const maxPeople = 25

// wanted is the change that the caller wants for one person; field is where the request holds it.
type wanted struct {
	field string
	user  identity.UserID
	email string                // in canonical form, if the request has no ID
	role  identity.SolutionRole // "" to unassign
}

// expected is the solution role that the caller believes one person to have; field is where the request holds it.
type expected struct {
	field string
	user  identity.UserID
	role  identity.SolutionRole // "" if not assigned
}

func (o op) update(ctx context.Context, r *endpoint.Request[input]) (api.AssignmentResult, endpoint.Write, error) {
	changes, err := read(r.In.Body)
	if err != nil {
		return api.AssignmentResult{}, nil, err
	}

	roles, err := readExpected(r.In.Body)
	if err == nil {
		err = o.find(ctx, r, changes)
	}

	if err != nil {
		return api.AssignmentResult{}, nil, err
	}

	var people []identity.UserID
	for _, w := range changes {
		people = append(people, w.user)
	}

	roster, err := o.db.Roster(ctx, r.Actor, r.In.Solution, people...)
	if err != nil {
		return api.AssignmentResult{}, nil, err
	}

	moves, err := plan(roster, changes)
	if err == nil {
		err = compare(roles, moves)
	}

	if err != nil {
		return api.AssignmentResult{}, nil, err
	}

	return result(moves), o.db.Reassign(roster, moves), nil
}

// find sets the users of the changes that have an email address instead. Only those who may assign people to the solution
// learn whether an address is a member's.
func (o op) find(ctx context.Context, r *endpoint.Request[input], changes []wanted) error {
	var emails []string
	for _, w := range changes {
		if w.email != "" {
			emails = append(emails, w.email)
		}
	}

	if len(emails) == 0 {
		return nil
	}

	access, err := o.db.Access(ctx, r.Actor, r.In.Solution)
	if err == nil {
		err = access.MayAssign()
	}

	if err != nil {
		return err
	}

	members, err := o.db.MembersAt(ctx, r.Actor.Org, emails...)
	if err != nil {
		return err
	}

	for i, w := range changes {
		if w.email == "" {
			continue
		}

		user, found := members[w.email]
		if !found {
			return at(w.field, identity.Refuse(identity.NotFound, "No member of the organization has this email address."))
		}

		if slices.ContainsFunc(changes, func(other wanted) bool { return other.user == user }) {
			return twice(w.field)
		}

		changes[i].user = user
	}

	return nil
}

// read returns the changes that a request asks for, or its first mistake.
func read(asked api.AssignmentUpdate) ([]wanted, error) {
	if n := len(asked.Assign) + len(asked.AssignByEmail) + len(asked.Unassign); n < 1 || n > maxPeople {
		return nil, identity.Refuse(identity.InvalidRequest, "Include between 1 and %d people.", maxPeople)
	}

	var changes []wanted
	for i, a := range asked.Assign {
		w, err := byID(fmt.Sprintf("assign.%d.userId", i), a.UserID)
		if err == nil {
			err = at(fmt.Sprintf("assign.%d.role", i), w.role.UnmarshalText([]byte(a.Role)))
		}

		if err != nil {
			return nil, err
		}

		changes = append(changes, w)
	}

	for i, a := range asked.AssignByEmail {
		w := wanted{field: fmt.Sprintf("assignByEmail.%d.email", i)}
		email, err := address.Canonical(w.field, a.Email)
		if err == nil {
			err = at(fmt.Sprintf("assignByEmail.%d.role", i), w.role.UnmarshalText([]byte(a.Role)))
		}

		if err != nil {
			return nil, err
		}

		w.email = email
		changes = append(changes, w)
	}

	for i, user := range asked.Unassign {
		w, err := byID(fmt.Sprintf("unassign.%d", i), user)
		if err != nil {
			return nil, err
		}

		changes = append(changes, w)
	}

	for i, w := range changes {
		if slices.ContainsFunc(changes[:i], func(before wanted) bool { return before.user == w.user && before.email == w.email }) {
			return nil, twice(w.field)
		}
	}

	return changes, nil
}

// readExpected returns the roles that a request expects people to have, or its first mistake.
func readExpected(asked api.AssignmentUpdate) ([]expected, error) {
	if len(asked.Expected) > maxPeople {
		return nil, identity.InvalidField("expected", "Include at most %d people.", maxPeople)
	}

	var roles []expected
	for i, e := range asked.Expected {
		field := fmt.Sprintf("expected.%d", i)
		w, err := byID(field+".userId", e.UserID)
		if err == nil && e.Role != nil {
			err = at(field+".role", w.role.UnmarshalText([]byte(*e.Role)))
		}

		if err != nil {
			return nil, err
		}

		if slices.ContainsFunc(roles, func(before expected) bool { return before.user == w.user }) {
			return nil, twice(w.field)
		}

		roles = append(roles, expected{field: field, user: w.user, role: w.role})
	}

	return roles, nil
}

// byID returns a change of the person with an ID.
func byID(field, user string) (wanted, error) {
	w := wanted{field: field}
	if err := w.user.UnmarshalText([]byte(user)); err != nil {
		return w, identity.InvalidField(field, "Use the ID of a user.")
	}

	return w, nil
}

func twice(field string) error { return identity.InvalidField(field, "Include each person only once.") }

// plan turns the requested changes into moves. It returns the first refusal, if any.
func plan(roster table.Roster, changes []wanted) ([]identity.Move, error) {
	moves := make([]identity.Move, len(changes))
	for i, w := range changes {
		move, err := roster.Move(w.user, w.role)
		if err != nil {
			return nil, at(w.field, err)
		}

		moves[i] = move
	}

	return moves, nil
}

// compare returns VersionMismatch with the field of each person who does not have the role that the request expects. It needs
// no write of its own: a move is written only if the person still has the role from which it starts.
func compare(roles []expected, moves []identity.Move) error {
	var changed []identity.FieldError
	for _, e := range roles {
		i := slices.IndexFunc(moves, func(m identity.Move) bool { return m.Member.User == e.user })
		switch {
		case i < 0:
			return identity.InvalidField(e.field+".userId", "Include only people that the request assigns or unassigns.")
		case moves[i].From != e.role:
			changed = append(changed, identity.FieldError{
				Field:  e.field,
				Detail: "This person's solution role has changed since you read it. Read it again.",
			})
		}
	}

	if len(changed) == 0 {
		return nil
	}

	return &identity.Error{
		Problem: identity.VersionMismatch,
		Detail:  changed[0].Field + ": " + changed[0].Detail,
		Fields:  changed,
	}
}

// at returns a refusal with the field of the request that it is about.
func at(field string, err error) error {
	var refusal *identity.Error
	if !errors.As(err, &refusal) {
		return err
	}

	named := *refusal
	detail := named.Detail
	if len(named.Fields) > 0 {
		detail = named.Fields[0].Detail
	}

	named.Fields = []identity.FieldError{{Field: field, Detail: detail}}
	named.Detail = field + ": " + detail
	return &named
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
