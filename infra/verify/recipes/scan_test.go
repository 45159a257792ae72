package recipes

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
)

const (
	scanning = "docs/scanning.md"

	samples    = 10_000
	lookalikes = 1_000_000

	alphabet    = identity.Base62
	base64Chars = alphabet + "-_"
)

// contexts are places where tokens leak, each with %s for the token. Some have a letter or digit before it.
var contexts = []string{
	"leasehold:\n  token: %s\n", "  token: \"%s\" # staging\n", "tokens: ['%s']\n",
	"LEASEHOLD_TOKEN=%s\n", "export LEASEHOLD_TOKEN='%s'; make deploy\n", "LEASEHOLD_TOKEN=%s\r\n", "ARG TOKEN=%s\n",
	"https://api.example.com/v1/me?access_token=%s&limit=5\n", "https://example.com/cb#token=%s\n", "next=%%2Fcb%%3Ftoken%%3D%s%%26limit%%3D5\n",
	"git clone https://ada:%s@git.example.com/orders.git\n", "//npm.example.com/:_authToken=%s\n", "machine api.example.com password %s\n",
	"const token = \"%s\"\n", "token := `%s`\n", "text := \"token:\\n%s\\n\"\n", "headers = {'Authorization': f'Bearer %s'}\n", "foo(%s);\n",
	"{\"token\":\"%s\",\"limit\":5}\n", "{\"body\":\"{\\\"token\\\":\\\"%s\\\"}\"}\n", "{\"body\":\"token\\u003d%s\\u0026limit\"}\n",
	"time=2026-03-01T12:00:00Z level=INFO msg=request authorization=\"Bearer %s\" status=200\n", "> Authorization: Bearer %s\n",
	"curl -H 'Authorization: Bearer %s' http://127.0.0.1:3000/v1/me\n", "+%s\n", "a,%s,b\n", "<token>%s</token>\n", "<a data-token=%s>x</a>\n",
	"Use `%s`.\n", "Use %s.\n", "Is it %s?\n", "backup-%s-old.txt\n", "key_%s_old\n", "%s|next\n", "\t%s\t\n", "token%s\n", "%s",
}

// samplesOf returns tokens of every kind.
func samplesOf(t *testing.T, random *rand.Rand, count int) []string {
	t.Helper()
	var tokens []string
	for i := range count {
		parent := randomParent(t, random)
		token := parent
		var err error
		switch i % 3 {
		case 1:
			token, err = secret.MintSession(strings.NewReader(parent.Reveal()[20:]), parent.User())
		case 2:
			caveats := randomCaveats(random)
			caveats.Expires = time.Unix(1_772_366_400+random.Int64N(86400), 0)
			token, err = secret.Derive(parent, caveats)
		}

		if err != nil {
			t.Fatal(err)
		}

		tokens = append(tokens, token.Reveal())
	}

	return tokens
}

// rules returns the regular expressions of the rules for scanners, by the scanner's name.
func rules(t *testing.T) map[string]*regexp.Regexp {
	t.Helper()
	read := func(name string) []byte {
		text, err := os.ReadFile(filepath.Join(root, "docs/scanning", name))
		if err != nil {
			t.Fatal(err)
		}

		return text
	}

	var config struct {
		Detectors []struct {
			Keywords []string
			Regex    map[string]string
		}
	}
	if err := yaml.Unmarshal(read("trufflehog.yaml"), &config); err != nil {
		t.Fatal(err)
	}

	toml := regexp.MustCompile(`(?m)^regex = '''(.*)'''$`).FindSubmatch(read("gitleaks.toml"))
	if toml == nil || len(config.Detectors) != 1 || len(config.Detectors[0].Regex) != 1 {
		t.Fatal("the rules do not have one regular expression each")
	}

	return map[string]*regexp.Regexp{
		"gitleaks":   regexp.MustCompile(string(toml[1])),
		"TruffleHog": regexp.MustCompile(config.Detectors[0].Regex["token"]),
	}
}

func TestTheRulesFindEveryTokenInEveryContext(t *testing.T) {
	tokens := samplesOf(t, rand.New(rand.NewPCG(3, 4)), samples)
	for scanner, rule := range rules(t) {
		for i, token := range tokens {
			context := contexts[i%len(contexts)]
			found := rule.FindStringSubmatch(fmt.Sprintf(context, token))
			if found == nil || found[1] != token {
				t.Fatalf("%s: %q in %q: found %q", scanner, token, context, found)
			}
		}
	}
}

// TestGitleaksFindsEveryToken runs gitleaks over files that contain the samples in all contexts.
func TestGitleaksFindsEveryToken(t *testing.T) {
	dir := t.TempDir()
	tokens := samplesOf(t, rand.New(rand.NewPCG(5, 6)), samples)
	want := map[string]bool{}
	for i, token := range tokens {
		want[token] = true
		name := fmt.Sprintf("sample-%d.txt", i%(10*len(contexts)))
		file, err := os.OpenFile(filepath.Join(dir, name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}

		if _, err := fmt.Fprintf(file, contexts[i%len(contexts)]+"\n", token); err != nil {
			t.Fatal(err)
		}

		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}

	report := filepath.Join(t.TempDir(), "report.json")
	run(t, dir, nil, gitleaks(t), "dir", "--config", absolute(t, "docs/scanning/gitleaks.toml"), "--no-banner",
		"--log-level", "error", "--exit-code", "0", "--report-format", "json", "--report-path", report, ".")

	text, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}

	var findings []struct{ RuleID, Secret string }
	if err := json.Unmarshal(text, &findings); err != nil {
		t.Fatal(err)
	}

	found := map[string]bool{}
	for _, finding := range findings {
		if found[finding.Secret] = true; !want[finding.Secret] || finding.RuleID != "leasehold-bearer-token" {
			t.Fatalf("gitleaks reports %q by the rule %s", finding.Secret, finding.RuleID)
		}
	}

	if !maps.Equal(found, want) {
		t.Errorf("gitleaks found %d of %d tokens", len(found), len(want))
	}
}

// lookalike returns a text that the pattern matches and that is no token: an altered token, or other text in its shape.
func lookalike(random *rand.Rand, token, other string) string {
	text := []byte(token)
	at := 4 + random.IntN(len(text)-4)
	switch random.IntN(6) {
	case 0:
		text[at] = base64Chars[random.IntN(len(base64Chars))]
	case 1:
		text[at], text[len(text)-1] = text[len(text)-1], text[at]
	case 2:
		text[at] ^= 0x20 // a letter in the other case
	case 3:
		for i := 4; i < len(text); i++ {
			if text[i] != '.' {
				text[i] = alphabet[random.IntN(len(alphabet))]
			}
		}
	case 4:
		for i := 4; i < len(text); i++ {
			if text[i] != '.' {
				text[i] = "0123456789abcdef"[random.IntN(16)]
			}
		}
	case 5:
		text = append(text[:at], other[min(at, len(other)):]...)
	}

	return string(text)
}

// writeLookalikes stores as many lookalikes as wanted, one on a line, and returns the file's name. It fails if package
// secret accepts one.
func writeLookalikes(t *testing.T, count int) string {
	t.Helper()
	random := rand.New(rand.NewPCG(7, 8))
	pattern := regexp.MustCompile("^" + secret.Pattern + "$")
	tokens := samplesOf(t, random, 999)
	name := filepath.Join(t.TempDir(), "lookalikes")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}

	out := bufio.NewWriter(file)
	for written := 0; written < count; {
		token, other := tokens[random.IntN(len(tokens))], tokens[random.IntN(len(tokens))]
		text := lookalike(random, token, other)
		if text == token || text == other || !pattern.MatchString(text) {
			continue
		}

		if _, ok := secret.Parse(text); ok {
			t.Fatalf("the lookalike %q is taken for a token", text)
		}

		fmt.Fprintln(out, text)
		written++
	}

	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}

	if err := file.Close(); err != nil {
		t.Fatal(err)
	}

	return name
}

// TestTheChecksumTellsTokensFromLookalikes runs both functions of docs/scanning.md on tokens, which they must all
// accept, and on lookalikes, of which they must accept none: the one in Go on a million, and the one in Python, which
// is slower, on a tenth of them.
func TestTheChecksumTellsTokensFromLookalikes(t *testing.T) {
	tokens := samplesOf(t, rand.New(rand.NewPCG(9, 10)), samples)
	tokens = append(tokens, vectorTokens(t)...)

	lines := strings.Join(tokens, "\n") + "\n"
	million, tenth := writeLookalikes(t, lookalikes), writeLookalikes(t, lookalikes/10)
	for language, check := range map[string]struct {
		prepare func(*testing.T) []string
		file    string
	}{
		"Go":     {checkInGo, million},
		"Python": {checkInPython, tenth},
	} {
		t.Run(language, func(t *testing.T) {
			command := check.prepare(t)
			accepted := strings.Fields(run(t, t.TempDir(), strings.NewReader(lines), command[0], command[1:]...))
			if !slices.Equal(accepted, tokens) {
				t.Errorf("%d of %d tokens are accepted", len(accepted), len(tokens))
			}

			input, err := os.Open(check.file)
			if err != nil {
				t.Fatal(err)
			}
			defer input.Close()

			if taken := run(t, t.TempDir(), input, command[0], command[1:]...); taken != "" {
				t.Errorf("lookalikes are accepted: %.500s", taken)
			}
		})
	}
}

// vectorTokens returns the tokens of all published vectors.
func vectorTokens(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "pkg/secret/testdata/vectors.json"))
	if err != nil {
		t.Fatal(err)
	}

	var all []struct{ Token string }
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}

	var tokens []string
	for _, v := range all {
		tokens = append(tokens, v.Token)
	}

	return tokens
}

const checkGo = `package main

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/big"
	"os"
	"slices"
	"strings"
)

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func main() {
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if isToken(lines.Text()) {
			fmt.Println(lines.Text())
		}
	}
}

`

func checkInGo(t *testing.T) []string {
	dir := write(t, t.TempDir(), map[string]string{"main.go": checkGo + recipe(t, scanning, "checksum.go")})
	return []string{"go", "run", filepath.Join(dir, "main.go")}
}

const checkPython = `import sys
from checksum import is_token

for line in sys.stdin:
    if is_token(line.strip()):
        print(line.strip())
`

func checkInPython(t *testing.T) []string {
	dir := write(t, t.TempDir(), map[string]string{"checksum.py": recipe(t, scanning, "checksum.py"), "main.py": checkPython})
	return []string{"python3", filepath.Join(dir, "main.py")}
}
