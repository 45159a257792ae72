package recipes

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
)

const tokens = "docs/tokens.md"

// derivation is what a recipe gets, one JSON object on a line.
type derivation struct {
	Parent  string          `json:"parent"`
	Caveats json.RawMessage `json:"caveats"`
}

// TestEveryRecipeDerivesTheTokensOfTheVectors runs the three recipes on the vectors and on random caveats. Each must derive
// exactly the token that package secret derives, and package secret must read its caveats back.
func TestEveryRecipeDerivesTheTokensOfTheVectors(t *testing.T) {
	inputs, want := vectors(t)
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		parent, caveats := randomParent(t, random), randomCaveats(random)
		token, err := secret.Derive(parent, caveats)
		if err != nil {
			t.Fatal(err)
		}

		inputs, want = append(inputs, derivation{parent.Reveal(), plain(t, random, caveats)}), append(want, token.Reveal())
		read, ok := secret.Parse(token.Reveal())
		got, err := read.Verify(parent.DerivationKey(), caveats.Expires.Add(-time.Second))
		if !ok || err != nil || !reflect.DeepEqual(got, caveats) {
			t.Fatalf("the caveats %+v are read as %+v, %v", caveats, got, err)
		}
	}

	var lines strings.Builder
	encoder := json.NewEncoder(&lines)
	for _, input := range inputs {
		if err := encoder.Encode(input); err != nil {
			t.Fatal(err)
		}
	}

	for language, derive := range map[string]func(*testing.T, string) string{
		"Go":         deriveInGo,
		"Python":     deriveInPython,
		"TypeScript": deriveInTypeScript,
	} {
		t.Run(language, func(t *testing.T) {
			got := strings.Fields(derive(t, lines.String()))
			if len(got) != len(want) {
				t.Fatalf("%d tokens, want %d", len(got), len(want))
			}

			for i := range want {
				if got[i] != want[i] {
					t.Fatalf("from %s with %s:\ngot  %s\nwant %s", inputs[i].Parent, inputs[i].Caveats, got[i], want[i])
				}
			}
		})
	}
}

// vectors returns the published vectors of derived tokens.
func vectors(t *testing.T) (inputs []derivation, tokens []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "pkg/secret/testdata/vectors.json"))
	if err != nil {
		t.Fatal(err)
	}

	var all []struct{ Kind, Parent, Caveats, Token string }
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}

	for _, v := range all {
		if v.Kind == string(identity.Derived) {
			inputs, tokens = append(inputs, derivation{v.Parent, json.RawMessage(v.Caveats)}), append(tokens, v.Token)
		}
	}

	if len(tokens) < 6 {
		t.Fatalf("there are %d vectors of derived tokens, want at least 6", len(tokens))
	}

	return inputs, tokens
}

func randomParent(t *testing.T, random *rand.Rand) secret.Token {
	t.Helper()
	var raw [60]byte
	for i := range raw {
		raw[i] = byte(random.Uint32())
	}

	token, err := secret.MintPAT(strings.NewReader(string(raw[:28])), identity.UserIDOf([16]byte(raw[28:])), identity.OrgIDOf([16]byte(raw[44:])))
	if err != nil {
		t.Fatal(err)
	}

	return token
}

func randomCaveats(random *rand.Rand) secret.Caveats {
	c := secret.Caveats{Expires: time.Unix(1_772_366_400+random.Int64N(1e9), 0).UTC()}
	for i := range random.IntN(4) {
		bits := 8 * (1 + i)
		address := netip.AddrFrom4([4]byte{10, byte(random.Uint32()), byte(random.Uint32()), byte(random.Uint32())})
		if random.IntN(2) == 0 {
			address = netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, byte(random.Uint32()), byte(random.Uint32())})
		}

		c.Networks = append(c.Networks, netip.PrefixFrom(address, bits).Masked())
	}

	for _, rule := range identity.Matrix {
		if random.IntN(3) == 0 {
			c.Scopes = append(c.Scopes, string(rule.Permission))
		}
	}

	return c
}

// plain returns the JSON of caveats as a person may write it: with spaces, and the names in any order.
func plain(t *testing.T, random *rand.Rand, c secret.Caveats) json.RawMessage {
	t.Helper()
	fields := []string{fmt.Sprintf(`"expiresAt": %d`, c.Expires.Unix())}
	for name, list := range map[string]any{"networks": c.Networks, "scopes": c.Scopes} {
		text, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}

		if string(text) != "null" {
			fields = append(fields, fmt.Sprintf("%q: %s", name, text))
		}
	}

	random.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })

	return json.RawMessage("{ " + strings.Join(fields, ", ") + " }")
}

const deriveGo = `package main

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"os"
)

func main() {
	decoder := json.NewDecoder(os.Stdin)
	decoder.UseNumber()

	for {
		var input struct {
			Parent  string
			Caveats map[string]any
		}
		if err := decoder.Decode(&input); err == io.EOF {
			return
		} else if err != nil {
			panic(err)
		}

		token, err := derive(input.Parent, input.Caveats)
		if err != nil {
			panic(err)
		}

		fmt.Println(token)
	}
}

`

func deriveInGo(t *testing.T, input string) string {
	dir := write(t, t.TempDir(), map[string]string{"main.go": deriveGo + recipe(t, tokens, "derive.go")})
	return run(t, dir, strings.NewReader(input), "go", "run", "main.go")
}

const derivePython = `import json, sys
from derive import derive

for line in sys.stdin:
    given = json.loads(line)
    print(derive(given["parent"], **given["caveats"]))
`

func deriveInPython(t *testing.T, input string) string {
	dir := write(t, t.TempDir(), map[string]string{"derive.py": recipe(t, tokens, "derive.py"), "main.py": derivePython})
	return run(t, dir, strings.NewReader(input), python(t), "main.py")
}

const deriveTypeScript = `import { readFileSync } from 'node:fs';
import { derive } from './derive.js';

for (const line of readFileSync(0, 'utf8').trim().split('\n')) {
  const given = JSON.parse(line) as { parent: string; caveats: object };
  console.log(derive(given.parent, given.caveats));
}
`

func deriveInTypeScript(t *testing.T, input string) string {
	dir, modules := t.TempDir(), nodeModules(t)
	write(t, dir, map[string]string{
		"package.json": `{"type": "module"}`,
		"derive.ts":    recipe(t, tokens, "derive.ts"),
		"main.ts":      deriveTypeScript,
	})
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}

	run(t, dir, nil, "node", filepath.Join(modules, "typescript", "bin", "tsc"), "--strict", "--noEmitOnError",
		"--target", "es2022", "--module", "nodenext", "--types", "node", "main.ts")

	return run(t, dir, strings.NewReader(input), "node", "main.js")
}
