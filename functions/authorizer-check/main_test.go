package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	invoking "github.com/aws/aws-sdk-go-v2/service/lambda"
)

const version = "arn:aws:lambda:eu-west-1:123456789012:function:leasehold-authorizer:7"

// cloud imitates the two operations of Lambda and CodeDeploy.
type cloud struct {
	// answer returns the version's answer to an event, and whether the function failed.
	answer func(event map[string]any) (payload string, failed bool)
	// events are the events that the version got, and reported is what CodeDeploy got.
	events   []map[string]any
	reported map[string]string
	// refuses is true if CodeDeploy rejects the report.
	refuses bool
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)

	if r.Header.Get("X-Amz-Target") == "CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus" {
		if c.refuses {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"__type":"DeploymentDoesNotExistException"}`)
			return
		}

		_ = json.Unmarshal(body, &c.reported)
		_, _ = io.WriteString(w, `{}`)
		return
	}

	var event map[string]any
	_ = json.Unmarshal(body, &event)
	c.events = append(c.events, event)
	if !strings.Contains(r.URL.Path, "leasehold-authorizer:7") {
		http.Error(w, "another function", http.StatusNotFound)
		return
	}

	payload, failed := c.answer(event)
	if failed {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
	}

	_, _ = io.WriteString(w, payload)
}

// newChecker returns a checker whose services are the given one.
func newChecker(t *testing.T, c *cloud) checker {
	t.Helper()
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)

	config := aws.Config{
		Region:       "eu-west-1",
		BaseEndpoint: &server.URL,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	}

	return checker{
		version:  version,
		versions: invoking.NewFromConfig(config),
		hooks:    codedeploy.NewFromConfig(config),
		random:   rand.Reader,
		now:      func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) },
	}
}

// healthy answers as the authorizer answers an unknown token.
func healthy(event map[string]any) (string, bool) {
	if event["version"] == "2.0" {
		return `{"isAuthorized":false,"context":{"problem":"invalid-token"}}`, false
	}

	return `{"policyDocument":{"Statement":[{"Effect":"Deny"}]},"context":{"problem":"invalid-token"}}`, false
}

func TestAVersionIsReportedAsItAnswers(t *testing.T) {
	fixed := func(payload string, failed bool) func(map[string]any) (string, bool) {
		return func(map[string]any) (string, bool) { return payload, failed }
	}

	for name, c := range map[string]struct {
		answer func(map[string]any) (string, bool)
		want   string
	}{
		"rejects":               {healthy, "Succeeded"},
		"cannot read the table": {fixed(`{"errorMessage":"the token cannot be checked at present"}`, true), "Failed"},
		"cannot start":          {fixed(`{"errorType":"Runtime.InvalidEntrypoint"}`, true), "Failed"},
		"admits anybody":        {fixed(`{"policyDocument":{"Statement":[{"Effect":"Allow"}]},"context":{}}`, false), "Failed"},
		"gives another reason": {
			fixed(`{"policyDocument":{"Statement":[{"Effect":"Deny"}]},"context":{"problem":"malformed"}}`, false),
			"Failed",
		},
		"answers nothing": {fixed(`null`, false), "Failed"},
		"answers no JSON": {fixed(`<html>`, false), "Failed"},
		"fails for one shape": {func(event map[string]any) (string, bool) {
			if event["version"] == "1.0" {
				return `{"errorMessage":"panic"}`, true
			}

			return healthy(event)
		}, "Failed"},
	} {
		t.Run(name, func(t *testing.T) {
			service := &cloud{answer: c.answer}
			err := newChecker(t, service).run(t.Context(), hook{DeploymentID: "d-1", ExecutionID: "e-1"})
			if err != nil {
				t.Fatal(err)
			}

			if got := service.reported; got["status"] != c.want || got["deploymentId"] != "d-1" ||
				got["lifecycleEventHookExecutionId"] != "e-1" {
				t.Errorf("CodeDeploy got %q, want the status %s for d-1 and e-1", got, c.want)
			}

			if len(service.events) != 8 {
				t.Errorf("the version got %d events, want 8: four shapes with two kinds of token", len(service.events))
			}

			// Only a TOKEN event comes without the source address, which the version must be able to read.
			for _, event := range service.events {
				if _, has := event["requestContext"]; has == (event["type"] == "TOKEN") {
					t.Errorf("the event %v has a context: %t", event, has)
				}
			}
		})
	}
}

func TestARefusedReportIsAnError(t *testing.T) {
	service := &cloud{answer: healthy, refuses: true}
	if err := newChecker(t, service).run(t.Context(), hook{}); err == nil {
		t.Error("run returned nil although CodeDeploy rejected the report")
	}
}
