// Package flow has what the programs of the generated Go clients share: what they are given, and what they report.
package flow

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
)

// Input is what a program is given in its environment.
type Input struct {
	URL          string // of the API, with its stage
	Session      string // the secret of an Owner's session
	Wrong        string // a session token that was never created
	Organization string // the ID of the Owner's organization
}

// Report is what a program prints as JSON. All programs print the same.
type Report struct {
	Members      int    `json:"members"`
	Pages        int    `json:"pages"`        // of two members
	Secret       bool   `json:"secret"`       // the new token's secret was read
	Extended     bool   `json:"extended"`     // the new lease ends later
	Rotated      bool   `json:"rotated"`      // another token with another secret
	Deleted      bool   `json:"deleted"`      // and listed as deleted
	Refused      string `json:"refused"`      // the problem of extending the deleted token
	Unauthorized string `json:"unauthorized"` // the problem of the wrong token
}

// Main runs a program and prints its report.
func Main(run func(context.Context, Input, *Report) error) {
	var report Report
	err := run(context.Background(), Input{
		URL:          os.Getenv("LEASEHOLD_URL"),
		Session:      os.Getenv("LEASEHOLD_SESSION"),
		Wrong:        os.Getenv("LEASEHOLD_WRONG_SESSION"),
		Organization: os.Getenv("LEASEHOLD_ORGANIZATION"),
	}, &report)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(report)
	}

	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Kind returns the end of a problem's type, such as token-dead.
func Kind(problem string) string {
	_, kind, _ := strings.Cut(problem, "#problem-")
	return kind
}

// Later reports whether an extended lease ends after the one before, by at least 13 days.
func Later(before, after time.Time) bool { return after.Sub(before) > 13*24*time.Hour }
