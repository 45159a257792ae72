package identity

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

const (
	// InvitationTerm is how long an invitation can be accepted.
	InvitationTerm = 7 * 24 * time.Hour
	// MaxInvitations is the maximum number of invitations that an organization has at a time, ended ones included until
	// they are removed or replaced.
	MaxInvitations = 2000
	// MaxInvitedAssignments is the maximum number of solutions that an invited person is assigned to. Accepting moves the
	// assignments to the person in one transaction.
	MaxInvitedAssignments = 25

	// MailGap is the minimum time between two invitations of one organization to one address.
	MailGap = 10 * time.Minute
	// MaxMails is the maximum number of invitations that one organization sends to one address without an answer.
	MaxMails = 5
	// MailMemory is how long an organization's mails to an address count after the last one.
	MailMemory = 30 * 24 * time.Hour
)

// InvitationLimits bounds the mails that invitations send in one day (UTC).
type InvitationLimits struct {
	// PerInviter is the maximum for one person, in all organizations together.
	PerInviter int
	// PerOrganization is the maximum for one organization.
	PerOrganization int
}

// Mails counts the invitations that one organization has sent to one address.
type Mails struct {
	Sent   int
	SentAt time.Time
}

// Another returns the count after one more mail at now. It returns a RateLimited error if that mail would be too soon after
// the last one, or one too many.
func (m Mails) Another(now time.Time) (Mails, error) {
	now = now.UTC().Truncate(time.Second)
	if m.Sent == 0 || !now.Before(m.SentAt.Add(MailMemory)) {
		return Mails{1, now}, nil
	}

	if m.Sent >= MaxMails {
		return m, TooMany(m.SentAt.Add(MailMemory).Sub(now),
			"This person has received %d invitations to the organization and has not answered.", m.Sent)
	}

	if wait := m.SentAt.Add(MailGap).Sub(now); wait > 0 {
		return m, TooMany(wait, "This person received an invitation to the organization less than %d minutes ago.",
			int(MailGap.Minutes()))
	}

	return Mails{m.Sent + 1, now}, nil
}

// InvitationState says whether an invitation can be accepted.
type InvitationState string

// The states of an invitation.
const (
	InvitationOpen      InvitationState = "open"
	InvitationExpired   InvitationState = "expired"
	InvitationWithdrawn InvitationState = "withdrawn"
)

// Invitation is an invited membership with the membership of the person who answers for it.
type Invitation struct {
	Membership
	// Inviter is zero if that person has left the organization, or is not known.
	Inviter Membership
}

// State returns whether the invitation can be accepted at now.
func (i Invitation) State(now time.Time) InvitationState {
	switch {
	case !i.Open(now):
		return InvitationExpired
	case !i.backed():
		return InvitationWithdrawn
	}

	return InvitationOpen
}

// backed reports whether the member who answers for the invitation could still make it. Nobody answers for one that an
// earlier version stored, so it stands until it expires.
func (i Invitation) backed() bool {
	if i.InvitedBy == "" {
		return true
	}

	by := i.Inviter
	return by.User == i.InvitedBy && by.Status == Active && slices.Contains(RolesThatGrant(i.Role), by.Role) &&
		!by.JoinedAt.After(i.InvitedAt)
}

// RolesThatGrant returns the roles whose members may invite people into a role.
func RolesThatGrant(role Role) []Role {
	if role == Owner {
		return []Role{Owner}
	}

	return RolesWith(ManageMembers)
}

// InvitationExpires returns when the invitation ends; the zero time for a member who has joined.
func (m Membership) InvitationExpires() time.Time {
	if m.Status != Invited {
		return time.Time{}
	}
	return m.InvitedAt.Add(InvitationTerm)
}

// Open reports whether the membership is an invitation that has not ended at now and whose role admits the person, to an
// organization that is not deleted.
func (m Membership) Open(now time.Time) bool {
	return m.Status == Invited && m.Role.Admits() && m.OrgDeletedAt.IsZero() && now.Before(m.InvitationExpires())
}

// Counts reports whether the holder's profile counts the membership among their organizations.
func (m Membership) Counts() bool { return m.Status != Invited || !m.Offer }

// Joined counts the memberships that their holder has accepted. An invitation counts for nothing.
func Joined(memberships []Membership) int {
	n := 0
	for _, m := range memberships {
		if m.Status != Invited {
			n++
		}
	}

	return n
}

// MayJoinAnother returns nil if a person with the memberships may accept one more, or a LimitReached error.
func MayJoinAnother(memberships []Membership) error {
	if Joined(memberships) >= MaxOrganizations {
		return TooManyOrganizations()
	}

	return nil
}

// TooManyOrganizations returns the LimitReached refusal for a person who belongs to as many organizations as they can.
func TooManyOrganizations() *Error {
	return Refuse(LimitReached, "A person can belong to at most %d organizations. Leave one first.", MaxOrganizations)
}

// MayBeInvited returns nil for the zero Membership, of a person who has none, and for an invitation that has ended, which a
// new one replaces. Otherwise it returns a Conflict error that says what to do instead of inviting.
func (m Membership) MayBeInvited(state InvitationState) error {
	switch {
	case m.User == "" || m.Status == Invited && state != InvitationOpen:
		return nil
	case m.Status == Disabled:
		return Refuse(Conflict, "This person is a member whose access is disabled. Enable them instead.")
	case m.Status == Invited:
		return Refuse(Conflict, "This person is already invited. Resend the invitation instead.")
	}

	return Refuse(Conflict, "This person is already a member.")
}

// Mark is what an organization keeps of a disabled or denied member who left, so that joining again does not lift what an
// Owner or Admin decided.
type Mark struct {
	Role   Role
	Status Status
}

// Join returns the membership of a person who accepts the invitation at now. An organization's mark of them still holds:
// they come back disabled or denied, and an Owner or Admin decides.
func (m Membership) Join(user UserID, p Person, mark Mark, now time.Time) Membership {
	after := m
	after.User, after.Person = user, p
	after.Status, after.JoinedAt = Active, now.UTC().Truncate(time.Second)
	after.InvitedBy, after.Offer = "", false

	if mark.Status == Disabled {
		after.Status = Disabled
	}

	if mark.Role == Deny {
		after.Role = Deny
	}

	if after.Accessible() {
		after.LastSeen, _ = after.See(now)
	}

	after.Version++
	return after
}

// HoldsAddress reports whether a mail program might make a link of a part of the text: a web or mail address, or words that
// a dot joins without a space, such as a domain.
func HoldsAddress(text string) bool {
	return writesAddress(text) || joinsByDot(text)
}

// CleanPersonName is CleanOptionalName for a name of a person, which mails show: it holds no web or mail address.
func CleanPersonName(field, text string) (string, error) {
	text, err := CleanOptionalName(field, text)
	if err == nil {
		err = noAddress(field, text)
	}

	return text, err
}

// CleanOrganizationName is CleanName for the name of an organization, which mails show: it holds no web or mail address.
func CleanOrganizationName(field, text string) (string, error) {
	text, err := CleanName(field, text)
	if err == nil {
		err = noAddress(field, text)
	}

	return text, err
}

// noAddress returns an InvalidRequest error for the field if the text holds the beginning of a web address or the @ of a
// mail address.
func noAddress(field, text string) error {
	if writesAddress(text) {
		return InvalidField(field, "Use a name without web or email addresses: remove ://, www. and @.")
	}

	return nil
}

func writesAddress(text string) bool {
	lower := strings.ToLower(text)
	return strings.Contains(lower, "://") || strings.Contains(lower, "www.") || strings.ContainsAny(lower, "@\uff20\ufe6b")
}

// joinsByDot reports whether a dot, in any of the forms that domain names allow (Unicode Technical Standard 46), stands
// between a letter or digit and two of them.
func joinsByDot(text string) bool {
	const dots = ".\u3002\uff0e\uff61"
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

	runes := []rune(text)
	for i := 1; i+2 < len(runes); i++ {
		if strings.ContainsRune(dots, runes[i]) && word(runes[i-1]) && word(runes[i+1]) && word(runes[i+2]) {
			return true
		}
	}

	return false
}
