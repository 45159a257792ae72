package issuer

import (
	"crypto/sha256"
	"encoding/base64"
	"net/mail"
	"strings"
	"unicode"
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

	sum := sha256.Sum256([]byte("leasehold-local\x00" + strings.ToLower(first)))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// verified is false for addresses such as mira+unverified@example.com, so that the refusal of those can be tried.
func (p Person) verified() bool {
	local, _, _ := strings.Cut(strings.ToLower(p.Email), "@")
	return !strings.HasSuffix(local, "+unverified")
}

// claims are the person's claims in ID tokens and at userinfo.
func (p Person) claims() map[string]any {
	given, family, _ := strings.Cut(p.Name, " ")
	claims := map[string]any{"sub": p.subject(), "email": p.Email, "email_verified": p.verified(), "name": p.Name, "given_name": given}
	if family != "" {
		claims["family_name"] = family
	}

	return claims
}

// personFor finds the demo person with an email address, or makes somebody of the address.
func (i *Issuer) personFor(email string) (Person, bool) {
	address, err := mail.ParseAddress(strings.TrimSpace(email))
	if err != nil || address.Name != "" {
		return Person{}, false
	}

	for _, person := range i.options.People {
		if strings.EqualFold(person.Email, address.Address) {
			return named(person), true
		}
	}

	return named(Person{Email: address.Address}), true
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
