package identity

import (
	"slices"
	"time"
)

// TokenPolicy is what the Owners of an organization rule about all personal access tokens there. It applies to existing
// tokens, too. The zero value is no rule beyond those that hold for every token.
type TokenPolicy struct {
	// NoTokens is true if nobody can use a token.
	NoTokens bool
	// NoManaging is true if no token carries the permissions in Managing.
	NoManaging bool
	// LongestDays is the most days that a token works after its creation, from 1 to MaxPolicyDays; 0 for no rule.
	LongestDays int
	// Networks are those that tokens can be used from.
	Networks Networks
	// Unknown is true if a newer version stored a rule that this version does not know, so that it can't be obeyed. No
	// token works then.
	Unknown bool
}

// MaxPolicyDays is the most that TokenPolicy.LongestDays can be. Six months have at most 184 days.
const MaxPolicyDays = 184

// CleanTokenPolicy returns the policy with the networks in a list. It returns an InvalidRequest error that names the
// parts of the field that are invalid.
func CleanTokenPolicy(field string, p TokenPolicy, longestDays *int64, networks []string) (TokenPolicy, error) {
	var mistakes Mistakes

	if longestDays != nil {
		p.LongestDays = int(*longestDays)
		if *longestDays < 1 || *longestDays > MaxPolicyDays {
			mistakes.Add(InvalidField(field+".longestLifeDays", "Send a whole number of days from 1 to %d, or leave it out.", MaxPolicyDays))
		}
	}

	clean, err := CleanNetworks(field+".networks", networks)
	mistakes.Add(err)
	p.Networks = clean

	return p, mistakes.Err()
}

// latest returns when a token that was created at a time stops working under the policy; the zero time for no rule.
func (p TokenPolicy) latest(created time.Time) time.Time {
	if p.LongestDays == 0 {
		return time.Time{}
	}

	return created.Add(time.Duration(p.LongestDays) * 24 * time.Hour)
}

// permits returns what the policy leaves of scopes.
func (p TokenPolicy) permits(s Scopes) Scopes {
	if !p.NoManaging {
		return s
	}

	return s.only(func(p Permission) bool { return !slices.Contains(Managing, p) })
}

// refuse returns why the policy rejects a token that was created at a time and is used at now; nil if it does not.
func (p TokenPolicy) refuse(created, now time.Time) *Error {
	switch until := p.latest(created); {
	case p.Unknown:
		return Refuse(AccessDisabled, "The organization's token policy has a rule that this version does not know.")
	case p.NoTokens:
		return Refuse(AccessDisabled, "The organization's token policy does not allow personal access tokens.")
	case !until.IsZero() && !now.Before(until):
		return Refuse(AccessDisabled, "The organization's token policy let the token work for %d days, until %s. Create a new one.",
			p.LongestDays, until.Format(time.RFC3339))
	}

	return nil
}

const (
	// minTokenLife is the shortest life that can be chosen for a token.
	minTokenLife = 24 * time.Hour
	// clockTolerance is how far a caller's clock and the way of a request can put a chosen time off its limits.
	clockTolerance = 5 * time.Minute
)

// ChooseExpiry returns the lease of a token that is created at now and expires at the chosen time, or as late as it may
// if that is nil. It returns the InvalidRequest error of the field for a time that is less than a day or more than six
// calendar months ahead, or later than the policy allows.
func ChooseExpiry(field string, chosen *time.Time, policy TokenPolicy, now time.Time) (Lease, error) {
	lease := PATTerms.Grant(now)
	limit, by := lease.Expires, "six calendar months after its creation"

	if until := policy.latest(now.UTC().Truncate(time.Second)); !until.IsZero() && until.Before(limit) {
		limit, by = until, "the organization's token policy"
	}

	expires := limit
	if chosen != nil {
		expires = chosen.UTC().Truncate(time.Second)
	}

	switch {
	case expires.After(limit.Add(clockTolerance)):
		return Lease{}, InvalidField(field, "Choose a time until %s. A token's life is limited by %s.", limit.Format(time.RFC3339), by)
	case chosen != nil && expires.Before(now.Add(minTokenLife-clockTolerance)):
		return Lease{}, InvalidField(field, "Choose a time that is at least one day ahead.")
	}

	return lease.EndingBy(limit).EndingBy(expires), nil
}
