package template

import (
	"reflect"
	"strings"
	"testing"
)

// pipeTemplate returns a template with a pipe that has these properties besides its role.
func pipeTemplate(properties string) string {
	return `
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{ AttributeName: a, KeyType: HASH }]
      StreamSpecification: { StreamViewType: NEW_IMAGE }
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: changes } }
  Queue: { Type: AWS::SQS::Queue }
  F: { Type: AWS::Serverless::Function, Properties: { CodeUri: functions/f/ } }
  Pipe:
    Type: AWS::Pipes::Pipe
    Properties:
` + properties
}

const wholePipe = `
      Source: !GetAtt Table.StreamArn
      SourceParameters:
        FilterCriteria: { Filters: [{ Pattern: '{"a":["b"]}' }] }
        DynamoDBStreamParameters: { StartingPosition: LATEST, BatchSize: 7 }
      Enrichment: !GetAtt F.Arn
      Target: !GetAtt Bus.Arn
      TargetParameters: { EventBridgeEventBusParameters: { Source: s, DetailType: $.d, Time: $.t } }
`

func TestAPipeFromAStreamToABusIsRead(t *testing.T) {
	loaded := load(t, nil, "template.yaml", pipeTemplate(wholePipe))
	want := []Pipe{{
		LogicalID:  "Pipe",
		Table:      "leasehold-Table",
		Patterns:   []string{`{"a":["b"]}`},
		Enrichment: "f",
		BatchSize:  7,
		Bus:        "changes",
		Source:     "s",
		DetailType: "$.d",
		Time:       "$.t",
	}}
	if !reflect.DeepEqual(loaded.Pipes, want) {
		t.Errorf("got %+v, want %+v", loaded.Pipes, want)
	}

	if view := loaded.Tables[0].StreamView; view != "NEW_IMAGE" {
		t.Errorf("the stream of the table has the view %q, want NEW_IMAGE", view)
	}
}

func TestAPipeBetweenOtherServicesIsIgnored(t *testing.T) {
	for name, replacement := range map[string][2]string{
		"a queue":        {"!GetAtt Table.StreamArn", "!GetAtt Queue.Arn"},
		"another target": {"Target: !GetAtt Bus.Arn", "Target: !GetAtt Queue.Arn"},
	} {
		text := pipeTemplate(strings.Replace(wholePipe, replacement[0], replacement[1], 1))
		if loaded := load(t, nil, "template.yaml", text); len(loaded.Pipes) > 0 {
			t.Errorf("%s: got %+v", name, loaded.Pipes)
		}
	}
}

func TestAnUnsupportedPropertyOfAPipeIsRejected(t *testing.T) {
	for want, replacement := range map[string][2]string{
		"InputTemplate of TargetParameters":            {"TargetParameters: {", "TargetParameters: { InputTemplate: x,"},
		"SelfManagedKafka of SourceParameters":         {"FilterCriteria:", "SelfManagedKafka: {}\n        FilterCriteria:"},
		"EndpointId of EventBridgeEventBusParameters":  {"Source: s,", "Source: s, EndpointId: a.b,"},
		"only functions as the enrichment of a pipe":   {"!GetAtt F.Arn", "arn:aws:states:us-east-1:123456789012:stateMachine:s"},
		"the emulator does not support EnrichmentPara": {"Enrichment: !GetAtt F.Arn", "EnrichmentParameters: { InputTemplate: x }"},
	} {
		_, err := Load(write(t, "template.yaml", pipeTemplate(strings.Replace(wholePipe, replacement[0], replacement[1], 1))), nil)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "template.yaml:") {
			t.Errorf("got the error %v, want one that contains %q and the line", err, want)
		}
	}
}
