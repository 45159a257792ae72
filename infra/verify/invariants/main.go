// Command invariants reads a whole table and reports everything in it that does not agree: counts, copies, search rows,
// lookups, clocks and the audit log. It is for a table that was restored, and for one that is in use. It only reads, with
// Scan.
//
// It prints one line for each broken invariant: the rule, the key or the IDs that it concerns, and what is wrong, separated
// by tabs. It prints no secrets, names or addresses. The exit status is 1 if an invariant is broken, and 2 if the table
// cannot be read.
//
// Usage:
//
//	go run ./infra/verify/invariants --table NAME [--region REGION] [--endpoint URL] [--at TIME] [--upgraded TIME]
//	    [--segments 4] [--passes 1] [--swept-within 3h] [--purged-within 168h] [--rules]
//
// Credentials come from the AWS CLI. With --endpoint, none are needed.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/stack/account"
	"github.com/leasehold-dev/leasehold/infra/verify/invariants/check"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// request is what the flags ask for.
type request struct {
	check.Options
	table, region, endpoint string
	passes                  int
	rules                   bool
}

// run checks a table and returns the exit status.
func run(ctx context.Context, arguments []string, out, errs io.Writer) int {
	asked, err := parse(arguments, errs)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case asked.rules:
		printRules(out)
		return 0
	}

	report, err := asked.check(ctx)
	if err != nil {
		fmt.Fprintln(errs, err)
		return 2
	}

	report.Print(out)

	if report.Broken > 0 {
		return 1
	}

	return 0
}

func parse(arguments []string, errs io.Writer) (request, error) {
	asked := request{Options: check.Options{At: time.Now()}}
	flags := flag.NewFlagSet("invariants", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.StringVar(&asked.table, "table", "", "name of the table")
	flags.StringVar(&asked.region, "region", "", "AWS region, if the configuration names none or another")
	flags.StringVar(&asked.endpoint, "endpoint", "", "URL of another DynamoDB endpoint, such as that of a local engine")
	flags.IntVar(&asked.Segments, "segments", 4, "number of segments to read at the same time")
	flags.IntVar(&asked.passes, "passes", 1,
		"2 reads the table twice and reports what both reads have, because a table in use changes while it is read")
	flags.DurationVar(&asked.SweptWithin, "swept-within", check.SweptWithin,
		"how long after its end a token may be unmarked; 0 reports none")
	flags.DurationVar(&asked.PurgedWithin, "purged-within", check.PurgedWithin,
		"how long after its time to live an item may still be there; 0 reports none")
	flags.BoolVar(&asked.rules, "rules", false, "print what each rule requires, and read nothing")
	moment(flags, &asked.At, "at", "moment (RFC 3339) at which leases are judged, such as that of a restored backup; now by default")
	moment(flags, &asked.Upgraded, "upgraded", "when release 0.1.0 was last in use (RFC 3339), if it ever was")

	if err := flags.Parse(arguments); err != nil {
		return asked, fmt.Errorf("read the flags: %w", err)
	}

	if asked.table == "" && !asked.rules {
		fmt.Fprintln(errs, "name the table with --table")
		return asked, errors.New("no table")
	}

	return asked, nil
}

// moment adds a flag that takes a time.
func moment(flags *flag.FlagSet, to *time.Time, name, usage string) {
	flags.Func(name, usage, func(text string) (err error) {
		*to, err = time.Parse(time.RFC3339, text)
		return err
	})
}

// check reads the table once or, with more passes, again and again, and returns what all reports have in common.
func (r request) check(ctx context.Context) (check.Report, error) {
	client, err := r.client(ctx)
	if err != nil {
		return check.Report{}, err
	}

	report, err := check.Table(ctx, client, r.table, r.Options)
	for pass := 1; pass < r.passes && err == nil; pass++ {
		var again check.Report
		again, err = check.Table(ctx, client, r.table, r.Options)
		report = check.Both(report, again)
	}

	return report, err
}

// client returns a client for the region, or for the endpoint, which takes any access key and separates the tables of
// different ones.
func (r request) client(ctx context.Context) (*dynamodb.Client, error) {
	if r.endpoint != "" {
		return dynamodb.New(dynamodb.Options{
			Region:       lambda.Region,
			BaseEndpoint: &r.endpoint,
			Credentials:  aws.CredentialsProviderFunc(localCredentials),
		}), nil
	}

	region := cmp.Or(r.region, account.DefaultRegion(ctx, account.Exec))
	if region == "" {
		return nil, errors.New("name the region with --region")
	}

	return dynamodb.New(dynamodb.Options{
		Region:      region,
		Credentials: aws.NewCredentialsCache(aws.CredentialsProviderFunc(cliCredentials)),
	}), nil
}

func localCredentials(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: lambda.AccessKeyPrefix, SecretAccessKey: "local"}, nil
}

// cliCredentials returns the credentials of the AWS CLI, which knows profiles and single sign-on.
func cliCredentials(ctx context.Context) (aws.Credentials, error) {
	output, err := account.Exec(ctx, "aws", "configure", "export-credentials", "--format", "process")
	if err != nil {
		return aws.Credentials{}, fmt.Errorf("get credentials from the AWS CLI: %w", err)
	}

	var exported struct {
		AccessKeyID     string `json:"AccessKeyId"`
		SecretAccessKey string
		SessionToken    string
		Expiration      time.Time
	}
	if json.Unmarshal(output, &exported) != nil {
		return aws.Credentials{}, errors.New("get credentials from the AWS CLI: its answer is no JSON")
	}

	return aws.Credentials{
		AccessKeyID:     exported.AccessKeyID,
		SecretAccessKey: exported.SecretAccessKey,
		SessionToken:    exported.SessionToken,
		CanExpire:       !exported.Expiration.IsZero(),
		Expires:         exported.Expiration,
	}, nil
}

// printRules prints each rule with what it requires and what it exempts.
func printRules(out io.Writer) {
	for _, rule := range check.Rules() {
		fmt.Fprintf(out, "%s\n    %s\n", rule.Rule, rule.Requires)

		if rule.Exempt != "" {
			fmt.Fprintf(out, "    Exempt: %s\n", rule.Exempt)
		}
	}
}
