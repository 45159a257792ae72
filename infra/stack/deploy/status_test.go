package main

import (
	"strings"
	"testing"
	"time"
)

func TestStatus(t *testing.T) {
	c := newCloud(t)
	s := c.stack("prod", map[string]string{"ConsoleUrl": testConsole, "AlarmAddress": "ops@example.com"})
	s.EnableTerminationProtection = true
	s.DriftInformation.StackDriftStatus, s.DriftInformation.LastCheckTimestamp = "IN_SYNC", "2026-11-27T10:00:00Z"
	s.LastUpdatedTime = "2026-11-27T09:00:00Z"
	c.nested("prod-Data-1X", nil, map[string]string{"TableName": "t"}).ParentID = s.StackID
	c.nested("prod-Data-0W", nil, map[string]string{"TableName": "kept"})

	c.answers["cloudformation get-template-summary"] = `{"Metadata":"{\"LeaseholdVersion\":\"v1.2.0\"}"}`
	c.answers["lambda get-alias"] = `{"FunctionVersion":"7","RoutingConfig":{"AdditionalVersionWeights":{"8":0.1}}}`
	c.answers["cloudwatch describe-alarms"] = `{"MetricAlarms":[
		{"AlarmName":"prod-latency","StateValue":"OK"},
		{"AlarmName":"prod-throttles","StateValue":"ALARM","StateReason":"too many"}]}`
	c.answers["cloudwatch get-metric-statistics"] = `{"Datapoints":[
		{"Timestamp":"` + time.Now().Add(-20*time.Minute).Format(time.RFC3339) + `"},
		{"Timestamp":"` + time.Now().Add(-80*time.Minute).Format(time.RFC3339) + `"}]}`

	if err := c.command("status", "--stack prod"); err != nil {
		t.Fatal(err)
	}

	for _, want := range []string{
		"prod in account 123456789012, region eu-central-1",
		"UPDATE_COMPLETE since 2026-11-27T09:00:00Z",
		"v1.2.0 (this checkout: v1.2.3-4-gabcdef)",
		testConsole,
		"AlarmAddress = ops@example.com",
		"from deletion of the stack: on",
		"prod: IN_SYNC at 2026-11-27T10:00:00Z",
		"prod-Data-1X: not checked. Add --drift",
		"version 7, and version 8 with 10 % of the calls",
		"reuses its answers for 0 seconds (AuthorizerCacheSeconds is 0)",
		"1 of 2 are OK",
		"prod-throttles is ALARM: too many",
		"20 minutes ago",
	} {
		if !strings.Contains(c.out.String(), want) {
			t.Errorf("the status is\n%s\nwant %q", c.out.String(), want)
		}
	}

	for _, unwanted := range []string{"prod-Data-0W", "ThrottleRate"} {
		if strings.Contains(c.out.String(), unwanted) {
			t.Errorf("the status is\n%s\nwant nothing about %s", c.out.String(), unwanted)
		}
	}
}

// TestStatusReportsAWrongCache has an authorizer whose answers API Gateway reuses, although the parameter says 0.
func TestStatusReportsAWrongCache(t *testing.T) {
	c := newCloud(t)
	c.stack("prod", nil)
	c.answers["apigateway get-authorizers"] = `{"items":[{"authorizerResultTtlInSeconds":300}]}`

	err := c.command("status", "--stack prod")
	if err == nil || !strings.Contains(err.Error(), "300 seconds instead of 0") {
		t.Errorf("the error is %v, want one about 300 seconds", err)
	}

	// The parts after it are printed all the same.
	for _, job := range []string{"last sweep  ", "last notices"} {
		if want := job + " none in the last 24 hours"; !strings.Contains(c.out.String(), want) {
			t.Errorf("the status is\n%s\nwant %q", c.out.String(), want)
		}
	}
}

func TestStatusDetectsDriftOnDemand(t *testing.T) {
	c := newCloud(t)
	s := c.stack("prod", nil)
	c.nested("prod-Data-1X", nil, map[string]string{"TableName": "t"}).ParentID = s.StackID
	if err := c.command("status", "--stack prod --drift"); err != nil {
		t.Fatal(err)
	}

	for _, stack := range []string{"prod", "prod-Data-1X"} {
		if !c.ran("detect-stack-drift --stack-name " + stack + " ") {
			t.Errorf("the drift of %s was not detected: %q", stack, c.asked)
		}
	}
}

func TestStatusOfAStackThatDoesNotExist(t *testing.T) {
	if err := newCloud(t).command("status", "--stack prod"); err == nil || !strings.Contains(err.Error(), "there is no stack prod") {
		t.Errorf("the error is %v, want one that says so", err)
	}
}
