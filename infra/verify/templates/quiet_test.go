package templates

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// canaries are the alarms that roll back a deployment of the authorizer. They send nothing: the deployment reports itself.
var canaries = []string{"CanaryErrorsAlarm", "CanaryLatencyAlarm"}

// TestAlarmsEmailTheOperatorAndDoNothingElse checks that no alarm calls or pages anyone: with AlarmAddress, alarms send emails
// there, and without it they only show on the dashboard.
func TestAlarmsEmailTheOperatorAndDoNothingElse(t *testing.T) {
	for address, want := range map[string]string{
		"":                "<nil>",
		"ops@example.com": "[leasehold-Observability-AlarmTopic]",
	} {
		var topics []string
		alarms := 0
		for id, resource := range resources(t, map[string]string{"AlarmAddress": address, "Events": "on"}) {
			if resource.Type == "AWS::SNS::Topic" {
				topics = append(topics, fmt.Sprint(resource.Properties["Subscription"]))
			}

			if resource.Type != "AWS::CloudWatch::Alarm" {
				continue
			}

			alarms++
			wanted := want
			if slices.Contains(canaries, id) {
				wanted = "<nil>"
			}

			for _, kind := range []string{"AlarmActions", "OKActions", "InsufficientDataActions"} {
				got := fmt.Sprint(resource.Properties[kind])
				if got != wanted && (kind == "AlarmActions" || got != "<nil>") {
					t.Errorf("with the address %q, %s of %s are %s, want %s", address, kind, id, got, wanted)
				}
			}
		}

		subscribed := strings.Join(topics, "")
		if alarms < 15 || (address == "") != (subscribed == "") ||
			address != "" && subscribed != "[map[Endpoint:"+address+" Protocol:email]]" {
			t.Errorf("with the address %q, %d alarms send to the subscriptions %q", address, alarms, subscribed)
		}
	}
}

// TestOneTokenCanBeUsedThousandsOfTimesAnHour checks that nothing but the throttle of a method limits how often a caller sends
// a request, and that the throttle is far from the rate of a busy script.
func TestOneTokenCanBeUsedThousandsOfTimesAnHour(t *testing.T) {
	const busy = 10_000 // requests per hour

	for id, resource := range resources(t, nil) {
		if resource.Type == "AWS::ApiGateway::UsagePlan" || resource.Type == "AWS::WAFv2::WebACL" {
			t.Errorf("%s limits each caller by default", id)
		}
	}

	rate, err := strconv.Atoi(parametersOf(t)["ThrottleRate"])
	if err != nil || rate*3600 < 10*busy {
		t.Errorf("a method accepts %d requests per second (%v), want room for ten scripts that send %d an hour", rate, err, busy)
	}
}
