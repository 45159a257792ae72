package main

import (
	"os"
	"slices"
	"testing"
)

// TestAnActionThatThePolicyDoesNotAllowIsFound gives the policy requests that it allows under other names, and
// requests that it must not allow.
func TestAnActionThatThePolicyDoesNotAllowIsFound(t *testing.T) {
	text, err := os.ReadFile("../../../" + role)
	if err != nil {
		t.Fatal(err)
	}

	allowed, err := allowedActions(text)
	if err != nil {
		t.Fatal(err)
	}

	log := "action: sts:GetCallerIdentity\nplaceholder: AWS::X::Y\naction: s3:GetObject\naction: apigateway:GetAuthorizers\n" +
		"action: iam:PassRole\naction: iam:CreateUser\naction: dynamodb:PutItem\n"
	if got, want := missing(actions(log), allowed), []string{"iam:CreateUser", "dynamodb:PutItem"}; !slices.Equal(got, want) {
		t.Errorf("the policy does not allow %q, want %q", got, want)
	}
}
