package issuer

import (
	"crypto/sha256"
	"encoding/base64"
	"net/mail"
	"strings"
	"unicode"

	"github.com/leasehold-dev/leasehold/pkg/address"
)

// Person is a person who can sign in.
type Person struct {
	// Name is the full name. If it is empty, the issuer derives one from the email address.
	Name string

	// Email identifies the person.
	Email string

	// FormerEmail is a previous address whose subject the person keeps; "" if the address never changed.
	FormerEmail string

	// Description describes the person on the sign-in page.
	Description string
}

// subject returns the sub claim, which depends only on the person's first email address.
func (p Person) subject() string {
	first := p.Email
	if p.FormerEmail != "" {
		first = p.FormerEmail
	}

	sum := sha256.Sum256([]byte("leasehold-local\x00" + mailbox(first)))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// mailbox returns the canonical form of an address, so that two spellings of one mailbox are one person, and no others are.
// strings.ToLower would make one person of kim and of KIM spelled with a Kelvin sign.
func mailbox(email string) string {
	canonical, err := address.Canonical("email", email)
	if err != nil {
		return email
	}

	return canonical
}

// verified returns the email_verified claim. Tags in an address select what some providers send, so that it can be tested:
// mira+unverified@example.com is not verified, mira+astext@example.com has the text "true", and mira+unsaid@example.com has
// no claim (nil).
func (p Person) verified() any {
	local, _, _ := strings.Cut(strings.ToLower(p.Email), "@")
	_, tag, _ := strings.Cut(local, "+")
	switch tag {
	case "unverified":
		return false
	case "astext":
		return "true"
	case "unsaid":
		return nil
	}

	return true
}

// claims returns the person's claims for ID tokens and the userinfo endpoint.
func (p Person) claims() map[string]any {
	given, family, _ := strings.Cut(p.Name, " ")
	claims := map[string]any{
		"sub":   p.subject(),
		"email": p.Email,
		"name":  p.Name,
	}
	if verified := p.verified(); verified != nil {
		claims["email_verified"] = verified
	}

	if strings.Contains(p.Email, "+nameonly@") { // some providers send no parts of the name
		return claims
	}

	claims["given_name"] = given
	if family != "" {
		claims["family_name"] = family
	}

	return claims
}

// personFor returns the demo person with an email address, or a new person with that address. It returns false if email
// is not an address.
func (i *Issuer) personFor(email string) (Person, bool) {
	parsed, err := mail.ParseAddress(strings.TrimSpace(email))
	if err != nil || parsed.Name != "" {
		return Person{}, false
	}

	for _, person := range i.options.People {
		if mailbox(person.Email) == mailbox(parsed.Address) {
			return withName(person), true
		}
	}

	return withName(Person{Email: parsed.Address}), true
}

// withName returns a person with a name. If the name is empty, it is derived from the email address:
// mira.okafor@example.com becomes Mira Okafor.
func withName(person Person) Person {
	if person.Name != "" {
		return person
	}

	local, _, _ := strings.Cut(person.Email, "@")
	local, _, _ = strings.Cut(local, "+")
	words := strings.FieldsFunc(local, func(r rune) bool { return r == '.' || r == '_' || r == '-' })
	for i, word := range words {
		runes := []rune(word)
		runes[0] = unicode.ToUpper(runes[0])
		words[i] = string(runes)
	}

	person.Name = strings.Join(words, " ")
	return person
}
