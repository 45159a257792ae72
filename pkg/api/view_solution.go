package api

import "github.com/leasehold-dev/leasehold/pkg/identity"

// SolutionOf is a solution as the API shows it to a member who may know of it.
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

// AssignmentOf is a member's role in a solution as the API shows it.
func AssignmentOf(m identity.Membership, role identity.SolutionRole) Assignment {
	return Assignment{
		User: UserRef{ID: string(m.User), DisplayName: m.Person.DisplayName, Email: m.Person.Email},
		Role: SolutionRole(role),
	}
}

// MemberSolutionOf is a solution that a member is assigned to, as the API shows it.
func MemberSolutionOf(s identity.Solution, role identity.SolutionRole) MemberSolution {
	return MemberSolution{ID: string(s.ID), Name: s.Name, Role: SolutionRole(role)}
}
