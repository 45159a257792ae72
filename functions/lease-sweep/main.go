// Command lease-sweep runs on a schedule and retires personal access tokens whose lease has ended: it marks each with
// why and when it ended, and records this in the organization's audit log. Nothing depends on the sweep: a token is
// rejected from the moment its lease ends, and DynamoDB removes it after identity.Retention.
//
// It also finishes renames and deletions of organizations that the request had no time to bring to all members, and
// deletions of accounts. It removes the organizations that were deleted identity.DeletionTerm ago.
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

// report is the result of a run.
type report struct {
	// Retired is the number of tokens that were marked.
	Retired int `json:"retired"`
	// LagSeconds is how long ago the first of them ended.
	LagSeconds int64 `json:"lagSeconds"`
	// Renamed is the number of memberships that received their organization's new name, or whether it is deleted.
	Renamed int `json:"renamed"`
	// RemovedOrganizations is the number of deleted organizations of which nothing is left.
	RemovedOrganizations int `json:"removedOrganizations"`
	// RemovedItems is the number of items of deleted organizations that were removed.
	RemovedItems int `json:"removedItems"`
	// Erased is the number of deleted accounts of which nothing is left.
	Erased int `json:"erased"`
}

// run sweeps once. If part of it fails, it keeps what was done, leaves the rest to the next run, and returns the error,
// so that this run counts as failed.
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

	removed, removing := s.db.RemoveOrganizations(ctx, now)
	erased, erasing := s.db.EraseAll(ctx, change)
	slog.InfoContext(ctx, "swept",
		"retired", swept.Retired,
		"lag", swept.Lag.String(),
		"renamed", renamed,
		"removed_organizations", removed.Organizations,
		"removed_items", removed.Items,
		"erased", erased)

	return report{
		Retired:              swept.Retired,
		LagSeconds:           int64(swept.Lag.Seconds()),
		Renamed:              renamed,
		RemovedOrganizations: removed.Organizations,
		RemovedItems:         removed.Items,
		Erased:               erased,
	}, errors.Join(err, spreading, removing, erasing)
}
