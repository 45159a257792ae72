package check

// Rule names an invariant.
type Rule string

// The invariants. Rules describes each.
const (
	UnknownItem      Rule = "unknown-item"
	UnknownValue     Rule = "unknown-value"
	Misplaced        Rule = "misplaced"
	TimeToLive       Rule = "time-to-live"
	Unpurged         Rule = "unpurged"
	LeaseWithin      Rule = "lease-within-expiry"
	Unswept          Rule = "unswept"
	Orphan           Rule = "orphan"
	Owner            Rule = "owner"
	OwnerCount       Rule = "owner-count"
	MemberCount      Rule = "member-count"
	InvitationCount  Rule = "invitation-count"
	SolutionCount    Rule = "solution-count"
	AssignmentCount  Rule = "assignment-count"
	MembershipCount  Rule = "membership-count"
	TokenCount       Rule = "token-count"
	FoundedCount     Rule = "founded-count"
	SignInCount      Rule = "sign-in-count"
	QuotaCount       Rule = "quota-count"
	OrganizationCopy Rule = "organization-copy"
	PersonCopy       Rule = "person-copy"
	SearchRows       Rule = "search-rows"
	Address          Rule = "address"
	Identity         Rule = "identity"
	Offer            Rule = "offer"
	ExpiryRow        Rule = "expiry-row"
	ProviderSession  Rule = "provider-session"
	Rotation         Rule = "rotation"
	Roll             Rule = "roll"
	Mark             Rule = "mark"
	Erasure          Rule = "erasure"
	Audited          Rule = "audited"
)

// Description says what a rule requires.
type Description struct {
	Rule Rule
	// Requires is one sentence.
	Requires string
	// Exempt says which states are no violation although they look like one, and why; "" if there are none. "The previous
	// release" is 0.1.0; Options.Upgraded says when it was last in use.
	Exempt string
}

// Rules returns what each rule requires, in the order in which the program lists them.
func Rules() []Description {
	return append(itemRules(), agreementRules()...)
}

// itemRules describes the rules about single items and about what an item needs to exist.
func itemRules() []Description {
	return []Description{
		{UnknownItem, "Every item is of a known kind, has a key of that kind, and can be read.",
			"None: a later release may store more, which this program then reports."},
		{UnknownValue, "Every role, status, ending and audit action is known.",
			"None: a later release may store more, which this one refuses."},
		{Misplaced, "The keys in the table and in both indexes follow from the rest of the item.", ""},
		{TimeToLive, "An item has a time to live if, and only if, its kind has one, and a token's follows from its end.",
			"Audit events may have none, because AuditDays can be 0. The previous release kept sessions for longer."},
		{Unpurged, "No item is still there long after its time to live.",
			"DynamoDB takes days to remove one; see Options.PurgedWithin. A restored table has no time to live until it is set."},
		{LeaseWithin, "No lease of a token or session ends after its expiry.", ""},
		{Unswept, "The sweep has marked every token whose lease has ended.",
			"Leases that ended less than Options.SweptWithin ago, because the sweep runs hourly. " +
				"Tokens that were used after they were replaced, because the note of that takes their place in the index."},
		{Orphan, "Every membership, token, session and tally has its person, everything in an organization has the organization, " +
			"and every assignment has its solution and its member.",
			"What is being removed in steps: deleted accounts with their note, and organizations that the sweep removes. " +
				"Word rows of members who joined before Options.Upgraded, because the previous release did not remove them."},
		{Erasure, "A person whose account is being erased has no profile.", ""},
		{Owner, "Every organization has an active Owner.", "Deleted organizations, which everybody may leave."},
	}
}

// agreementRules describes the rules about items that have to agree with each other.
func agreementRules() []Description {
	return []Description{
		{OwnerCount, "An organization counts its active Owners.", "Organizations that are being removed."},
		{MemberCount, "An organization counts its members, invited ones included.", "Organizations that are being removed."},
		{InvitationCount, "An organization counts its invitations.",
			"Invitations of the previous release, which were not counted; and organizations that are being removed."},
		{SolutionCount, "An organization counts its solutions.", "Solutions that are being deleted."},
		{AssignmentCount, "A member and a solution count their assignments: all, and those that give access.", ""},
		{MembershipCount, "A profile counts the memberships of its person, without invitations.", "Deleted accounts, which have no profile."},
		{TokenCount, "A person's tally counts at least their live and their listed tokens.",
			"Tokens of the previous release, until the tally is next counted."},
		{FoundedCount, "The tally of the person who founded an organization lists it.",
			"People who deleted their account; organizations from before Options.Upgraded."},
		{SignInCount, "A profile counts the sessions that were created for its person.", "Profiles from before Options.Upgraded."},
		{QuotaCount, "The limit of a day has used up what the audit log has of invitations.",
			"The days up to Options.Upgraded. Invitations that pass to another person at a sign-in, which nobody sends."},
		{OrganizationCopy, "The copies of an organization's name and deletion in its memberships agree with it.",
			"Organizations with a note that the copies are still to be changed."},
		{PersonCopy, "A membership that admits a person shows them as their profile does.",
			"Other memberships, which keep what the organization saw last."},
		{SearchRows, "A member has the rows by which a search finds them, and no other numbered rows.",
			"Further word rows, because an interrupted change of names leaves them and they find nobody. " +
				"Missing word rows of members from before Options.Upgraded."},
		{Address, "The address of every profile leads to it, and every address leads to a profile that has it.",
			"Service accounts, which have the address of their contact."},
		{Identity, "Every identity that a profile records leads to it.",
			"Identities that their profile does not record: the previous release recorded none, and one that was replaced stays."},
		{Offer, "Every invitation has the offer that leads to it, and every offer that leads to one has it.",
			"Invitations of the previous release, which were stored under the ID of the person. Offers without an invitation, " +
				"which remember the mails."},
		{ExpiryRow, "Every live token has the item that leads to it by its expiry.",
			"Tokens of the previous release until lease-warn has found them. Items without a token, which stay until that expiry."},
		{ProviderSession, "Every live session that was made at an identity provider's session has the note of that.", ""},
		{Rotation, "A token that replaces another one is the one that the other names.", ""},
		{Roll, "The roll of an organization lists its service accounts.",
			"Accounts on the roll that do not exist, because a release that does not know the roll leaves them there."},
		{Mark, "The organization keeps no mark of a person who belongs to it.", ""},
		{Audited, "Every creation, end, role, status, name and assignment that the table holds has its audit events, each once.",
			"What is older than the oldest event that may be purged, or than Options.Upgraded. Revoked tokens, whose event is " +
				"that of the reused token. Uses, which are not audited."},
	}
}
