package identity

import "time"

// Solution is something that an organization deploys and assigns people to.
type Solution struct {
	ID          SolutionID
	Org         OrgID
	Name        string
	Description string
	CreatedBy   UserID
	CreatedAt   time.Time
	// People counts the assignments that let someone in: all but those whose role is SolutionDeny.
	People int
	// Assignments counts all of them.
	Assignments int
	// Deleting is true from the moment in which the solution is deleted until its last assignment is gone, too. It is
	// not shown any more and takes no changes.
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

// Access is what one member may do with one solution, by their role in the organization or by their role in the
// solution itself.
type Access struct {
	Member   Membership
	Solution Solution
	// Role is the member's role in the solution; "" when they are not assigned to it.
	Role SolutionRole
}

// Visible reports whether the member may know of the solution: all of them where their role shows all, else what they
// are assigned to and what they made themselves, unless the solution denies them.
func (a Access) Visible() bool { return !a.Solution.Deleting && a.known() }

func (a Access) known() bool {
	switch {
	case a.Solution.ID == "" || !a.Member.Accessible():
		return false
	case a.Member.Can(ViewAllSolutions):
		return true
	case a.Role == "":
		return a.Member.Can(ViewOwnSolutions) && a.Solution.CreatedBy == a.Member.User
	}

	return a.Role != SolutionDeny
}

// MaySeePeople reports, as an Error or nil, whether the member may see who is assigned to the solution.
func (a Access) MaySeePeople() error {
	switch {
	case !a.Visible():
		return NoSuch("solution")
	case !a.Member.Can(ViewAllSolutions) && !a.Member.Can(ViewOwnSolutions) && !a.Role.MayAssign():
		return Refuse(Forbidden, "Seeing a solution's people takes the role Owner, Admin or Creator, or that of an owner or admin of the solution.")
	}

	return nil
}

// MayEdit reports, as an Error or nil, whether the member may change the solution's name and description.
func (a Access) MayEdit() error {
	switch {
	case !a.Visible():
		return NoSuch("solution")
	case !a.Member.Can(AssignSolutions) && !a.Role.MayAssign() && a.Role != SolutionEditor:
		return Refuse(Forbidden, "Changing a solution takes the role Owner or Admin, or that of an owner, admin or editor of the solution.")
	}

	return nil
}

// MayDelete reports, as an Error or nil, whether the member may delete the solution, or finish its deletion.
func (a Access) MayDelete() error {
	switch may := a.Member.Can(AssignSolutions) || a.Role == SolutionOwner; {
	case !a.known() || a.Solution.Deleting && !may:
		return NoSuch("solution")
	case !may:
		return Refuse(Forbidden, "Deleting a solution takes the role Owner or Admin, or that of an owner of the solution.")
	}

	return nil
}

// MayAssign reports, as an Error or nil, whether the member may assign people to the solution at all.
func (a Access) MayAssign() error {
	switch {
	case !a.Visible():
		return NoSuch("solution")
	case !a.Member.Can(AssignSolutions) && !a.Role.MayAssign():
		return Refuse(Forbidden, "Assigning people takes the role Owner or Admin, or that of an owner or admin of the solution.")
	}

	return nil
}

// Move is the change of one person's role in a solution.
type Move struct {
	Member Membership
	// From and To are the roles before and after; "" when the person is not assigned.
	From, To SolutionRole
}

// Move is the change of a person's solution role that the member asks for, or why it is refused: only whoever manages
// all solutions or owns this one makes and touches its owners, and nobody is assigned whom the organization denies.
func (a Access) Move(target Membership, from, to SolutionRole) (Move, error) {
	if err := a.MayAssign(); err != nil {
		return Move{}, err
	}

	ruled := a.Member.Can(AssignSolutions) || a.Role == SolutionOwner
	switch {
	case target.User == "":
		return Move{}, NoSuch("member")
	case !ruled && (from == SolutionOwner || to == SolutionOwner):
		return Move{}, Refuse(Forbidden, "Only an owner of the solution, or an Owner or Admin of the organization, makes or changes owners of the solution.")
	case target.Role == Deny && to != "" && to != from:
		return Move{}, Refuse(Conflict, "The organization denies this person access; give them another role there first.")
	}

	return Move{target, from, to}, nil
}
