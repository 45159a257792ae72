package secret_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
)

func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// limited returns caveats that use every field.
func limited() secret.Caveats {
	return secret.Caveats{
		Expires:  noon().Add(time.Hour),
		Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/32")},
		Scopes:   []string{"solutions:view-own", "members:view"},
	}
}

func derive(t testing.TB, parent secret.Token, c secret.Caveats) secret.Token {
	t.Helper()
	token, err := secret.Derive(parent, c)
	if err != nil {
		t.Fatal(err)
	}

	return token
}

// derivedVectors returns the vectors of derived tokens, one for each vector of a personal access token and caveats.
func derivedVectors(t testing.TB) []vector {
	t.Helper()
	var all []vector
	for _, v := range inputs() {
		if v.Kind != identity.PAT {
			continue
		}

		parent := v.mint(t)
		for _, c := range []secret.Caveats{{Expires: noon().Add(time.Hour)}, limited()} {
			token := derive(t, parent, c)
			body, _, _ := strings.Cut(token.Reveal(), ".")
			text, _ := base64.RawURLEncoding.DecodeString(body[59:])
			all = append(all, vector{
				Kind:         identity.Derived,
				Parent:       parent.Reveal(),
				Caveats:      string(text),
				Key:          hex.EncodeToString(parent.DerivationKey()),
				User:         token.User(),
				Organization: token.Org(),
				Token:        token.Reveal(),
				ID:           string(token.TokenID()),
			})
		}
	}

	return all
}

// seed is HKDF-SHA-256 for one block, from RFC 5869 and independent of the code under test.
func seed(text string) []byte {
	extract := hmac.New(sha256.New, make([]byte, sha256.Size))
	extract.Write([]byte(text))
	expand := hmac.New(sha256.New, extract.Sum(nil))
	expand.Write([]byte("leasehold derived token v1\x01"))

	return expand.Sum(nil)
}

// sealed returns a token with any caveats, signed by the parent's holder, independently of the code under test.
func sealed(parent, caveats string) string {
	body := "lhd_" + parent[4:59] + base64.RawURLEncoding.EncodeToString([]byte(caveats))
	signature := ed25519.Sign(ed25519.NewKeyFromSeed(seed(parent)), []byte("leasehold derived token v1"+body))
	sum := crc32.ChecksumIEEE(append([]byte(body), signature...))

	return body + "." + base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(signature, sum))
}

// reseal makes a derived token again of the bytes that its text encodes.
func reseal(text string) (secret.Token, error) {
	body, tail, _ := strings.Cut(text, ".")
	caveats, _ := base64.RawURLEncoding.DecodeString(body[59:])
	seal, _ := base64.RawURLEncoding.DecodeString(tail)
	again := body[:59] + base64.RawURLEncoding.EncodeToString(caveats)
	sum := crc32.ChecksumIEEE(append([]byte(again), seal[:64]...))
	seal = binary.BigEndian.AppendUint32(seal[:64:64], sum)

	token, ok := secret.Parse(again + "." + base64.RawURLEncoding.EncodeToString(seal))
	if !ok {
		return token, errors.New("the text made of its bytes is rejected")
	}

	return token, nil
}

func TestTheDerivedFormatIsTheDocumentedOne(t *testing.T) {
	for _, v := range derivedVectors(t) {
		if got := sealed(v.Parent, v.Caveats); got != v.Token {
			t.Errorf("derived\n%s, by hand\n%s", v.Token, got)
		}

		key := ed25519.NewKeyFromSeed(seed(v.Parent)).Public().(ed25519.PublicKey)
		if hex.EncodeToString(key) != v.Key {
			t.Errorf("the derivation key is %s, by hand %x", v.Key, key)
		}
	}
}

func TestADerivedTokenIsReadBackAsItWasDerived(t *testing.T) {
	for _, v := range inputs() {
		if v.Kind != identity.PAT {
			continue
		}

		parent := v.mint(t)
		token, ok := secret.Parse(derive(t, parent, limited()).Reveal())
		if !ok || token.Kind() != identity.Derived || token.User() != parent.User() || token.Org() != parent.Org() ||
			token.TokenID() != parent.TokenID() {
			t.Errorf("read as a %s token of %s in %s, %s", token.Kind(), token.User(), token.Org(), token.TokenID())
		}

		got, err := token.Verify(parent.DerivationKey(), noon())
		if err != nil || !reflect.DeepEqual(got, limited()) {
			t.Errorf("the caveats are %+v, %v; want %+v", got, err, limited())
		}
	}
}

func TestTheExpiryIsInWholeSecondsAndNeverLater(t *testing.T) {
	parent := patFrom(t, rand.Reader, someUser(), someOrg())
	token := derive(t, parent, secret.Caveats{Expires: noon().Add(time.Minute + 999*time.Millisecond)})
	if got, err := token.Verify(parent.DerivationKey(), noon()); err != nil || !got.Expires.Equal(noon().Add(time.Minute)) {
		t.Errorf("expires at %s, %v", got.Expires, err)
	}
}

func TestADerivedTokenWorksUntilItExpiresAndAtMostADayAhead(t *testing.T) {
	parent := patFrom(t, rand.Reader, someUser(), someOrg())
	for _, c := range []struct {
		term time.Duration
		want identity.Problem
	}{
		{-time.Second, identity.TokenExpired},
		{0, identity.TokenExpired},
		{time.Second, ""},
		{24 * time.Hour, ""},
		{24*time.Hour + time.Second, identity.InvalidToken},
		{365 * 24 * time.Hour, identity.InvalidToken},
	} {
		token := derive(t, parent, secret.Caveats{Expires: noon().Add(c.term)})
		_, err := token.Verify(parent.DerivationKey(), noon())
		if problem := problemOf(err); problem != c.want {
			t.Errorf("with a term of %s: %v, want %q", c.term, err, c.want)
		}
	}
}

// problemOf returns the problem of a refusal; "" without an error, and "unproven" for ErrUnproven.
func problemOf(err error) identity.Problem {
	var refusal *identity.Error
	switch {
	case err == nil:
		return ""
	case errors.Is(err, secret.ErrUnproven):
		return "unproven"
	case errors.As(err, &refusal):
		return refusal.Problem
	}

	return identity.Problem("unknown error: " + err.Error())
}

func TestOnlyTheParentsKeyVerifiesADerivedToken(t *testing.T) {
	parent, other := patFrom(t, rand.Reader, someUser(), someOrg()), patFrom(t, rand.Reader, someUser(), someOrg())
	token := derive(t, parent, limited())
	for _, key := range []ed25519.PublicKey{
		other.DerivationKey(),
		nil,
		{},
		make(ed25519.PublicKey, ed25519.PublicKeySize),
		parent.DerivationKey()[:31],
		append(parent.DerivationKey(), 0),
	} {
		if _, err := token.Verify(key, noon()); !errors.Is(err, secret.ErrUnproven) {
			t.Errorf("with the key %x: %v", []byte(key), err)
		}
	}

	for _, kind := range samples(t) {
		if _, err := kind.Verify(parent.DerivationKey(), noon()); !errors.Is(err, secret.ErrUnproven) {
			t.Errorf("a token of kind %s was verified: %v", kind.Kind(), err)
		}
	}
}

// TestNobodySignsForAKeyOfZeros forges signatures for the key that a table without one could be read as. It is a point
// of order 4, so the signature of the neutral element and 0 is right for every fourth text.
func TestNobodySignsForAKeyOfZeros(t *testing.T) {
	parent := patFrom(t, rand.Reader, someUser(), someOrg()).Reveal()
	var forged [ed25519.SignatureSize + 4]byte
	forged[0] = 1

	for i := range 64 {
		caveats := fmt.Sprintf(`{"expiresAt":%d}`, noon().Unix()+int64(i)+1)
		body := "lhd_" + parent[4:59] + base64.RawURLEncoding.EncodeToString([]byte(caveats))
		token, ok := secret.Parse(resum(body + "." + base64.RawURLEncoding.EncodeToString(forged[:])))
		if !ok {
			t.Fatal("the forgery is malformed")
		}

		if _, err := token.Verify(make(ed25519.PublicKey, ed25519.PublicKeySize), noon()); !errors.Is(err, secret.ErrUnproven) {
			t.Fatalf("forgery %d was verified: %v", i, err)
		}
	}
}

// TestAHolderWithTheSameIdsDerivesNothingForAnotherToken: all of a person's tokens in an organization have the same IDs
// except for the handle, and anyone can make up a token with any handle.
func TestAHolderWithTheSameIdsDerivesNothingForAnotherToken(t *testing.T) {
	random := bytes.Repeat([]byte{7}, 28)
	victim := patFrom(t, bytes.NewReader(random), someUser(), someOrg())
	forged := patFrom(t, bytes.NewReader(append(random[:8:8], bytes.Repeat([]byte{8}, 20)...)), someUser(), someOrg())
	token := derive(t, forged, limited())
	if token.TokenID() != victim.TokenID() {
		t.Fatal("the handles differ")
	}

	if _, err := token.Verify(victim.DerivationKey(), noon()); !errors.Is(err, secret.ErrUnproven) {
		t.Errorf("verified: %v", err)
	}
}

func TestNothingIsDerivedFromASessionOrADerivedToken(t *testing.T) {
	session := samples(t)[1]
	derived := derive(t, patFrom(t, rand.Reader, someUser(), someOrg()), limited())
	for _, parent := range []secret.Token{session, derived, {}} {
		if token, err := secret.Derive(parent, limited()); err == nil || token.Reveal() != "" || parent.DerivationKey() != nil {
			t.Errorf("derived from a token of kind %q", parent.Kind())
		}
	}
}

func TestADerivedTokenMatchesNoHash(t *testing.T) {
	parent := patFrom(t, rand.Reader, someUser(), someOrg())
	token := derive(t, parent, limited())
	if token.Matches(parent.Hash()) || token.Matches(token.Hash()) {
		t.Error("a derived token matches a hash")
	}
}

// TestCaveatsHaveOneText signs caveats as the holder of the parent, so that only their text is at fault.
func TestCaveatsHaveOneText(t *testing.T) {
	parent := patFrom(t, rand.Reader, someUser(), someOrg())
	const at = `"expiresAt":1772370000`
	check := func(text string) error {
		token, ok := secret.Parse(sealed(parent.Reveal(), text))
		if !ok {
			t.Fatalf("%s is not even parsed", text)
		}

		_, err := token.Verify(parent.DerivationKey(), noon())
		return err
	}

	for _, text := range []string{
		`{` + at + `}`,
		`{` + at + `,"networks":["0.0.0.0/0","::/0","192.0.2.1/32"]}`,
		`{` + at + `,"scopes":["members:view","orders:read"]}`,
		`{` + at + `,"networks":["2001:db8::/32"],"scopes":["a"]}`,
	} {
		if err := check(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}

	for _, text := range []string{
		`{"scopes":["members:view"]}`, `{"expiresAt":null,"scopes":["a"]}`, `{"expiresAt":"1772370000"}`,
		`{"expiresAt":1772370000.0}`, `{"expiresAt":1.77237e9,"scopes":["a"]}`, `{"expiresAt":01772370000}`,
		`{"expiresAt":-1772370000}`, `{"expiresAt":0,"scopes":["a"]}`, `{"expiresAt":17723700000}`, `{"expiresAt":99999999999999999999}`, `{"expiresAt":9223372036854775807}`,
		`{` + at + `,"members":["usr_a"]}`, `{` + at + `,"Scopes":["a"]}`, `{"EXPIRESAT":1772370000}`,
		`{` + at + `,` + at + `}`, `{` + at + `,"scopes":["a"],"scopes":["a","b"]}`, `{` + at + `,"scopes":["a"],"networks":["::/0"]}`,
		`{` + at + `} `, ` {` + at + `}`, `{` + at + `}{}`, `{` + at + `}` + "\n", `{"expiresAt": 1772370000}`,
		`[{` + at + `}]`, `{` + at + `,"scopes":[]}`, `{` + at + `,"networks":[]}`, `{` + at + `,"scopes":null}`,
		`{` + at + `,"scopes":[""]}`, `{` + at + `,"scopes":["a","a"]}`, `{` + at + `,"scopes":["\u0061"]}`,
		`{` + at + `,"scopes":["a b"]}`, `{` + at + `,"scopes":["a<b"]}`, `{` + at + `,"scopes":["ä"]}`,
		`{` + at + `,"scopes":["` + "\xff" + `"]}`, `{` + at + `,"scopes":"members:view"}`, `{` + at + `,"scopes":[7]}`,
		`{` + at + `,"networks":["192.0.2.1/24"]}`, `{` + at + `,"networks":["192.0.2.1"]}`, `{` + at + `,"networks":["everywhere"]}`,
		`{` + at + `,"networks":["2001:DB8::/32"]}`, `{` + at + `,"networks":["2001:db8:0::/32"]}`,
		`{` + at + `,"networks":["::ffff:192.0.2.0/120"]}`, `{` + at + `,"networks":["192.0.2.0/24","192.0.2.0/24"]}`,
		`{` + at + `,"networks":["fe80::%25eth0/64"]}`, strings.Repeat("[", 600), strings.Repeat("\x00", 24),
	} {
		if err := check(text); err == nil || problemOf(err) == "unproven" {
			t.Errorf("%s: %v", text, err)
		} else if strings.ContainsAny(err.Error(), "\"\r\n") {
			t.Errorf("%s: the reason %q does not fit into a header", text, err)
		}
	}
}

func TestDerivingFailsWithCaveatsThatNobodyAccepts(t *testing.T) {
	parent := patFrom(t, rand.Reader, someUser(), someOrg())
	at := noon()
	for name, c := range map[string]secret.Caveats{
		"no expiry":        {},
		"no scope":         {Expires: at, Scopes: []string{}},
		"no network":       {Expires: at, Networks: []netip.Prefix{}},
		"an empty scope":   {Expires: at, Scopes: []string{""}},
		"a scope twice":    {Expires: at, Scopes: []string{"a", "a"}},
		"a space":          {Expires: at, Scopes: []string{"a b"}},
		"host bits":        {Expires: at, Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.1/24")}},
		"the zero network": {Expires: at, Networks: []netip.Prefix{{}}},
		"too much":         {Expires: at, Scopes: []string{strings.Repeat("a", 600)}},
	} {
		if token, err := secret.Derive(parent, c); err == nil || token.Reveal() != "" {
			t.Errorf("derived with %s", name)
		}
	}
}

func TestTheLongestDerivedTokenFitsIntoSecretScanners(t *testing.T) {
	parent := patFrom(t, rand.Reader, someUser(), someOrg())
	fits := derive(t, parent, secret.Caveats{Expires: noon(), Scopes: []string{strings.Repeat("a", 598)}})
	if size := len(fits.Reveal()); size != 999 {
		t.Errorf("the longest token has %d characters, want 999", size)
	}
}

func TestEverySingleWrongCharacterOfADerivedTokenIsRefused(t *testing.T) {
	parent := patFrom(t, rand.Reader, someUser(), someOrg())
	text := []byte(derive(t, parent, limited()).Reveal())
	for i := range text {
		right := text[i]
		for _, wrong := range []byte(alphabet + "_-+/=. \r\n\x00\x80#") {
			if text[i] = wrong; wrong != right {
				if _, ok := secret.Parse(string(text)); ok {
					t.Fatalf("taken with %q for %q at %d", wrong, right, i)
				}
			}
		}

		text[i] = right
		for _, other := range []string{
			string(text[:i]), string(text[i+1:]), string(text[:i]) + string(text[i+1:]),
			string(text[:i]) + "0" + string(text[i:]), string(text[:i]) + "\n" + string(text[i:]), string(text[:i]) + "." + string(text[i:]),
		} {
			if _, ok := secret.Parse(other); ok {
				t.Fatalf("taken as %q", other)
			}
		}
	}
}

// TestNoAlterationVerifies alters any bytes and makes the checksum right again, as anyone can.
func TestNoAlterationVerifies(t *testing.T) {
	parent := patFrom(t, rand.Reader, someUser(), someOrg())
	original := derive(t, parent, limited()).Reveal()
	rapid.Check(t, func(rt *rapid.T) {
		body, tail, _ := strings.Cut(original, ".")
		caveats, _ := base64.RawURLEncoding.DecodeString(body[59:])
		seal, _ := base64.RawURLEncoding.DecodeString(tail)
		claims := []byte(body[4:59])
		for range rapid.IntRange(1, 4).Draw(rt, "alterations") {
			part := rapid.SampledFrom([][]byte{claims, caveats, seal[:64]}).Draw(rt, "part")
			at := rapid.IntRange(0, len(part)-1).Draw(rt, "at")
			if part[at] = rapid.Byte().Draw(rt, "byte"); &part[0] == &claims[0] {
				part[at] = alphabet[int(part[at])%62]
			}
		}

		body = "lhd_" + string(claims) + base64.RawURLEncoding.EncodeToString(caveats)
		sum := crc32.ChecksumIEEE(append([]byte(body), seal[:64]...))
		text := body + "." + base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(seal[:64:64], sum))

		token, ok := secret.Parse(text)
		if !ok || text == original {
			return
		}

		if _, err := token.Verify(parent.DerivationKey(), noon()); !errors.Is(err, secret.ErrUnproven) {
			rt.Fatalf("verified %q: %v", text, err)
		}
	})
}

// TestNoSequenceOfDerivationsWidensAnything gives somebody derived tokens and lets them derive, splice and re-encode. What
// verifies in the end has exactly the caveats that the parent's holder chose.
func TestNoSequenceOfDerivationsWidensAnything(t *testing.T) {
	parent := patFrom(t, rand.Reader, someUser(), someOrg())
	rapid.Check(t, func(rt *rapid.T) {
		given := map[string]secret.Caveats{}
		var held []string
		for range rapid.IntRange(1, 3).Draw(rt, "given") {
			c := secret.Caveats{
				Expires: noon().Add(time.Duration(rapid.IntRange(1, 86400).Draw(rt, "seconds")) * time.Second),
				Scopes:  rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), 1, 3, rapid.ID).Draw(rt, "scopes"),
			}
			text := derive(t, parent, c).Reveal()
			given[text], held = c, append(held, text)
		}

		for range rapid.IntRange(1, 6).Draw(rt, "steps") {
			one, other := rapid.SampledFrom(held).Draw(rt, "one"), rapid.SampledFrom(held).Draw(rt, "other")
			body, seal, _ := strings.Cut(one, ".")
			_, otherSeal, _ := strings.Cut(other, ".")
			wider := one[:59] + base64.RawURLEncoding.EncodeToString([]byte(`{"expiresAt":1772370000}`))
			switch rapid.IntRange(0, 3).Draw(rt, "step") {
			case 0: // derive from the derived, with its text as the parent's
				held = append(held, sealed(one, `{"expiresAt":1772370000}`))
			case 1: // the caveats of one with the seal of another
				held = append(held, body+"."+otherSeal)
			case 2: // wider caveats, and the checksum made right
				held = append(held, resum(wider+"."+seal))
			case 3: // the same with the seal of another
				held = append(held, resum(body+"."+otherSeal))
			}
		}

		for _, text := range held {
			token, ok := secret.Parse(text)
			if !ok {
				continue
			}

			if _, err := secret.Derive(token, limited()); err == nil {
				rt.Fatal("derived from a derived token")
			}

			got, err := token.Verify(parent.DerivationKey(), noon())
			if want, known := given[text]; known != (err == nil) || known && !reflect.DeepEqual(got, want) {
				rt.Fatalf("%q gives %+v, %v; want %+v, %v", text, got, err, want, known)
			}
		}
	})
}

// resum makes the checksum of a derived token right.
func resum(text string) string {
	body, tail, _ := strings.Cut(text, ".")
	seal, _ := base64.RawURLEncoding.DecodeString(tail)
	sum := crc32.ChecksumIEEE(append([]byte(body), seal[:64]...))

	return body + "." + base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(seal[:64:64], sum))
}

func FuzzOnlyTheHoldersTextsVerify(f *testing.F) {
	parent := inputs()[1].mint(f)
	original := derive(f, parent, limited()).Reveal()
	f.Add(original)
	_, seal, _ := strings.Cut(original, ".")
	f.Add(resum(original[:59] + base64.RawURLEncoding.EncodeToString([]byte(`{"expiresAt":1772370000}`)) + "." + seal))
	f.Fuzz(func(t *testing.T, text string) {
		token, ok := secret.Parse(text)
		if !ok || text == original {
			return
		}

		if _, err := token.Verify(parent.DerivationKey(), noon()); !errors.Is(err, secret.ErrUnproven) {
			t.Fatalf("%q was verified: %v", text, err)
		}
	})
}

// FuzzCaveats signs any text as caveats. What verifies is the text that Derive writes for the result, and within the term.
func FuzzCaveats(f *testing.F) {
	parent := inputs()[1].mint(f)
	for _, v := range derivedVectors(f) {
		f.Add(v.Caveats)
	}

	f.Add(`{"expiresAt":1772370000,"scopes":["a","b"],"scopes":["c"]}`)
	f.Fuzz(func(t *testing.T, caveats string) {
		text := sealed(parent.Reveal(), caveats)
		token, ok := secret.Parse(text)
		if !ok {
			return
		}

		c, err := token.Verify(parent.DerivationKey(), noon())
		if err != nil {
			return
		}

		if again := derive(t, parent, c).Reveal(); again != text || !c.Expires.After(noon()) || c.Expires.After(noon().Add(24*time.Hour)) {
			t.Fatalf("%q was taken as %+v, which is written as %q", caveats, c, again)
		}
	})
}

func TestADerivedTokenPrintsWithoutItsSecretHoweverItIsPrinted(t *testing.T) {
	token := derive(t, patFrom(t, rand.Reader, someUser(), someOrg()), limited())
	holder := carrier{token, token, []secret.Token{token}}

	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{token, &token, holder, &holder, map[string]any{"t": token}} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
	}

	slog.New(slog.NewJSONHandler(&out, nil)).Info("hello", "token", token, "holder", holder)
	if err := json.NewEncoder(&out).Encode([]any{token, holder}); err != nil {
		t.Fatal(err)
	}

	mustNotTell(t, out.String(), token.Reveal())
	if want := token.Reveal()[:12] + "…"; token.String() != want || !strings.HasPrefix(want, "lhd_") {
		t.Errorf("printed as %s, want %s", token, want)
	}
}

func TestADerivedTokenIsABearerTokenOfThePattern(t *testing.T) {
	pattern := regexp.MustCompile("^" + secret.Pattern + "$")
	bearer := regexp.MustCompile(`^[0-9A-Za-z._~+/-]+=*$`) // b64token of RFC 6750, section 2.1
	parent, firewall := patFrom(t, rand.Reader, someUser(), someOrg()), firewallPatterns(t)
	texts := []string{derive(t, parent, secret.Caveats{Expires: noon(), Scopes: []string{strings.Repeat("a", 598)}}).Reveal()}
	for _, v := range derivedVectors(t) {
		texts = append(texts, v.Token)
	}

	if i := slices.IndexFunc(texts, func(s string) bool {
		return !pattern.MatchString(s) || !bearer.MatchString(s) || !secret.HasForm(s) || !firewall("Bearer "+s)
	}); i >= 0 {
		t.Errorf("%q does not match", texts[i])
	}
}
