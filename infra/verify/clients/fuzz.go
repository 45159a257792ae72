package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// minCases is the number of requests of a second below which a run of schemathesis counts as failed: it would have found
// nothing because it did nothing.
const minCases = 5

// finding is a check of schemathesis that failed.
type finding struct {
	Check, Operation, Method, Kind, Detail string
	Status                                 int
}

func (f finding) String() string {
	return fmt.Sprintf("%s: %s: %s %d %s %q", f.Check, f.Operation, f.Method, f.Status, f.Kind, f.Detail)
}

// explanation says why a finding is not a fault. Fields that are zero match everything.
type explanation struct {
	check, operation, method, kind string
	status                         int
	detail                         *regexp.Regexp
	because                        string
}

func (e explanation) of(f finding) bool {
	return e.check == f.Check &&
		(e.operation == "" || e.operation == f.Operation) &&
		(e.method == "" || e.method == f.Method) &&
		(e.kind == "" || e.kind == f.Kind) &&
		(e.status == 0 || e.status == f.Status) &&
		(e.detail == nil || e.detail.MatchString(f.Detail))
}

// What schemathesis expects of the requests that it takes for valid, and of those that lack a header.
const (
	valid         = "positive_data_acceptance"
	invalid       = "negative_data_rejection"
	missingHeader = "missing_required_header"
	otherMethod   = "unsupported_method"
	available     = "ensure_resource_availability"
)

// explanations lists what is right although schemathesis reports it.
var explanations = []explanation{
	{
		check:   valid,
		kind:    "idempotency-mismatch",
		because: "it sends one Idempotency-Key with different requests",
	},
	{
		check:   valid,
		kind:    "version-mismatch",
		because: "it invents the version in If-Match",
	},
	{
		check:   valid,
		detail:  regexp.MustCompile(`^If-Match: `),
		because: "it tries values of optional headers that their patterns rule out; TestEveryMalformedPartOfARequestIsNamed compares both",
	},
	{
		check:   valid,
		detail:  regexp.MustCompile(`^cursor: `),
		because: "it invents cursors, which only the API makes",
	},
	{
		check:   valid,
		detail:  regexp.MustCompile(`Remove the invisible character|contains a character that|without web or email|at least one letter or digit|^name: Enter a name of|^token: Send the whole token`),
		because: "what a text can hold is more than a pattern can say",
	},
	{
		check:   valid,
		detail:  regexp.MustCompile(`^phone: Use a complete phone number|^email: Enter a complete domain`),
		because: "which phone numbers and domains there can be is more than a pattern can say",
	},
	{
		check:   valid,
		detail:  regexp.MustCompile(`^(assign|remove)\.\d+\.userId: Include each person only once`),
		because: "no schema can say that one member of the elements of a list is unique",
	},
	{
		check:   valid,
		detail:  regexp.MustCompile(`^[a-zA-Z.0-9]+: "[^"]*" is not a network\.`),
		because: "which addresses are networks is more than a pattern can say",
	},
	{
		check:   valid,
		detail:  regexp.MustCompile(`^scopes: "[^"]*" is not a scope\. Choose from `),
		because: "which scopes there are is up to the operator",
	},
	{
		check:   valid,
		detail:  regexp.MustCompile(`^role: Choose `),
		because: "ogen can't read an enum next to a reference, so the schema has all roles and the text says which",
	},
	{
		check:   valid,
		detail:  regexp.MustCompile(`^contactEmail: Use the email address of an active member`),
		because: "it does not know the members",
	},
	{
		check:   valid,
		detail:  regexp.MustCompile(`^(expiresAt|leaseExpiresAt|since|until|foundAt): `),
		because: "a time has to be in the right range, which no schema can say",
	},
	{
		check:   valid,
		detail:  regexp.MustCompile(`^name: Send the name of the organization, `),
		because: "it does not know the name that confirms the deletion",
	},
	{
		check:   valid,
		detail:  regexp.MustCompile(`^Include between 1 and 25 people`),
		because: "two lists together have a limit, which no schema can say",
	},
	{
		check:   valid,
		detail:  regexp.MustCompile(`^The logout token is not valid`),
		because: "it invents the tokens of the identity provider",
	},
	{
		check:   missingHeader,
		status:  428,
		because: "the status for a missing If-Match is 428 (RFC 6585, section 3)",
	},
	{
		check:   otherMethod,
		status:  404,
		detail:  regexp.MustCompile(`^There is no operation with this path and method`),
		because: "API Gateway answers 404 for a method that it has no resource for, and no function sees the request",
	},
	{
		check:     otherMethod,
		operation: "POST /console/errors",
		method:    "GET",
		status:    200,
		because:   "the console's page answers GET for every address below /console",
	},
	{
		check:     "response_schema_conformance",
		operation: "GET /openapi.yaml",
		status:    200,
		because:   "it decodes the description, which the schema has as a file",
	},
	{
		check:   available,
		status:  404,
		because: "it creates something and asks about what schemathesis.toml names, which it may have deleted",
	},
	{
		check:   invalid,
		kind:    "version-mismatch",
		because: "the version in If-Match is looked at before it is compared with the pattern",
	},
	{
		check:   invalid,
		kind:    "payload-too-large",
		because: "a body that is too large is not looked at",
	},
}

// fuzzing is for how long schemathesis calls the API, and the seed of its random choices.
type fuzzing struct {
	length time.Duration
	seed   int
	// strict makes the limits that the description does not say fail, too.
	strict bool
}

// limits are the checks that compare what the API accepts with the schemas. No schema can say all of it, and each longer run
// finds another example, so these findings fail only a strict run. Every other check fails every run.
var limits = []string{valid, invalid}

// run lets schemathesis call every operation, half of the time with a session and half with a personal access token. It
// returns an error if a check failed and nothing explains it.
func (f fuzzing) run(ctx context.Context, t tools, people world, out io.Writer) error {
	var failed error
	for _, credential := range []string{people.session, people.token} {
		failed = errors.Join(failed, f.with(ctx, t, people, credential, out))
	}

	return failed
}

func (f fuzzing) with(ctx context.Context, t tools, people world, credential string, out io.Writer) error {
	dir := filepath.Join(t.work, "schemathesis")
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700)); err != nil {
		return fmt.Errorf("create the directory of the report: %w", err)
	}

	config := filepath.Join(dir, "schemathesis.toml")
	if err := os.WriteFile(config, []byte(people.parameters()), 0o600); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}

	_, err := execute(ctx, t.work, nil, t.python.Command("schemathesis"), "--no-color", "--config-file", config, "run", t.description,
		"--url", people.url,
		"--header", "Authorization: Bearer "+credential,
		"--max-time", fmt.Sprint(int(f.length.Seconds())/2),
		"--seed", fmt.Sprint(f.seed),
		"--checks", "all",
		"--exclude-operation-id", "session-delete", // these end the credential
		"--exclude-operation-id", "session-end",
		"--exclude-operation-id", "session-end-others",
		"--exclude-operation-id", "token-delete",
		"--continue-on-failure",
		"--max-examples", "1000",
		"--report", "ndjson",
		"--report-ndjson-path", filepath.Join(dir, "report.ndjson"))

	// Status 1 says that a check failed, which the report has more about.
	var status *exec.ExitError
	if err != nil && (!errors.As(err, &status) || status.ExitCode() != 1) {
		return err
	}

	report, err := os.Open(filepath.Join(dir, "report.ndjson"))
	if err != nil {
		return fmt.Errorf("open the report: %w", err)
	}

	defer report.Close()

	cases, findings, err := readReport(report)
	if err != nil {
		return err
	}

	if least := int(f.length.Seconds()) / 2 * minCases; cases < least {
		return fmt.Errorf("schemathesis sent %d requests in %s, want at least %d", cases, f.length/2, least)
	}

	fmt.Fprintf(out, "schemathesis with %s…: %d requests\n", credential[:4], cases)
	return f.judge(out, findings)
}

// judge prints how often each explanation was needed and the findings that have none. It returns an error with those that
// fail the run.
func (f fuzzing) judge(out io.Writer, findings []finding) error {
	explained := map[string]int{}
	var unexplained, toMend []string
	for _, found := range findings {
		i := slices.IndexFunc(explanations, func(e explanation) bool { return e.of(found) })
		switch {
		case i >= 0:
			explained[explanations[i].because]++
		case f.strict || !slices.Contains(limits, found.Check):
			toMend = append(toMend, found.String())
		default:
			unexplained = append(unexplained, found.String())
		}
	}

	for _, because := range slices.Sorted(maps.Keys(explained)) {
		fmt.Fprintf(out, "  %5d explained: %s\n", explained[because], because)
	}

	for _, found := range distinct(unexplained) {
		fmt.Fprintf(out, "  not explained: %s\n", found)
	}

	if len(toMend) > 0 {
		return fmt.Errorf("schemathesis found:\n%s", strings.Join(distinct(toMend), "\n"))
	}

	return nil
}

func distinct(texts []string) []string {
	slices.Sort(texts)
	return slices.Compact(texts)
}

// event is a line of schemathesis's report.
type event struct {
	ScenarioFinished *struct {
		Recorder struct {
			Label  string
			Checks map[string][]struct {
				Name, Status string
			}
			Interactions map[string]struct {
				Request  struct{ Method string }
				Response struct {
					StatusCode int `json:"status_code"`
					Content    struct {
						Base64 []byte `json:"$base64"`
					}
				}
			}
		}
	}
	NonFatalError, FatalError json.RawMessage
}

// readReport returns the number of requests in a report and the checks that failed.
func readReport(report io.Reader) (cases int, findings []finding, err error) {
	lines := bufio.NewScanner(report)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return 0, nil, fmt.Errorf("decode the report: %w", err)
		}

		if e.NonFatalError != nil || e.FatalError != nil {
			return 0, nil, fmt.Errorf("schemathesis failed: %.2000s", lines.Text())
		}

		if e.ScenarioFinished == nil {
			continue
		}

		recorded := e.ScenarioFinished.Recorder
		cases += len(recorded.Interactions)

		for id, checks := range recorded.Checks {
			answer := recorded.Interactions[id]
			kind, details := refusal(answer.Response.Content.Base64)
			for _, check := range checks {
				if check.Status != "failure" {
					continue
				}

				for _, detail := range details {
					findings = append(findings, finding{
						Check:     check.Name,
						Operation: recorded.Label,
						Method:    answer.Request.Method,
						Status:    answer.Response.StatusCode,
						Kind:      kind,
						Detail:    detail,
					})
				}
			}
		}
	}

	if err := lines.Err(); err != nil {
		return 0, nil, fmt.Errorf("read the report: %w", err)
	}

	return cases, findings, nil
}

// refusal returns the kind of the problem in an answer, and what it says: about each field, if several are invalid. An answer
// that is no problem says nothing.
func refusal(answer []byte) (kind string, details []string) {
	var problem struct {
		Type, Detail string
		Errors       []struct{ Field, Detail string }
	}
	_ = json.Unmarshal(answer, &problem)

	if len(problem.Errors) < 2 {
		details = []string{problem.Detail}
	} else {
		for _, e := range problem.Errors {
			details = append(details, e.Field+": "+e.Detail)
		}
	}

	_, kind, _ = strings.Cut(problem.Type, "#problem-")
	return kind, details
}
