package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// document is the page that the results are shown on.
const document = "docs/performance.md"

// chapter is a part of the page.
type chapter struct {
	part     string // the name of the part whose results it shows
	title    string
	anchor   string
	question string
	command  string
}

// chapters are all parts, in the order of the page.
var chapters = []chapter{
	{
		part:     "authorizer",
		title:    "The authorizer",
		anchor:   "the-authorizer",
		question: "How soon a function starts, and what an authorization takes.",
		command:  "make bench",
	},
	{
		part:     "peers",
		title:    "Next to what you would pick instead",
		anchor:   "next-to-what-you-would-pick-instead",
		question: "The authorizer next to the same one in other languages, and next to a server that verifies keys.",
		command:  "make bench ARGS=--peers",
	},
	{
		part:   "scale",
		title:  "Large tables",
		anchor: "large-tables",
		question: "Whether an operation costs the same in a large table as in a small one. The run takes about ten minutes and " +
			"needs 14 GB of space in the directory TMPDIR, and fails if requests or units differ.",
		command: "make bench ARGS=--scale",
	},
	{
		part:     "against",
		title:    "The local runner",
		anchor:   "the-local-runner",
		question: "How many requests `make run` answers a second, next to an earlier commit.",
		command:  `make bench ARGS="--against REVISION"`,
	},
}

// opening is what the page begins with, before the list of its chapters.
const opening = `# Performance

This page is for developers and operators who want to know how fast Leasehold is and how that was measured. Everything
here was measured on one machine, with the binaries that are deployed and a local database engine instead of DynamoDB.
Times depend on that machine: compare them with each other, not with those of another page. Nothing was measured on AWS.

` + "`make bench ARGS=--write`" + ` writes this page from the results of all parts, which are in
[infra/measure/bench/results](../infra/measure/bench/results). Add the flag to the command of any other part to measure
that part again.

`

// checks is the chapter about the figures that do not depend on the machine.
const checks = `## What the checks hold

These figures are the same on every machine, so that a change that makes one of them worse fails a check.

| figure | where it is | what compares it |
|---|---|---|
| allocations and bytes of an authorization | [allocation_test.go](../functions/authorizer/allocation_test.go) | TestAnAuthorizationTakesNoMoreMemoryThanItDid |
| requests of an authorization | [outage_test.go](../functions/authorizer/outage_test.go) | TestAuthorizingCostsOneRead, TestARecordedUseCostsOneWriteMore |
| requests and capacity units of every operation | [operations.json](../infra/measure/cost/operations.json) | TestEveryOperationCostsWhatOperationsJSONSays |
| size of every binary, and what its initialization allocates | [binaries.json](../infra/measure/binaries/binaries.json) | ` + "`make binaries`" + `, as part of ` + "`make check`" + ` |

[operating.md](operating.md) has what the operations cost per month.

`

// writeDocument makes the page of the kept results.
func writeDocument() error {
	text, err := page(resultsDir)
	if err != nil {
		return err
	}

	if err := os.WriteFile(document, []byte(text), 0o644); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}

	return nil
}

// page returns the page of the results in a directory. It leaves out a part that has none.
func page(results string) (string, error) {
	var list, body strings.Builder
	for _, c := range chapters {
		text, err := os.ReadFile(filepath.Join(results, c.part+".json"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}

		if err != nil {
			return "", fmt.Errorf("read the results: %w", err)
		}

		var p part
		if err := json.Unmarshal(text, &p); err != nil {
			return "", fmt.Errorf("read the results of %s: %w", c.part, err)
		}

		fmt.Fprintf(&list, "- [%s](#%s)\n", c.title, c.anchor)
		fmt.Fprintf(&body, "\n## %s\n\n", c.title)
		fmt.Fprintf(&body, "%s\nRepeat it with `%s`.\n\n", wrapped(c.question), c.command)
		body.WriteString(wrapped(fmt.Sprintf("Measured on %s at commit %s: %s, %s, database engine dynoxide %s. %s",
			p.Date, p.Commit, p.Machine, p.Go, p.Engine, p.Note)) + "\n")

		for _, t := range p.Tables {
			body.WriteString("\n" + t.markdown())
		}
	}

	list.WriteString("- [What the checks hold](#what-the-checks-hold)\n")
	return opening + list.String() + body.String() + "\n" + strings.TrimRight(checks, "\n") + "\n", nil
}
