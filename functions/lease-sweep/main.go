// Command lease-sweep runs on a schedule and retires personal access tokens whose lease has lapsed: each is marked with
// why and when it died, and its organization's audit log says so. Nothing depends on its having run: a lapsed token is
// refused from the moment it lapses, and DynamoDB removes it when its time is over.
//
// It also finishes what a change of an organization's name had no time for.
package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/metric"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	slog.SetDefault(lambdacontext.NewLogger())
	s := sweeper{db: settings.Table(), now: time.Now} //nolint:forbidigo // the clock of the running function
	lambda.Start(s.run)
}

type sweeper struct {
	db  *table.DB
	now func() time.Time
}

// report is what a run did.
type report struct {
	// Retired counts the tokens that were marked.
	Retired int `json:"retired"`
	// LagSeconds is how long ago the longest dead of them died.
	LagSeconds int64 `json:"lagSeconds"`
	// Renamed counts the memberships that got their organization's new name.
	Renamed int `json:"renamed"`
}

// run sweeps once. When part of it fails, what was done stays done, the rest is left to the next run, and the error
// makes this run count as failed.
func (s sweeper) run(ctx context.Context) (report, error) {
	now := s.now().UTC()
	change := identity.Change{Caller: identity.Caller{Kind: identity.BySchedule}, At: now}
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		change.Source.RequestID = lc.AwsRequestID
	}

	swept, err := s.db.Sweep(ctx, change)
	metric.Put(now, "SweepRetired", metric.Count, float64(swept.Retired), "", "")
	metric.Put(now, "SweepLagSeconds", metric.Seconds, swept.Lag.Seconds(), "", "")
	renamed, spreading := s.db.SpreadNames(ctx, now)
	slog.InfoContext(ctx, "swept", "retired", swept.Retired, "lag", swept.Lag.String(), "renamed", renamed)
	return report{swept.Retired, int64(swept.Lag.Seconds()), renamed}, errors.Join(err, spreading)
}
