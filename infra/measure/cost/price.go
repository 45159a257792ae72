package cost

import (
	"strconv"
	"strings"
)

// Price is what AWS asks for a unit, in US dollars, in us-east-1.
type Price struct {
	// Dollars are for one Unit.
	Dollars float64
	Unit    string
	// Source is where the price was read.
	Source string
}

// String is the price as "$0.20 / million", with all its figures and at least cents.
func (p Price) String() string {
	dollars, cents, _ := strings.Cut(strconv.FormatFloat(p.Dollars, 'f', -1, 64), ".")
	return "$" + dollars + "." + cents + strings.Repeat("0", max(0, 2-len(cents))) + " / " + p.Unit
}

// PricesRead is the day on which the sources were last read, most of them through others who quote AWS's pages, because
// those are rendered by scripts. No price was confirmed on a bill.
const PricesRead = "2026-11-23"

// What AWS asks. Free tiers are left out but for Cognito's, which does not end.
var (
	lambdaRequest = Price{0.20, "million", "repost.aws, Lambda's memory and compute cost"}
	lambdaCompute = Price{0.0000133334, "GB-s, arm64", "repost.aws, Lambda's memory and compute cost"}
	writeUnit     = Price{0.625, "million", "airbyte.com/data-engineering-resources/dynamodb-pricing"}
	readUnit      = Price{0.125, "million", "airbyte.com/data-engineering-resources/dynamodb-pricing"}
	storage       = Price{0.25 + 0.20, "GB, backed up", "known, not read again: storage $0.25 and point-in-time recovery $0.20 a GB and month"}
	logs          = Price{0.50, "GB", "signoz.io/guides/cloudwatch-pricing"}
	metrics       = Price{0.30, "metric", "signoz.io/guides/cloudwatch-pricing"}
	alarms        = Price{0.10, "metric watched", "known, not read again"}
	dashboard     = Price{3, "dashboard", "factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards"}
	traces        = Price{5, "million", "aws.amazon.com/de/xray/pricing"}
	signIns       = Price{0.015, "person over 10,000", "known, not read again: Cognito Essentials"}
)

// tier is a run of REST API requests, in millions, at one price.
type tier struct {
	millions float64
	price    float64
}

// restRequests are the tiers of REST APIs, per million, as in AWS's whitepaper "Best Practices for Designing Amazon API
// Gateway Private APIs and Private Integration", table 4.
var restRequests = []tier{{333, 3.50}, {667, 2.80}, {19_000, 2.38}, {1e12, 1.51}}

// tiered is what so many millions cost when each tier takes its share.
func tiered(millions float64, tiers []tier) float64 {
	sum := 0.0
	for _, t := range tiers {
		share := min(millions, t.millions)
		sum += share * t.price
		millions -= share
	}

	return sum
}
