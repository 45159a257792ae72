package template

import (
	"strings"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
)

// defaultBatch is the number of records that a pipe takes together if it does not say.
const defaultBatch = 1

// collectPipe adds an AWS::Pipes::Pipe. It ignores a pipe that does not lead from a table's stream to an event bus, as it
// ignores other types of resources. It rejects what would change the events and is not supported, such as an
// InputTemplate.
func (d *document) collectPipe(id string, into *Template) error {
	properties := d.properties(id, "Pipe")
	table, isStream := streamTable(properties.text("Source"))
	bus, isBus := strings.CutPrefix(properties.text("Target"), busARN)
	if properties.err != nil || !isStream || !isBus {
		return properties.err
	}

	source, target := properties.mapping("SourceParameters"), properties.mapping("TargetParameters")
	stream := asMapping(source["DynamoDBStreamParameters"])
	event := asMapping(target["EventBridgeEventBusParameters"])

	properties.onlyKnown("SourceParameters", "SourceParameters", source, "FilterCriteria", "DynamoDBStreamParameters")
	properties.onlyKnown("TargetParameters", "TargetParameters", target, "EventBridgeEventBusParameters")
	properties.onlyKnown("TargetParameters", "EventBridgeEventBusParameters", event, "Source", "DetailType", "Time")

	if properties.value("EnrichmentParameters") != nil {
		properties.fail("EnrichmentParameters", "the emulator does not support EnrichmentParameters")
	}

	pipe := Pipe{
		LogicalID:  id,
		Table:      table,
		BatchSize:  properties.number("SourceParameters", stream["BatchSize"], defaultBatch),
		Bus:        bus,
		Source:     asText(event["Source"]),
		DetailType: asText(event["DetailType"]),
		Time:       asText(event["Time"]),
	}

	for _, filter := range asList(asMapping(source["FilterCriteria"])["Filters"]) {
		pipe.Patterns = append(pipe.Patterns, asText(asMapping(filter)["Pattern"]))
	}

	if arn := properties.text("Enrichment"); arn != "" {
		name, isFunction := lambda.NameFromARN(arn)
		if !isFunction {
			properties.fail("Enrichment", "the emulator supports only functions as the enrichment of a pipe")
		}

		pipe.Enrichment = name
	}

	into.Pipes = append(into.Pipes, pipe)

	return properties.err
}

// streamTable returns the name of the table to which the ARN of a stream belongs.
func streamTable(arn string) (string, bool) {
	name, isTable := strings.CutPrefix(arn, tableARN)
	name, _, isStream := strings.Cut(name, "/stream/")

	return name, isTable && isStream
}
