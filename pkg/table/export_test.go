package table

import (
	"context"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// TallyToken reads a person's tally and returns the write that adds a token to it, so that a test can do something in
// between.
func (db *DB) TallyToken(ctx context.Context, u identity.UserID, now time.Time) (identity.Write, error) {
	tallied, err := db.tallyToken(ctx, identity.Token{User: u}, now)
	return db.write(nil, tallied), err
}
