package recipes

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/leasehold-dev/leasehold/infra/local/ageing"
)

const guides = "docs/guides.md"

// TestGuides runs the scripts of docs/guides.md against a running system. The last subtest makes all data older.
func TestGuides(t *testing.T) {
	s := startSystem(t)
	token := s.token(map[string]any{"description": "Guides"})

	t.Run("the first call prints who one is", func(t *testing.T) { s.testFirst(t, token) })
	t.Run("the loops over pages see every item once", func(t *testing.T) { s.testPages(t, token) })
	t.Run("a change is made once, however often it is sent", func(t *testing.T) { s.testRetry(t, token) })
	t.Run("a change of somebody else is kept", func(t *testing.T) { s.testChange(t, token) })
	t.Run("the workflow rotates its own token, again and again", s.testRotate)
	t.Run("a warning is shown for a token that ends soon only", func(t *testing.T) { s.testWarn(t, token) })
	t.Run("a retry ends with the reason if the token has ended", func(t *testing.T) { s.testEnded(t, token) })
}

// pythonScript writes recipes, and lines that follow them, into one file. It returns the file's directory.
func pythonScript(t *testing.T, rest string, names ...string) string {
	t.Helper()
	var text strings.Builder
	for _, name := range names {
		text.WriteString(recipe(t, guides, name) + "\n\n")
	}

	return write(t, t.TempDir(), map[string]string{"main.py": text.String() + rest})
}

// goProgram writes the Go recipes into a program.
func goProgram(t *testing.T) string {
	t.Helper()
	const head = `package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
)

func main() {
	response, err := send(http.MethodGet, "/me", nil)
	if err != nil {
		panic(err)
	}

	var me struct {
		DisplayName string
		Memberships []struct{ Organization struct{ ID string } }
	}
	if err := json.NewDecoder(response.Body).Decode(&me); err != nil {
		panic(err)
	}

	fmt.Println(me.DisplayName, me.Memberships[0].Organization.ID)

	all, err := emails(me.Memberships[0].Organization.ID)
	if err != nil {
		panic(err)
	}

	for _, email := range all {
		fmt.Println(email)
	}
}

`
	text := head + recipe(t, guides, "first.go") + "\n" + recipe(t, guides, "pages.go")
	return write(t, t.TempDir(), map[string]string{"main.go": text})
}

// typescriptProgram compiles the TypeScript recipes.
func typescriptProgram(t *testing.T) string {
	t.Helper()
	dir, modules := t.TempDir(), nodeModules(t)
	write(t, dir, map[string]string{
		"package.json": `{"type": "module"}`,
		"main.ts":      recipe(t, guides, "first.ts") + "\n" + recipe(t, guides, "pages.ts") + "\nexport {};\n",
	})

	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}

	run(t, dir, nil, "node", filepath.Join(modules, "typescript", "bin", "tsc"), "--strict", "--noEmitOnError",
		"--target", "es2022", "--module", "nodenext", "--types", "node", "main.ts")

	return dir
}

func (s *system) testFirst(t *testing.T, token string) {
	want := "Ada " + s.org
	for language, got := range map[string]string{
		"Python":     s.succeed(t, pythonScript(t, "", "first.py"), token, "python3", "main.py"),
		"TypeScript": s.succeed(t, typescriptProgram(t), token, "node", "main.js"),
		"Go":         s.succeed(t, goProgram(t), token, "go", "run", "main.go"),
	} {
		if first, _, _ := strings.Cut(got, "\n"); first != want {
			t.Errorf("%s prints %q, want %q first", language, got, want)
		}
	}

	dir := write(t, t.TempDir(), map[string]string{"first.sh": recipe(t, guides, "first.sh")})
	var me struct{ DisplayName string }
	if out := s.succeed(t, dir, token, "sh", "first.sh"); json.Unmarshal([]byte(out), &me) != nil || me.DisplayName != "Ada" {
		t.Errorf("curl prints %q, want the profile", out)
	}

	if done := s.script(t, dir, token+"x", nil, "sh", "first.sh"); done.err == nil || !strings.Contains(done.out, "problem-malformed-credentials") {
		t.Errorf("curl with a wrong token prints %q and ends with %v, want the problem and a failure", done.out, done.err)
	}
}

func (s *system) testPages(t *testing.T, token string) {
	want := []string{"ada@example.com"}
	for i := range 4 {
		email := fmt.Sprintf("member%d@example.com", i)
		s.post("/organizations/"+s.org+"/members", map[string]any{"email": email})
		want = append(want, email)
	}

	// Pages of two, so that five members fill more than one.
	for language, run := range map[string]func() string{
		"Python": func() string {
			return s.succeed(t, pythonScript(t, "", "first.py", "pages.py"), token, "python3", "main.py")
		},
		"TypeScript": func() string { return s.succeed(t, typescriptProgram(t), token, "node", "main.js") },
		"Go":         func() string { return s.succeed(t, goProgram(t), token, "go", "run", "main.go") },
	} {
		s.behaving(t, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "limit=100", "limit=2", 1)
			next.ServeHTTP(w, r)
		})

		got := strings.Fields(run())[2:] // after the line of the first call
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s prints the members %q, want %q", language, got, want)
		}

		if n := len(slices.DeleteFunc(s.paths, func(path string) bool { return !strings.HasSuffix(path, "/members") })); n < 3 {
			t.Errorf("%s reads %d pages, want at least 3", language, n)
		}
	}
}

// testRetry refuses the first request, and loses the response to the second.
func (s *system) testRetry(t *testing.T, token string) {
	var first, second time.Time
	n := 0
	s.behaving(t, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method != http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}

		switch n++; n {
		case 1:
			first = time.Now()
			refuse(w, http.StatusTooManyRequests, "1")
		case 2:
			second = time.Now()
			next.ServeHTTP(httptest.NewRecorder(), r)
			refuse(w, http.StatusServiceUnavailable, "0")
		default:
			next.ServeHTTP(w, r)
		}
	})

	dir := pythonScript(t, `
made, headers = persist("POST", f"/organizations/{organization}/solutions", {"name": "Route planner"})
print(made["name"], headers["Idempotency-Replayed"])
`, "first.py", "retry.py")
	if got := s.succeed(t, dir, token, "python3", "main.py"); !strings.HasSuffix(got, "Route planner true\n") {
		t.Errorf("it prints %q, want the replayed response at the end", got)
	}

	if second.Sub(first) < time.Second {
		t.Errorf("it waits %v, want as long as Retry-After says", second.Sub(first))
	}

	keys := slices.DeleteFunc(s.keys, func(key string) bool { return key == "" })
	if len(keys) != 3 || keys[0] != keys[1] || keys[1] != keys[2] {
		t.Errorf("the keys of the attempts are %q, want the same three times", keys)
	}

	if _, list := s.send(http.MethodGet, "/organizations/"+s.org+"/solutions", token, ""); len(list["items"].([]any)) != 1 {
		t.Errorf("there are the solutions %v, want one", list)
	}
}

// testChange changes a resource between the reading and the writing of the script.
func (s *system) testChange(t *testing.T, token string) {
	dir := pythonScript(t, `
path = f"/organizations/{organization}/solutions"
path += "/" + send("POST", path, {"name": "Stock count"})[0]["id"]
attempts = []


def edit(current):
    attempts.append(current["name"])
    if len(attempts) == 1:
        send("PATCH", path, {"name": "Stock count 2"}, {"If-Match": "*"})
    return {"name": current["name"] + "!"}


changed, _ = change(path, edit)
print(attempts, changed["name"])
`, "first.py", "retry.py", "change.py")

	const want = "['Stock count', 'Stock count 2'] Stock count 2!\n"
	if got := s.succeed(t, dir, token, "python3", "main.py"); !strings.HasSuffix(got, want) {
		t.Errorf("it prints %q, want %q at the end", got, want)
	}
}

// workflow is a workflow of GitHub Actions, as far as the recipe uses it.
type workflow struct {
	Jobs map[string]struct {
		Steps []struct {
			Run  string            `yaml:"run"`
			Env  map[string]string `yaml:"env"`
			Uses string            `yaml:"uses"`
		} `yaml:"steps"`
	} `yaml:"jobs"`
}

var expression = regexp.MustCompile(`\$\{\{ *([a-zA-Z_.]+) *\}\}`)

// testRotate runs the steps of the workflow as GitHub's runner does on Ubuntu. The program gh records what it is given.
func (s *system) testRotate(t *testing.T) {
	accounts := "/organizations/" + s.org + "/service-accounts"
	account := s.post(accounts, map[string]any{"name": "Pipeline", "role": "creator"})["id"].(string)
	token := s.post(accounts+"/"+account+"/tokens", map[string]any{"description": "Actions", "selfRotate": true})["secret"].(string)

	for number, runID := range []string{"10001", "10002"} {
		next := s.rotate(t, token, runID)
		if status, answer := s.send(http.MethodGet, "/roles", next, ""); status != http.StatusOK || next == token {
			t.Fatalf("rotation %d: the recorded secret gets %d %v", number+1, status, answer)
		}

		if status, _ := s.send(http.MethodGet, "/roles", token, ""); status != http.StatusOK {
			t.Errorf("rotation %d: the old token gets %d during the overlap", number+1, status)
		}

		// Running the job again must not need another rotation.
		if again := s.rotate(t, token, runID); again != next {
			t.Errorf("rotation %d: the same run makes another token when it is run again", number+1)
		}

		token = next
	}
}

// rotate runs the workflow once and returns the secret that it stored.
func (s *system) rotate(t *testing.T, token, runID string) string {
	t.Helper()
	var flow workflow
	if err := yaml.Unmarshal([]byte(recipe(t, guides, "rotate.yml")), &flow); err != nil {
		t.Fatal(err)
	}

	dir, values := t.TempDir(), map[string]string{
		"vars.LEASEHOLD_URL":      s.front.URL + "/v1",
		"secrets.LEASEHOLD_TOKEN": token,
		"secrets.SECRETS_TOKEN":   "github_pat_of_a_test",
		"github.repository":       "harbor/orders",
	}
	write(t, dir, map[string]string{
		"gh": "#!/bin/sh\necho \"$GH_TOKEN $GH_REPO $*\" >> \"$RUNNER_TEMP/gh.calls\"\ncat > \"$RUNNER_TEMP/gh.secret\"\n",
	})
	if err := os.Chmod(filepath.Join(dir, "gh"), 0o700); err != nil {
		t.Fatal(err)
	}

	steps := flow.Jobs["rotate"].Steps
	if len(steps) != 1 || steps[0].Uses != "" {
		t.Fatalf("the workflow has the steps %+v, want one that runs a script", steps)
	}

	variables := []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "RUNNER_TEMP=" + dir, "GITHUB_RUN_ID=" + runID}
	for name, value := range steps[0].Env {
		variables = append(variables, name+"="+expression.ReplaceAllStringFunc(value, func(text string) string {
			known, ok := values[expression.FindStringSubmatch(text)[1]]
			if !ok {
				t.Errorf("the workflow uses %s, which the test does not know", text)
			}

			return known
		}))
	}

	write(t, dir, map[string]string{"step.sh": steps[0].Run})
	done := s.script(t, dir, "", variables, "bash", "--noprofile", "--norc", "-eo", "pipefail", "step.sh")
	if done.err != nil {
		t.Fatalf("the step fails: %v\n%s%s", done.err, done.out, done.log)
	}

	return recordedSecret(t, dir, done)
}

// recordedSecret returns what the step passed to gh, and checks that it printed the secret only to have it masked.
func recordedSecret(t *testing.T, dir string, done outcome) string {
	t.Helper()
	calls, err := os.ReadFile(filepath.Join(dir, "gh.calls"))
	if want := "github_pat_of_a_test harbor/orders secret set LEASEHOLD_TOKEN\n"; err != nil || string(calls) != want {
		t.Fatalf("gh is called with %q (error %v), want %q", calls, err, want)
	}

	stored, err := os.ReadFile(filepath.Join(dir, "gh.secret"))
	if err != nil {
		t.Fatal(err)
	}

	secret := strings.TrimSpace(string(stored))
	if done.out != "::add-mask::"+secret+"\n" || strings.Contains(done.log, secret) {
		t.Errorf("the step prints %q and %q, want the mask only", done.out, done.log)
	}

	return secret
}

func (s *system) testWarn(t *testing.T, token string) {
	dir := write(t, t.TempDir(), map[string]string{"warn.sh": recipe(t, guides, "warn.sh")})
	if out := s.succeed(t, dir, token, "bash", "-eo", "pipefail", "warn.sh"); out != "" {
		t.Errorf("a token of six months: it prints %q, want nothing", out)
	}

	expires := time.Now().Add(13 * 24 * time.Hour).UTC().Truncate(time.Second).Format(time.RFC3339)
	ending := s.token(map[string]any{"description": "Ends soon", "expiresAt": expires})
	want := "::warning::The Leasehold token expires at " + expires + ". Rotate it.\n"
	if out := s.succeed(t, dir, ending, "bash", "-eo", "pipefail", "warn.sh"); out != want {
		t.Errorf("a token of 13 days: it prints %q, want %q", out, want)
	}
}

func (s *system) testEnded(t *testing.T, token string) {
	send, _, _ := strings.Cut(recipe(t, guides, "first.py"), "me, _ =") // without the call, which would fail first
	dir := write(t, t.TempDir(), map[string]string{
		"main.py": send + recipe(t, guides, "retry.py") + "\n\npersist(\"GET\", \"/me\")\n",
	})

	if err := ageing.Age(t.Context(), s.running.Client(), s.running.TableName(), 15*24*time.Hour); err != nil {
		t.Fatal(err)
	}

	done := s.script(t, dir, token, nil, "python3", "main.py")
	if done.err == nil || !strings.HasPrefix(done.log, "The token expired at ") {
		t.Errorf("it ends with %v and prints %q, want the reason", done.err, done.log)
	}
}
