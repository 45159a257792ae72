// Package metric writes CloudWatch metrics as lines of the embedded metric format (EMF) on standard output, where Lambda
// picks them up without a call or a library.
package metric

import (
	"encoding/json"
	"os"
	"time"
)

// Namespace is the CloudWatch namespace of every metric.
const Namespace = "Leasehold"

// Units of metrics.
const (
	Count   = "Count"
	Seconds = "Seconds"
)

// Put writes one value of a metric at a moment, with at most one dimension: name and value, or "" and "" for none.
func Put(at time.Time, name, unit string, value float64, dimension, label string) {
	line, err := json.Marshal(document(at, name, unit, value, dimension, label))
	if err == nil {
		_, _ = os.Stdout.Write(append(line, '\n'))
	}
}

func document(at time.Time, name, unit string, value float64, dimension, label string) map[string]any {
	dimensions := [][]string{{}}
	doc := map[string]any{name: value}
	if dimension != "" {
		dimensions[0] = []string{dimension}
		doc[dimension] = label
	}
	doc["_aws"] = map[string]any{
		"Timestamp": at.UnixMilli(),
		"CloudWatchMetrics": []map[string]any{{
			"Namespace": Namespace, "Dimensions": dimensions,
			"Metrics": []map[string]string{{"Name": name, "Unit": unit}},
		}},
	}
	return doc
}
