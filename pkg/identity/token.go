package identity

import (
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// Ending is why a token or session ended. "" means that nothing has ended it.
type Ending string

// The endings that this version knows. A newer version may store others.
const (
	Lapsed  Ending = "lapsed"
	Expired Ending = "expired"
	Deleted Ending = "deleted"
	Revoked Ending = "revoked"
	// Reported tokens were found in the open, and somebody sent them to POST /tokens/report.
	Reported Ending = "reported"
)

// Token is a personal access token as it is stored: everything except its secret.
type Token struct {
	ID          TokenID
	User        UserID
	Org         OrgID
	Description string
	// Hash is the SHA-256 of the token's full text, which its owner saw once.
	Hash  [32]byte
	Epoch string
	// CreatedAt is in whole seconds, UTC.
	CreatedAt time.Time
	Lease
	// Ended is the stored ending. While it is "", the token can still have ended by time or by its epoch; see State.
	Ended   Ending
	EndedAt time.Time
	// Noticed records the notices that were sent.
	Noticed Noticed
}

// Prefix returns the part of a token that lists show: its first 8 characters after lhp_.
func (t Token) Prefix() string { return string(t.ID)[len(tokenPrefix) : len(tokenPrefix)+8] }

// State returns why and when the token ended, judged at now in its owner's membership; "" while it is live. The ending may
// be one that this version does not know. With the zero Membership, of somebody who was removed, State reports only what
// the token itself records; Admit rejects such a token in any case.
func (t Token) State(m Membership, now time.Time) (Ending, time.Time) {
	switch {
	case t.Ended != "":
		return t.Ended, t.EndedAt
	case !t.Live(now) && t.Expired():
		return Expired, t.Expires
	case !t.Live(now):
		return Lapsed, t.Until
	case m.TokenEpoch != "" && t.Epoch != m.TokenEpoch:
		return Revoked, epochStart(m.TokenEpoch)
	}

	return "", time.Time{}
}

// Purged reports whether a dead token's Retention has passed at now. Lists omit it from then on, although DynamoDB may
// take days to delete it.
func (t Token) Purged(now time.Time) bool {
	return now.After(t.died().Add(Retention))
}

// died returns from when Retention counts for a token that is dead.
func (t Token) died() time.Time {
	if t.Ended == "" {
		return t.Until
	}

	return t.EndedAt
}

// Admit reports whether a caller who has proved possession of the token's secret is admitted at now: nil, or the refusal.
func (t Token) Admit(m Membership, now time.Time) error {
	ending, at := t.State(m, now)
	when := at.Format(time.RFC3339)

	switch ending {
	case "":
	case Deleted:
		return Refuse(TokenDeleted, "The token was deleted at %s; create a new one.", when)
	case Revoked:
		return Refuse(TokenRevoked, "The token was revoked; create a new one.")
	case Reported:
		return Refuse(TokenRevoked, "The token was revoked at %s because somebody found it and reported it; create a new one.", when)
	case Expired:
		return Refuse(TokenExpired, "The token expired at %s, six months after it was created; create a new one.", when)
	case Lapsed:
		return Refuse(LeaseLapsed, "The token's lease lapsed at %s after two weeks without use; create a new one.", when)
	default:
		// A newer version ended the token for a reason that this one does not know. During a canary or after a rollback
		// both run on the same data, so an unknown ending is still an ending.
		return Refuse(TokenRevoked, "The token was ended; create a new one.")
	}

	switch {
	case m.Admitted() && !m.Accessible():
		return whileDeleted(AccessDisabled, "The token's organization", m.OrgDeletedAt)
	case !m.Accessible():
		return Refuse(AccessDisabled, "The token's owner has no access to its organization at present.")
	case t.Suspended(m):
		return Refuse(AccessDisabled, "The role of the token's owner does not include personal access tokens at present.")
	}

	return nil
}

// Suspended reports whether the token is refused until its owner regains access to the organization, or a role that may have
// tokens.
func (t Token) Suspended(m Membership) bool { return !m.Accessible() || !m.Role.Can(OwnTokens) }

// NewEpoch returns a new token epoch that starts at now: a lower-case ULID. See Membership.TokenEpoch.
func NewEpoch(now time.Time) string { return strings.ToLower(NewULID(now).String()) }

// epochStart returns when an epoch started, in whole seconds; the zero time if it is malformed.
func epochStart(epoch string) time.Time {
	id, err := ulid.ParseStrict(epoch)
	if err != nil {
		return time.Time{}
	}

	return ulid.Time(id.Time()).UTC().Truncate(time.Second)
}
