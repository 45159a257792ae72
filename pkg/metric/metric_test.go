package metric_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/leasehold-dev/leasehold/pkg/metric"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 5e6, time.FixedZone("east", 3600))

// printed is what f writes on standard output.
func printed(t *testing.T, f func()) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}

	before := os.Stdout
	os.Stdout = file
	defer func() { os.Stdout = before }()
	f()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	return string(raw)
}

// deployed sets the name that Lambda gives a function.
func deployed(t *testing.T, name string) {
	t.Helper()
	before := lambdacontext.FunctionName
	lambdacontext.FunctionName = name
	t.Cleanup(func() { lambdacontext.FunctionName = before })
}

func TestAMetricIsOneLineOfTheEmbeddedFormat(t *testing.T) {
	deployed(t, "acme-sweep")
	for want, put := range map[string]func(){
		`{"FunctionName":"acme-sweep","Outcome":"allowed","Uses":2,"_aws":{"CloudWatchMetrics":[{"Dimensions":[["FunctionName","Outcome"]],"Metrics":[{"Name":"Uses","Unit":"Count"}],"Namespace":"Leasehold"}],"Timestamp":1772362800005}}`: func() {
			metric.Put(noon, "Uses", metric.Count, 2, "Outcome", "allowed")
		},
		`{"FunctionName":"acme-sweep","Lag":0.5,"_aws":{"CloudWatchMetrics":[{"Dimensions":[["FunctionName"]],"Metrics":[{"Name":"Lag","Unit":"Seconds"}],"Namespace":"Leasehold"}],"Timestamp":1772362800005}}`: func() {
			metric.Put(noon, "Lag", metric.Seconds, 0.5, "", "")
		},
	} {
		if got := printed(t, put); got != want+"\n" {
			t.Errorf("got  %swant %s", got, want)
		}
	}
}

func TestOutsideLambdaNoDimensionIsEmpty(t *testing.T) {
	deployed(t, "")
	got := printed(t, func() { metric.Put(noon, "Lag", metric.Seconds, 0.5, "", "") })
	if want := `"Dimensions":[[]]`; !strings.Contains(got, want) || strings.Contains(got, "FunctionName") {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestALabelCannotBreakItsLine(t *testing.T) {
	label := "a\n{\"b\":\"\u2028\x00\""
	got := printed(t, func() { metric.Put(noon, "Uses", metric.Count, 1, "Reason", label) })
	var doc map[string]any
	if err := json.Unmarshal([]byte(got), &doc); err != nil || doc["Reason"] != label || strings.Count(got, "\n") != 1 {
		t.Errorf("%q, %v", got, err)
	}
}
