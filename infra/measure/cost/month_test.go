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

func TestTheCostSectionIsComputed(t *testing.T) {
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

// The bill of the smallest size by hand, from units chosen to make it easy.
func TestAMonthIsQuantityTimesPrice(t *testing.T) {
	var operations []cost.Operation
	for _, name := range []string{
		"authorize a token", "authorize a token, its lease is written", "authorize a token, its lease is written in another hour",
		"authorize a session, its lease is written", "lease-sweep, nothing lapsed", "session-create", "profile-get", "organization-list",
		"role-list", "token-list", "member-list", "solution-list", "audit-list", "member-get", "profile-update", "token-create", "token-delete",
	} {
		operations = append(operations, cost.Operation{Name: name})
	}

	operations[0].ReadUnits, operations[1].WriteUnits, operations[2].WriteUnits = 2, 1, 3
	bill, err := cost.Month(cost.Size{People: 1, Calls: 1e6}, operations)
	if err != nil {
		t.Fatal(err)
	}

	console := 39.15 * 22 // requests
	for i, want := range map[int]float64{
		0: (1e6 + console) / 1e6 * 3.5,
		1: (1e6 + 2*console + 730) / 1e6 * 0.2,
		3: (1e6 - 8760) * 2 / 1e6 * 0.125,     // 730 hours of 12 writes are the most
		4: (8760 - 730 + 730*3) / 1e6 * 0.625, // in each hour one of them moves the index
		7: 15*0.3 + 11*0.1 + 3,
		9: 0,
	} {
		if math.Abs(bill[i].Dollars-want) > 1e-9 {
			t.Errorf("%s: $%v, want $%v", bill[i].What, bill[i].Dollars, want)
		}
	}

	if _, err := cost.Month(cost.Size{}, operations[1:]); err == nil || !strings.Contains(err.Error(), "authorize a token") {
		t.Errorf("without a measurement: %v", err)
	}
}

func TestMoreRequestsCostLessEach(t *testing.T) {
	operations, err := cost.Operations()
	if err != nil {
		t.Fatal(err)
	}

	bill, err := cost.Month(cost.Size{Calls: 1500e6}, operations)
	if err != nil {
		t.Fatal(err)
	}

	if got, want := bill[0].Dollars, 333*3.5+667*2.8+500*2.38; math.Abs(got-want) > 1e-6 {
		t.Errorf("$%v, want $%v", got, want)
	}
}

// What is paid by the piece is counted in the templates.
func TestWhatIsPaidByThePieceIsCounted(t *testing.T) {
	text := func(file string) string {
		content, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}

		return string(content)
	}

	watching := text("infra/stack/observability.yaml")
	alarms := strings.Count(watching, "Type: AWS::CloudWatch::Alarm") - strings.Count(watching, "      Metrics:\n") + strings.Count(watching, "MetricStat:")
	if alarms != 11 || strings.Count(watching, "Type: AWS::CloudWatch::Dashboard") != 1 {
		t.Errorf("alarms watch %d metrics; month.go says 11, and one dashboard", alarms)
	}

	whole := text("template.yaml")
	if strings.Contains(whole, "MetricsEnabled: true") {
		t.Error("metrics of each method are paid for (5 for each of the routes), and nothing watches them")
	}

	if sizes := regexp.MustCompile(`MemorySize: (\d+)`).FindAllStringSubmatch(whole, -1); len(sizes) != 2 || sizes[0][1] != "256" || sizes[1][1] != "512" {
		t.Errorf("memory sizes %q; month.go says 256 MB, and 512 for the authorizer", sizes)
	}
}
