package identity

import (
	"slices"
	"time"
)

// Solution is something that an organization deploys and assigns people to.
type Solution struct {
	ID          SolutionID
	Org         OrgID
	Name        string
	Description string
	CreatedBy   UserID
	CreatedAt   time.Time
	// People counts the assignments except those whose role is SolutionDeny.
	People int
	// Assignments counts all assignments.
	Assignments int
	// Deleting is true from the moment the solution is deleted until its last assignment is gone. Such a solution is
	// hidden and rejects changes.
	Deleting bool
	Version  int
}

// Assignment is one person's role in one solution.
type Assignment struct {
	Org      OrgID
	Solution SolutionID
	User     UserID
	Role     SolutionRole
	At       time.Time
}

// The solution roles that allow what a role in the organization may not.
var (
	// solutionAssigners may assign people to the solution and see who is assigned.
	solutionAssigners = []SolutionRole{SolutionOwner, SolutionAdmin}
	// solutionEditors may change its name and description.
	solutionEditors = []SolutionRole{SolutionOwner, SolutionAdmin, SolutionEditor}
	// solutionDeleters may delete it, and may make and change its owners.
	solutionDeleters = []SolutionRole{SolutionOwner}
)

// Access is what one member may do with one solution, through their role in the organization or in the solution.
type Access struct {
	Actor    Actor
	Solution Solution
	// Role is the member's role in the solution; "" if they are not assigned to it.
	Role SolutionRole
}

// Visible reports whether the member may know of the solution. A member whose role shows all solutions sees it. Others
// see what they are assigned to and what they created, unless the solution denies them.
func (a Access) Visible() bool { return !a.Solution.Deleting && a.known() }

func (a Access) known() bool {
	switch {
	case a.Solution.ID == "" || !a.Actor.Accessible():
		return false
	case a.Actor.Can(ViewAllSolutions):
		return true
	case a.Role == "":
		return a.Actor.Can(ViewOwnSolutions) && a.Solution.CreatedBy == a.Actor.User
	}

	return a.Role.Admits() && a.Actor.carries(ViewOwnSolutions)
}

// MayKnow returns nil if the member may know of the solution. It returns InsufficientScope if the credential shows no
// solutions at all, which reveals nothing about this one, and NotFound otherwise.
func (a Access) MayKnow() error {
	if !a.Visible() {
		return a.unknown()
	}

	return nil
}

// unknown returns the refusal for a member who may not know of the solution.
func (a Access) unknown() error {
	if err := a.Actor.caller.RequireScope(ViewOwnSolutions); err != nil {
		return err
	}

	return NoSuch("solution")
}

// holds reports whether the member has one of the solution roles, and a credential that carries what the role allows. A
// token carries it with the scope CreateSolutions: no scope of its own stands for the roles in single solutions.
func (a Access) holds(roles []SolutionRole) bool {
	return slices.Contains(roles, a.role()) && a.Actor.carries(CreateSolutions)
}

// role returns the member's role in the solution. A service account that a version that doesn't know them made an owner
// counts as an admin.
func (a Access) role() SolutionRole {
	if a.Actor.ServiceAccount && a.Role == SolutionOwner {
		return SolutionAdmin
	}

	return a.Role
}

// MayView returns nil if the member may see the solution's name and description: their role in the organization shows
// solutions, or they may edit this one. Otherwise it returns NotFound, Forbidden or InsufficientScope.
func (a Access) MayView() error {
	switch {
	case !a.Visible():
		return a.unknown()
	case !a.Actor.Can(ViewOwnSolutions) && a.MayEdit() != nil:
		return a.refuse("see this solution", ViewOwnSolutions, solutionEditors)
	}

	return nil
}

// MaySeePeople returns nil if the member may see who is assigned to the solution. Otherwise it returns NotFound,
// Forbidden or InsufficientScope.
func (a Access) MaySeePeople() error {
	switch {
	case !a.Visible():
		return a.unknown()
	case !a.Actor.Can(ViewAllSolutions) && !a.Actor.Can(ViewOwnSolutions) && !a.holds(solutionAssigners):
		return a.refuse("see the people of this solution", ViewOwnSolutions, solutionAssigners)
	}

	return nil
}

// MayEdit returns nil if the member may change the solution's name and description. Otherwise it returns NotFound,
// Forbidden or InsufficientScope.
func (a Access) MayEdit() error {
	switch {
	case !a.Visible():
		return a.unknown()
	case !a.Actor.Can(AssignSolutions) && !a.holds(solutionEditors):
		return a.refuse("change this solution", AssignSolutions, solutionEditors)
	}

	return nil
}

// MayDelete returns nil if the member may delete the solution or finish its deletion. Otherwise it returns NotFound,
// Forbidden or InsufficientScope.
func (a Access) MayDelete() error {
	switch may := a.governs(); {
	case !a.known() || a.Solution.Deleting && !may:
		return a.unknown()
	case !may:
		return a.refuse("delete this solution", AssignSolutions, solutionDeleters)
	}

	return nil
}

// MayAssign returns nil if the member may assign people to the solution at all. Otherwise it returns NotFound,
// Forbidden or InsufficientScope.
func (a Access) MayAssign() error {
	switch {
	case !a.Visible():
		return a.unknown()
	case !a.Actor.Can(AssignSolutions) && !a.holds(solutionAssigners):
		return a.refuse("assign people to this solution", AssignSolutions, solutionAssigners)
	}

	return nil
}

// governs reports whether the member may delete the solution, and make and change its owners.
func (a Access) governs() bool { return a.Actor.Can(AssignSolutions) || a.holds(solutionDeleters) }

// refuse returns the refusal for a member who may not act on a solution: Forbidden, with who can, or InsufficientScope
// if only the credential does not suffice.
func (a Access) refuse(act string, p Permission, roles []SolutionRole) error {
	switch {
	case a.Actor.Grants(p):
		return a.Actor.Require(p)
	case slices.Contains(roles, a.role()):
		return a.Actor.caller.RequireScope(CreateSolutions)
	}

	return Refuse(Forbidden, "You can't %s. Ask %s of the organization, or %s.", act, aRoleWith(p), aSolutionRole(roles))
}

// Move is the change of one person's role in a solution.
type Move struct {
	Member Membership
	// From and To are the roles before and after the change; "" if the person is not assigned.
	From, To SolutionRole
}

// Move returns the change of a person's solution role that the member requests, or the refusal. Only a member who manages
// all solutions, or owns this one, can make or change its owners. A person that the organization denies can't be assigned.
func (a Access) Move(target Membership, from, to SolutionRole) (Move, error) {
	if err := a.MayAssign(); err != nil {
		return Move{}, err
	}

	switch {
	case target.User == "":
		return Move{}, NoSuch("member")
	case !a.governs() && (from == SolutionOwner || to == SolutionOwner):
		return Move{}, a.refuse("make or change owners of this solution", AssignSolutions, solutionDeleters)
	case target.ServiceAccount && to == SolutionOwner:
		return Move{}, Refuse(Conflict, "A service account can't own a solution. Assign it as admin instead.")
	case target.Role == Deny && to != "" && to != from:
		return Move{}, Refuse(Conflict, "The organization denies this person access. Give them another role in the organization first.")
	case target.Offer && from == "" && to != "" && target.Assignments >= MaxInvitedAssignments:
		return Move{}, Refuse(Conflict, "An invited person can be assigned to at most %d solutions. Wait until they accept.", MaxInvitedAssignments)
	}

	return Move{target, from, to}, nil
}
