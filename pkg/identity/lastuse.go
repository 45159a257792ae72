package identity

import "time"

// UseDays is how many days a Days covers.
const UseDays = 14

// Days is the set of days, in UTC, on which a credential was used: the day of its last use in bit 0, the day before in
// bit 1, and so on for UseDays days. 0 means that the days are not known.
type Days uint16

// allDays has the bit of every day that a Days covers.
const allDays Days = 1<<UseDays - 1

// StoredDays returns the set that a table stores as a number. It ignores bits that a newer version may have added.
func StoredDays(n int) Days { return Days(n & int(allDays)) } //nolint:gosec // 14 bits fit

// After returns the set after a use. last is the use before, or the zero time if there is none; the day of last counts
// even if the set is not known. Days that are too long ago leave the set.
func (d Days) After(last, use time.Time) Days {
	if last.IsZero() {
		return 1
	}

	days := dayOf(use) - dayOf(last)
	if days < 0 || days >= UseDays {
		return 1
	}

	return ((d|1)<<days | 1) & allDays
}

// Dates returns the days of the set, such as 2026-03-01, the earliest first. last is the last use. It returns nil if
// the days are not known.
func (d Days) Dates(last time.Time) []string {
	var dates []string
	for back := UseDays - 1; back >= 0; back-- {
		if d&(1<<back) != 0 {
			dates = append(dates, last.UTC().AddDate(0, 0, -back).Format(time.DateOnly))
		}
	}

	return dates
}

// dayOf returns the number of a time's day in UTC.
func dayOf(at time.Time) int { return int(at.UTC().Truncate(24*time.Hour).Unix() / (24 * 60 * 60)) }

// LastUse is what is recorded of the last use of a credential besides its time. Only the owner of the credential may
// see it. The zero LastUse means that nothing is known.
type LastUse struct {
	// Address is the IP address that the use came from, and Client the ClientName of the program. Each is "" if it is
	// not known.
	Address, Client string
	// Days are the days on which a token was used. They are not recorded for a session, which lives for hours.
	Days Days
}

// After returns the last use after a use at a time and from a source. last is the use before, or the zero time.
func (l LastUse) After(last, use time.Time, from Source) LastUse {
	return LastUse{
		Address: from.IP,
		Client:  ClientName(from.UserAgent),
		Days:    l.Days.After(last, use),
	}
}

// Later returns what is known of the last use if l belongs to the use at recorded and a version that records only times
// has written the use at last since: the days, without where the last use came from.
func (l LastUse) Later(recorded, last time.Time) LastUse {
	switch {
	case recorded.IsZero():
		return LastUse{}
	case recorded.Equal(last):
		return l
	}

	return LastUse{Days: l.Days.After(recorded, last)}
}

// TokenSum is what those who manage a member see of the member's tokens. Addresses, clients and descriptions are for
// the member alone.
type TokenSum struct {
	// Live is the number of tokens that have not ended.
	Live int
	// LastUsedOn is the day on which one of them was last used, such as 2026-03-01; "" if none was used.
	LastUsedOn string
}

// SumUp counts the tokens that are live at now in the organization of their owner's membership, and leaves out those in
// others.
func SumUp(tokens []Token, m Membership, now time.Time) TokenSum {
	var sum TokenSum
	var last time.Time
	for _, t := range tokens {
		if ending, _ := t.State(m, now); t.Org != m.Org || ending != "" {
			continue
		}

		sum.Live++
		last = latest(last, t.LastUsed)
	}

	if !last.IsZero() {
		sum.LastUsedOn = last.UTC().Format(time.DateOnly)
	}

	return sum
}
