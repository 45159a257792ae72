package identity_test

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

func TestANameShowsWhatItSays(t *testing.T) {
	for text, want := range map[string]string{
		" Ada ":               "Ada",
		"Jose\u0301":          "Jos\u00e9",
		"O'Neill":             "O'Neill",
		"42":                  "42",
		"Zo\u00eb \U0001f989": "Zo\u00eb \U0001f989",
		"\u2764\ufe0f Works":  "\u2764\ufe0f Works", // an emoji with its variation selector
		"\u0646\u0627\u0645\u0647\u200c\u0647\u0627": "\u0646\u0627\u0645\u0647\u200c\u0647\u0627", // Persian needs U+200C
		"\u0915\u094d\u200d\u0937":                   "\u0915\u094d\u200d\u0937",                   // Devanagari needs U+200D after a virama
		"\u200b\u200b":                               "",
		"\u3164":                                     "",
		"\u2800":                                     "",
		"\ufeffAda":                                  "",
		"\u202eecneirpretnE":                         "",
		"Admin \u202eevE":                            "",
		"Ada\u2066 Eve":                              "",
		"Ada\u200f":                                  "",
		"Ada\u00ad":                                  "",
		"Ada\u200d":                                  "", // a joiner that joins nothing
		"\u200dAda":                                  "",
		"Ada \u200d Eve":                             "",
		"Ada\U000e0061":                              "", // a tag character
		"Ada\ufe00":                                  "",
		"Ada\ue000":                                  "", // private use
		"Ada\U000fffff":                              "", // a noncharacter
		"Jos\ufffd":                                  "",
		"Jos\xe9":                                    "",
		"...":                                        "",
		"\u2014":                                     "",
		"\U0001f989":                                 "",
	} {
		got, err := identity.CleanName("name", text)
		if got != want || (err == nil) != (want != "") || err != nil && !isProblem(err, identity.InvalidRequest) {
			t.Errorf("%+q: %+q, %v; want %+q", text, got, err, want)
		}
	}

	if got, err := identity.CleanOptionalName("firstName", "  "); got != "" || err != nil {
		t.Errorf("an optional name may be empty: %q, %v", got, err)
	}
}

// TestACleanNameHasNoHiddenCharacter searches names of all characters, and of those that hide or reverse text.
func TestACleanNameHasNoHiddenCharacter(t *testing.T) {
	odd := []rune("aZ\u00e9\u0301\u200b\u200c\u200d\u200e\u202a\u202e\u2066\u2069\ufeff\u00ad\u3164\u115f\u2800\u034f\ufe0f\ufe00\u0915\u094d \u00a0\u3000")

	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.OneOf(rapid.RuneFrom(odd), rapid.Rune())).Draw(t, "text")
		clean, err := identity.CleanName("name", text)
		if err != nil {
			return
		}

		runes := []rune(clean)
		for i, r := range runes {
			if joiner := r == '\u200c' || r == '\u200d'; joiner && i > 0 && i < len(runes)-1 {
				continue
			}

			if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar {
				t.Fatalf("%+q became %+q, which holds %U", text, clean, r)
			}
		}

		if !norm.NFC.IsNormalString(clean) || strings.TrimSpace(clean) != clean || len(runes) > identity.MaxName {
			t.Fatalf("%+q became %+q", text, clean)
		}

		if again, err := identity.CleanName("name", clean); again != clean || err != nil {
			t.Fatalf("%+q became %+q, %v", clean, again, err)
		}
	})
}
