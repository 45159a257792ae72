// Package metric writes CloudWatch metrics as lines of the embedded metric format (EMF) on standard output, where Lambda
// picks them up without a call or a library.
package metric

import (
	"os"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/leasehold-dev/leasehold/pkg/wire"
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
	line := make([]byte, 0, 512)
	_, _ = os.Stdout.Write(append(document(line, at, name, unit, value, dimension, label), '\n'))
}

// function is the name of the dimension. Lambda's own metrics use the same name.
const function = "FunctionName"

// document appends the JSON of one metric. It is written by hand because the authorizer writes one in each call.
func document(to []byte, at time.Time, name, unit string, value float64, dimension, label string) []byte {
	to = append(to, '{')
	names := make([]byte, 0, 64)
	if lambdacontext.FunctionName != "" { // it is empty outside Lambda, and a dimension must not be
		names = wire.AppendString(names, function)
		to = append(wire.AppendString(append(wire.AppendString(to, function), ':'), lambdacontext.FunctionName), ',')
	}

	if dimension != "" {
		if len(names) > 0 {
			names = append(names, ',')
		}

		names = wire.AppendString(names, dimension)
		to = append(wire.AppendString(append(wire.AppendString(to, dimension), ':'), label), ',')
	}

	to = strconv.AppendFloat(append(wire.AppendString(to, name), ':'), value, 'f', -1, 64)
	to = append(to, `,"_aws":{"CloudWatchMetrics":[{"Dimensions":[[`...)
	to = append(to, names...)
	to = append(to, `]],"Metrics":[{"Name":`...)
	to = wire.AppendString(to, name)
	to = append(to, `,"Unit":`...)
	to = wire.AppendString(to, unit)
	to = append(to, `}],"Namespace":"`+Namespace+`"}],"Timestamp":`...)
	to = strconv.AppendInt(to, at.UnixMilli(), 10)

	return append(to, `}}`...)
}
