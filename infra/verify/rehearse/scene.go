package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/stack/account"
)

// checkFailure lets the first deployment fail after the nested stacks with data, and checks what the next one says.
func (c *cloud) checkFailure(ctx context.Context) error {
	fail := filepath.Join(c.work, "fail")
	if err := os.WriteFile(fail, []byte(stackName), 0o600); err != nil {
		return fmt.Errorf("let the deployment fail: %w", err)
	}

	_, err := c.deploy(ctx, "--set", "AlarmAddress=ops@example.com")
	if err == nil || !strings.Contains(err.Error(), "ROLLBACK_COMPLETE") {
		return fmt.Errorf("the deployment that fails ended with the error %w", err)
	}

	if err := os.Remove(fail); err != nil {
		return fmt.Errorf("let the deployment succeed: %w", err)
	}

	return nil
}

// checkAgain deploys after the failure. The parameters of the failed deployment apply.
func (c *cloud) checkAgain(ctx context.Context) error {
	output, err := c.deploy(ctx)
	if err != nil {
		return err
	}

	values, err := c.values(ctx)
	if err != nil {
		return err
	}

	return errors.Join(
		c.removeLeftovers(ctx, output),
		contains("what was printed", output, "the rehearsal lets this creation fail"),
		contains("ConsoleUrl", values["ConsoleUrl"], ".execute-api.eu-central-1.amazonaws.com/v1/console"),
		compare("AlarmAddress", values["AlarmAddress"], "ops@example.com"),
	)
}

// leftover is the line in which a deployment names what an earlier one has left behind.
var leftover = regexp.MustCompile(`The stack (\S+) of an earlier deployment contains no data`)

// removeLeftovers removes the empty table and the empty user pool of the deployment that failed, and the stacks that
// the next deployment named in its output.
func (c *cloud) removeLeftovers(ctx context.Context, output string) error {
	stack, err := c.stack(ctx)
	if err != nil {
		return err
	}

	var problems []error
	for _, match := range leftover.FindAllStringSubmatch(output, -1) {
		problems = append(problems, c.aws(ctx, nil, "cloudformation", "delete-stack", "--stack-name", match[1]))
	}

	var left struct {
		TableNames []string
		UserPools  []struct{ ID string }
	}

	problems = append(problems,
		c.aws(ctx, &left, "dynamodb", "list-tables"),
		c.aws(ctx, &left, "cognito-idp", "list-user-pools", "--max-results", "10"),
	)

	for _, table := range left.TableNames {
		if table == stack.Output("TableName") {
			continue
		}

		problems = append(problems,
			c.aws(ctx, nil, "dynamodb", "update-table", "--table-name", table, "--no-deletion-protection-enabled"),
			c.aws(ctx, nil, "dynamodb", "delete-table", "--table-name", table),
		)
	}

	for _, pool := range left.UserPools {
		if strings.HasSuffix(stack.Output("Issuer"), "/"+pool.ID) {
			continue
		}

		problems = append(problems,
			c.aws(ctx, nil, "cognito-idp", "update-user-pool", "--user-pool-id", pool.ID, "--deletion-protection", "INACTIVE"),
			c.aws(ctx, nil, "cognito-idp", "delete-user-pool", "--user-pool-id", pool.ID),
		)
	}

	return errors.Join(problems...)
}

// stack returns the deployed stack.
func (c *cloud) stack(ctx context.Context) (*account.Stack, error) {
	var answer struct{ Stacks []account.Stack }
	if err := c.aws(ctx, &answer, "cloudformation", "describe-stacks", "--stack-name", stackName); err != nil {
		return nil, err
	}

	return &answer.Stacks[0], nil
}

// values returns the parameters of the deployed stack.
func (c *cloud) values(ctx context.Context) (map[string]string, error) {
	stack, err := c.stack(ctx)
	return stack.Values(), err
}

func contains(name, got, want string) error {
	if strings.Contains(got, want) {
		return nil
	}

	return fmt.Errorf("%s is %q, want it to contain %q", name, got, want)
}

// checkParameters changes a parameter that reaches the authorizer's environment and API Gateway, and changes it back.
// The deployment itself compares API Gateway's cache with the parameter.
func (c *cloud) checkParameters(ctx context.Context) error {
	for _, seconds := range []string{"60", "0"} {
		output, err := c.deploy(ctx, "--set", "AuthorizerCacheSeconds="+seconds)
		if err != nil {
			return err
		}

		functions, err := c.functions(ctx)
		if err != nil {
			return err
		}

		got := fmt.Sprint(functions["authorizer"].Environment.Variables["AUTHORIZER_CACHE_SECONDS"])
		err = errors.Join(
			compare("the authorizer's cache", got, seconds),
			contains("what was printed", output, fmt.Sprintf("-> %q", seconds)),
		)
		if err != nil {
			return err
		}
	}

	return nil
}

// checkDomain adds a custom domain and removes it.
func (c *cloud) checkDomain(ctx context.Context) error {
	before, err := c.values(ctx)
	if err != nil {
		return err
	}

	certificate := "arn:aws:acm:eu-central-1:123456789012:certificate/rehearsal"
	if _, err := c.deploy(ctx, "--set", "DomainName=api.example.com", "--set", "CertificateArn="+certificate); err != nil {
		return err
	}

	with, err := c.values(ctx)
	if err := errors.Join(
		err,
		compare("ConsoleUrl", with["ConsoleUrl"], "https://api.example.com/v1/console"),
		c.checkStacks(ctx, 5),
	); err != nil {
		return err
	}

	if _, err := c.deploy(ctx, "--set", "DomainName=", "--set", "CertificateArn="); err != nil {
		return err
	}

	after, err := c.values(ctx)
	return errors.Join(err, compare("parameters", after, before), c.checkStacks(ctx, 4))
}

// checkRestored deploys with the restored table, and then with the stack's own again. A token that was made after the
// restore is only admitted with the stack's own table.
func (c *cloud) checkRestored(ctx context.Context, tableName string) error {
	if err := c.checkTokens(ctx, map[string]bool{c.early: true, c.late: true}); err != nil {
		return fmt.Errorf("before the restore: %w", err)
	}

	for _, use := range []struct{ parameter, table string }{{restored, restored}, {"", tableName}} {
		if _, err := c.deploy(ctx, "--set", "RestoredTable="+use.parameter); err != nil {
			return err
		}

		err := errors.Join(
			c.checkUse(ctx, use.table),
			c.checkComplete(ctx, use.table),
			c.checkTokens(ctx, map[string]bool{c.early: true, c.late: use.table == tableName}),
		)
		if err != nil {
			return fmt.Errorf("with RestoredTable=%s: %w", use.parameter, err)
		}
	}

	return nil
}

// checkComplete checks all settings of a table.
func (c *cloud) checkComplete(ctx context.Context, table string) error {
	problems := []error{c.checkKeys(ctx, table), c.checkLifetimes(ctx, table)}
	for _, index := range []string{"", "GSI1", "GSI2"} {
		ask := []string{"dynamodb", "describe-contributor-insights", "--table-name", table}
		if index != "" {
			ask = append(ask, "--index-name", index)
		}

		var insights struct{ ContributorInsightsStatus, ContributorInsightsMode string }
		problems = append(problems,
			c.aws(ctx, &insights, ask...),
			compare("Contributor Insights "+index, insights.ContributorInsightsStatus, "ENABLED"),
			compare("their mode "+index, insights.ContributorInsightsMode, "THROTTLED_KEYS"),
		)
	}

	return errors.Join(problems...)
}

// checkUse checks that every function uses a table, the published version of the authorizer included, and that every
// policy for a table allows it.
func (c *cloud) checkUse(ctx context.Context, table string) error {
	functions, err := c.functions(ctx)
	if err != nil {
		return err
	}

	problems := make([]error, 0, len(functions))
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		problems = append(problems, compare(name, functions[name].Environment.Variables["TABLE_NAME"], table))
	}

	var live function
	err = c.aws(ctx, &live, "lambda", "get-function-configuration",
		"--function-name", stackName+"-authorizer", "--qualifier", "live")
	problems = append(problems, err, compare("the live authorizer", live.Environment.Variables["TABLE_NAME"], table))

	var answer struct {
		RoleDetailList []struct {
			RoleName       string
			RolePolicyList []struct{ PolicyDocument map[string]any }
		}
	}
	if err := c.aws(ctx, &answer, "iam", "get-account-authorization-details", "--filter", "Role"); err != nil {
		return err
	}

	// Roles are global, so the list has those of the other regions' stacks, too.
	ours := map[string]bool{}
	for _, f := range functions {
		ours[last(f.Role, "/")] = true
	}

	for _, role := range answer.RoleDetailList {
		for _, policy := range role.RolePolicyList {
			if !ours[role.RoleName] {
				continue
			}

			if text := fmt.Sprint(policy.PolicyDocument); strings.Contains(text, ":table/") {
				problems = append(problems, contains("the policy of "+role.RoleName, text, ":table/"+table))
			}
		}
	}

	return errors.Join(problems...)
}

// checkAdoption deletes the stack, and deploys a new one that uses what the first has left behind. The table has an
// item of checkRestore, and the user pool gets a person.
func (c *cloud) checkAdoption(ctx context.Context, tableName string) error {
	pool, err := c.pool(ctx)
	if err != nil {
		return err
	}

	err = errors.Join(
		c.aws(ctx, nil, "cognito-idp", "admin-create-user", "--user-pool-id", pool, "--username", "ada@example.com"),
		c.aws(ctx, nil, "cloudformation", "delete-stack", "--stack-name", stackName),
	)
	if err != nil {
		return err
	}

	// Without a terminal, nothing is adopted or ignored by accident.
	if _, err := c.deploy(ctx); err == nil || !strings.Contains(err.Error(), "add --adopt") {
		return fmt.Errorf("without --adopt, the deployment ended with the error %w", err)
	}

	if _, err := c.deploy(ctx, "--adopt"); err != nil {
		return err
	}

	values, err := c.values(ctx)
	if err != nil {
		return err
	}

	var client struct {
		UserPoolClient struct{ CallbackURLs []string }
	}

	err = c.aws(ctx, &client, "cognito-idp", "describe-user-pool-client",
		"--user-pool-id", pool, "--client-id", values["OidcClientId"])

	// The stand-in keeps an empty text where the template has AWS::NoValue.
	callbacks := slices.DeleteFunc(client.UserPoolClient.CallbackURLs, func(address string) bool { return address == "" })
	return errors.Join(
		err,
		compare("RestoredTable", values["RestoredTable"], tableName),
		contains("OidcIssuer", values["OidcIssuer"], pool),
		compare("the callbacks", callbacks, []string{
			values["ConsoleUrl"] + "/signed-in",
			"http://localhost:28451/signed-in",
			"http://localhost:28452/signed-in",
			"http://localhost:28453/signed-in",
		}),
		c.checkUse(ctx, tableName),
	)
}
