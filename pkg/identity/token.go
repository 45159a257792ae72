package identity

import (
	"errors"
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
	// Replaced is the ending of a token that was rotated and whose overlap with its successor is over.
	Replaced Ending = "replaced"
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
	Hash [32]byte
	// DerivationKey is the Ed25519 public key that verifies tokens derived from this one. It is zero for a token that
	// an earlier version created, and nothing can be derived from that.
	DerivationKey [32]byte
	Epoch         string
	// CreatedAt is in whole seconds, UTC.
	CreatedAt time.Time
	Lease
	// Scopes limit what the token can do; see Power.
	Scopes Scopes
	// Networks are those that the token can be used from.
	Networks Networks
	// SelfRotates is true if the token may rotate itself.
	SelfRotates bool
	// ReplacedBy is the token that a rotation made of this one; "" if nobody rotated it.
	ReplacedBy TokenID
	// Replaces is the token that was rotated to make this one; "" if the token was created.
	Replaces TokenID
	// ReusedAt is when somebody used the token after it was replaced; the zero time if nobody did.
	ReusedAt time.Time
	// Version counts the changes of the description, from 1.
	Version int
	LastUse LastUse
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
	case t.Ended == Expired && t.ReplacedBy != "":
		return Replaced, t.EndedAt // as an earlier version swept it
	case t.Ended != "":
		return t.Ended, t.EndedAt
	case !t.Live(now) && t.Expired() && t.ReplacedBy != "":
		return Replaced, t.Expires
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

// Admit reports whether a caller who has proved possession of the token's secret is admitted at now: nil, or the
// refusal. from is the IP address of the request; "" if it is not known.
func (t Token) Admit(m Membership, from string, now time.Time) error {
	if err := t.refuseEnded(m, now); err != nil {
		return err
	}

	if err := t.Suspended(m, now); err != nil {
		return err
	}

	if !t.Networks.Allow(from) || !m.TokenPolicy.Networks.Allow(from) {
		return refuseNetwork(from)
	}

	return nil
}

// refuseEnded returns the refusal of a token that has ended; nil if it has not.
func (t Token) refuseEnded(m Membership, now time.Time) error {
	ending, at := t.State(m, now)
	when := at.Format(time.RFC3339)

	switch ending {
	case "":
		return nil
	case Deleted:
		return Refuse(TokenDeleted, "The token was deleted at %s. Create a new one.", when)
	case Revoked:
		return Refuse(TokenRevoked, "The token was revoked. Create a new one.")
	case Reported:
		return Refuse(TokenRevoked, "The token was revoked at %s because someone found it and reported it. Create a new one.", when)
	case Replaced:
		return Refuse(TokenReplaced, "The token was rotated and stopped working at %s. Use the token that replaced it.", when)
	case Expired:
		return Refuse(TokenExpired, "The token reached its expiry date at %s. Create a new one.", when)
	case Lapsed:
		return Refuse(LeaseLapsed, "The token expired at %s because it was unused. Create a new one.", when)
	}

	// A newer version ended the token for a reason that this one does not know. During a canary or after a rollback
	// both run on the same data, so an unknown ending is still an ending.
	return Refuse(TokenRevoked, "The token was ended. Create a new one.")
}

func refuseNetwork(from string) *Error {
	if from == "" {
		return Refuse(NetworkRefused, "The token works only from certain networks, and this API does not report where a request comes from.")
	}

	return Refuse(NetworkRefused, "The token does not work from the address %s; it is limited to certain networks.", from)
}

// Suspended returns why a token that has not ended is refused at now until its owner regains access to the organization
// or a role that may have tokens, or until the organization changes its policy; nil if it works.
func (t Token) Suspended(m Membership, now time.Time) error {
	switch {
	case m.Admitted() && !m.Accessible():
		return whileDeleted(AccessDisabled, "The token's organization", m.OrgDeletedAt)
	case !m.Accessible():
		return Refuse(AccessDisabled, "The token's owner has no access to its organization at present.")
	case !m.Grants(OwnTokens):
		return Refuse(AccessDisabled, "The role of the token's owner does not include personal access tokens at present.")
	}

	if refusal := m.TokenPolicy.refuse(t.CreatedAt, now); refusal != nil {
		return refusal
	}

	return nil
}

// Power returns what the token can do at present: what its owner's role, its own scopes and the organization's policy
// allow, all three. Nothing else says what a token may do.
func (t Token) Power(m Membership) Scopes {
	return m.TokenPolicy.permits(t.Scopes).only(m.Grants)
}

// DerivedPower returns what a token derived from this one can do at present: what Power and the scopes among its
// caveats allow, except for managing tokens. caveat is nil if the caveats have no scopes.
func (t Token) DerivedPower(m Membership, caveat []string) Scopes {
	power := t.Power(m).only(func(p Permission) bool { return p != OwnTokens })
	if caveat == nil {
		return power
	}

	return power.Within(scopesOf(caveat))
}

// AdmitDerived is Admit for a token that was derived from this one, with the networks among its caveats. The caller has
// proved possession of the derived token, which is as much as knowing what became of its parent.
func (t Token) AdmitDerived(m Membership, caveat Networks, from string, now time.Time) error {
	if err := t.Admit(m, from, now); err != nil {
		return err
	}

	if !caveat.Allow(from) {
		return refuseNetwork(from)
	}

	return nil
}

// Rename gives the token a description, and the next version if it differs. It returns the InvalidRequest error of the
// field if the description is empty or invalid.
func (t Token) Rename(field, description string) (Token, error) {
	clean, err := CleanText(field, description, MaxDescription)
	switch {
	case err != nil:
		return Token{}, err
	case clean == "":
		return Token{}, InvalidField(field, "Describe what uses this token, in 1 to %d characters.", MaxDescription)
	case clean != t.Description:
		t.Description = clean
		t.Version++
	}

	return t, nil
}

const (
	// DefaultOverlap is how long a rotated token works next to its successor if nobody chose a time.
	DefaultOverlap = 24 * time.Hour
	// MaxOverlap is the longest such time.
	MaxOverlap = 7 * 24 * time.Hour
)

// Rotate replaces the token at now by a new one with the given ID, hash and derivation key: it returns the token as it
// is for the overlap, and the new one, which belongs to the epoch of its owner's membership m. The new one lives for as
// long as the token was to live when it was created. It returns a TokenDead error for a token that has ended or was
// rotated, and Forbidden for one that is Suspended.
func (t Token) Rotate(m Membership, id TokenID, hash, key [32]byte, overlap time.Duration, now time.Time) (
	old, successor Token, err error) {
	if ending, at := t.State(m, now); ending != "" {
		return Token{}, Token{}, Refuse(TokenDead, "The token ended at %s (%s) and cannot be rotated. Create a new one.",
			at.Format(time.RFC3339), ending)
	}

	if t.ReplacedBy != "" {
		return Token{}, Token{}, Refuse(TokenDead, "The token was already rotated, to %s. Rotate that one.", t.ReplacedBy)
	}

	if refusal, ok := errors.AsType[*Error](t.Suspended(m, now)); ok {
		return Token{}, Token{}, Refuse(Forbidden, "%s", refusal.Detail)
	}

	now = now.UTC().Truncate(time.Second)
	successor = t
	successor.ID, successor.Hash, successor.DerivationKey, successor.Epoch = id, hash, key, m.TokenEpoch
	successor.CreatedAt, successor.Replaces, successor.Version = now, t.ID, 1
	successor.Lease, successor.LastUse = t.renewed(m.TokenPolicy, now), LastUse{}

	old = t
	old.ReplacedBy = id
	old.Lease = t.EndingBy(now.Add(overlap))

	return old, successor, nil
}

// renewed returns the lease of the token's successor.
func (t Token) renewed(policy TokenPolicy, now time.Time) Lease {
	lease := PATTerms.Grant(now)
	if !t.Expires.Equal(PATTerms.Expiry(t.CreatedAt)) {
		lease = lease.EndingBy(now.Add(t.Expires.Sub(t.CreatedAt)))
	}

	if until := policy.latest(now); !until.IsZero() {
		lease = lease.EndingBy(until)
	}

	return lease
}

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
