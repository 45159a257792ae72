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
	// People counts the assignments.
	People  int
	Version int
}

// Assignment is one person's role in one solution.
type Assignment struct {
	Org      OrgID
	Solution SolutionID
	User     UserID
	Role     SolutionRole
	At       time.Time
}
