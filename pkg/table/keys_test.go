package table

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

var updateKeys = flag.Bool("update-keys", false, "write testdata/keys.txt anew")

const (
	keyUser     identity.UserID     = "usr_01kjm9wrv0g2g8f7zq5h3n4x6y"
	keyOrg      identity.OrgID      = "org_01kjm9wrv1qqqqqqqqqqqqqqqq"
	keySolution identity.SolutionID = "sol_01kjm9wrv2vvvvvvvvvvvvvvvv"
	keyToken    identity.TokenID    = "tok_05McJmDgrvc"
)

var keyMoment = time.Date(2026, 3, 1, 23, 59, 59, 0, time.FixedZone("west", -8*3600)) // March 2 in UTC

// everyKey is each function of keys.go that makes a key or a part of one, called.
var everyKey = map[string]any{
	"userPartition":    userPartition(keyUser),
	"orgPartition":     orgPartition(keyOrg),
	"profileKey":       profileKey(keyUser),
	"tallyKey":         tallyKey(keyUser),
	"membershipKey":    membershipKey(keyUser, keyOrg),
	"memberIndex":      memberIndex(keyOrg, "Zoë  de Vries", keyUser),
	"rolePartition":    rolePartition(keyOrg, identity.Creator, identity.Active),
	"roleIndex":        roleIndex(keyOrg, identity.Creator, identity.Active, "Zoë de Vries", keyUser),
	"place":            place("Åsa", keyUser),
	"tokenKey":         tokenKey(keyUser, keyToken),
	"leaseIndex":       leaseIndex(keyToken, keyMoment),
	"leaseShard":       []string{leaseShard(0), leaseShard(LeaseShards - 1)},
	"expiryKey":        expiryKey(keyUser, keyToken),
	"expiryIndex":      expiryIndex(keyToken, keyMoment),
	"expiryShard":      []string{expiryShard(0), expiryShard(LeaseShards - 1)},
	"noticesKey":       noticesKey(),
	"sessionKey":       sessionKey(keyUser, "ses_05McJmDgrvc"),
	"ssoKey":           ssoKey(identity.ProviderSession("https://issuer.example", "s1"), "ses_05McJmDgrvc"),
	"logoutKey":        logoutKey(identity.Logout{Issuer: "https://issuer.example", ID: "jti|1"}),
	"orgKey":           orgKey(keyOrg),
	"solutionKey":      solutionKey(keyOrg, keySolution),
	"makerIndex":       makerIndex(keyOrg, keySolution, keyUser),
	"memberPartition":  memberPartition(keyUser, keyOrg),
	"assignmentPrefix": assignmentPrefix(keySolution),
	"assignmentKey":    assignmentKey(keyOrg, keySolution, keyUser),
	"assignmentIndex":  assignmentIndex(keyOrg, keySolution, keyUser),
	"searchPartition":  searchPartition(keyOrg),
	"searchKey":        searchKey(keyOrg, keyUser, 3),
	"searchIndex":      searchIndex(keyOrg, "Vries", keyUser),
	"wordPartition":    wordPartition(keyOrg),
	"wordKey":          wordKey(keyOrg, keyUser, "devries"),
	"wordIndex":        wordIndex(keyOrg, "devries", keyUser),
	"wordPlace":        wordPlace("devries", keyUser),
	"renameKey":        renameKey(keyOrg),
	"deletionIndex":    deletionIndex(keyOrg, keyMoment),
	"reuseIndex":       reuseIndex("tok_05McJmDgrvc", keyMoment),
	"erasureKey":       erasureKey(keyUser),
	"rollKey":          rollKey(keyOrg),
	"linkKeyOf":        linkKeyOf("00ff"),
	"linkKey":          linkKey("https://issuer.example", "subject|1"),
	"emailKey":         emailKey("ada@example.com"),
	"idTokenKey":       idTokenKey(identity.IDToken{Digest: "0123456789abcdef"}),
	"offerKey":         offerKey("ada@example.com", keyOrg),
	"markKey":          markKey(keyOrg, keyUser),
	"quotaKey":         quotaKey(invitersQuota, string(keyUser), keyMoment),
	"auditPartition":   auditPartition(string(keyOrg), keyMoment),
	"auditKey":         auditKey(identity.Event{ID: "01kjm9wrv3zzzzzzzzzzzzzzzz", Scope: string(keyUser), At: keyMoment}),
	"idempotencyKey":   idempotencyKey(keyUser, "00ff"),
	"fold":             []string{fold("Zoë  DE\tVries"), fold("ẞtraße"), fold("ﬁ Å"), fold("a\x1fb\u2028c")},
	"cut":              cut(strings.Repeat("é", maxFolded))[2*(maxFolded/2-2):],
}

// TestEveryKeyIsWhatIsStored prints every key: one that changes loses the items that were stored under it.
func TestEveryKeyIsWhatIsStored(t *testing.T) {
	var text strings.Builder
	for _, name := range keyFunctions(t) {
		made, ok := everyKey[name]
		if !ok {
			t.Errorf("%s makes a key that this test does not print", name)
		}

		fmt.Fprintf(&text, "%-16s %s\n", name, strings.ReplaceAll(fmt.Sprintf("%q", made), unit, "<US>"))
	}

	file := filepath.Join("testdata", "keys.txt")
	if *updateKeys {
		if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}

	want, err := os.ReadFile(file)
	if err != nil || string(want) != text.String() {
		t.Errorf("keys have changed (%v):\n%s", err, text.String())
	}
}

// DynamoDB rejects a longer key, but the engine that the tests use accepts one in an index.
func TestTheLongestNamesFitIntoKeys(t *testing.T) {
	for _, letter := range []string{"a", "ﷺ", "𝔄", "ß", "İ", "😀"} {
		long := strings.Repeat(letter, 10*identity.MaxName)

		for name, sk := range map[string]string{
			"memberIndex": memberIndex(keyOrg, long, keyUser).sk,
			"roleIndex":   roleIndex(keyOrg, identity.Creator, identity.Active, long, keyUser).sk,
			"searchIndex": searchIndex(keyOrg, long, keyUser).sk,
			"wordIndex":   wordIndex(keyOrg, squash(long), keyUser).sk,
			"wordKey":     wordKey(keyOrg, keyUser, squash(long)).SK,
		} {
			if len(sk) > 1024 {
				t.Errorf("%s of a name of %q makes a sort key of %d bytes, want at most 1024", name, letter, len(sk))
			}
		}
	}
}

// keyFunctions returns the names of the functions of keys.go in their order.
func keyFunctions(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "keys.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}

	var names []string
	for _, declaration := range file.Decls {
		if function, ok := declaration.(*ast.FuncDecl); ok && function.Recv == nil && function.Type.Results != nil {
			names = append(names, function.Name.Name)
		}
	}

	if len(names) != len(everyKey) {
		t.Errorf("keys.go has %d functions, this test calls %d", len(names), len(everyKey))
	}

	return names
}

// TestNothingElseFormatsAKey looks for the letters of keys in the rest of the package.
func TestNothingElseFormatsAKey(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}

	for _, name := range files {
		if name == "keys.go" || strings.HasSuffix(name, "_test.go") {
			continue
		}

		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}

		ast.Inspect(file, func(n ast.Node) bool {
			binary, ok := n.(*ast.BinaryExpr)
			if ok && binary.Op == token.ADD && isKeyText(binary.X) && !isKeyText(binary.Y) {
				if _, constant := binary.Y.(*ast.Ident); !constant || binary.Y.(*ast.Ident).Name != "highest" {
					t.Errorf("%s formats a key with %s", name, binary.X.(*ast.BasicLit).Value)
				}
			}

			return true
		})
	}
}

func isKeyText(e ast.Expr) bool {
	literal, ok := e.(*ast.BasicLit)
	return ok && literal.Kind == token.STRING && strings.HasSuffix(literal.Value, `#"`)
}

func TestNamesSortAsPeopleExpectAndHoldNoSeparator(t *testing.T) {
	sorted := []string{"Ann", "Ann Marie", "anna", "Anne", "Ánnika", "Bob"}
	for i := range sorted[1:] {
		a, b := memberIndex(keyOrg, sorted[i], keyUser).sk, memberIndex(keyOrg, sorted[i+1], keyUser).sk
		if a >= b {
			t.Errorf("%q does not come before %q", sorted[i], sorted[i+1])
		}
	}

	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		folded := fold(name)
		if strings.ContainsFunc(folded, unicode.IsControl) || fold(folded) != folded {
			t.Fatalf("%q folds to %q, and that to %q", name, folded, fold(folded))
		}

		if n := strings.Count(memberIndex(keyOrg, name, keyUser).sk, unit); n != 1 {
			t.Fatalf("%q makes a key with %d separators", name, n)
		}
	})
}

func TestTheLeaseIndexSpreadsTokensAndKeepsHoursInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := identity.TokenID("tok_" + rapid.StringMatching(`[0-9A-Za-z]{11}`).Draw(t, "handle"))
		until := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "until"), 0)
		later := until.Add(time.Duration(rapid.Int64Range(0, 1e17).Draw(t, "later")))
		first, second := leaseIndex(id, until), leaseIndex(id, later)
		if first.pk != second.pk || first.sk > second.sk {
			t.Fatalf("%v and then %v", first, second)
		}

		if sameHour := until.Truncate(time.Hour).Equal(later.Truncate(time.Hour)); (first == second) != sameHour {
			t.Fatalf("%s and %s: %v and %v", until, later, first, second)
		}
	})

	shards := map[string]int{}
	for i := range 1600 {
		shards[leaseIndex(identity.TokenID(fmt.Sprintf("tok_%011d", i)), keyMoment).pk]++
	}

	for n := range LeaseShards {
		if got := shards[leaseShard(n)]; got < 50 || got > 200 {
			t.Errorf("%d of 1600 tokens are in %s", got, leaseShard(n))
		}
	}
}

// The local engine takes an empty text as the value of a key; DynamoDB does not.
func TestNoQuerySendsAnEmptyKey(t *testing.T) {
	for _, s := range []span{{pk: "ORG#o", to: last}, {index: Index2, pk: "ORG#o#owner#active", to: last}} {
		sent := (&DB{name: "t"}).queryInput(s).ExpressionAttributeValues
		for name := range sent {
			if text(sent, name) == "" {
				t.Errorf("%+v sends an empty %s", s, name)
			}
		}
	}
}
