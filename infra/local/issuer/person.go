package issuer

import (
	"crypto/sha256"
	"encoding/base64"
	"net/mail"
	"strings"
	"unicode"

	"github.com/leasehold-dev/leasehold/pkg/address"
)

// Person is somebody who can sign in.
type Person struct {
	// Name is the full name; "" makes one of the email address.
	Name string
	// Email tells people apart.
	Email string
	// Was is an address that the person had before, by which they are still the same subject; "" when it never changed.
	Was string
	// Blurb says on the sign-in page who this is.
	Blurb string
}

// subject is stable for an email address, and stays when the address changes.
func (p Person) subject() string {
	first := p.Email
	if p.Was != "" {
		first = p.Was
	}

	sum := sha256.Sum256([]byte("leasehold-local\x00" + mailbox(first)))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// mailbox returns the canonical form of an address, so that two spellings of one mailbox are one person and nobody else is:
// strings.ToLower would make one person of kim and of KIM with a Kelvin sign.
func mailbox(email string) string {
	canonical, err := address.Canonical("email", email)
	if err != nil {
		return email
	}

	return canonical
}

// verified is the claim email_verified. An address can ask for what some providers do, so that it can be tried:
// mira+unverified@example.com is not verified, mira+astext@example.com has "true" as text, and mira+unsaid@example.com has
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

// claims are the person's claims in ID tokens and at userinfo.
func (p Person) claims() map[string]any {
	given, family, _ := strings.Cut(p.Name, " ")
	claims := map[string]any{"sub": p.subject(), "email": p.Email, "name": p.Name}
	if verified := p.verified(); verified != nil {
		claims["email_verified"] = verified
	}

	if strings.Contains(p.Email, "+nameonly@") { // as of a provider that sends no parts of the name
		return claims
	}

	claims["given_name"] = given
	if family != "" {
		claims["family_name"] = family
	}

	return claims
}

// personFor finds the demo person with an email address, or makes somebody of the address.
func (i *Issuer) personFor(email string) (Person, bool) {
	parsed, err := mail.ParseAddress(strings.TrimSpace(email))
	if err != nil || parsed.Name != "" {
		return Person{}, false
	}

	for _, person := range i.options.People {
		if mailbox(person.Email) == mailbox(parsed.Address) {
			return named(person), true
		}
	}

	return named(Person{Email: parsed.Address}), true
}

// named gives a person without a name one: mira.okafor@example.com is Mira Okafor.
func named(person Person) Person {
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
