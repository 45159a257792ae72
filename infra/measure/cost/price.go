package cost

import (
	"strconv"
	"strings"
	"time"
)

// Price is a list price of AWS in us-east-1.
type Price struct {
	// Dollars is the price of one Unit in US dollars.
	Dollars float64
	Unit    string

	// Source is where the price was read.
	Source string
}

// String returns the price as "$0.20 / million", with all its digits and at least two decimals.
func (p Price) String() string {
	dollars, cents, _ := strings.Cut(strconv.FormatFloat(p.Dollars, 'f', -1, 64), ".")
	return "$" + dollars + "." + cents + strings.Repeat("0", max(0, 2-len(cents))) + " / " + p.Unit
}

// PricesRead is the date on which the sources were last read. Most of them quote AWS's pages, which are rendered by
// scripts. No price was confirmed by a bill.
const PricesRead = "2026-11-23"

// The prices, without free tiers except Cognito's, which does not expire.
var (
	lambdaRequest = Price{0.20, "million", "repost.aws, Lambda's memory and compute cost"}
	lambdaCompute = Price{0.0000133334, "GB-s, arm64", "repost.aws, Lambda's memory and compute cost"}
	writeUnit     = Price{0.625, "million", "airbyte.com/data-engineering-resources/dynamodb-pricing"}
	readUnit      = Price{0.125, "million", "airbyte.com/data-engineering-resources/dynamodb-pricing"}
	storage       = Price{0.25 + 0.20, "GB, with backups", "known, not read again: storage $0.25 and point-in-time recovery $0.20 per GB and month"}
	logs          = Price{0.50, "GB", "signoz.io/guides/cloudwatch-pricing"}
	metrics       = Price{0.30, "metric", "signoz.io/guides/cloudwatch-pricing"}
	alarms        = Price{0.10, "watched metric", "known, not read again"}
	dashboard     = Price{3, "dashboard", "factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards"}
	traces        = Price{5, "million", "aws.amazon.com/de/xray/pricing"}
	pipeRequest   = Price{0.40, "million", "cloudburn.io/blog/amazon-eventbridge-pricing"}
	customEvent   = Price{1.00, "million", "cloudburn.io/blog/amazon-eventbridge-pricing"}
	signIns       = Price{0.015, "person over 10,000", "known, not read again: Cognito Essentials"}
)

// tier is a price per million REST API requests, and the number of millions that it applies to.
type tier struct {
	millions float64
	price    float64
}

// restRequests are the price tiers of REST APIs, from AWS's whitepaper "Best Practices for Designing Amazon API
// Gateway Private APIs and Private Integration", table 4.
var restRequests = []tier{{333, 3.50}, {667, 2.80}, {19_000, 2.38}, {1e12, 1.51}}

// tiered returns the price of a number of millions.
func tiered(millions float64, tiers []tier) float64 {
	sum := 0.0
	for _, t := range tiers {
		share := min(millions, t.millions)
		sum += share * t.price
		millions -= share
	}

	return sum
}

// Compute returns the price in dollars of one invocation of an arm64 function with a memory size in MB, without the price of the
// request. Lambda bills whole milliseconds.
func Compute(memoryMB int, lasts time.Duration) float64 {
	billed := (lasts + time.Millisecond - 1).Truncate(time.Millisecond)
	return float64(memoryMB) / 1024 * billed.Seconds() * lambdaCompute.Dollars
}
