package secret_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
)

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// vector is a published example: anyone who implements the format can check against it.
type vector struct {
	Kind         identity.Kind   `json:"kind"`
	Random       string          `json:"randomHex,omitempty"` // handle, then secret; absent for a derived token
	Parent       string          `json:"parent,omitempty"`    // of a derived token, like Caveats and Key
	Caveats      string          `json:"caveats,omitempty"`
	Key          string          `json:"derivationKeyHex,omitempty"`
	User         identity.UserID `json:"userId"`
	Organization identity.OrgID  `json:"organizationId,omitempty"`
	Token        string          `json:"token"`
	ID           string          `json:"id"`
	SHA256       string          `json:"sha256Hex,omitempty"` // absent for a derived token, which is not stored
}

var update = flag.Bool("update", false, "write testdata/vectors.json anew")

func repeated(b byte) [16]byte { return [16]byte(bytes.Repeat([]byte{b}, 16)) }

// inputs are the choices behind the vectors: all zeros, all ones, and something in between.
func inputs() []vector {
	counting := make([]byte, 28)
	for i := range counting {
		counting[i] = byte(i + 1)
	}

	// A ULID's first byte is at most 255, its text at most 7zzz…: all ones is the largest id there is.
	user, org := identity.UserID("usr_01kjm9wrv0g2g8f7zq5h3n4x6y"), identity.OrgID("org_01kjm9wrv1qqqqqqqqqqqqqqqq")
	zero, ones := hex.EncodeToString(make([]byte, 28)), strings.Repeat("ff", 28)
	return []vector{
		{
			Kind:         identity.PAT,
			Random:       zero,
			User:         identity.UserIDOf(repeated(0)),
			Organization: identity.OrgIDOf(repeated(0)),
		},
		{
			Kind:         identity.PAT,
			Random:       hex.EncodeToString(counting),
			User:         user,
			Organization: org,
		},
		{
			Kind:         identity.PAT,
			Random:       ones,
			User:         identity.UserIDOf(repeated(0xff)),
			Organization: identity.OrgIDOf(repeated(0xff)),
		},
		{Kind: identity.SignedIn, Random: zero, User: identity.UserIDOf(repeated(0))},
		{Kind: identity.SignedIn, Random: hex.EncodeToString(counting), User: user},
		{Kind: identity.SignedIn, Random: ones, User: identity.UserIDOf(repeated(0xff))},
	}
}

func (v vector) mint(t testing.TB) secret.Token {
	t.Helper()
	raw, err := hex.DecodeString(v.Random)
	if err != nil {
		t.Fatal(err)
	}

	if v.Kind == identity.PAT {
		return patFrom(t, bytes.NewReader(raw), v.User, v.Organization)
	}

	token, err := secret.MintSession(bytes.NewReader(raw), v.User)
	if err != nil {
		t.Fatal(err)
	}

	return token
}

func patFrom(t testing.TB, random io.Reader, user identity.UserID, org identity.OrgID) secret.Token {
	t.Helper()
	token, err := secret.MintPAT(random, user, org)
	if err != nil {
		t.Fatal(err)
	}

	return token
}

func TestThePublishedVectorsAreWhatIsMinted(t *testing.T) {
	var got []vector
	for _, v := range inputs() {
		token := v.mint(t)
		hash := token.Hash()
		v.Token, v.SHA256, v.ID = token.Reveal(), hex.EncodeToString(hash[:]), string(token.TokenID())
		if v.Kind == identity.SignedIn {
			v.ID = string(token.SessionID())
		}

		got = append(got, v)
	}

	got = append(got, derivedVectors(t)...)

	text, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}

	file := filepath.Join("testdata", "vectors.json")
	if *update {
		if err := os.WriteFile(file, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}

	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(bytes.TrimSpace(want), text) {
		t.Fatalf("the format has changed, and tokens that people hold with it (%v): minted\n%s", err, text)
	}
}

func someUser() identity.UserID { return "usr_01kjm9wrv0g2g8f7zq5h3n4x6y" }
func someOrg() identity.OrgID   { return "org_01kjm9wrv1qqqqqqqqqqqqqqqq" }

func samples(t testing.TB) []secret.Token {
	t.Helper()
	session, err := secret.MintSession(rand.Reader, someUser())
	if err != nil {
		t.Fatal(err)
	}

	return []secret.Token{patFrom(t, rand.Reader, someUser(), someOrg()), session}
}

func TestATokenIsReadBackAsItWasMinted(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		random := rapid.SliceOfN(rapid.Byte(), 28, 28).Draw(rt, "random")
		user := identity.UserIDOf([16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(rt, "user")))
		org := identity.OrgIDOf([16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(rt, "org")))
		pat := patFrom(t, bytes.NewReader(random), user, org)
		read, ok := secret.Parse(pat.Reveal())
		if !ok || read.Reveal() != pat.Reveal() || read.User() != user || read.Org() != org || read.Kind() != identity.PAT {
			rt.Fatalf("%q was read as %q of %s in %s, %v", pat.Reveal(), read.Reveal(), read.User(), read.Org(), ok)
		}

		session, _ := secret.MintSession(bytes.NewReader(random), user)
		read, ok = secret.Parse(session.Reveal())
		if !ok || read.Reveal() != session.Reveal() || read.User() != user || read.Org() != "" || read.Kind() != identity.SignedIn {
			rt.Fatalf("%q was read as %q of %s, %v", session.Reveal(), read.Reveal(), read.User(), ok)
		}

		if string(pat.TokenID()[4:]) != pat.Reveal()[4:15] || pat.TokenID()[4:] != identity.TokenID(session.SessionID()[4:]) {
			rt.Fatalf("the ids %s and %s are not the first 11 characters", pat.TokenID(), session.SessionID())
		}
	})
}

func TestEverySingleWrongCharacterIsRefused(t *testing.T) {
	for _, token := range samples(t) {
		text := []byte(token.Reveal())
		for i := range text {
			right := text[i]
			for _, wrong := range []byte(alphabet + "_-+/= \n\x00\x80#") {
				if text[i] = wrong; wrong != right {
					if _, ok := secret.Parse(string(text)); ok {
						t.Fatalf("taken with %q for %q at %d", wrong, right, i)
					}
				}
			}

			text[i] = right
		}
	}
}

func TestTwoNeighboursThatChangedPlacesAreRefused(t *testing.T) {
	for _, token := range samples(t) {
		text := []byte(token.Reveal())
		for i := range len(text) - 1 {
			if text[i] == text[i+1] {
				continue
			}

			text[i], text[i+1] = text[i+1], text[i]
			if _, ok := secret.Parse(string(text)); ok {
				t.Fatalf("taken with %d and %d exchanged", i, i+1)
			}

			text[i], text[i+1] = text[i+1], text[i]
		}
	}
}

func TestATokenThatIsCutOrLongerIsRefused(t *testing.T) {
	for _, token := range samples(t) {
		text := token.Reveal()
		for i := range len(text) {
			for _, part := range []string{text[:i], text[i+1:], text[:i] + text[i+1:], text[:i] + "0" + text[i:], text[:i] + " " + text[i:]} {
				if _, ok := secret.Parse(part); ok {
					t.Fatalf("taken as %q", part)
				}
			}
		}

		for _, longer := range []string{text + "0", text + "\n", text + text, "Bearer " + text} {
			if _, ok := secret.Parse(longer); ok {
				t.Fatalf("taken as %q", longer)
			}
		}
	}
}

func TestAPrefixOfAnotherKindIsRefused(t *testing.T) {
	for _, token := range samples(t) {
		for _, prefix := range []string{"lhp_", "lhs_", "lhx_", "LHP_", "ghp_", "lhp-", "", "lh"} {
			if text := prefix + token.Reveal()[4:]; text != token.Reveal() {
				if _, ok := secret.Parse(text); ok {
					t.Fatalf("taken with the prefix %q", prefix)
				}
			}
		}
	}
}

// TestABlockThatDoesNotFitIsRefused writes 2^64 (LygHa16AHYG) and more where 2^64-1 (LygHa16AHYF) is the most.
func TestABlockThatDoesNotFitIsRefused(t *testing.T) {
	for _, sample := range samples(t) {
		text := sample.Reveal()
		for start := 4; start < len(text); start += 11 {
			for _, block := range []string{"LygHa16AHYG", "LygHa16AHYz", "M0000000000", "zzzzzzzzzzz"} {
				if _, ok := secret.Parse(text[:start] + block + text[start+11:]); ok {
					t.Fatalf("taken with the block %s at %d", block, start)
				}
			}
		}
	}
}

func TestATokenMatchesItsOwnHashOnly(t *testing.T) {
	all := samples(t)
	for i, token := range all {
		if want := sha256.Sum256([]byte(token.Reveal())); token.Hash() != want || !token.Matches(want) {
			t.Error("the hash is not the SHA-256 of the whole text")
		}

		if token.Matches(all[1-i].Hash()) || token.Matches([32]byte{}) {
			t.Error("a token matches a hash that is not its own")
		}
	}
}

// carrier holds a token where fmt cannot call its methods.
type carrier struct {
	Shown  secret.Token
	hidden secret.Token
	inside []secret.Token
}

func TestATokenPrintsWithoutItsSecretHoweverItIsPrinted(t *testing.T) {
	for _, token := range samples(t) {
		holder := carrier{token, token, []secret.Token{token}}
		var out bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			if got := fmt.Sprintf(verb, token); got != token.String() {
				t.Errorf("%s prints %s", verb, got)
			}

			for _, value := range []any{token, &token, holder, &holder, []secret.Token{token}, map[string]any{"t": token}, fmt.Errorf("with %v", token)} {
				fmt.Fprintf(&out, verb+"\n", value)
			}
		}

		fmt.Fprintln(&out, token, holder, errors.Join(errors.New("x"), fmt.Errorf("%v", token)))

		for _, handler := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
			slog.New(handler).With("with", token).Info("hello", "token", token, "pointer", &token, "holder", holder, slog.Group("g", "t", token))
		}

		if err := json.NewEncoder(&out).Encode([]any{token, &token, holder, map[secret.Token]int{token: 1}}); err != nil {
			t.Fatal(err)
		}

		mustNotTell(t, out.String(), token.Reveal())

		if !strings.Contains(out.String(), token.String()) || token.String() != token.Reveal()[:12]+"…" {
			t.Errorf("printed as %s", token)
		}
	}
}

// mustNotTell looks for any run of the secret part, in clear or in hex.
func mustNotTell(t *testing.T, output, text string) {
	t.Helper()
	for i := 15; i+8 <= len(text); i++ {
		run := text[i : i+8]
		if strings.Contains(output, run) || strings.Contains(strings.ToLower(output), hex.EncodeToString([]byte(run))) {
			t.Fatalf("the characters from %d on were printed", i)
		}
	}
}

func TestTheZeroTokenIsNoneAndPrintsSo(t *testing.T) {
	var none secret.Token
	if fmt.Sprint(none) != "no token" || none.Reveal() != "" || none.Kind() != "" || none.User() != "" {
		t.Errorf("%v", none)
	}
}

func TestMintingFailsWithoutRandomBytesOrIds(t *testing.T) {
	short := bytes.NewReader(make([]byte, 27))
	if _, err := secret.MintPAT(short, someUser(), someOrg()); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("with too little randomness: %v", err)
	}

	for _, ids := range [][2]string{{"", string(someOrg())}, {string(someUser()), ""}, {"usr_x", string(someOrg())}, {string(someOrg()), string(someOrg())}} {
		if token, err := secret.MintPAT(rand.Reader, identity.UserID(ids[0]), identity.OrgID(ids[1])); err == nil || token.Reveal() != "" {
			t.Errorf("minted for %q in %q", ids[0], ids[1])
		}
	}

	if _, err := secret.MintSession(rand.Reader, "nobody"); err == nil {
		t.Error("minted a session for nobody")
	}
}

func TestTokensDifferFromOneAnother(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		token := patFrom(t, rand.Reader, someUser(), someOrg())
		if id := string(token.TokenID()); seen[id] || seen[token.Reveal()] {
			t.Fatal("a token or an id came twice")
		}

		seen[string(token.TokenID())], seen[token.Reveal()] = true, true
	}
}

func TestThePatternAndTheFirewallTakeEveryMintedToken(t *testing.T) {
	pattern := regexp.MustCompile("^" + secret.Pattern + "$")
	firewall := firewallPatterns(t)
	for _, v := range inputs() {
		text := v.mint(t).Reveal()
		if !pattern.MatchString(text) || !secret.HasForm(text) {
			t.Errorf("the pattern refuses %q", text)
		}

		for _, scheme := range []string{"Bearer ", "bearer ", "BEARER ", "bEaReR   "} {
			if !firewall(scheme + text) {
				t.Errorf("the firewall refuses %q", scheme+text)
			}
		}

		for _, bad := range []string{
			text,
			"Bearer" + text,
			"Basic " + text,
			"Bearer " + text + " ",
			"Bearer " + text[:len(text)-1],
			"Bearer " + text + "0",
			"Bearer\t" + text,
			"Bearer " + text + ", Bearer " + text,
		} {
			if firewall(bad) {
				t.Errorf("the firewall takes %q", bad)
			}
		}
	}
}

// firewallPatterns returns a function that reports whether the firewall lets an Authorization header pass.
func firewallPatterns(t *testing.T) func(header string) bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "infra", "stack", "firewall.yaml"))
	if err != nil {
		t.Fatal(err)
	}

	var patterns []*regexp.Regexp
	for _, match := range regexp.MustCompile(`(?m)^        - "(\^.*\$)"$`).FindAllSubmatch(text, -1) {
		patterns = append(patterns, regexp.MustCompile(string(match[1])))
	}

	if len(patterns) == 0 {
		t.Fatal("infra/stack/firewall.yaml has no patterns")
	}

	return func(header string) bool {
		return slices.ContainsFunc(patterns, func(p *regexp.Regexp) bool { return p.MatchString(header) })
	}
}

// TestTheFormIsThatOfThePattern alters tokens at random, because text that is made at random has the form of none.
func TestTheFormIsThatOfThePattern(t *testing.T) {
	pattern := regexp.MustCompile(`\A(?:` + secret.Pattern + `)\z`)
	var minted []string
	for _, v := range inputs() {
		minted = append(minted, v.mint(t).Reveal())
	}

	for _, v := range derivedVectors(t) {
		minted = append(minted, v.Token)
	}

	rapid.Check(t, func(r *rapid.T) {
		text := rapid.SampledFrom(minted).Draw(r, "token")
		at := rapid.IntRange(0, len(text)).Draw(r, "at")
		end := rapid.IntRange(at, min(at+3, len(text))).Draw(r, "end")
		text = text[:at] + rapid.StringMatching(`[0-9A-Za-z_.\x00-\x7fé-]{0,3}`).Draw(r, "by") + text[end:]

		if got, want := secret.HasForm(text), pattern.MatchString(text); got != want {
			r.Fatalf("HasForm(%q) = %t, want %t", text, got, want)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, v := range inputs() {
		text := v.mint(f).Reveal()
		f.Add(text)
		f.Add(text[:len(text)-1])
		f.Add(strings.ToLower(text))
	}

	for _, v := range derivedVectors(f) {
		f.Add(v.Token)
		f.Add(v.Token[:len(v.Token)-1])
		f.Add(v.Token[:60] + v.Token[64:])
	}

	f.Add("")
	f.Add("lhp_")
	f.Add("lhs_" + strings.Repeat("z", 66))
	f.Fuzz(func(t *testing.T, text string) {
		token, ok := secret.Parse(text)
		if !ok {
			return
		}

		again, err := remint(token)
		if err != nil || again.Reveal() != text {
			t.Fatalf("%q was taken, but the token of its parts is %q, %v", text, again.Reveal(), err)
		}
	})
}

// remint makes the token again of the parts that it was parsed into: its ids, and its random bytes by big integers.
func remint(token secret.Token) (secret.Token, error) {
	if token.Kind() == identity.Derived {
		return reseal(token.Reveal())
	}

	raw := rawBytes(token.Reveal()[4:])
	random := bytes.NewReader(append(raw[:8:8], raw[len(raw)-24:len(raw)-4]...))
	if token.Kind() == identity.PAT {
		return secret.MintPAT(random, token.User(), token.Org())
	}

	return secret.MintSession(random, token.User())
}
