package api

import "github.com/leasehold-dev/leasehold/pkg/identity"

// SolutionOf returns the solution that the API shows to a member with access to it.
func SolutionOf(a identity.Access) Solution {
	s := a.Solution
	shown := Solution{
		ID:          string(s.ID),
		Name:        s.Name,
		Description: s.Description,
		CreatedBy:   string(s.CreatedBy),
		CreatedAt:   s.CreatedAt,
		MemberCount: s.People,
		Version:     int64(s.Version),
	}
	if a.Role != "" {
		role := SolutionRole(a.Role)
		shown.YourRole = &role
	}

	return shown
}

// AssignmentOf returns a member's role in a solution.
func AssignmentOf(m identity.Membership, role identity.SolutionRole) Assignment {
	person := m.Visible()
	return Assignment{
		User: UserRef{ID: string(m.User), DisplayName: person.DisplayName, Email: person.Email},
		Role: SolutionRole(role),
	}
}

// MemberSolutionOf returns a solution that a member is assigned to, with the member's role in it.
func MemberSolutionOf(s identity.Solution, role identity.SolutionRole) MemberSolution {
	return MemberSolution{ID: string(s.ID), Name: s.Name, Role: SolutionRole(role)}
}
