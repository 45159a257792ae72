// Package metric writes CloudWatch metrics as lines of the embedded metric format (EMF) on standard output, where Lambda
// picks them up without a call or a library.
package metric

import (
	"encoding/json"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// Namespace is the CloudWatch namespace of every metric.
const Namespace = "Leasehold"

// Units of metrics.
const (
	Count   = "Count"
	Seconds = "Seconds"
)

// Put writes one value of a metric. Its dimensions are the function's name, which starts with the stack's name so that two
// stacks in one account and region do not share metrics, and at most one more: dimension and label, or "" and "" for none.
func Put(at time.Time, name, unit string, value float64, dimension, label string) {
	line, err := json.Marshal(document(at, name, unit, value, dimension, label))
	if err == nil {
		_, _ = os.Stdout.Write(append(line, '\n'))
	}
}

// function is the name of the dimension. Lambda's own metrics use the same name.
const function = "FunctionName"

func document(at time.Time, name, unit string, value float64, dimension, label string) map[string]any {
	doc := map[string]any{name: value}
	names := []string{}
	if lambdacontext.FunctionName != "" { // it is empty outside Lambda, and a dimension must not be
		names, doc[function] = append(names, function), lambdacontext.FunctionName
	}

	if dimension != "" {
		names, doc[dimension] = append(names, dimension), label
	}

	doc["_aws"] = map[string]any{
		"Timestamp": at.UnixMilli(),
		"CloudWatchMetrics": []map[string]any{{
			"Namespace": Namespace, "Dimensions": [][]string{names},
			"Metrics": []map[string]string{{"Name": name, "Unit": unit}},
		}},
	}

	return doc
}
