package table

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// ifCredentialLives: the session or token behind a change exists, nothing has ended it, and neither clock has run out.
	ifCredentialLives = "attribute_exists(PK) AND attribute_not_exists(ended_why) AND " +
		"lease_until > :credential_at AND expires_at > :credential_at"
	// ifCredentialInEpoch: the membership is in the epoch in which the token behind a change was created.
	ifCredentialInEpoch = "token_epoch = :credential_epoch"
)

// writeAs returns the Write of a change that creates or ends credentials. It checks, in the same transaction, that the
// session or token that the change is made with still works. Without the check, a session that has been signed out could
// create a token for as long as API Gateway reuses the authorizer's answer, and that token would live for months.
//
// The Write returns Forbidden if the credential has ended. It is no 401, because API Gateway does not let a function send
// the WWW-Authenticate header that belongs to one.
func (db *DB) writeAs(events []identity.Event, steps ...step) identity.Write {
	return func(ctx context.Context, c identity.Change) error {
		recorded, guarded := db.inCustody(events, steps)

		held, err := db.holdingCredential(ctx, c, guarded)
		if err != nil {
			return err
		}

		return db.commit(ctx, c, recorded, held...)
	}
}

// holdingCredential returns the steps with the condition that the credential behind the change works. Its failure comes
// before that of any other step.
func (db *DB) holdingCredential(ctx context.Context, c identity.Change, steps []step) ([]step, error) {
	switch c.Caller.Kind {
	case identity.SignedIn:
		return db.holdingSession(c, steps), nil
	case identity.PAT:
		return db.holdingToken(ctx, c, steps)
	case identity.BySchedule, identity.ByProvider, identity.ByFinder:
		return steps, nil // nobody's credential
	case identity.Derived:
		return nil, errDerived
	}

	return nil, errCredentialEnded // of a kind that this version does not know
}

var (
	errSessionEnded    = identity.Refuse(identity.Forbidden, "Your session has ended. Sign in again.")
	errDerived         = identity.Refuse(identity.Forbidden, "A derived token can't create or end tokens or sessions. Use its parent, or sign in.")
	errCredentialEnded = identity.Refuse(identity.Forbidden, "The token that you use has ended. Create a new one.")
)

func (db *DB) holdingSession(c identity.Change, steps []step) []step {
	k := sessionKey(c.Caller.User, identity.SessionID(c.Caller.Credential))

	return db.firstIf(steps, k, ifCredentialLives, values{":credential_at": c.At}, func(current attributes) error {
		var item sessionItem
		if current == nil {
			return errSessionEnded
		}

		if err := decode(current, &item); err != nil || item.session().Admit(c.At) == nil {
			return err // another condition on the session failed
		}

		return errSessionEnded
	})
}

func (db *DB) holdingToken(ctx context.Context, c identity.Change, steps []step) ([]step, error) {
	token, err := db.Token(ctx, c.Caller.User, identity.TokenID(c.Caller.Credential))
	if isNotFound(err) {
		err = errCredentialEnded
	}

	if err != nil {
		return nil, err
	}

	steps = db.firstIf(steps, membershipKey(token.User, token.Org), ifCredentialInEpoch,
		values{":credential_epoch": token.Epoch}, func(current attributes) error {
			if text(current, "token_epoch") == token.Epoch {
				return nil // another condition on the membership failed
			}

			return errCredentialEnded
		})

	return db.firstIf(steps, tokenKey(token.User, token.ID), ifCredentialLives, values{":credential_at": c.At},
		func(current attributes) error {
			var item tokenItem
			if current == nil {
				return errCredentialEnded
			}

			if err := decode(current, &item); err != nil {
				return err
			}

			if ending, _ := item.token().State(identity.Membership{}, c.At); ending != "" {
				return errCredentialEnded
			}

			return nil
		}), nil
}

// firstIf is alsoIf, except that a check that it adds comes before the steps.
func (db *DB) firstIf(steps []step, k key, condition string, v values, refuse func(attributes) error) []step {
	held := db.alsoIf(steps, k, condition, v, refuse)
	if len(held) == len(steps) {
		return held
	}

	last := len(held) - 1
	return append([]step{held[last]}, held[:last]...)
}
