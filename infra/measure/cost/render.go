package cost

import (
	"errors"
	"fmt"
	"strings"
)

// Begin and End are the markers around the section in docs/operating.md.
const (
	Begin = "<!-- cost -->\n"
	End   = "<!-- /cost -->"
)

// shown lists the operations in the document. operations.json has all of them.
var shown = []string{
	"authorize a token",
	"authorize a token, with a lease write",
	"authorize a token, with a lease write in a new hour",
	"authorize a session",
	"reject a malformed token",
	"session-create",
	"profile-get",
	"token-create",
	"token-list",
	"member-list",
	"member-invite",
	"lease-sweep, nothing expired",
	"lease-sweep, one expired",
}

// Markdown returns the cost section of docs/operating.md: a month at the three sizes, the assumptions, and the requests
// and capacity units of the shown operations.
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
	out.WriteString("| Cost per month in us-east-1 | Price |")
	for _, s := range Sizes {
		fmt.Fprintf(out, " %s people, %s calls |", amount(s.People), millions(s.Calls))
	}

	out.WriteString("\n|---|---|" + strings.Repeat("---|", len(Sizes)) + "\n")

	for i, line := range bills[0] {
		fmt.Fprintf(out, "| %s | %s |", line.What, line.Price)
		for _, bill := range bills {
			fmt.Fprintf(out, " %s → $%.2f |", bill[i].Quantity, bill[i].Dollars)
		}

		out.WriteString("\n")
	}

	out.WriteString("| **Total** | |")

	for _, bill := range bills {
		fmt.Fprintf(out, " **$%.2f** |", total(bill))
	}

	out.WriteString("\n| " + Events(Sizes[0]).What + " | " + Events(Sizes[0]).Price + " |")

	for _, size := range Sizes {
		fmt.Fprintf(out, " %s → $%.2f |", Events(size).Quantity, Events(size).Dollars)
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
- A *call* is a request with a personal access token to a REST API behind the authorizer. The cost of your own function
  behind that API is not included.
- In addition, each person signs in on %d days a month and makes %.0f requests per day in the console.
- Each person has one token. A lease is written at most %d times an hour, and the table assumes that maximum around the
  clock. It also assumes that every console request writes the session's lease.
- The authorizer runs for %g ms with %g GB, and other functions for %g ms with %g GB. These are guesses, not
  measurements on Lambda.
- A request writes %d bytes to the access log, %d to the authorizer's log (%d more if a lease is written), and %d to
  a function's log. Lambda adds %d to each invocation. A person takes %g KB in the table.
- A request with a malformed token costs an invocation of the authorizer, but no request to DynamoDB: about $%.2f a million,
  without API Gateway's price. See [Strangers](#strangers) for a rule that rejects it before.
- The total is without [events](#events), whose line counts the changes of the console's requests. A pipe's request is at
  most 64 KB, and only entries of the audit log are counted. AWS says that Lambda reads a stream for free, and does not say so of
  pipes. If their reads cost as others do, that is at most $%.2f a month for each shard of the stream, with four reads a second.
- X-Ray traces one request per second and %g%% of the others.
- Not included: free tiers except Cognito's, data transfer, email, your domain, and your KMS key.
- Prices are those published on %s ([price.go](../infra/measure/cost/price.go)). No bill has confirmed them.

`, workingDays, requests, writesPerHour, authorizerSeconds*1e3, authorizerGB, functionSeconds*1e3, functionGB,
		accessLine, authorizerLine, bumpLine, functionLine, systemLines, perPerson/1e3, malformed(), streamReads(), sampled*100, PricesRead)
}

// malformed returns the price of a million rejections of malformed tokens: invocations, compute and logs.
func malformed() float64 {
	logged := (accessLine + authorizerLine + systemLines) / 1e9
	return lambdaRequest.Dollars + 1e6*(authorizerGB*authorizerSeconds*lambdaCompute.Dollars+logged*logs.Dollars)
}

// streamReads returns the price of a month in which a shard is read four times a second, beyond the free reads.
func streamReads() float64 {
	const reads, free, perMillion = 4 * hours * 3600, 2.5e6, 0.20
	return (reads - free) / 1e6 * perMillion
}

func writeOperations(out *strings.Builder, operations []Operation) {
	out.WriteString("| Measured operation ([all](../infra/measure/cost/operations.json)) | DynamoDB requests | Read units " +
		"| Write units | DynamoDB cost per million |\n|---|---|---|---|---|\n")

	for _, name := range shown {
		for _, o := range operations {
			if o.Name == name {
				fmt.Fprintf(out, "| %s | %d | %g | %g | $%.2f |\n", o.Name, o.Requests, o.ReadUnits, o.WriteUnits,
					o.ReadUnits*readUnit.Dollars+o.WriteUnits*writeUnit.Dollars)
			}
		}
	}
}

// Replace returns a document with another section between its markers. It returns an error if a marker is missing.
func Replace(document, section string) (string, error) {
	before, rest, begins := strings.Cut(document, Begin)
	_, after, ends := strings.Cut(rest, End)
	if !begins || !ends {
		return "", errors.New("the document has no section from " + strings.TrimSpace(Begin) + " to " + End)
	}

	return before + section + after, nil
}
