package table

import (
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// The items, as they are stored. Attribute names avoid DynamoDB's reserved words, so that expressions need no
// placeholders for names. Times are whole seconds since 1970, never formatted text. A time that is not set is left out.

type profileItem struct {
	key
	Type        string `dynamodbav:"item_type"`
	FirstName   string `dynamodbav:"first_name"`
	LastName    string `dynamodbav:"last_name"`
	DisplayName string `dynamodbav:"display_name"`
	Email       string `dynamodbav:"email"`
	Phone       string `dynamodbav:"phone,omitempty"`
	DefaultOrg  string `dynamodbav:"default_org,omitempty"`
	Orgs        int    `dynamodbav:"org_count"`
	Copies      int    `dynamodbav:"copy_count,omitempty"`
	CreatedAt   int64  `dynamodbav:"created_at"`
	Version     int    `dynamodbav:"version"`
	// Identities has, for each issuer, the digest of the subject that may sign in.
	Identities map[string]string `dynamodbav:"identities,omitempty"`
	// RefusedOn is the last day on which organizations' logs recorded that somebody else asserted the email address.
	RefusedOn string `dynamodbav:"refused_on,omitempty"`
	// SignIns counts the sessions that were created, so that two sign-ins at the same time can't both make room for
	// themselves, and that a deletion of the account misses no session.
	SignIns int `dynamodbav:"sign_in_count,omitempty"`
	// LapseMuted and ExpiryMuted are the fields of identity.Muted.
	LapseMuted  bool `dynamodbav:"lapse_notices_off,omitempty"`
	ExpiryMuted bool `dynamodbav:"expiry_notices_off,omitempty"`
}

func newProfileItem(p identity.Profile) profileItem {
	return profileItem{
		key:         profileKey(p.ID),
		Type:        "profile",
		FirstName:   p.FirstName,
		LastName:    p.LastName,
		DisplayName: p.DisplayName,
		Email:       p.Email,
		Phone:       p.Phone,
		DefaultOrg:  string(p.DefaultOrg),
		CreatedAt:   seconds(p.CreatedAt),
		Version:     p.Version,
		LapseMuted:  p.Muted.Lapse,
		ExpiryMuted: p.Muted.Expiry,
	}
}

func (i profileItem) profile() identity.Profile {
	return identity.Profile{
		ID: identity.UserID(i.PK[len("USER#"):]),
		Person: identity.Person{
			FirstName:   i.FirstName,
			LastName:    i.LastName,
			DisplayName: i.DisplayName,
			Email:       i.Email,
			Phone:       i.Phone,
		},
		DefaultOrg: identity.OrgID(i.DefaultOrg),
		Copies:     i.Copies,
		Muted:      identity.Muted{Lapse: i.LapseMuted, Expiry: i.ExpiryMuted},
		CreatedAt:  moment(i.CreatedAt),
		Version:    i.Version,
	}
}

// tallyItem counts what a person has and can have only so many of.
type tallyItem struct {
	key
	Type string `dynamodbav:"item_type"`
	// Live and Kept are at least the numbers of tokens that identity.TokenCount describes: they grow with each token and
	// are counted again when it matters.
	Live      int   `dynamodbav:"live_tokens"`
	Kept      int   `dynamodbav:"kept_tokens"`
	CountedAt int64 `dynamodbav:"counted_at,omitempty"`
	// Founded holds the IDs of the organizations that the person founded, some of which may not exist any more. It is empty
	// until the person founds one with this version or a later one.
	Founded []string `dynamodbav:"founded_orgs,stringset,omitempty"`
	Version int      `dynamodbav:"version"`
}

type membershipItem struct {
	key
	GSI1PK, GSI1SK string
	GSI2PK, GSI2SK string
	Type           string `dynamodbav:"item_type"`
	OrgName        string `dynamodbav:"org_name"`
	Role           string `dynamodbav:"member_role"`
	Status         string `dynamodbav:"member_status"`
	TokenEpoch     string `dynamodbav:"token_epoch"`
	SolutionCount  int    `dynamodbav:"solution_count"`
	Assignments    int    `dynamodbav:"assignment_count"`
	JoinedAt       int64  `dynamodbav:"joined_at,omitempty"`
	// LastSeenAt is the start of a day (UTC). Earlier versions don't write it and leave it as it is.
	LastSeenAt   int64  `dynamodbav:"last_seen_at,omitempty"`
	InvitedAt    int64  `dynamodbav:"invited_at,omitempty"`
	InvitedBy    string `dynamodbav:"invited_by,omitempty"`
	Offer        bool   `dynamodbav:"is_offer,omitempty"`
	Service      bool   `dynamodbav:"is_service,omitempty"`
	OrgDeletedAt int64  `dynamodbav:"org_deleted_at,omitempty"`
	FirstName    string `dynamodbav:"first_name"`
	LastName     string `dynamodbav:"last_name"`
	DisplayName  string `dynamodbav:"display_name"`
	Email        string `dynamodbav:"email"`
	Phone        string `dynamodbav:"phone,omitempty"`
	Version      int    `dynamodbav:"version"`
}

func newMembershipItem(m identity.Membership) membershipItem {
	byName := memberIndex(m.Org, m.Person.DisplayName, m.User)
	byRole := roleIndex(m.Org, m.Role, m.Status, m.Person.DisplayName, m.User)
	return membershipItem{
		key:           membershipKey(m.User, m.Org),
		GSI1PK:        byName.pk,
		GSI1SK:        byName.sk,
		GSI2PK:        byRole.pk,
		GSI2SK:        byRole.sk,
		Type:          "membership",
		OrgName:       m.OrgName,
		Role:          string(m.Role),
		Status:        string(m.Status),
		TokenEpoch:    m.TokenEpoch,
		SolutionCount: m.SolutionCount,
		Assignments:   m.Assignments,
		JoinedAt:      seconds(m.JoinedAt),
		LastSeenAt:    seconds(m.LastSeen),
		InvitedAt:     seconds(m.InvitedAt),
		InvitedBy:     string(m.InvitedBy),
		Offer:         m.Offer,
		Service:       m.ServiceAccount,
		OrgDeletedAt:  seconds(m.OrgDeletedAt),
		FirstName:     m.Person.FirstName,
		LastName:      m.Person.LastName,
		DisplayName:   m.Person.DisplayName,
		Email:         m.Person.Email,
		Phone:         m.Person.Phone,
		Version:       m.Version,
	}
}

func (i membershipItem) membership() identity.Membership {
	return identity.Membership{
		User:           identity.UserID(i.PK[len("USER#"):]),
		Org:            identity.OrgID(i.SK[len("ORG#"):]),
		OrgName:        i.OrgName,
		Role:           identity.Role(i.Role),
		Status:         identity.Status(i.Status),
		TokenEpoch:     i.TokenEpoch,
		SolutionCount:  i.SolutionCount,
		Assignments:    i.Assignments,
		JoinedAt:       moment(i.JoinedAt),
		LastSeen:       moment(i.LastSeenAt),
		InvitedAt:      moment(i.InvitedAt),
		InvitedBy:      identity.UserID(i.InvitedBy),
		Offer:          i.Offer,
		ServiceAccount: i.Service,
		OrgDeletedAt:   moment(i.OrgDeletedAt),
		Person: identity.Person{
			FirstName:   i.FirstName,
			LastName:    i.LastName,
			DisplayName: i.DisplayName,
			Email:       i.Email,
			Phone:       i.Phone,
		},
		Version: i.Version,
	}
}

type tokenItem struct {
	key
	GSI2PK      string `dynamodbav:",omitempty"`
	GSI2SK      string `dynamodbav:",omitempty"`
	Type        string `dynamodbav:"item_type"`
	Org         string `dynamodbav:"org_id"`
	Description string `dynamodbav:"description"`
	Hash        []byte `dynamodbav:"secret_hash"`
	// DerivationKey is absent from a token of an earlier version.
	DerivationKey []byte `dynamodbav:"derivation_key,omitempty"`
	// Epoch is the token's epoch if its scopes are not limited, and limitedEpoch otherwise.
	Epoch string `dynamodbav:"token_epoch"`
	// LimitedEpoch is the epoch of a token with limited scopes. Versions that do not know scopes read token_epoch only,
	// which is then no membership's epoch. They reject the token instead of letting it do whatever its owner can.
	LimitedEpoch string `dynamodbav:"limited_epoch,omitempty"`
	CreatedAt    int64  `dynamodbav:"created_at"`
	leaseAttributes
	// Scopes are stored only with a LimitedEpoch.
	Scopes      string `dynamodbav:"token_scopes,omitempty"`
	Networks    string `dynamodbav:"token_networks,omitempty"`
	SelfRotates bool   `dynamodbav:"self_rotates,omitempty"`
	ReplacedBy  string `dynamodbav:"replaced_by,omitempty"`
	Replaces    string `dynamodbav:"replaces_token,omitempty"`
	ReusedAt    int64  `dynamodbav:"reused_at,omitempty"`
	// Version is 0 in a token of an earlier version, which could not be changed.
	Version int `dynamodbav:"version,omitempty"`
	lastUseAttributes
	// UsedDays is the set of days that ends with the day of SeenAt; see identity.Days.
	UsedDays int    `dynamodbav:"used_days,omitempty"`
	Ended    string `dynamodbav:"ended_why,omitempty"`
	EndedAt  int64  `dynamodbav:"ended_at,omitempty"`
	// LapseNoticed and ExpiryNoticed are the fields of identity.Noticed.
	LapseNoticed  int64 `dynamodbav:"lapse_noticed,omitempty"`
	ExpiryNoticed int   `dynamodbav:"expiry_noticed,omitempty"`
}

// limitedEpoch is the token_epoch of a token with limited scopes.
const limitedEpoch = "limited"

// leaseAttributes are the two clocks as tokens and sessions share them.
type leaseAttributes struct {
	LeaseUntil int64 `dynamodbav:"lease_until"`
	ExpiresAt  int64 `dynamodbav:"expires_at"`
	LastUsedAt int64 `dynamodbav:"last_used_at,omitempty"`
	PurgeAt    int64 `dynamodbav:"purge_at"`
}

func newLeaseAttributes(l identity.Lease) leaseAttributes {
	return leaseAttributes{
		LeaseUntil: l.Until.Unix(),
		ExpiresAt:  l.Expires.Unix(),
		LastUsedAt: seconds(l.LastUsed),
		PurgeAt:    l.Purge().Unix(),
	}
}

func (l leaseAttributes) lease() identity.Lease {
	return identity.Lease{Until: moment(l.LeaseUntil), Expires: moment(l.ExpiresAt), LastUsed: moment(l.LastUsedAt)}
}

// lastUseAttributes say where the last use came from. SeenAt is the time of the use that they belong to. If it differs from
// LastUsedAt, the previous release has recorded a later use, of which it kept the time only.
type lastUseAttributes struct {
	UsedFrom   string `dynamodbav:"used_from,omitempty"`
	UsedClient string `dynamodbav:"used_client,omitempty"`
	SeenAt     int64  `dynamodbav:"seen_at,omitempty"`
}

func newLastUseAttributes(l identity.LastUse, at time.Time) lastUseAttributes {
	if l == (identity.LastUse{}) {
		return lastUseAttributes{}
	}

	return lastUseAttributes{UsedFrom: l.Address, UsedClient: l.Client, SeenAt: seconds(at)}
}

// lastUse returns what is known of the use at a time, which is the last one.
func (a lastUseAttributes) lastUse(days int, at time.Time) identity.LastUse {
	stored := identity.LastUse{Address: a.UsedFrom, Client: a.UsedClient, Days: identity.StoredDays(days)}
	return stored.Later(moment(a.SeenAt), at)
}

func newTokenItem(t identity.Token) tokenItem {
	byLease := leaseIndex(t.ID, t.Until)
	item := tokenItem{
		key:               tokenKey(t.User, t.ID),
		GSI2PK:            byLease.pk,
		GSI2SK:            byLease.sk,
		Type:              "token",
		Org:               string(t.Org),
		Description:       t.Description,
		Hash:              t.Hash[:],
		Epoch:             t.Epoch,
		CreatedAt:         t.CreatedAt.Unix(),
		leaseAttributes:   newLeaseAttributes(t.Lease),
		Scopes:            t.Scopes.String(),
		Networks:          string(t.Networks),
		SelfRotates:       t.SelfRotates,
		ReplacedBy:        string(t.ReplacedBy),
		Replaces:          string(t.Replaces),
		ReusedAt:          seconds(t.ReusedAt),
		Version:           t.Version,
		lastUseAttributes: newLastUseAttributes(t.LastUse, t.LastUsed),
		UsedDays:          int(t.LastUse.Days),
		Ended:             string(t.Ended),
		EndedAt:           seconds(t.EndedAt),
		LapseNoticed:      seconds(t.Noticed.Lapse),
		ExpiryNoticed:     t.Noticed.ExpiryDays,
	}

	if t.DerivationKey != ([32]byte{}) {
		item.DerivationKey = t.DerivationKey[:]
	}

	if t.Scopes.Limited() {
		item.Epoch, item.LimitedEpoch = limitedEpoch, t.Epoch
	}

	return item
}

func (i tokenItem) token() identity.Token {
	t := identity.Token{
		ID:          identity.TokenID(i.SK[len("TOKEN#"):]),
		User:        identity.UserID(i.PK[len("USER#"):]),
		Org:         identity.OrgID(i.Org),
		Description: i.Description,
		Epoch:       i.Epoch,
		CreatedAt:   moment(i.CreatedAt),
		Lease:       i.lease(),
		Scopes:      identity.Unlimited,
		Networks:    identity.Networks(i.Networks),
		SelfRotates: i.SelfRotates,
		ReplacedBy:  identity.TokenID(i.ReplacedBy),
		Replaces:    identity.TokenID(i.Replaces),
		ReusedAt:    moment(i.ReusedAt),
		Version:     max(i.Version, 1),
		LastUse:     i.lastUse(i.UsedDays, moment(i.LastUsedAt)),
		Ended:       identity.Ending(i.Ended),
		EndedAt:     moment(i.EndedAt),
		Noticed:     identity.Noticed{Lapse: moment(i.LapseNoticed), ExpiryDays: i.ExpiryNoticed},
	}

	if i.Epoch == limitedEpoch {
		t.Epoch, t.Scopes = i.LimitedEpoch, identity.ParseScopes(i.Scopes)
	}

	copy(t.Hash[:], i.Hash)
	if len(i.DerivationKey) == len(t.DerivationKey) {
		copy(t.DerivationKey[:], i.DerivationKey)
	}

	return t
}

type sessionItem struct {
	key
	Type      string `dynamodbav:"item_type"`
	Hash      []byte `dynamodbav:"secret_hash"`
	CreatedAt int64  `dynamodbav:"created_at"`
	leaseAttributes
	lastUseAttributes
	SourceIP   string `dynamodbav:"source_ip,omitempty"`
	Client     string `dynamodbav:"client_name,omitempty"`
	Subject    string `dynamodbav:"subject_hash,omitempty"`
	AtProvider string `dynamodbav:"sid_hash,omitempty"`
	CurrentOrg string `dynamodbav:"current_org,omitempty"`
	// Ended is never written by this version; see identity.Session.
	Ended string `dynamodbav:"ended_why,omitempty"`
}

func newSessionItem(s identity.Session) sessionItem {
	item := sessionItem{
		key:               sessionKey(s.User, s.ID),
		Type:              "session",
		Hash:              s.Hash[:],
		CreatedAt:         s.CreatedAt.Unix(),
		leaseAttributes:   newLeaseAttributes(s.Lease),
		lastUseAttributes: newLastUseAttributes(s.LastUse, s.LastUsed),
		SourceIP:          s.SourceIP,
		Client:            s.Client,
		Subject:           s.Subject,
		AtProvider:        s.AtProvider,
		CurrentOrg:        string(s.CurrentOrg),
	}
	item.PurgeAt = s.Purge().Unix()
	return item
}

func (i sessionItem) session() identity.Session {
	s := identity.Session{
		ID:         identity.SessionID(i.SK[len("SESSION#"):]),
		User:       identity.UserID(i.PK[len("USER#"):]),
		CreatedAt:  moment(i.CreatedAt),
		Lease:      i.lease(),
		LastUse:    i.lastUse(0, moment(i.LastUsedAt)),
		SourceIP:   i.SourceIP,
		Client:     i.Client,
		Subject:    i.Subject,
		AtProvider: i.AtProvider,
		CurrentOrg: identity.OrgID(i.CurrentOrg),
		Ended:      identity.Ending(i.Ended),
	}

	s.LastUse.Days = 0 // which are not recorded of a session

	copy(s.Hash[:], i.Hash)
	return s
}

type orgItem struct {
	key
	Type      string `dynamodbav:"item_type"`
	Name      string `dynamodbav:"org_name"`
	Owners    int    `dynamodbav:"owner_count"`
	Members   int    `dynamodbav:"member_count"`
	Solutions int    `dynamodbav:"solution_count"`
	Invited   int    `dynamodbav:"invitation_count,omitempty"`
	CreatedAt int64  `dynamodbav:"created_at"`
	Version   int    `dynamodbav:"version"`
	// DeletedAt and RemovingAt are set in a deleted organization, which is then in index 2 by when it is to be removed.
	DeletedAt  int64 `dynamodbav:"deleted_at,omitempty"`
	RemovingAt int64 `dynamodbav:"removing_at,omitempty"`
	// TokenPolicy holds the rules of identity.TokenPolicy by name. A newer version that adds a rule adds a name.
	TokenPolicy map[string]string `dynamodbav:"token_policy,omitempty"`
}

// The rules of a token policy, as they are stored.
const (
	policyNoTokens    = "no_tokens"
	policyNoManaging  = "no_managing"
	policyLongestDays = "longest_days"
	policyNetworks    = "networks"
)

func storedPolicy(p identity.TokenPolicy) map[string]string {
	stored := map[string]string{}
	if p.NoTokens {
		stored[policyNoTokens] = "true"
	}

	if p.NoManaging {
		stored[policyNoManaging] = "true"
	}

	if p.LongestDays != 0 {
		stored[policyLongestDays] = strconv.Itoa(p.LongestDays)
	}

	if p.Networks != "" {
		stored[policyNetworks] = string(p.Networks)
	}

	return stored
}

func readPolicy(stored map[string]string) identity.TokenPolicy {
	var p identity.TokenPolicy
	for rule, value := range stored {
		switch rule {
		case policyNoTokens:
			p.NoTokens = true
		case policyNoManaging:
			p.NoManaging = true
		case policyNetworks:
			p.Networks = identity.Networks(value)
		case policyLongestDays:
			days, err := strconv.Atoi(value)
			p.LongestDays, p.Unknown = days, p.Unknown || err != nil || days < 1
		default:
			p.Unknown = true
		}
	}

	return p
}

func newOrgItem(o identity.Organization) orgItem {
	return orgItem{
		key:       orgKey(o.ID),
		Type:      "organization",
		Name:      o.Name,
		Owners:    o.Owners,
		Members:   o.Members,
		Solutions: o.Solutions,
		CreatedAt: o.CreatedAt.Unix(),
		Version:   o.Version,

		TokenPolicy: storedPolicy(o.TokenPolicy),
	}
}

func (i orgItem) organization() identity.Organization {
	return identity.Organization{
		ID:          identity.OrgID(i.PK[len("ORG#"):]),
		Name:        i.Name,
		Owners:      i.Owners,
		Members:     i.Members,
		Solutions:   i.Solutions,
		Invitations: i.Invited,
		CreatedAt:   moment(i.CreatedAt),
		DeletedAt:   moment(i.DeletedAt),
		Removing:    i.RemovingAt != 0,
		TokenPolicy: readPolicy(i.TokenPolicy),
		Version:     i.Version,
	}
}

type solutionItem struct {
	key
	GSI1PK, GSI1SK string
	Type           string `dynamodbav:"item_type"`
	Name           string `dynamodbav:"solution_name"`
	Description    string `dynamodbav:"description"`
	CreatedBy      string `dynamodbav:"created_by"`
	CreatedAt      int64  `dynamodbav:"created_at"`
	People         int    `dynamodbav:"person_count"`
	Assignments    int    `dynamodbav:"assignment_count"`
	DeletingAt     int64  `dynamodbav:"deleting_at,omitempty"`
	Version        int    `dynamodbav:"version"`
}

func newSolutionItem(s identity.Solution) solutionItem {
	byMaker := makerIndex(s.Org, s.ID, s.CreatedBy)
	return solutionItem{
		key:         solutionKey(s.Org, s.ID),
		GSI1PK:      byMaker.pk,
		GSI1SK:      byMaker.sk,
		Type:        "solution",
		Name:        s.Name,
		Description: s.Description,
		CreatedBy:   string(s.CreatedBy),
		CreatedAt:   s.CreatedAt.Unix(),
		People:      s.People,
		Assignments: s.Assignments,
		Version:     s.Version,
	}
}

func (i solutionItem) solution() identity.Solution {
	return identity.Solution{
		ID:          identity.SolutionID(i.SK[len("SOLUTION#"):]),
		Org:         identity.OrgID(i.PK[len("ORG#"):]),
		Name:        i.Name,
		Description: i.Description,
		CreatedBy:   identity.UserID(i.CreatedBy),
		CreatedAt:   moment(i.CreatedAt),
		People:      i.People,
		Assignments: i.Assignments,
		Deleting:    i.DeletingAt != 0,
		Version:     i.Version,
	}
}

type assignmentItem struct {
	key
	GSI1PK, GSI1SK string
	Type           string `dynamodbav:"item_type"`
	Role           string `dynamodbav:"solution_role"`
	At             int64  `dynamodbav:"created_at"`
}

func newAssignmentItem(a identity.Assignment) assignmentItem {
	byUser := assignmentIndex(a.Org, a.Solution, a.User)
	return assignmentItem{
		key:    assignmentKey(a.Org, a.Solution, a.User),
		GSI1PK: byUser.pk,
		GSI1SK: byUser.sk,
		Type:   "assignment",
		Role:   string(a.Role),
		At:     a.At.Unix(),
	}
}

func (i assignmentItem) assignment() identity.Assignment {
	solution, user, _ := strings.Cut(i.SK[len("ASSIGN#"):], "#")
	return identity.Assignment{
		Org:      identity.OrgID(i.PK[len("ORG#"):]),
		Solution: identity.SolutionID(solution),
		User:     identity.UserID(user),
		Role:     identity.SolutionRole(i.Role),
		At:       moment(i.At),
	}
}

// linkItem names the person who has an identity at an issuer, or an email address.
type linkItem struct {
	key
	Type string `dynamodbav:"item_type"`
	User string `dynamodbav:"user_id"`
}

// offerItem is what an organization has offered to an email address: the ID that its invitation is stored under, and the
// mails that it has sent there, which outlive the invitation.
type offerItem struct {
	key
	Type    string `dynamodbav:"item_type"`
	User    string `dynamodbav:"user_id,omitempty"` // "" if there is no invitation at present
	Sent    int    `dynamodbav:"sent_count"`
	SentAt  int64  `dynamodbav:"sent_at"`
	PurgeAt int64  `dynamodbav:"purge_at,omitempty"` // set if there is no invitation
}

func newOfferItem(email string, o identity.OrgID, u identity.UserID, m identity.Mails) offerItem {
	item := offerItem{
		key:    offerKey(email, o),
		Type:   "offer",
		User:   string(u),
		Sent:   m.Sent,
		SentAt: seconds(m.SentAt),
	}
	if u == "" {
		item.PurgeAt = m.SentAt.Add(identity.MailMemory).Unix()
	}

	return item
}

func (i offerItem) mails() identity.Mails {
	return identity.Mails{Sent: i.Sent, SentAt: moment(i.SentAt)}
}

// markItem is what an organization keeps of a disabled or denied member who left.
type markItem struct {
	key
	Type   string `dynamodbav:"item_type"`
	Role   string `dynamodbav:"member_role"`
	Status string `dynamodbav:"member_status"`
	At     int64  `dynamodbav:"created_at"`
}

func newMarkItem(m identity.Membership, at time.Time) markItem {
	return markItem{
		key:    markKey(m.Org, m.User),
		Type:   "mark",
		Role:   string(m.Role),
		Status: string(m.Status),
		At:     at.Unix(),
	}
}

// searchItem is a search row: it finds a member by a word other than the beginning of their display name.
type searchItem struct {
	key
	GSI1PK, GSI1SK string
	Type           string `dynamodbav:"item_type"`
	User           string `dynamodbav:"user_id"`
}

func newSearchItem(o identity.OrgID, u identity.UserID, n int, term string) searchItem {
	byTerm := searchIndex(o, term, u)
	return searchItem{
		key:    searchKey(o, u, n),
		GSI1PK: byTerm.pk,
		GSI1SK: byTerm.sk,
		Type:   "search",
		User:   string(u),
	}
}

// wordItem is a word row: it finds a member by the words of a name from any word on, as people type them.
type wordItem struct {
	key
	GSI1PK, GSI1SK string
	Type           string `dynamodbav:"item_type"`
	User           string `dynamodbav:"user_id"`
}

func newWordItem(o identity.OrgID, u identity.UserID, term string) wordItem {
	byTerm := wordIndex(o, term, u)
	return wordItem{
		key:    wordKey(o, u, term),
		GSI1PK: byTerm.pk,
		GSI1SK: byTerm.sk,
		Type:   "word",
		User:   string(u),
	}
}

// renameItem is the note that an organization's new name, or its deletion, has still to reach its memberships.
type renameItem struct {
	key
	GSI2PK, GSI2SK string
	Type           string `dynamodbav:"item_type"`
	Name           string `dynamodbav:"org_name"`
	Version        int    `dynamodbav:"version"`
	At             int64  `dynamodbav:"created_at"`
	DeletedAt      int64  `dynamodbav:"deleted_at,omitempty"`
}

func newRenameItem(o identity.Organization, at time.Time) renameItem {
	return renameItem{
		key:       renameKey(o.ID),
		GSI2PK:    renamePartition,
		GSI2SK:    string(o.ID),
		Type:      "rename",
		Name:      o.Name,
		Version:   o.Version,
		At:        at.Unix(),
		DeletedAt: seconds(o.DeletedAt),
	}
}

// erasureItem is the note that a person has deleted their account and that what is left of it is still to be removed.
type erasureItem struct {
	key
	GSI2PK, GSI2SK string
	Type           string `dynamodbav:"item_type"`
	At             int64  `dynamodbav:"created_at"`
}

func newErasureItem(u identity.UserID, at time.Time) erasureItem {
	return erasureItem{
		key:    erasureKey(u),
		GSI2PK: erasurePartition,
		GSI2SK: string(u),
		Type:   "erasure",
		At:     at.Unix(),
	}
}

// expiryItem leads to a token in the hour in which it expires, which the token's own place in index 2 does not tell.
type expiryItem struct {
	key
	GSI2PK, GSI2SK string
	Type           string `dynamodbav:"item_type"`
	ExpiresAt      int64  `dynamodbav:"expires_at"`
	PurgeAt        int64  `dynamodbav:"purge_at"`
}

func newExpiryItem(t identity.Token) expiryItem {
	byExpiry := expiryIndex(t.ID, t.Expires)
	return expiryItem{
		key:       expiryKey(t.User, t.ID),
		GSI2PK:    byExpiry.pk,
		GSI2SK:    byExpiry.sk,
		Type:      "expiry",
		ExpiresAt: t.Expires.Unix(),
		PurgeAt:   t.Expires.Unix(),
	}
}

// noticesItem is how far the job that sends notices has come.
type noticesItem struct {
	key
	Type string `dynamodbav:"item_type"`
	// All ends before these hours have been looked at: ends of leases, and expiries for the first and the last notice.
	LapsesUntil int64 `dynamodbav:"lapses_until,omitempty"`
	FirstUntil  int64 `dynamodbav:"first_until,omitempty"`
	LastUntil   int64 `dynamodbav:"last_until,omitempty"`
	// Walks counts how often all live tokens were walked, to give those of earlier versions an expiryItem, and WalkedAt is
	// when the latest walk ended. A walk that was cut short continues in the shard WalkShard after WalkAfter.
	Walks     int    `dynamodbav:"walk_count,omitempty"`
	WalkedAt  int64  `dynamodbav:"walked_at,omitempty"`
	WalkShard int    `dynamodbav:"walk_shard,omitempty"`
	WalkAfter string `dynamodbav:"walk_after,omitempty"`
}

type eventItem struct {
	key
	Type       string            `dynamodbav:"item_type"`
	Scope      string            `dynamodbav:"scope_id"`
	Action     string            `dynamodbav:"event_action"`
	TargetType string            `dynamodbav:"target_type"`
	TargetID   string            `dynamodbav:"target_id"`
	TargetName string            `dynamodbav:"target_name,omitempty"`
	Before     map[string]string `dynamodbav:"state_before,omitempty"`
	After      map[string]string `dynamodbav:"state_after,omitempty"`
	User       string            `dynamodbav:"user_id,omitempty"`
	Kind       string            `dynamodbav:"credential_kind"`
	Credential string            `dynamodbav:"credential_id,omitempty"`
	IP         string            `dynamodbav:"source_ip,omitempty"`
	UserAgent  string            `dynamodbav:"user_agent,omitempty"`
	RequestID  string            `dynamodbav:"request_id,omitempty"`
	At         int64             `dynamodbav:"created_at"`
	PurgeAt    int64             `dynamodbav:"purge_at,omitempty"` // not set if events are kept forever
}

// newEventItem completes an event with the caller, the time and the source of its change. The event is kept for a
// duration; 0 keeps it forever.
func newEventItem(e identity.Event, c identity.Change, keep time.Duration) eventItem {
	e.At, e.ID = c.At, identity.NewEventID(c.At)

	var purge time.Time
	if keep > 0 {
		purge = e.At.Add(keep)
	}

	return eventItem{
		key:        auditKey(e),
		Type:       "event",
		Scope:      e.Scope,
		Action:     string(e.Action),
		TargetType: e.Target.Type,
		TargetID:   e.Target.ID,
		TargetName: e.Target.Name,
		Before:     e.Before,
		After:      e.After,
		User:       string(c.Caller.User),
		Kind:       string(c.Caller.Kind),
		Credential: c.Caller.Credential,
		IP:         c.Source.IP,
		UserAgent:  c.Source.UserAgent,
		RequestID:  c.Source.RequestID,
		At:         c.At.Unix(),
		PurgeAt:    seconds(purge),
	}
}

// purged reports whether the event's time is over at now. DynamoDB may take days to remove it.
func (i eventItem) purged(now time.Time) bool { return i.PurgeAt != 0 && i.PurgeAt <= now.Unix() }

func (i eventItem) event() identity.Event {
	return identity.Event{
		ID:     i.SK,
		Scope:  i.Scope,
		Action: identity.Action(i.Action),
		Target: identity.Target{Type: i.TargetType, ID: i.TargetID, Name: i.TargetName},
		Before: i.Before,
		After:  i.After,
		Caller: identity.Caller{
			User:       identity.UserID(i.User),
			Kind:       identity.Kind(i.Kind),
			Credential: i.Credential,
		},
		Source: identity.Source{IP: i.IP, UserAgent: i.UserAgent, RequestID: i.RequestID},
		At:     moment(i.At),
		Purge:  moment(i.PurgeAt),
	}
}

// idTokenItem remembers an ID token that has made its session.
type idTokenItem struct {
	key
	Type    string `dynamodbav:"item_type"`
	PurgeAt int64  `dynamodbav:"purge_at"`
}

// ssoItem notes that a session was made with a session at the identity provider.
type ssoItem struct {
	key
	Type    string `dynamodbav:"item_type"`
	User    string `dynamodbav:"user_id"`
	PurgeAt int64  `dynamodbav:"purge_at"`
}

// logoutItem remembers a request of an identity provider to end sessions.
type logoutItem struct {
	key
	Type    string `dynamodbav:"item_type"`
	PurgeAt int64  `dynamodbav:"purge_at"`
}

type retryItem struct {
	key
	Type    string `dynamodbav:"item_type"`
	Request string `dynamodbav:"request_hash"`
	Reply   []byte `dynamodbav:"sealed_reply"`
	PurgeAt int64  `dynamodbav:"purge_at"`
}

// seconds returns a time as it is stored: 0, which omitempty leaves out, for the zero time.
func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// moment returns the time that was stored.
func moment(s int64) time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(s, 0).UTC()
}

// itemType returns the item_type attribute of an item of any type.
func itemType(item attributes) string { return text(item, "item_type") }

// text returns an attribute of an item of any type: "" if the item has no such attribute or if it is not a string.
func text(item attributes, name string) string {
	s, _ := item[name].(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}

	return s.Value
}
