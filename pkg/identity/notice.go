package identity

import "time"

// NoticeKind is what a notice says will happen to a token.
type NoticeKind string

// The kinds of notice.
const (
	// LapseNotice says that the lease ends soon unless the token is used or extended.
	LapseNotice NoticeKind = "lapse"
	// ExpiryNotice says that the token reaches its expiry date soon.
	ExpiryNotice NoticeKind = "expiry"
	// ReuseNotice says that somebody used the token after it was replaced. Nobody can mute it.
	ReuseNotice NoticeKind = "reuse"
)

const (
	day = 24 * time.Hour

	// LapseNoticeDays is how many days before the end of a lease its notice is due.
	LapseNoticeDays = 3
	// noticeAge is the least age of a token at the moment when a notice is due. A token that lives for three days needs no
	// mail on its first day that says so.
	noticeAge = day
)

// ExpiryNoticeDays lists how many days before the expiry of a token its notices are due, the last first.
var ExpiryNoticeDays = []int{3, 14}

// Notice is a mail that the owner of a token gets: before it ends, or because it was used after it was replaced.
type Notice struct {
	Kind NoticeKind
	// Days is how many days before the end the notice is due: LapseNoticeDays, or one of ExpiryNoticeDays; 0 for a
	// ReuseNotice.
	Days int
	// Ends is the end of the lease, the expiry, or for a ReuseNotice when the token was used.
	Ends time.Time
}

// Noticed records which notices of a token have been sent, so that none is sent twice.
type Noticed struct {
	// Lapse is the end of the lease that the latest LapseNotice named; the zero time if there was none. A use or an
	// extension moves the end of the lease, so the next time that the token is idle has a notice of its own.
	Lapse time.Time
	// ExpiryDays is Days of the latest ExpiryNotice; 0 if there was none.
	ExpiryDays int
}

// Muted holds the kinds of notice that a person does not want. The zero value is that they want all.
type Muted struct{ Lapse, Expiry bool }

// Changed returns the kinds after the person turned notices on (true) or off; nil leaves a kind as it is.
func (m Muted) Changed(lapse, expiry *bool) Muted {
	if lapse != nil {
		m.Lapse = !*lapse
	}

	if expiry != nil {
		m.Expiry = !*expiry
	}

	return m
}

// Due returns the notices that are due for the token at now and have not been sent, without regard to its owner: none for a
// token that has ended or was rotated, and at most one of each kind. If several notices of the expiry are due, only the
// last is left to send.
func (t Token) Due(now time.Time) []Notice {
	if ending, _ := t.State(Membership{}, now); ending != "" || t.ReplacedBy != "" {
		return nil
	}

	var due []Notice
	if t.Until.Before(t.Expires) && !t.Noticed.Lapse.Equal(t.Until) && t.dueAt(t.Until, LapseNoticeDays, now) {
		due = append(due, Notice{LapseNotice, LapseNoticeDays, t.Until})
	}

	for _, days := range ExpiryNoticeDays {
		if !t.dueAt(t.Expires, days, now) {
			continue
		}

		if t.Noticed.ExpiryDays == 0 || t.Noticed.ExpiryDays > days {
			due = append(due, Notice{ExpiryNotice, days, t.Expires})
		}

		break
	}

	return due
}

// dueAt reports whether a notice that is due some days before an end is due at now. It never is if the token was not a day
// old at that moment.
func (t Token) dueAt(end time.Time, days int, now time.Time) bool {
	moment := end.Add(-time.Duration(days) * day)
	return !now.Before(moment) && !moment.Before(t.CreatedAt.Add(noticeAge))
}

// Notices returns the notices that the owner of a token gets at now. m is the owner's membership in the token's
// organization. Nobody gets one about a token that does not work at present, or of a kind that they muted.
func Notices(t Token, m Membership, muted Muted, now time.Time) []Notice {
	if ending, _ := t.State(m, now); ending != "" || t.Suspended(m, now) != nil {
		return nil
	}

	var wanted []Notice
	for _, n := range t.Due(now) {
		if n.Kind == LapseNotice && !muted.Lapse || n.Kind == ExpiryNotice && !muted.Expiry {
			wanted = append(wanted, n)
		}
	}

	return wanted
}
