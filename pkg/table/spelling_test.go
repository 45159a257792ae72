package table

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

func TestNamesAreSpelledAsPeopleTypeThem(t *testing.T) {
	for name, want := range map[string]string{
		"Bjørn Bjørnesen":         "bjorn bjornesen",
		"Łukasz Żółć":             "lukasz zolc",
		"Günther Strauß":          "gunther strauss",
		"STRAUẞ":                  "strauss",
		"İrem Işık":               "irem isik",
		"Æsa Þórðardóttir":        "aesa thordardottir",
		"Œuvre Đorđević":          "oeuvre dordevic",
		"García Núñez":            "garcia nunez",
		"Jean-Luc  O\u2019Neill":  "jean luc o'neill",
		"O\u02bcBrien O`Brien":    "o'brien o'brien",
		"O\u00b4Brien":            "o'brien",
		"D\u02b9Angelo \u05f3":    "d'angelo",
		"Gal·la Gaŀla":            "gal'la gal'la",
		"'Quoted' \"Bob\" Smith,": "quoted bob smith",
		"Νίκος ΝΊΚΟΣ":             "νικοσ νικοσ",
		"Ёлкин Йосиф Їжак":        "елкин и\u0306осиф і\u0308жак",
		"がく かく":                   "か\u3099く かく",
		"ｶﾞｸ":                     "カ\u3099ク",
		"أَحْمَد محـمد":           "احمد محمد",
		"שָׁלוֹם":                 "שלום",
		"हिन्दी":                  "हिन्दी",
		"ﬁona Ⅳ":                  "fiona iv",
		"... '' -":                "",
	} {
		if got := spell(name); got != want {
			t.Errorf("%q is spelled %q, want %q", name, got, want)
		}
	}
}

func TestAWordRowHoldsOnlyWhatNothingElseHolds(t *testing.T) {
	for _, c := range []struct {
		person identity.Person
		want   []string
	}{
		{named("Ada", "Lovelace"), nil},
		{named("Jean-Luc", "O'Neill"), []string{"jeanluconeill", "luconeill", "oneill", "neill"}},
		{named("Mary Ann", "van der Berg"), []string{"annvanderberg", "vanderberg", "derberg"}},
		{named("Bjørn", "Hansen"), []string{"bjornhansen"}},
		{
			identity.Person{FirstName: "Grace", LastName: "Murray Hopper", DisplayName: "Amazing Grace"},
			[]string{"gracemurrayhopper", "murrayhopper"},
		},
		{identity.Person{DisplayName: "jean-luc@example.com", Email: "jean-luc@example.com"}, nil},
		{identity.Person{}, nil},
	} {
		if got := wordTerms(c.person); !slices.Equal(got, c.want) {
			t.Errorf("%q has the word rows %q, want %q", c.person.DisplayName, got, c.want)
		}
	}
}

func TestAMemberHasABoundedNumberOfWordRows(t *testing.T) {
	p := named("a-b-c-d-e-f-g-h-i-j-k-l-m-n", "o-p-q-r-s-t-u-v-w-x-y-z")
	if got := wordTerms(p); len(got) != maxWordRows || got[0] != "abcdefghijklmnopqrstuvwxyz" {
		t.Errorf("the word rows are %q", got)
	}
}

func named(first, last string) identity.Person {
	return identity.Person{FirstName: first, LastName: last, DisplayName: first + " " + last, Email: "p@example.com"}
}

// TestEveryWordOfAName draws names and looks each up by every word, by every beginning of two or more letters, and by two
// words in a row, in each way of typing them.
func TestEveryWordOfANameFindsThePersonHoweverItIsTyped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := randomPerson(t)
		m := identity.Membership{User: keyUser, Org: keyOrg, Person: p}
		for _, typed := range beginnings(p) {
			for _, text := range waysToType(typed) {
				if newQuery(text).foundAt(m) == "" {
					t.Fatalf("%q does not find %q, shown as %q", text, p.FirstName+" "+p.LastName, p.DisplayName)
				}
			}
		}
	})
}

func TestAMarkThatMakesAnotherLetterTellsNamesApart(t *testing.T) {
	for name, other := range map[string]string{"がく": "かく", "Йосиф": "Иосиф", "Їжак": "Іжак", "ภูมิ": "ภมิ"} {
		m := identity.Membership{User: keyUser, Person: named(name, "")}
		if newQuery(name).foundAt(m) == "" || newQuery(other).foundAt(m) != "" {
			t.Errorf("%q is not told apart from %q", name, other)
		}
	}
}

var alphabets = []string{
	"abcdefghijklmnopqrstuvwxyz",
	"abcdeáàâäãåçéèêëíìîïñóòôöõúùûüýÿ",
	"aeøłßæıđðþœħŧəÅØŁẞÆİĐÐÞŒ",
	"ăąćčďěęğļľńňőřśşšťůűźżžảạấầẩắặẹếềểệỉịọốồổộớờởợụứừửựỳỵ",
	"αβγδέήίόύώςσΐΰ",
	"абвгдеёжзийклмнїґ",
	"李小龙王芳",
	"がぎかきパハ",
	"احمدأإآؤئ",
	"אבגדה",
	"हिन्दी",
	"กขภูมิ",
}

func randomPerson(t *rapid.T) identity.Person {
	word := rapid.Custom(func(t *rapid.T) string {
		letters := rapid.SliceOfN(rapid.SampledFrom([]rune(rapid.SampledFrom(alphabets).Draw(t, "alphabet"))), 2, 7)
		text := string(letters.Draw(t, "letters"))
		if rapid.IntRange(0, 2).Draw(t, "joined") > 0 {
			return text
		}

		joint := rapid.SampledFrom([]string{"-", "‐", "–", "'", "’", "ʼ", "`", "´", "ʹ", "׳"}).Draw(t, "joint")
		return text + joint + string(letters.Draw(t, "more letters"))
	})
	words := func(most int, label string) string {
		return norm.NFC.String(strings.Join(rapid.SliceOfN(word, 1, most).Draw(t, label), " "))
	}

	p := identity.Person{FirstName: words(2, "first name"), LastName: words(3, "last name"), Email: "p@example.com"}
	p.DisplayName = identity.DisplayName(p)
	if rapid.Bool().Draw(t, "another display name") {
		p.DisplayName = words(3, "display name")
	}

	return p
}

// beginnings returns each word of the names, its beginnings, and it with the next word.
func beginnings(p identity.Person) []string {
	var all []string
	for _, name := range []string{p.FirstName + " " + p.LastName, p.DisplayName} {
		words := strings.Fields(name)
		for i, word := range words {
			letters := []rune(word)
			for n := 2; n <= len(letters); n++ {
				if n == len(letters) || !unicode.IsMark(letters[n]) {
					all = append(all, string(letters[:n]))
				}
			}

			if i > 0 {
				all = append(all, words[i-1]+" "+word)
			}
		}
	}

	return all
}

// waysToType returns spellings of a text. They are made without spell, which this test judges.
func waysToType(text string) []string {
	bare := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Inherited, r) && r < 0x370 {
			return -1
		}
		return r
	}, norm.NFD.String(text))
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) {
		bare = text
	}

	plain := strings.NewReplacer("ø", "o", "ł", "l", "ß", "ss", "æ", "ae", "ı", "i", "đ", "d", "ð", "d", "þ", "th", "œ", "oe",
		"Ø", "O", "Ł", "L", "ẞ", "SS", "Æ", "AE", "İ", "I", "Đ", "D", "Ð", "D", "Þ", "TH", "Œ", "OE").Replace(bare)
	apart := strings.NewReplacer("-", " ", "‐", " ", "–", " ")
	together := strings.NewReplacer("'", "", "’", "", "ʼ", "", "`", "", "´", "", "ʹ", "", "׳", "")

	return []string{
		text,
		strings.ToUpper(text),
		strings.ToLower(text),
		norm.NFD.String(text),
		bare,
		plain,
		strings.ToUpper(plain),
		apart.Replace(text),
		together.Replace(plain),
		strings.NewReplacer("'", "’", "’", " ", "ʼ", "'", "`", " ", "´", "ʼ", "ʹ", "'", "׳", "’").Replace(text),
	}
}
