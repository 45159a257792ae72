package table

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// ifFirstReuse: the token was rotated, and nobody has recorded a reuse of it.
	ifFirstReuse = "attribute_exists(replaced_by) AND attribute_not_exists(reused_at)"

	// maxSuccessors bounds how many tokens one reuse ends. A token has more successors only if somebody rotated it that
	// often within a life of six months.
	maxSuccessors = 40
)

// RevokeSuccessors ends the live tokens that rotations made of a token, because somebody used it after it was replaced:
// whoever that was may have the secrets of its successors, too. It does so once for each token, in one transaction with
// an event in the audit log, and leaves a note by which the owner is told. It returns how many tokens it ended.
func (db *DB) RevokeSuccessors(ctx context.Context, c identity.Change, reused identity.Token) (int, error) {
	revoked := 0
	err := identity.RetryStale(ctx, func() (err error) {
		revoked, err = db.revokeSuccessors(ctx, c, reused)
		return err
	})

	return revoked, err
}

func (db *DB) revokeSuccessors(ctx context.Context, c identity.Change, reused identity.Token) (int, error) {
	current, err := db.Token(ctx, reused.User, reused.ID)
	if err != nil || !current.ReusedAt.IsZero() {
		return 0, err
	}

	note := reuseIndex(reused.ID, c.At)
	steps := []step{db.update(tokenKey(reused.User, reused.ID), "SET reused_at = :at, GSI2PK = :partition, GSI2SK = :place",
		ifFirstReuse, values{
			":at":        c.At,
			":partition": note.pk,
			":place":     note.sk,
		}, nil)}

	for next := reused.ReplacedBy; next != "" && len(steps) <= maxSuccessors; {
		token, err := db.Token(ctx, reused.User, next)
		if isNotFound(err) {
			break
		}

		if err != nil {
			return 0, err
		}

		if ending, _ := token.State(identity.Membership{}, c.At); ending == "" {
			steps = append(steps, db.end(token, identity.Revoked, c.At, ifSameLease, values{":seen": token.Until}))
		}

		next = token.ReplacedBy
	}

	event := tokenEvent(identity.ActionTokenReuse, reused, nil, nil)

	return len(steps) - 1, db.commit(ctx, c, []identity.Event{event}, steps...)
}
