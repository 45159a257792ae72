// Command authorizer-check runs while a new version of the authorizer is deployed, before the version gets any call (the
// BeforeAllowTraffic hook of CodeDeploy). It invokes the version with events of all four shapes and tokens that do not
// exist. The version must read the table and reject each of them. If it does not, CodeDeploy keeps the old version and the
// deployment fails.
//
// The alarms of a canary see a broken version only if there are enough calls. This check does not need any.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	deploying "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	invoking "github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
	"github.com/leasehold-dev/leasehold/pkg/settings"
)

// invokeTimeout bounds one invocation of the version. The first one includes its start.
const invokeTimeout = 5 * time.Second

func main() {
	slog.SetDefault(lambdacontext.NewLogger())
	config, checked := settings.AWS(), settings.Checked()
	c := checker{
		version: checked.Version,
		versions: invoking.NewFromConfig(config, func(o *invoking.Options) {
			o.BaseEndpoint = checked.LambdaEndpoint
			o.HTTPClient = awshttp.NewBuildableClient().WithTimeout(invokeTimeout)
		}),
		hooks: codedeploy.NewFromConfig(config, func(o *codedeploy.Options) {
			o.BaseEndpoint = checked.CodeDeployEndpoint
		}),
		random: rand.Reader,
		now:    time.Now, //nolint:forbidigo // the clock of the running function
	}
	lambda.Start(c.run)
}

// checker checks one version of the authorizer.
type checker struct {
	version  string // the version's ARN
	versions *invoking.Client
	hooks    *codedeploy.Client
	random   io.Reader
	now      func() time.Time
}

// hook is the event that CodeDeploy sends.
type hook struct {
	DeploymentID string `json:"DeploymentId"`
	ExecutionID  string `json:"LifecycleEventHookExecutionId"`
}

// run checks the version and reports the result to CodeDeploy. It returns an error only if CodeDeploy does not accept the
// report. CodeDeploy then fails the deployment after an hour.
func (c checker) run(ctx context.Context, h hook) error {
	status := deploying.LifecycleEventStatusSucceeded
	if err := c.check(ctx); err != nil {
		slog.ErrorContext(ctx, "the new version of the authorizer is broken", "version", c.version, "error", err.Error())
		status = deploying.LifecycleEventStatusFailed
	}

	_, err := c.hooks.PutLifecycleEventHookExecutionStatus(ctx, &codedeploy.PutLifecycleEventHookExecutionStatusInput{
		DeploymentId:                  &h.DeploymentID,
		LifecycleEventHookExecutionId: &h.ExecutionID,
		Status:                        status,
	})
	if err != nil {
		return fmt.Errorf("report to CodeDeploy: %w", err)
	}

	return nil
}

// check invokes the version with each event and returns all failures.
func (c checker) check(ctx context.Context) error {
	now := c.now()
	user, org := identity.NewUserID(now), identity.NewOrgID(now)

	pat, err := secret.MintPAT(c.random, user, org)
	if err != nil {
		return fmt.Errorf("mint a token: %w", err)
	}

	session, err := secret.MintSession(c.random, user)
	if err != nil {
		return fmt.Errorf("mint a session token: %w", err)
	}

	var failed []error
	for _, token := range []secret.Token{pat, session} {
		for shape, event := range events("Bearer " + token.Reveal()) {
			if err := c.rejects(ctx, event); err != nil {
				failed = append(failed, fmt.Errorf("%s with a %s: %w", shape, token.Kind(), err))
			}
		}
	}

	return errors.Join(failed...)
}

// arn is the method that the events are about. The authorizer only copies it into its answer.
const arn = "arn:aws:execute-api:eu-west-1:000000000000:check/v1/GET/me"

// events returns an event of each shape that API Gateway sends, with the credentials, by the name of the shape.
// Leasehold's own API sends REQUEST events; APIs of other teams send the others, too. The address is reserved for
// documentation (RFC 5737).
func events(credentials string) map[string]map[string]any {
	headers := map[string]string{"Authorization": credentials}
	client := map[string]string{"sourceIp": "192.0.2.1", "userAgent": "authorizer-check"}

	return map[string]map[string]any{
		"a TOKEN event": {"type": "TOKEN", "methodArn": arn, "authorizationToken": credentials},
		"a REQUEST event": {
			"type":              "REQUEST",
			"methodArn":         arn,
			"headers":           headers,
			"multiValueHeaders": map[string][]string{"Authorization": {credentials}},
			"requestContext":    map[string]any{"requestId": "check", "identity": client},
		},
		"an HTTP API event 1": {
			"version":            "1.0",
			"type":               "REQUEST",
			"methodArn":          arn,
			"authorizationToken": credentials,
			"headers":            headers,
			"requestContext":     map[string]any{"requestId": "check", "identity": client},
		},
		"an HTTP API event 2": {
			"version":        "2.0",
			"type":           "REQUEST",
			"routeArn":       arn,
			"headers":        map[string]string{"authorization": credentials},
			"requestContext": map[string]any{"requestId": "check", "http": client},
		},
	}
}

// answer is what the authorizer returns for any of the shapes.
type answer struct {
	IsAuthorized   *bool `json:"isAuthorized"`
	PolicyDocument *struct {
		Statement []struct{ Effect string }
	} `json:"policyDocument"`
	Context struct {
		Problem string `json:"problem"`
	} `json:"context"`
}

// rejects returns nil if the version answers the event by rejecting an unknown token.
func (c checker) rejects(ctx context.Context, event map[string]any) error {
	payload, err := json.Marshal(event)
	if err != nil {
		return fmt.Errorf("encode the event: %w", err)
	}

	got, err := c.versions.Invoke(ctx, &invoking.InvokeInput{FunctionName: &c.version, Payload: payload})
	if err != nil {
		return fmt.Errorf("invoke: %w", err)
	}

	if got.FunctionError != nil {
		return fmt.Errorf("the function failed (%s): %s", aws.ToString(got.FunctionError), got.Payload)
	}

	var a answer
	if err := json.Unmarshal(got.Payload, &a); err != nil {
		return fmt.Errorf("decode the answer: %w", err)
	}

	if !a.denies() || a.Context.Problem != string(identity.InvalidToken) {
		return fmt.Errorf("the answer is %s, want a rejection with the problem %s", got.Payload, identity.InvalidToken)
	}

	return nil
}

// denies reports whether the answer rejects the caller, in the one form or the other.
func (a answer) denies() bool {
	if a.PolicyDocument == nil {
		return a.IsAuthorized != nil && !*a.IsAuthorized
	}

	return len(a.PolicyDocument.Statement) == 1 && a.PolicyDocument.Statement[0].Effect == "Deny"
}
