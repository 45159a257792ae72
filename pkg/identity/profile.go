package identity

import (
	"strings"
	"time"
)

// Profile is a person as they see themselves on their own profile page.
type Profile struct {
	ID UserID
	Person
	// DefaultOrg is the organization that the person chose to land in; "" if they never chose one.
	DefaultOrg OrgID
	// Copies counts how often a membership began to hold a copy of the person again. A change of the person checks it, so
	// that it misses no copy.
	Copies int
	// Muted holds the kinds of notice that the person does not want.
	Muted     Muted
	CreatedAt time.Time
	Version   int
}

// DisplayName returns the name to show for a person who did not choose one: first and last name, or else the email
// address.
func DisplayName(p Person) string {
	if name := strings.TrimSpace(p.FirstName + " " + p.LastName); name != "" {
		return name
	}
	return p.Email
}

// Landing returns the organization that the person lands in: their choice if it is accessible, or else the accessible one
// they joined first, or else "". healed is true if their choice is not accessible.
func (p Profile) Landing(memberships []Membership) (org OrgID, healed bool) {
	var first Membership
	for _, m := range memberships {
		if !m.Accessible() {
			continue
		}

		if m.Org == p.DefaultOrg {
			return m.Org, false
		}

		if first.Org == "" || m.JoinedAt.Before(first.JoinedAt) || m.JoinedAt.Equal(first.JoinedAt) && m.Org < first.Org {
			first = m
		}
	}

	return first.Org, p.DefaultOrg != ""
}

// Edit is a change of one's own profile. A nil field stays unchanged.
type Edit struct {
	// The names have passed CleanText. An empty DisplayName resets it to the result of the function DisplayName. Phone is
	// in E.164 format, or "" for none.
	FirstName, LastName, DisplayName, Phone *string
}

// Edited returns the person after the change. A display name that was derived by the function DisplayName is derived again
// from the new names.
func (p Person) Edited(e Edit) Person {
	derived := p.DisplayName == DisplayName(p)
	for _, field := range []struct{ to, from *string }{
		{&p.FirstName, e.FirstName}, {&p.LastName, e.LastName}, {&p.Phone, e.Phone}, {&p.DisplayName, e.DisplayName},
	} {
		if field.from != nil {
			*field.to = *field.from
		}
	}

	if e.DisplayName == nil && derived || p.DisplayName == "" {
		p.DisplayName = DisplayName(p)
	}

	return p
}

// WithEmail returns the person with another email address.
func (p Person) WithEmail(email string) Person {
	derived := p.DisplayName == DisplayName(p)
	p.Email = email
	if derived {
		p.DisplayName = DisplayName(p)
	}

	return p
}
