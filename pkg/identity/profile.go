package identity

import (
	"strings"
	"time"
)

// Profile is a person as they see themselves.
type Profile struct {
	ID UserID
	Person
	// DefaultOrg is the organization that the person chose to land in; "" when they never chose.
	DefaultOrg OrgID
	CreatedAt  time.Time
	Version    int
}

// DisplayName is how a person is shown who did not say otherwise: first and last name, else the email address.
func DisplayName(p Person) string {
	if name := strings.TrimSpace(p.FirstName + " " + p.LastName); name != "" {
		return name
	}
	return p.Email
}

// Landing is the organization in which the person lands: the one they chose while it is accessible, else the earliest
// joined accessible one, else "". healed is true when a choice was passed over.
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

// Edit is a change of one's own profile; nil leaves a field as it is.
type Edit struct {
	// FirstName and LastName are clean (CleanText), and so is DisplayName, which "" sets back to what DisplayName makes
	// of the other names. Phone is in E.164 form, or "" for none.
	FirstName, LastName, DisplayName, Phone *string
}

// Edited is the person after the change. Whoever is shown by what DisplayName makes of their names stays so when the
// names change.
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

// Moved is the person at another email address.
func (p Person) Moved(email string) Person {
	derived := p.DisplayName == DisplayName(p)
	p.Email = email
	if derived {
		p.DisplayName = DisplayName(p)
	}

	return p
}
