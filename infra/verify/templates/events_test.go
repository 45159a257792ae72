package templates

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// TestThePipePassesTheAuditLogThroughItsFunctionToTheBus also checks that there is neither a stream nor a pipe by default.
func TestThePipePassesTheAuditLogThroughItsFunctionToTheBus(t *testing.T) {
	off, err := template.Load(root+"/template.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}

	if len(off.Pipes) > 0 || off.Tables[0].StreamView != "" {
		t.Errorf("without Events, there are the pipes %+v and a stream of %q", off.Pipes, off.Tables[0].StreamView)
	}

	on := loaded(t)
	want := template.Pipe{
		LogicalID:  "Pipe",
		Table:      on.Tables[0].Name,
		Patterns:   []string{`{"eventName":["INSERT"],"dynamodb":{"Keys":{"PK":{"S":[{"prefix":"AUDIT#"}]}}}}`},
		Enrichment: "event-publish",
		BatchSize:  10,
		Bus:        "leasehold",
		Source:     "leasehold",
		DetailType: "$.action",
		Time:       "$.time",
	}
	if len(on.Pipes) != 1 || fmt.Sprintf("%+v", on.Pipes[0]) != fmt.Sprintf("%+v", want) {
		t.Errorf("with Events, the pipes are\n%+v\nwant\n%+v", on.Pipes, want)
	}

	if !slices.Contains(knownKeys, "AUDIT#") {
		t.Error("AUDIT# is no key of the table")
	}
}

// eventStack returns a resource of the stack of the events.
func eventStack(t *testing.T, id string, parameters map[string]string) map[string]any {
	t.Helper()
	given := map[string]string{"Events": "on"}
	maps.Copy(given, parameters)

	return resources(t, given)["EventBus/"+id].Properties
}

// TestThePipeLosesNothingSilently looks at what happens to records that fail.
func TestThePipeLosesNothingSilently(t *testing.T) {
	source := eventStack(t, "Pipe", nil)["SourceParameters"].(map[string]any)["DynamoDBStreamParameters"].(map[string]any)
	for name, want := range map[string]string{
		"StartingPosition":          "TRIM_HORIZON",
		"OnPartialBatchItemFailure": "AUTOMATIC_BISECT",
		"MaximumRetryAttempts":      "-1",
		"MaximumRecordAgeInSeconds": "21600",
	} {
		if source[name] != want {
			t.Errorf("%s of the pipe is %v, want %s", name, source[name], want)
		}
	}

	queue := source["DeadLetterConfig"].(map[string]any)["Arn"]
	if queue == nil || !strings.Contains(queue.(string), "DeadLetters") {
		t.Errorf("what the pipe gives up goes to %v, want the dead-letter queue", queue)
	}
}

// TestThePipesRoleHasOnlyWhatThePipeNeeds lists the actions, and the resources except the alternatives of a restore.
func TestThePipesRoleHasOnlyWhatThePipeNeeds(t *testing.T) {
	usual := []string{
		"dynamodb:DescribeStream leasehold-Data-Table/stream/local",
		"dynamodb:GetRecords leasehold-Data-Table/stream/local",
		"dynamodb:GetShardIterator leasehold-Data-Table/stream/local",
		"dynamodb:ListStreams *",
		"events:PutEvents leasehold",
		"lambda:InvokeFunction function:event-publish",
		"sqs:SendMessage leasehold-EventBus-DeadLetters/Arn",
	}

	const key = "arn:aws:kms:eu-central-1:123456789012:key/k"
	for name, c := range map[string]struct {
		parameters map[string]string
		want       []string
	}{
		"without a key": {nil, usual},
		"with a key":    {map[string]string{"KmsKeyArn": key}, append(slices.Clone(usual), "kms:Decrypt k")},
		"of a restore": {eventsOfARestoreAt("1"), append([]string{
			"dynamodb:DescribeStream leasehold-restored-1/stream/1",
			"dynamodb:GetRecords leasehold-restored-1/stream/1",
			"dynamodb:GetShardIterator leasehold-restored-1/stream/1",
		}, usual[3:]...)},
	} {
		var got []string
		for _, policy := range asList(eventStack(t, "PipeRole", c.parameters)["Policies"]) {
			for _, each := range asList(policy.(map[string]any)["PolicyDocument"].(map[string]any)["Statement"]) {
				statement, isStatement := each.(map[string]any)
				if !isStatement {
					continue // AWS::NoValue
				}

				actions := asList(statement["Action"])
				if len(actions) == 0 {
					actions = []any{statement["Action"]}
				}

				for _, action := range actions {
					got = append(got, action.(string)+" "+shortARN(statement["Resource"].(string)))
				}
			}
		}

		slices.Sort(got)
		slices.Sort(c.want)

		if !slices.Equal(got, c.want) {
			t.Errorf("%s, the role of the pipe allows\n%q\nwant\n%q", name, got, c.want)
		}
	}
}

func eventsOfARestoreAt(label string) map[string]string {
	return map[string]string{"RestoredTable": "leasehold-restored-1", "RestoredStreamArn": stream + label}
}

// shortARN returns what differs in the ARNs of a role: what follows the account and the type.
func shortARN(arn string) string {
	for _, kind := range []string{":table/", ":event-bus/", ":key/"} {
		if _, name, found := strings.Cut(arn, kind); found {
			return name
		}
	}

	if i := strings.LastIndex(arn, "function:"); i >= 0 {
		return arn[i:]
	}

	return arn[strings.LastIndex(arn, ":")+1:]
}

// TestEveryAlarmHasARowInTheRunbook compares the alarms of all templates with docs/operating.md.
func TestEveryAlarmHasARowInTheRunbook(t *testing.T) {
	document := text(t, "docs/operating.md")
	found := 0
	for _, file := range []string{"template.yaml", "infra/stack/observability.yaml", "infra/stack/events.yaml"} {
		for _, match := range regexp.MustCompile(`AlarmName: !Sub "\$\{[\w:]+\}-([\w-]+)"`).FindAllStringSubmatch(text(t, file), -1) {
			found++

			if !strings.Contains(document, "\n| "+match[1]+" | ") {
				t.Errorf("docs/operating.md has no row for the alarm %s of %s", match[1], file)
			}
		}
	}

	if found < 18 {
		t.Errorf("found only %d alarms", found)
	}
}

// TestTheExamplesSubscribeToTheExportedBus looks for the name of the bus in the examples, and for events that exist.
func TestTheExamplesSubscribeToTheExportedBus(t *testing.T) {
	whole := loaded(t)
	if whole.Exports["leasehold-event-bus-name"] != "leasehold" {
		t.Errorf("the exports are %q, want the name of the bus", whole.Exports)
	}

	files, err := filepath.Glob(root + "/infra/stack/examples/events-*.yml")
	if err != nil || len(files) != 2 {
		t.Fatalf("there are the examples %q (error %v), want two", files, err)
	}

	for _, file := range files {
		var example struct {
			Resources struct {
				Rule struct {
					Properties struct {
						EventBusName map[string]string `yaml:"EventBusName"`
						EventPattern struct {
							Source     []string `yaml:"source"`
							DetailType []string `yaml:"detail-type"`
						} `yaml:"EventPattern"`
					} `yaml:"Properties"`
				} `yaml:"Rule"`
			} `yaml:"Resources"`
		}

		if err := yaml.Unmarshal([]byte(text(t, strings.TrimPrefix(file, root+"/"))), &example); err != nil {
			t.Fatal(err)
		}

		rule := example.Resources.Rule.Properties
		if rule.EventBusName["Fn::ImportValue"] != "${StackName}-event-bus-name" || !slices.Equal(rule.EventPattern.Source, []string{"leasehold"}) {
			t.Errorf("%s has the rule %+v, want one on the exported bus for the source leasehold", file, rule)
		}

		for _, kind := range rule.EventPattern.DetailType {
			if schema := text(t, "pkg/api/events/schemas/"+kind+".json"); !json.Valid([]byte(schema)) {
				t.Errorf("%s: the schema of %s is not JSON", file, kind)
			}
		}
	}
}
