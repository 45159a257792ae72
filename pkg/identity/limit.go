package identity

import "time"

const (
	// MaxLiveTokens is the maximum number of live personal access tokens of one person, in all organizations together.
	// Suspended tokens count, because they can work again.
	MaxLiveTokens = 100
	// MaxKeptTokens is the maximum number of personal access tokens that are stored of one person: the live ones, and the
	// others until Retention has passed. It bounds what a list of tokens reads, whatever a person creates and deletes.
	MaxKeptTokens = 1000
	// MaxFounded is the maximum number of organizations that one person has founded and that still exist. It equals the
	// number of organizations that a person can belong to, so only somebody who founds organizations and leaves them
	// meets it.
	MaxFounded = MaxOrganizations
	// MaxSolutions is the maximum number of solutions of one organization.
	MaxSolutions = 1000
)

// TokenCount counts the personal access tokens of one person.
type TokenCount struct {
	// Live is the number of tokens that nothing has ended.
	Live int
	// Kept is the number of tokens that are live or ended less than Retention ago.
	Kept int
	// Frees is when the first of the ended tokens will be kept no longer; the zero time if none has ended.
	Frees time.Time
}

// CountTokens counts a person's tokens at now. A token counts as ended if the person has left its organization.
func CountTokens(tokens []Token, memberships []Membership, now time.Time) TokenCount {
	in := map[OrgID]Membership{}
	for _, m := range memberships {
		in[m.Org] = m
	}

	var count TokenCount
	for _, t := range tokens {
		if t.Purged(now) {
			continue
		}

		count.Kept++
		m, belongs := in[t.Org]
		if ending, _ := t.State(m, now); belongs && ending == "" {
			count.Live++
			continue
		}

		if gone := t.died().Add(Retention); count.Frees.IsZero() || gone.Before(count.Frees) {
			count.Frees = gone
		}
	}

	return count
}

// Full reports whether the person can have no further token.
func (c TokenCount) Full() bool { return c.Live >= MaxLiveTokens || c.Kept >= MaxKeptTokens }

// MayAdd returns nil if the person can have one more token, a LimitReached error if too many are live, or a RateLimited
// error if too many have ended within Retention.
func (c TokenCount) MayAdd(now time.Time) error {
	switch {
	case c.Live >= MaxLiveTokens:
		return Refuse(LimitReached, "You can have at most %d live tokens, in all your organizations together. "+
			"Delete a token that you no longer need first.", MaxLiveTokens)
	case c.Kept >= MaxKeptTokens:
		return TooMany(max(c.Frees.Sub(now), time.Second),
			"You can create at most %d tokens in %d days, which is how long ended tokens are listed.",
			MaxKeptTokens, int(Retention.Hours()/24))
	}

	return nil
}

// MayAddToService is MayAdd for a service account.
func (c TokenCount) MayAddToService(now time.Time) error {
	if c.Live >= MaxServiceTokens {
		return Refuse(LimitReached, "A service account can have at most %d live tokens. Delete one that is no longer needed first.",
			MaxServiceTokens)
	}

	return c.MayAdd(now)
}

// MayReplace returns nil if one of the person's tokens can be rotated, or the RateLimited error of MayAdd. The number
// of live tokens does not limit rotations, because the old token ends soon and nobody should be unable to exchange a
// token that leaked.
func (c TokenCount) MayReplace(now time.Time) error {
	c.Live = 0

	return c.MayAdd(now)
}

// TooManyFounded returns the LimitReached refusal for a person who has founded as many organizations as they can.
func TooManyFounded() *Error {
	return Refuse(LimitReached, "You can create at most %d organizations. "+
		"You can found another one after one of them has been deleted.", MaxFounded)
}

// TooManySolutions returns the LimitReached refusal for an organization that has as many solutions as it can.
func TooManySolutions() *Error {
	return Refuse(LimitReached, "An organization can have at most %d solutions. Delete one first.", MaxSolutions)
}
