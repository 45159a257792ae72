// Authorizer decides by the text of a bearer token, and returns its own event in the context.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-lambda-go/lambda"
)

var calls atomic.Int64

func main() { lambda.Start(judge) }

func judge(ctx context.Context, event json.RawMessage) (any, error) {
	var asked struct {
		AuthorizationToken, MethodArn string
		Headers                       map[string]string
	}
	if err := json.Unmarshal(event, &asked); err != nil {
		return nil, err
	}

	token := asked.AuthorizationToken
	if token == "" {
		token = asked.Headers["Authorization"]
	}

	values := map[string]any{
		"event":     string(event),
		"calls":     strconv.FormatInt(calls.Add(1), 10),
		"number":    7,
		"yes":       true,
		"problem":   "token-expired",
		"challenge": `Bearer error="invalid_token"`,
	}

	policy := func(effect, resource string) (any, error) {
		return map[string]any{
			"principalId": "somebody",
			"context":     values,
			"policyDocument": map[string]any{
				"Version": "2012-10-17",
				"Statement": []any{map[string]any{
					"Action":   "execute-api:Invoke",
					"Effect":   effect,
					"Resource": resource,
				}},
			},
		}, nil
	}

	switch strings.TrimPrefix(token, "Bearer ") {
	case "good":
		return policy("Allow", asked.MethodArn)
	case "everything":
		return policy("Allow", "arn:aws:execute-api:*:*:*/*")
	case "elsewhere":
		return policy("Allow", "arn:aws:execute-api:*:*:*/v1/GET/other")
	case "bad":
		return policy("Deny", "*")
	case "unauthorized":
		return nil, errors.New("Unauthorized")
	case "broken":
		return map[string]any{"principalId": "somebody"}, nil
	case "nested":
		values["deep"] = map[string]string{"no": "objects"}
		return policy("Allow", "*")

	case "crash":
		os.Exit(4)
	case "slow":
		<-ctx.Done()
		select {}
	}

	return nil, errors.New("as asked")
}
