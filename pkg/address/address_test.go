package address_test

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/pkg/address"
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

func TestAnAddressIsPutIntoItsCanonicalFormOrRejected(t *testing.T) {
	long := strings.Repeat("a", 64) + "@" + strings.Repeat("b", 63) + "." + strings.Repeat("c", 63) + "." + strings.Repeat("d", 61)

	for text, want := range map[string]string{
		"ada@example.com":                   "ada@example.com",
		" Ada@Example.COM\n":                "ada@example.com",
		"a.b+c@x.co.uk":                     "a.b+c@x.co.uk",
		"o'hara@example.com":                "o'hara@example.com",
		"jose\u0301@ex.com":                 "jos\u00e9@ex.com",
		"jos\u00e9@ex.com":                  "jos\u00e9@ex.com",
		"ada@b\u00fccher.example":           "ada@xn--bcher-kva.example",
		"ada@bu\u0308cher.example":          "ada@xn--bcher-kva.example",
		"ada@XN--bcher-kva.example":         "ada@xn--bcher-kva.example",
		"\u00c1DA@example.com":              "\u00c1da@example.com", // letters outside ASCII keep their case
		long:                                long,
		"":                                  "",
		"ada":                               "",
		"ada@":                              "",
		"@example.com":                      "",
		"ada@example":                       "",
		"ada@.com":                          "",
		"ada@example.":                      "",
		"ada@ex..com":                       "",
		"ada@@example.com":                  "",
		"ada@ex@ample.com":                  "",
		"ada b@example.com":                 "",
		"ada@exam\nple.com":                 "",
		"a" + long:                          "",
		strings.Repeat("a", 65) + "@x.com":  "",
		"ada@example.com, eve@example.com":  "",
		"<ada@example.com>":                 "",
		`"ada"@example.com`:                 "",
		"ada@[127.0.0.1]":                   "",
		"ada@-example.com":                  "",
		"ada@exa_mple.com":                  "",
		".ada@example.com":                  "",
		"ada.@example.com":                  "",
		"a..b@example.com":                  "",
		"ada@example.com\r\nBcc: eve@x.com": "",
		"ada\x00@example.com":               "",
		"ada\u00a0b@example.com":            "",
		"ada\u2028@example.com":             "",
		"ada\u0085@example.com":             "",
		"ada@example\xff.com":               "",
		"ada\ufffd@example.com":             "",
		"mi\u212aael@example.com":           "", // KELVIN SIGN, which NFC turns into K
		"ada@git\u212aub.example":           "",
		"ada@g\u0130thub.example":           "", // I WITH DOT ABOVE
		"ada@\uff47ithub.example":           "", // FULLWIDTH G
		"\u202emoc.live@example.com":        "",
		"a\u200bda@example.com":             "",
		"a\u3164da@example.com":             "",
		"a\U000e0061da@example.com":         "",
	} {
		got, err := address.Canonical("email", text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}

		var refusal *identity.Error
		if err != nil && (!errors.As(err, &refusal) || refusal.Problem != identity.InvalidRequest || refusal.Fields[0].Field != "email") {
			t.Errorf("%q: %v; want an InvalidRequest error for email", text, err)
		}
	}

	dotted, err := address.Canonical("email", "m\u0130kael@example.com")
	if plain, _ := address.Canonical("email", "mikael@example.com"); err == nil && dotted == plain {
		t.Errorf("U+0130 is folded into an ASCII i: %q", dotted)
	}
}

// runes are characters that look, fold or normalize like others.
var runes = []rune("aAbBiIkKsS\u0130\u0131\u212a\u017f\u00e9e\u0301\u00df\u1e9e\u03c3\u03c2\uff41\u200b\u200d\u202e\ufe0f\u3164.-_+'@ ")

// drawn returns text of characters that are easily confused.
func drawn(t *rapid.T, label string) string {
	return rapid.StringOfN(rapid.OneOf(rapid.RuneFrom(runes), rapid.Rune()), 0, 12, -1).Draw(t, label)
}

// TestEqualFormsAreTheSameMailbox holds that two addresses share a canonical form only if they are the same after the four
// differences that the package allows, each computed here in another way.
func TestEqualFormsAreTheSameMailbox(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := drawn(t, "local") + "@" + drawn(t, "domain") + ".example"
		second := mutate(t, first)

		a, errA := address.Canonical("email", first)
		b, errB := address.Canonical("email", second)
		if errA != nil || errB != nil || a != b {
			return
		}

		if same(first) != same(second) {
			t.Fatalf("%+q and %+q are both %q, but are different mailboxes: %q, %q", first, second, a, same(first), same(second))
		}
	})
}

// mutate replaces characters of an address by others that fold to them.
func mutate(t *rapid.T, text string) string {
	out := []rune(text)
	for range rapid.IntRange(0, 3).Draw(t, "changes") {
		out[rapid.IntRange(0, len(out)-1).Draw(t, "at")] = rapid.RuneFrom(runes).Draw(t, "by")
	}

	return string(out)
}

// same returns what two spellings of one mailbox have in common: ASCII case is ignored, both parts are composed, and the
// domain is spelled in Unicode.
func same(text string) string {
	local, domain, _ := strings.Cut(strings.TrimSpace(text), "@")
	lowered := []byte(local + "@" + domain)
	for i, c := range lowered {
		if c >= 'A' && c <= 'Z' {
			lowered[i] = c | 0x20
		}
	}

	local, domain, _ = strings.Cut(norm.NFC.String(string(lowered)), "@")
	unicode, err := idna.Punycode.ToUnicode(domain)
	if err != nil {
		unicode = domain
	}

	return local + "@" + unicode
}

func TestACanonicalAddressStaysAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once, err := address.Canonical("email", drawn(t, "local")+"@"+drawn(t, "domain")+".example")
		if err != nil {
			return
		}

		if twice, err := address.Canonical("email", once); err != nil || twice != once {
			t.Fatalf("%q became %q, %v", once, twice, err)
		}
	})
}

func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{"ada@example.com", "jose\u0301@b\u00fccher.example", "mi\u212aael@g\u0130thub.example", "\u202ea@x.y"} {
		f.Add(seed)
	}

	f.Fuzz(func(t *testing.T, text string) {
		once, err := address.Canonical("email", text)
		if err != nil {
			return
		}

		twice, err := address.Canonical("email", once)
		if err != nil || twice != once || strings.Count(once, "@") != 1 || len(once) > 254 {
			t.Fatalf("%q became %q, then %q, %v", text, once, twice, err)
		}
	})
}
