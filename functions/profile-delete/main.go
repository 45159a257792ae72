// Command profile-delete deletes the caller's own account. From the answer on there is no such person: every session and
// personal access token of theirs is rejected, and their organizations see that the member left. It removes what is left
// of them as far as the time of the request allows; lease-sweep does the rest.
package main

import (
	"context"
	"log/slog"

	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(db, endpoint.Mutation[endpoint.None, endpoint.None]{
		Route:       "DELETE /me",
		SessionOnly: true,
		Versioned:   true, // nobody deletes an account that they have not looked at
		Decide:      op{db}.delete,
		After:       op{db}.erase,
	})
}

type op struct{ db *table.DB }

func (o op) delete(ctx context.Context, r *endpoint.Request[endpoint.None]) (endpoint.None, endpoint.Write, error) {
	departing, err := o.db.Departing(ctx, r.Caller.User)
	if err != nil || departing.Deleted() {
		return endpoint.None{}, nil, err // an authorizer cache can admit the repetition of a deletion
	}

	if err := identity.SameVersion(r.Version, departing.Profile.Version); err != nil {
		return endpoint.None{}, nil, err
	}

	return endpoint.None{}, o.db.DeleteAccount(departing), departing.MayGo()
}

// erase removes as much of the account as there is time for. The account has ended, so a failure here does not fail the
// request.
func (o op) erase(ctx context.Context, r *endpoint.Request[endpoint.None], none endpoint.None) endpoint.None {
	change := identity.Change{Caller: r.Caller, Source: r.Source, At: r.Now}
	done, err := o.db.Erase(ctx, change, r.Caller.User)

	if err == nil && !done {
		slog.InfoContext(ctx, "the sweep has to finish erasing an account", "user", string(r.Caller.User))
	}

	endpoint.LeaveToSweep(ctx, "erasing an account", err, "user", string(r.Caller.User))

	return none
}
