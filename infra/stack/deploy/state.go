package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/stack/account"
)

// action is what the state of a stack requires.
type action int

const (
	// refuse means that somebody has to act first.
	refuse action = iota
	// create means that the stack does not exist.
	create
	// recreate means that the first creation failed. CloudFormation can't update such a stack.
	recreate
	// update means that the stack exists.
	update
)

// next returns what to do with a stack, and if that is refuse, why.
func next(s *account.Stack) (action, string) {
	if s == nil {
		return create, ""
	}

	const inspect = "Its last events say why: aws cloudformation describe-stack-events --stack-name "
	name, status := s.StackName, s.StackStatus
	switch {
	// A change set of a first deployment was not executed.
	case status == "REVIEW_IN_PROGRESS":
		return create, ""
	case strings.HasSuffix(status, "_IN_PROGRESS"):
		return refuse, fmt.Sprintf("the stack %s is %s. Wait until it has finished", name, status)
	case status == "ROLLBACK_COMPLETE", status == "ROLLBACK_FAILED", status == "CREATE_FAILED":
		return recreate, ""
	case status == "UPDATE_ROLLBACK_FAILED":
		return refuse, fmt.Sprintf("the stack %s is %s. %s%s. Remove the cause, then continue the rollback: "+
			"aws cloudformation continue-update-rollback --stack-name %s", name, status, inspect, name, name)
	case status == "UPDATE_FAILED":
		return refuse, fmt.Sprintf("the stack %s is %s. Roll it back first: "+
			"aws cloudformation rollback-stack --stack-name %s", name, status, name)
	case status == "DELETE_FAILED":
		return refuse, fmt.Sprintf("the stack %s is %s. %s%s. Remove the cause, then delete it: "+
			"aws cloudformation delete-stack --stack-name %s", name, status, inspect, name, name)
	case strings.HasSuffix(status, "_COMPLETE"):
		return update, ""
	default:
		return refuse, fmt.Sprintf("the stack %s is %s, which this release does not know", name, status)
	}
}

// whyFailed returns the first reason why CloudFormation could not create a resource of a stack.
func (d *deployment) whyFailed(ctx context.Context) (string, error) {
	var answer struct {
		StackEvents []struct{ LogicalResourceID, ResourceStatus, ResourceStatusReason string }
	}
	if err := d.Ask(ctx, &answer, "cloudformation", "describe-stack-events", "--stack-name", d.stack); err != nil {
		return "", fmt.Errorf("read why the stack failed: %w", err)
	}

	// The newest event is first.
	reason := "CloudFormation gives no reason"
	for _, e := range answer.StackEvents {
		if strings.HasSuffix(e.ResourceStatus, "_FAILED") && !strings.Contains(e.ResourceStatusReason, "cancelled") {
			reason = e.LogicalResourceID + ": " + e.ResourceStatusReason
		}
	}

	return reason, nil
}

// removeFailed deletes a stack whose first creation failed. Such a stack never ran, so nobody has used it.
func (d *deployment) removeFailed(ctx context.Context) error {
	reason, err := d.whyFailed(ctx)
	if err != nil {
		return err
	}

	fmt.Fprintf(d.out, "The first deployment of %s failed. %s\n", d.stack, reason)
	fmt.Fprintln(d.out, "CloudFormation can only delete such a stack. It has never run.")

	if err := d.agree("Delete the failed stack and deploy again?"); err != nil {
		return err
	}

	if err := d.Ask(ctx, nil, "cloudformation", "delete-stack", "--stack-name", d.stack); err != nil {
		return fmt.Errorf("delete the failed stack: %w", err)
	}

	if err := d.Ask(ctx, nil, "cloudformation", "wait", "stack-delete-complete", "--stack-name", d.stack); err != nil {
		return fmt.Errorf("wait for the deletion of the failed stack: %w", err)
	}

	return nil
}

// adoptKept decides what to do with what a deleted stack has left behind, and returns the parameters that use it.
func (d *deployment) adoptKept(ctx context.Context) (map[string]string, error) {
	kept, err := d.Kept(ctx, d.stack)
	if err != nil {
		return nil, err
	}

	if !kept.Any() {
		d.printLeftovers(kept)
		return nil, nil
	}

	fmt.Fprintf(d.out, "A stack %s was deleted, and its data was kept:\n", d.stack)
	if kept.Items {
		fmt.Fprintf(d.out, "  table %s, in the stack %s\n", kept.Data.Output("TableName"), kept.Data.StackName)
	}

	if kept.People {
		fmt.Fprintf(d.out, "  user pool %s, in the stack %s\n", kept.Pool.Output("UserPoolId"), kept.Pool.StackName)
	}

	switch {
	case d.fresh:
	case d.adopt:
	case d.yes:
		return nil, fmt.Errorf("add --adopt to use what the deleted stack %s has left behind, or --fresh to begin without it", d.stack)
	default:
		if d.adopt, err = d.in.agrees("Use it again?"); err != nil {
			return nil, err
		}
	}

	if !d.adopt {
		return nil, nil
	}

	return adopted(kept), nil
}

// adopted returns the parameters of a stack that uses what another has left behind. The kept user pool becomes an issuer
// like one of your own, so that everybody keeps their password and their subject.
func adopted(kept account.Kept) map[string]string {
	values := map[string]string{}
	if kept.Items {
		values["RestoredTable"] = kept.Data.Output("TableName")
		values["KmsKeyArn"] = kept.Data.Values()["KmsKeyArn"]
	}

	if kept.People {
		values["OidcIssuer"] = kept.Pool.Output("Issuer")
		values["OidcClientId"] = kept.Pool.Output("ClientId")
	}

	return values
}

// printLeftovers names the empty table and the empty user pool of a deployment that failed, which cost nothing.
func (d *deployment) printLeftovers(kept account.Kept) {
	for _, s := range []*account.Stack{kept.Data, kept.Pool} {
		if s != nil {
			fmt.Fprintf(d.out, "The stack %s of an earlier deployment contains no data. "+
				"To remove it, see \"Tear down\" in docs/operating.md.\n", s.StackName)
		}
	}
}

// followPool makes an adopted user pool allow sign-in at the console's address. The stack of such a pool is no longer part of
// this one. It does nothing if the issuer is not an adopted user pool.
func (d *deployment) followPool(ctx context.Context, issuer, console string) error {
	if !strings.HasPrefix(issuer, "https://cognito-idp.") {
		return nil
	}

	stacks, err := d.Stacks(ctx)
	if err != nil {
		return err
	}

	for i := range stacks {
		pool := &stacks[i]
		if pool.Output("Issuer") != issuer || pool.Output("UserPoolId") == "" || pool.Values()[consoleParameter] == console {
			continue
		}

		if err := d.allowSignIn(ctx, pool, console); err != nil {
			return fmt.Errorf("allow sign-in at %s in the adopted user pool: %w", console, err)
		}
	}

	return nil
}

// allowSignIn updates the console's address in the stack of an adopted user pool. The address of the deleted stack's console is
// not allowed any more.
func (d *deployment) allowSignIn(ctx context.Context, pool *account.Stack, console string) error {
	arguments := []string{
		"cloudformation", "update-stack",
		"--stack-name", pool.StackName,
		"--use-previous-template",
		"--parameters",
	}
	for _, p := range pool.Parameters {
		switch p.ParameterKey {
		case consoleParameter, "OtherConsoleUrl":
			arguments = append(arguments, "ParameterKey="+p.ParameterKey+",ParameterValue="+console)
		default:
			arguments = append(arguments, "ParameterKey="+p.ParameterKey+",UsePreviousValue=true")
		}
	}

	if err := d.Ask(ctx, nil, arguments...); err != nil {
		return err
	}

	return d.Ask(ctx, nil, "cloudformation", "wait", "stack-update-complete", "--stack-name", pool.StackName)
}
