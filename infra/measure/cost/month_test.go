package cost_test

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/measure/cost"
)

const root = "../../.."

func TestTheCostSectionIsUpToDate(t *testing.T) {
	operations, err := cost.Operations()
	if err != nil {
		t.Fatal(err)
	}

	section, err := cost.Markdown(operations)
	if err != nil {
		t.Fatal(err)
	}

	path := filepath.Join(root, "docs", "operating.md")
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	computed, err := cost.Replace(string(written), section)
	if err != nil {
		t.Fatal(err)
	}

	if *update {
		if err := os.WriteFile(path, []byte(computed), 0o644); err != nil {
			t.Fatal(err)
		}

		return
	}

	if computed != string(written) {
		t.Error("the cost section of docs/operating.md is out of date: run go test ./infra/measure/cost -update")
	}
}

// The test computes the bill of a small size by hand, from units that make it easy.
func TestAMonthIsQuantityTimesPrice(t *testing.T) {
	var operations []cost.Operation
	for _, name := range []string{
		"authorize a token",
		"authorize a token, with a lease write",
		"authorize a token, with a lease write in a new hour",
		"authorize a session, with a lease write",
		"lease-sweep, nothing expired",
		"lease-warn, nothing ends soon",
		"session-create",
		"profile-get",
		"organization-list",
		"role-list",
		"token-list",
		"member-list",
		"solution-list",
		"audit-list",
		"member-get",
		"profile-update",
		"token-create",
		"token-delete",
	} {
		operations = append(operations, cost.Operation{Name: name})
	}

	operations[0].ReadUnits = 2
	operations[1].WriteUnits = 1
	operations[2].WriteUnits = 3

	bill, err := cost.Month(cost.Size{People: 1, Calls: 1e6}, operations)
	if err != nil {
		t.Fatal(err)
	}

	console := 39.15 * 22 // requests in the console per month
	for i, want := range map[int]float64{
		0: (1e6 + console) / 1e6 * 3.5,
		1: (1e6 + 2*console + 2*730) / 1e6 * 0.2,
		3: (1e6 - 8760) * 2 / 1e6 * 0.125,     // at most 12 lease writes in each of 730 hours
		4: (8760 - 730 + 730*3) / 1e6 * 0.625, // one of them per hour moves the index
		6: ((1e6+console)*870 + (1e6+console)*290 + (8760+console)*280 + console*600 + (1e6+2*console+2*730)*800) / 1e9 * 0.5,
		7: 20*0.3 + 25*0.1 + 3,
		9: 0,
	} {
		if math.Abs(bill[i].Dollars-want) > 1e-9 {
			t.Errorf("%s: got $%v, want $%v", bill[i].What, bill[i].Dollars, want)
		}
	}

	_, err = cost.Month(cost.Size{}, operations[1:])
	if err == nil || !strings.Contains(err.Error(), "authorize a token") {
		t.Errorf("without a measurement: got %v, want an error that names the operation", err)
	}
}

// The test computes the price of a month of events by hand: 1.15 a day for each person, each with an invocation of 20 ms
// with 0.25 GB and 1400 bytes of log.
func TestEventsCostPerChange(t *testing.T) {
	const perEvent = (0.40+1.00+0.20)/1e6 + 0.25*0.020*0.0000133334 + 1400/1e9*0.5
	if got, want := cost.Events(cost.Size{People: 1000}).Dollars, 1000*22*1.15*perEvent+4*0.10; math.Abs(got-want) > 1e-9 {
		t.Errorf("got $%v, want $%v", got, want)
	}
}

func TestEachTierOfRequestsHasItsPrice(t *testing.T) {
	operations, err := cost.Operations()
	if err != nil {
		t.Fatal(err)
	}

	bill, err := cost.Month(cost.Size{Calls: 1500e6}, operations)
	if err != nil {
		t.Fatal(err)
	}

	if got, want := bill[0].Dollars, 333*3.5+667*2.8+500*2.38; math.Abs(got-want) > 1e-6 {
		t.Errorf("got $%v, want $%v", got, want)
	}
}

// month.go has constants for what the templates define: alarms, the dashboard and memory sizes.
func TestTheTemplatesHaveTheResourcesThatTheBillCounts(t *testing.T) {
	text := func(file string) string {
		content, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}

		return string(content)
	}

	observability, whole := text("infra/stack/observability.yaml"), text("template.yaml")

	// An alarm watches one metric, or, if it has Metrics, one per MetricStat.
	alarms := strings.Count(observability+whole, "Type: AWS::CloudWatch::Alarm")
	alarms -= strings.Count(observability, "      Metrics:\n")
	alarms += strings.Count(observability, "MetricStat:")
	if alarms != 25 {
		t.Errorf("alarms watch %d metrics, want the 25 of month.go", alarms)
	}

	events := text("infra/stack/events.yaml")
	watched := strings.Count(events, "Type: AWS::CloudWatch::Alarm") - strings.Count(events, "      Metrics:\n") +
		strings.Count(events, "MetricStat:")
	if watched != 4 {
		t.Errorf("the alarms of the events watch %d metrics, want the 4 of month.go", watched)
	}

	if dashboards := strings.Count(observability, "Type: AWS::CloudWatch::Dashboard"); dashboards != 1 {
		t.Errorf("got %d dashboards, want the one of month.go", dashboards)
	}

	if strings.Contains(whole, " MetricsEnabled: true") {
		t.Error("template.yaml enables metrics per method: each route costs 5 metrics that nothing watches")
	}

	sizes := regexp.MustCompile(`MemorySize: (\d+)`).FindAllStringSubmatch(whole, -1)
	if len(sizes) != 2 || sizes[0][1] != "256" || sizes[1][1] != "512" {
		t.Errorf("got the memory sizes %q, want those of month.go: 256 MB, and 512 MB for the authorizer", sizes)
	}
}
