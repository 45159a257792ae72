package identity_test

import (
	"encoding"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const goodULID = "01kjm9wrv0g2g8f7zq5h3n4x6y"

// parsed are the five kinds of id, each with a text that it takes.
func parsed() map[string]encoding.TextUnmarshaler {
	return map[string]encoding.TextUnmarshaler{
		"usr_" + goodULID: new(identity.UserID), "org_" + goodULID: new(identity.OrgID),
		"sol_" + goodULID: new(identity.SolutionID), "tok_0aZ9aaaaaaZ": new(identity.TokenID),
	}
}

func TestAnIDIsReadBackAsItWasMade(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bytes"))
		user, org := identity.UserIDOf(b), identity.OrgIDOf(b)
		if got, ok := user.Bytes(); !ok || got != b {
			t.Fatalf("%s: %x, %v; want %x", user, got, ok, b)
		}

		if got, ok := org.Bytes(); !ok || got != b {
			t.Fatalf("%s: %x, %v; want %x", org, got, ok, b)
		}

		var read identity.UserID
		if err := read.UnmarshalText([]byte(user)); err != nil || read != user || len(read) != 30 {
			t.Fatalf("%s was read as %s, %v", user, read, err)
		}
	})
}

func TestAnIDOfOneKindIsNoOther(t *testing.T) {
	for text, kind := range parsed() {
		if err := kind.UnmarshalText([]byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}

		for other, into := range parsed() {
			if other != text && !isProblem(into.UnmarshalText([]byte(text)), identity.NotFound) {
				t.Errorf("%s was taken for another kind of id, such as %s", text, other)
			}
		}
	}

	if _, ok := identity.UserID("org_" + goodULID).Bytes(); ok {
		t.Error("an organization's id has the bytes of a user's")
	}
}

func TestAMalformedIDIsTheIDOfNothing(t *testing.T) {
	for _, tail := range []string{
		"", goodULID[1:], goodULID + "0", strings.ToUpper(goodULID), "8" + goodULID[1:], // over 128 bits
		"u" + goodULID[1:], goodULID[:25] + "#", goodULID[:25] + "/", goodULID[:25] + " ", goodULID[:25] + "\x1f",
		goodULID[:25] + "i", goodULID[:25] + "l", goodULID[:25] + "o", " " + goodULID[1:], goodULID[:25] + "\n", goodULID[:24] + "é",
	} {
		var user identity.UserID
		if err := user.UnmarshalText([]byte("usr_" + tail)); !isProblem(err, identity.NotFound) || user != "" {
			t.Errorf("usr_%s: %v, and the id became %q", tail, err, user)
		}
	}

	for _, text := range []string{"", "tok_", "tok_aaaaaaaaaa", "tok_aaaaaaaaaaaa", "tok_aaaaaaaaaa#", "tok_aaaaaaaaaa-", "tok_aaaaaaaaaé", "TOK_aaaaaaaaaaa", "aaaaaaaaaaaaaaa"} {
		var token identity.TokenID
		if err := token.UnmarshalText([]byte(text)); !isProblem(err, identity.NotFound) || token != "" {
			t.Errorf("%q: %v, and the id became %q", text, err, token)
		}
	}
}

func FuzzNoIDHoldsASeparator(f *testing.F) {
	for text := range parsed() {
		f.Add(text)
		f.Add(text[:len(text)-1] + "#")
		f.Add(strings.ToUpper(text))
	}

	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range parsed() {
			if kind.UnmarshalText([]byte(text)) != nil {
				continue
			}

			if strings.Trim(text[4:], "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") != "" || text[3] != '_' {
				t.Fatalf("%q is an id", text)
			}
		}
	})
}

func TestIDsMadeLaterSortLater(t *testing.T) {
	now := at("2026-03-01T12:00:00Z")
	for _, pair := range [][2]string{
		{string(identity.NewUserID(now)), string(identity.NewUserID(now.Add(time.Millisecond)))},
		{string(identity.NewOrgID(now)), string(identity.NewOrgID(now.Add(time.Millisecond)))},
		{string(identity.NewSolutionID(now)), string(identity.NewSolutionID(now.Add(time.Millisecond)))},
		{identity.NewEpoch(now), identity.NewEpoch(now.Add(time.Millisecond))},
	} {
		if pair[0] >= pair[1] {
			t.Errorf("%s does not sort before %s", pair[0], pair[1])
		}
	}

	if one, other := identity.NewUserID(now), identity.NewUserID(now); one == other {
		t.Error("two people have one id")
	}
}
