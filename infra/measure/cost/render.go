package cost

import (
	"errors"
	"fmt"
	"strings"
)

// The markers of README between which the section stands.
const (
	Begin = "<!-- cost -->\n"
	End   = "<!-- /cost -->"
)

// shown are the operations that README names; operations.json has all.
var shown = []string{
	"authorize a token", "authorize a token, its lease is written", "authorize a token, its lease is written in another hour",
	"authorize a session", "session-create", "profile-get", "token-create", "token-list", "member-list", "member-invite",
	"lease-sweep, nothing lapsed", "lease-sweep, one lapsed",
}

// Markdown is the section of README: what operations ask of the table, and what a month costs at the three sizes.
func Markdown(operations []Operation) (string, error) {
	bills := make([][]Line, len(Sizes))
	for i, size := range Sizes {
		var err error
		if bills[i], err = Month(size, operations); err != nil {
			return "", err
		}
	}

	var out strings.Builder
	out.WriteString(Begin)
	writeMonths(&out, bills)
	out.WriteString(assumptions())
	writeOperations(&out, operations)
	return out.String() + End, nil
}

func writeMonths(out *strings.Builder, bills [][]Line) {
	out.WriteString("| a month, us-east-1 | price |")
	for _, s := range Sizes {
		fmt.Fprintf(out, " %s people, %s calls |", amount(s.People), millions(s.Calls))
	}

	out.WriteString("\n|---|---|" + strings.Repeat("---|", len(Sizes)) + "\n")

	for i, line := range bills[0] {
		fmt.Fprintf(out, "| %s | %s |", line.What, line.At)
		for _, bill := range bills {
			fmt.Fprintf(out, " %s → $%.2f |", bill[i].Quantity, bill[i].Dollars)
		}

		out.WriteString("\n")
	}

	out.WriteString("| **all** | |")

	for _, bill := range bills {
		fmt.Fprintf(out, " **$%.2f** |", total(bill))
	}

	out.WriteString("\n")
}

func total(bill []Line) float64 {
	sum := 0.0
	for _, line := range bill {
		sum += line.Dollars
	}

	return sum
}

func millions(n float64) string {
	if n < 1e6 {
		return amount(n)
	}
	return amount(n/1e6) + " million"
}

func assumptions() string {
	requests := 0.0
	for _, o := range day {
		requests += o.times
	}

	return fmt.Sprintf(`
A *call* is a request with a personal access token to a REST API behind the authorizer; what your own function behind it
costs is yours. On top of the calls each person signs in on %d days and makes %.0f requests in the console. One token a
person; a lease is written on every call, at most %d times an hour, around the clock; every console request writes the
session's: upper bounds both. %g ms of a %g GB authorizer and %g ms of a %g GB function are guesses, not measured on Lambda. A
request leaves %d bytes in the access log, %d in the authorizer's (%d more with a written lease), %d in a function's; a person takes %g KB. X-Ray traces one
request a second and %g %% of the others. Left out: free tiers (but Cognito's), data transfer, mail, your domain and key. Prices
as their sources said on %s ([price.go](infra/measure/cost/price.go)); none was confirmed on a bill.

`, workingDays, requests, writesPerHour, authorizerSeconds*1e3, authorizerGB, functionSeconds*1e3, functionGB,
		accessLine, authorizerLine, bumpLine, functionLine, perPerson/1e3, sampled*100, PricesRead)
}

func writeOperations(out *strings.Builder, operations []Operation) {
	out.WriteString("| operation, measured ([all of them](infra/measure/cost/operations.json)) | requests to DynamoDB | read units | write units | DynamoDB, per million |\n|---|---|---|---|---|\n")
	for _, name := range shown {
		for _, o := range operations {
			if o.Name == name {
				fmt.Fprintf(out, "| %s | %d | %g | %g | $%.2f |\n", o.Name, o.Requests, o.ReadUnits, o.WriteUnits,
					o.ReadUnits*readUnit.Dollars+o.WriteUnits*writeUnit.Dollars)
			}
		}
	}
}

// Replace puts a section into README's text in the place of the one between its markers.
func Replace(readme, section string) (string, error) {
	before, rest, begins := strings.Cut(readme, Begin)
	_, after, ends := strings.Cut(rest, End)
	if !begins || !ends {
		return "", errors.New("README.md has no " + strings.TrimSpace(Begin) + " … " + End)
	}

	return before + section + after, nil
}
