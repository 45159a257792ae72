package metric_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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

func TestAMetricIsOneLineOfTheEmbeddedFormat(t *testing.T) {
	for want, put := range map[string]func(){
		`{"Outcome":"allowed","Uses":2,"_aws":{"CloudWatchMetrics":[{"Dimensions":[["Outcome"]],"Metrics":[{"Name":"Uses","Unit":"Count"}],"Namespace":"Leasehold"}],"Timestamp":1772362800005}}`: func() {
			metric.Put(noon, "Uses", metric.Count, 2, "Outcome", "allowed")
		},
		`{"Lag":0.5,"_aws":{"CloudWatchMetrics":[{"Dimensions":[[]],"Metrics":[{"Name":"Lag","Unit":"Seconds"}],"Namespace":"Leasehold"}],"Timestamp":1772362800005}}`: func() {
			metric.Put(noon, "Lag", metric.Seconds, 0.5, "", "")
		},
	} {
		if got := printed(t, put); got != want+"\n" {
			t.Errorf("got  %swant %s", got, want)
		}
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
