package identity

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
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

// Organization is a tenant.
type Organization struct {
	ID   OrgID
	Name string
	// Owners counts the active owners; it never falls to zero.
	Owners    int
	Members   int
	Solutions int
	CreatedAt time.Time
	Version   int
}

// MaxOrganizations is how many organizations a person can belong to, those included that invited them. A person's names
// are copied into each membership and, a word at a time, into what a search reads; a change of names writes all of it in
// one transaction, and DynamoDB takes 100 writes in one: profile, event and remembered answer are 3, and each of 24
// memberships is 1 and its words 3.
const MaxOrganizations = 24

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

const (
	// MaxName is the longest name of a person, an organization or a solution, in characters.
	MaxName = 100
	// MaxDescription is the longest description, in characters.
	MaxDescription = 200
)

// CleanText trims the text and refuses control characters and more than max characters; field names the culprit.
func CleanText(field, text string, max int) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case !utf8.ValidString(text) || strings.ContainsFunc(text, endsLine):
		return "", InvalidField(field, "Use one line of text without control characters.")
	case utf8.RuneCountInString(text) > max:
		return "", InvalidField(field, "Use at most %d characters.", max)
	}

	return text, nil
}

// endsLine reports control characters and what else Unicode has to end a line.
func endsLine(r rune) bool { return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) }

// CleanName is CleanText that refuses an empty name.
func CleanName(field, text string) (string, error) {
	text, err := CleanText(field, text, MaxName)
	if err == nil && text == "" {
		err = InvalidField(field, "Give a name of 1 to %d characters.", MaxName)
	}

	return text, err
}

// CleanEmail is the address in the form in which it is compared and stored: trimmed and in lower case.
func CleanEmail(field, address string) (string, error) {
	valid := utf8.ValidString(address)
	address = strings.ToLower(strings.TrimSpace(address))
	local, domain, ok := strings.Cut(address, "@")
	bad := !ok || !valid || local == "" || !strings.Contains(domain, ".") || strings.Contains(domain, "@") || len(address) > 254 ||
		strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") ||
		strings.ContainsFunc(address, func(r rune) bool { return unicode.IsSpace(r) || endsLine(r) || strings.ContainsRune(`"(),:;<>[\]`, r) })
	if bad {
		return "", InvalidField(field, "Give an email address such as ada@example.com.")
	}

	return address, nil
}
