package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/infra/verify/invariants/check"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// TestTheProgramReportsEachBrokenInvariant runs the program as an operator does, on a table without and with a fault.
func TestTheProgramReportsEachBrokenInvariant(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	claims := table.Claims{
		Issuer:    "https://issuer.example",
		Subject:   "ada",
		Email:     "ada@example.com",
		FirstName: "Ada",
	}
	now := time.Now()
	profile, err := tabletest.SignIn(t.Context(), table.New(client, name),
		identity.Change{Caller: identity.Caller{Kind: identity.SignedIn}, At: now}, claims, identity.NewUserID(now))
	if err != nil {
		t.Fatal(err)
	}

	program := func(arguments ...string) (status int, out, errs string) {
		var printed, complained bytes.Buffer
		status = run(t.Context(), append([]string{"--endpoint", tabletest.Endpoint(t)}, arguments...), &printed, &complained)
		return status, printed.String(), complained.String()
	}

	status, out, errs := program("--table", name)
	if status != 0 || errs != "" || !strings.HasSuffix(out, "rules, 0 broken invariants\n") {
		t.Errorf("without a fault, the status is %d, the output %q, the errors %q", status, out, errs)
	}

	if _, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
		TableName: &name,
		Key: map[string]types.AttributeValue{
			table.AttrPK: &types.AttributeValueMemberS{Value: "EMAIL#" + table.AddressDigest("ada@example.com")},
			table.AttrSK: &types.AttributeValueMemberS{Value: "EMAIL"},
		},
	}); err != nil {
		t.Fatal(err)
	}

	want := string(check.Address) + "\t" + string(profile.ID) + "\t"
	for _, passes := range []string{"1", "2"} {
		status, out, errs = program("--table", name, "--passes", passes)
		if status != 1 || errs != "" || !strings.HasPrefix(out, want) || !strings.HasSuffix(out, "1 broken invariants\n") {
			t.Errorf("with a fault, the status is %d, the output %q, the errors %q", status, out, errs)
		}
	}

	if status, _, errs = program("--table", name+"-that-is-missing"); status != 2 || errs == "" {
		t.Errorf("without a table, the status is %d, the errors %q", status, errs)
	}
}

func TestTheProgramExplainsItself(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	if status := run(t.Context(), []string{"--rules"}, &out, &errs); status != 0 {
		t.Errorf("--rules has the status %d", status)
	}

	for _, rule := range check.Rules() {
		if !strings.Contains(out.String(), string(rule.Rule)+"\n    "+rule.Requires) {
			t.Errorf("--rules does not describe %s", rule.Rule)
		}
	}

	for _, wrong := range [][]string{{}, {"--at", "yesterday", "--table", "t"}} {
		if status := run(t.Context(), wrong, &out, &errs); status != 2 {
			t.Errorf("%q has the status %d, want 2", wrong, status)
		}
	}

	if status := run(t.Context(), []string{"--help"}, &out, &errs); status != 0 {
		t.Errorf("--help has the status %d", status)
	}
}
