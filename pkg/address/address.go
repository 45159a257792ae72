// Package address puts email addresses into the one form in which Leasehold compares and stores them.
//
// Two addresses have the same canonical form only if they differ in the case of ASCII letters, in surrounding white
// space, in the normalization of the local part, or in the spelling of an internationalized domain. Nothing else is
// folded: lower-casing by Unicode's rules turns letters such as U+212A (KELVIN SIGN) and U+0130 (I with a dot) into ASCII,
// so that a stranger's address would become somebody else's.
package address

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// maxLength is the maximum length of an address in bytes (RFC 5321, section 4.5.3.1.3, without the angle brackets).
	maxLength = 254
	// maxLocal is the maximum length of a local part in bytes (RFC 5321, section 4.5.3.1.1).
	maxLocal = 64
)

// domains converts a domain to A-labels by the rules for registering one (RFC 5891, section 4). They map nothing: a domain
// that is not in its normal form, such as one in full-width letters, is rejected instead of being turned into another.
var domains = idna.New(
	idna.ValidateForRegistration(),
	idna.StrictDomainName(true),
	idna.VerifyDNSLength(true),
	idna.BidiRule(),
)

// Canonical returns the canonical form of an email address: without surrounding white space, with ASCII letters in lower
// case, the local part in Unicode normalization form C, and the domain as A-labels. It returns an InvalidRequest error for
// the field, which says what to correct, if the text is not one address with a domain of at least two labels.
func Canonical(field, text string) (string, error) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, utf8.RuneError) {
		return "", identity.InvalidField(field, "Enter the address in valid UTF-8.")
	}

	local, domain, found := strings.Cut(lowerASCII(strings.TrimSpace(text)), "@")
	if !found || local == "" || domain == "" || strings.Contains(domain, "@") {
		return "", identity.InvalidField(field, "Enter one email address, such as ada@example.com.")
	}

	local, err := canonicalLocal(field, local)
	if err != nil {
		return "", err
	}

	domain, err = canonicalDomain(field, domain)
	if err != nil {
		return "", err
	}

	if len(local)+len("@")+len(domain) > maxLength {
		return "", identity.InvalidField(field, "Use an address of at most %d bytes.", maxLength)
	}

	return local + "@" + domain, nil
}

// canonicalLocal returns the part of an address before the @.
func canonicalLocal(field, local string) (string, error) {
	composed, ok := compose(local)
	switch {
	case !ok || strings.ContainsFunc(composed, unusable):
		return "", identity.InvalidField(field, "The part before the @ contains a character that email addresses do not use. Enter the address by hand.")
	case strings.HasPrefix(composed, ".") || strings.HasSuffix(composed, ".") || strings.Contains(composed, ".."):
		return "", identity.InvalidField(field, "Remove the extra dot before the @.")
	case len(composed) > maxLocal:
		return "", identity.InvalidField(field, "Use at most %d bytes before the @.", maxLocal)
	}

	return composed, nil
}

// canonicalDomain returns the part of an address after the @ as A-labels.
func canonicalDomain(field, domain string) (string, error) {
	composed, ok := compose(domain)
	if !ok || strings.ContainsFunc(composed, unusable) {
		return "", identity.InvalidField(field, "The domain contains a character that domain names do not use. Enter the address by hand.")
	}

	ascii, err := domains.ToASCII(composed)
	if err != nil || !strings.Contains(ascii, ".") || strings.HasSuffix(ascii, ".") {
		return "", identity.InvalidField(field, "Enter a complete domain after the @, such as example.com.")
	}

	return ascii, nil
}

// compose returns the text in normalization form C. ok is false if that turns a character into an ASCII one, which would
// make a different address of it: U+212A (KELVIN SIGN) becomes K.
func compose(text string) (composed string, ok bool) {
	for _, r := range text {
		if r < utf8.RuneSelf {
			continue
		}

		for _, c := range norm.NFC.String(string(r)) {
			if c < utf8.RuneSelf {
				return "", false
			}
		}
	}

	return norm.NFC.String(text), true
}

// lowerASCII lowers the letters A to Z and no others.
func lowerASCII(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

// unusable reports whether a character may not be in an address: white space, control and format characters, characters
// that Unicode does not assign or leaves invisible, and those that separate addresses or quote them.
func unusable(r rune) bool {
	return strings.ContainsRune(`"(),:;<>[\]`, r) || unicode.IsSpace(r) || !identity.Printable(r)
}
