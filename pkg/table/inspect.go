package table

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Inspected is an item of the table as Inspect read it, for programs that check the whole table.
type Inspected struct {
	// Kind is the attribute item_type.
	Kind string
	// PK and SK are the item's key.
	PK, SK string
	// Holds is what the item holds: an identity.Membership, Token, Session, Organization, Solution, Assignment or Event, or
	// one of the types of this file whose name begins with Stored. It is nil for a kind that no rule compares with others.
	Holds any
	// Misplaced lists the key attributes that are not those that follow from the rest of the item.
	Misplaced []string
	// Purge is the item's time to live; the zero time if it has none.
	Purge time.Time
	// PurgeNeed says whether the item must have a time to live.
	PurgeNeed PurgeNeed
	// Purges is the time to live that follows from the rest of the item; the zero time if any will do.
	Purges time.Time
}

// PurgeNeed says whether an item must have a time to live.
type PurgeNeed int

// The needs of a time to live.
const (
	PurgeForbidden PurgeNeed = iota
	PurgeOptional
	PurgeRequired
)

// StoredProfile is a profile with what only the table knows of it.
type StoredProfile struct {
	identity.Profile
	// Organizations is the number of memberships that the profile counts.
	Organizations int
	// SignIns is the number of sessions that were created.
	SignIns int
	// Identities holds, for each issuer, the digest of the subject that may sign in.
	Identities identity.Identities
}

// StoredTally is what counts toward a person's limits.
type StoredTally struct {
	User identity.UserID
	// Live and Kept are at least the numbers of identity.TokenCount.
	Live, Kept int
	// CountedAt is when the tokens were counted last.
	CountedAt time.Time
	// Founded lists the organizations that the person founded, some of which may not exist any more.
	Founded []identity.OrgID
}

// StoredExpiry leads to a token by its expiry.
type StoredExpiry struct {
	User    identity.UserID
	Token   identity.TokenID
	Expires time.Time
}

// StoredErasure is the note that a deleted account is still to be erased.
type StoredErasure struct{ User identity.UserID }

// StoredRow is a search row or a word row.
type StoredRow struct {
	Org  identity.OrgID
	User identity.UserID
	// Place is the row's key and its place in the index.
	Place string
	// Word is true for a word row.
	Word bool
}

// StoredRename is the note that an organization's memberships still have to take over its name or deletion.
type StoredRename struct {
	Org     identity.OrgID
	Version int
}

// StoredLink leads from an identity, or from an email address if Address is true, to a person.
type StoredLink struct {
	Digest  string
	Address bool
	User    identity.UserID
}

// StoredOffer is what an organization has offered to an address.
type StoredOffer struct {
	// Digest is AddressDigest of the address.
	Digest string
	Org    identity.OrgID
	// User is the ID of the invitation; "" if there is none.
	User identity.UserID
}

// StoredMark is what an organization keeps of a disabled or denied member who left.
type StoredMark struct {
	Org  identity.OrgID
	User identity.UserID
}

// StoredRoll lists the service accounts of an organization.
type StoredRoll struct {
	Org      identity.OrgID
	Accounts []identity.UserID
}

// StoredQuota is what was used up of the limit of a day.
type StoredQuota struct {
	// Inviter is true for the limit of a person, and false for that of an organization.
	Inviter bool
	// ID is the ID of the person or organization.
	ID string
	// Day is the day (UTC) in the form 2006-01-02.
	Day  string
	Used int
}

// StoredAtProvider notes that a session was made with a session at the identity provider.
type StoredAtProvider struct {
	Provider string
	User     identity.UserID
	Session  identity.SessionID
}

// AddressDigest returns the digest under which the table knows an email address in canonical form.
func AddressDigest(email string) string { return strings.TrimPrefix(emailKey(email).PK, "EMAIL#") }

// SearchRows returns the rows by which a search finds a member.
func SearchRows(m identity.Membership) []StoredRow {
	var rows []StoredRow
	for n, term := range searchTerms(m.Person) {
		item := newSearchItem(m.Org, m.User, n, term)
		rows = append(rows, StoredRow{Org: m.Org, User: m.User, Place: rowPlace(item.key, item.GSI1SK)})
	}

	for _, term := range wordTerms(m.Person) {
		item := newWordItem(m.Org, m.User, term)
		rows = append(rows, StoredRow{
			Org:   m.Org,
			User:  m.User,
			Place: rowPlace(item.key, item.GSI1SK),
			Word:  true,
		})
	}

	return rows
}

func rowPlace(k key, at string) string { return k.SK + "\n" + at }

var errUnknownKind = errors.New("no release that this one knows stores items of this kind")

// Inspect reads an item of the table. It returns an error if the item's kind is unknown, if its key is not one of its kind,
// or if it cannot be decoded.
func Inspect(item map[string]types.AttributeValue) (Inspected, error) {
	found := Inspected{Kind: itemType(item), PK: text(item, AttrPK), SK: text(item, AttrSK)}
	form, known := formOf(found.Kind)
	switch {
	case !known:
		return found, errUnknownKind
	case !strings.HasPrefix(found.PK, form.pk) || !strings.HasPrefix(found.SK, form.sk):
		return found, fmt.Errorf("the key is not one of the kind %s", found.Kind)
	}

	var life struct {
		PurgeAt int64 `dynamodbav:"purge_at"`
	}
	if err := decode(item, &life); err != nil {
		return found, err
	}

	found.Purge, found.PurgeNeed = moment(life.PurgeAt), form.purge
	if form.read == nil {
		return found, nil
	}

	at, err := form.read(item, &found)
	if err != nil {
		return found, err
	}

	found.Misplaced = at.differences(item)
	return found, nil
}

// places are the keys of an item in the table and in the indexes; an indexKey is zero if the item is not in the index.
type places struct {
	key
	one, two indexKey
}

// differences returns the names of the key attributes of the item that differ from the places.
func (p places) differences(item attributes) []string {
	var names []string
	for _, attribute := range []struct{ name, want string }{
		{AttrPK, p.PK},
		{AttrSK, p.SK},
		{AttrGSI1PK, p.one.pk},
		{AttrGSI1SK, p.one.sk},
		{AttrGSI2PK, p.two.pk},
		{AttrGSI2SK, p.two.sk},
	} {
		if text(item, attribute.name) != attribute.want {
			names = append(names, attribute.name)
		}
	}

	return names
}

// form is what all items of a kind have in common.
type form struct {
	pk, sk string // what the key begins with
	purge  PurgeNeed
	// read fills in what the item holds, and returns where it belongs. It is nil for kinds that stand alone.
	read func(attributes, *Inspected) (places, error)
}

// formOf returns the form of a kind of item. known is false if there is no such kind.
func formOf(kind string) (f form, known bool) {
	user, org := userPartition(""), orgPartition("")

	switch kind {
	case "profile":
		return form{user, profileKey("").SK, PurgeForbidden, inspectProfile}, true
	case "tally":
		return form{user, tallyKey("").SK, PurgeForbidden, inspectTally}, true
	case "membership":
		return form{user, membershipKey("", "").SK, PurgeForbidden, inspectMembership}, true
	case "token":
		return form{user, tokenKey("", "").SK, PurgeRequired, inspectToken}, true
	case "expiry":
		return form{user, expiryKey("", "").SK, PurgeRequired, inspectExpiry}, true
	case "session":
		return form{user, sessionKey("", "").SK, PurgeRequired, inspectSession}, true
	case "erasure":
		return form{user, erasureKey("").SK, PurgeForbidden, inspectErasure}, true
	case "organization":
		return form{org, orgKey("").SK, PurgeForbidden, inspectOrganization}, true
	case "solution":
		return form{org, solutionKey("", "").SK, PurgeForbidden, inspectSolution}, true
	case "assignment":
		return form{org, "ASSIGN#", PurgeForbidden, inspectAssignment}, true
	case "search":
		return form{org, "", PurgeForbidden, inspectSearch}, true
	case "word":
		return form{org, "", PurgeForbidden, inspectWord}, true
	case "rename":
		return form{org, renameKey("").SK, PurgeForbidden, inspectRename}, true
	case "mark":
		return form{org, markKey("", "").SK, PurgeForbidden, inspectMark}, true
	case "roll":
		return form{org, rollKey("").SK, PurgeForbidden, inspectRoll}, true
	}

	return formElsewhere(kind)
}

// formElsewhere is formOf for the kinds that are stored neither under a person nor under an organization.
func formElsewhere(kind string) (f form, known bool) {
	switch kind {
	case "link":
		return form{"IDENTITY#", "IDENTITY", PurgeForbidden, inspectLink}, true
	case "email":
		return form{"EMAIL#", "EMAIL", PurgeForbidden, inspectEmail}, true
	case "offer":
		return form{"EMAIL#", "ORG#", PurgeOptional, inspectOffer}, true
	case "quota":
		return form{"QUOTA#", "QUOTA", PurgeRequired, inspectQuota}, true
	case "sso-session":
		return form{"SID#", "SESSION#", PurgeRequired, inspectAtProvider}, true
	case "event":
		return form{"AUDIT#", "", PurgeOptional, inspectEvent}, true
	case "notices":
		return form{noticesKey().PK, noticesKey().SK, PurgeForbidden, nil}, true
	case "id-token":
		return form{"IDTOKEN#", "IDTOKEN", PurgeRequired, nil}, true
	case "logout":
		return form{"LOGOUT#", "LOGOUT", PurgeRequired, nil}, true
	case "retry":
		return form{"IDEM#", "IDEM", PurgeRequired, nil}, true
	}

	return form{}, false
}

func inspectProfile(item attributes, found *Inspected) (places, error) {
	var i profileItem
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	p := i.profile()
	found.Holds = StoredProfile{
		Profile:       p,
		Organizations: i.Orgs,
		SignIns:       i.SignIns,
		Identities:    i.Identities,
	}

	return places{key: profileKey(p.ID)}, nil
}

func inspectTally(item attributes, found *Inspected) (places, error) {
	var i tallyItem
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	tally := StoredTally{
		User:      underUser(i.key),
		Live:      i.Live,
		Kept:      i.Kept,
		CountedAt: moment(i.CountedAt),
	}
	for _, o := range i.Founded {
		tally.Founded = append(tally.Founded, identity.OrgID(o))
	}

	found.Holds = tally
	return places{key: tallyKey(tally.User)}, nil
}

func inspectMembership(item attributes, found *Inspected) (places, error) {
	var i membershipItem
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	m := i.membership()
	found.Holds = m
	return places{
		key: membershipKey(m.User, m.Org),
		one: memberIndex(m.Org, m.Person.DisplayName, m.User),
		two: roleIndex(m.Org, m.Role, m.Status, m.Person.DisplayName, m.User),
	}, nil
}

// inspectToken expects a token by the hour of its lease until something ends it, and a reused one among the reused until its
// owner is mailed.
func inspectToken(item attributes, found *Inspected) (places, error) {
	var i tokenItem
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	t := i.token()
	found.Holds, found.Purges = t, t.Purge()
	at := places{key: tokenKey(t.User, t.ID)}

	switch {
	case !t.ReusedAt.IsZero() && i.GSI2PK == reusePartition:
		at.two = reuseIndex(t.ID, t.ReusedAt)
	case t.Ended == "" && t.ReusedAt.IsZero():
		at.two = leaseIndex(t.ID, t.Until)
	}

	if t.Ended != "" {
		found.Purges = t.EndedAt.Add(identity.Retention)
	}

	return at, nil
}

func inspectExpiry(item attributes, found *Inspected) (places, error) {
	var i expiryItem
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	e := StoredExpiry{
		User:    underUser(i.key),
		Token:   identity.TokenID(strings.TrimPrefix(i.SK, expiryKey("", "").SK)),
		Expires: moment(i.ExpiresAt),
	}
	found.Holds, found.Purges = e, e.Expires
	return places{key: expiryKey(e.User, e.Token), two: expiryIndex(e.Token, e.Expires)}, nil
}

func inspectSession(item attributes, found *Inspected) (places, error) {
	var i sessionItem
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	s := i.session()
	found.Holds = s
	return places{key: sessionKey(s.User, s.ID)}, nil
}

func inspectErasure(item attributes, found *Inspected) (places, error) {
	var i erasureItem
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	u := underUser(i.key)
	found.Holds = StoredErasure{User: u}
	return places{key: erasureKey(u), two: indexKey{erasurePartition, string(u)}}, nil
}

func inspectOrganization(item attributes, found *Inspected) (places, error) {
	var i orgItem
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	o := i.organization()
	found.Holds = o
	at := places{key: orgKey(o.ID)}
	if !o.DeletedAt.IsZero() {
		at.two = deletionIndex(o.ID, o.RemovedAt())
	}

	return at, nil
}

func inspectSolution(item attributes, found *Inspected) (places, error) {
	var i solutionItem
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	s := i.solution()
	found.Holds = s
	return places{key: solutionKey(s.Org, s.ID), one: makerIndex(s.Org, s.ID, s.CreatedBy)}, nil
}

func inspectAssignment(item attributes, found *Inspected) (places, error) {
	var i assignmentItem
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	a := i.assignment()
	found.Holds = a
	return places{key: assignmentKey(a.Org, a.Solution, a.User), one: assignmentIndex(a.Org, a.Solution, a.User)}, nil
}

// inspectSearch reads the term of a numbered row from its place in the index, which is the only one that has it.
func inspectSearch(item attributes, found *Inspected) (places, error) {
	var i searchItem
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	o, u := underSearch(i.key), identity.UserID(i.User)
	found.Holds = StoredRow{Org: o, User: u, Place: rowPlace(i.key, i.GSI1SK)}
	_, number, _ := strings.Cut(i.SK, "#")
	n, err := strconv.Atoi(number)
	if err != nil {
		n = -1
	}

	term, _, _ := strings.Cut(i.GSI1SK, unit)
	return places{key: searchKey(o, u, n), one: searchIndex(o, term, u)}, nil
}

func inspectWord(item attributes, found *Inspected) (places, error) {
	var i wordItem
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	o, u := underSearch(i.key), identity.UserID(i.User)
	found.Holds = StoredRow{
		Org:   o,
		User:  u,
		Place: rowPlace(i.key, i.GSI1SK),
		Word:  true,
	}
	term, _, _ := strings.Cut(i.GSI1SK, unit)
	return places{key: wordKey(o, u, term), one: wordIndex(o, term, u)}, nil
}

func inspectRename(item attributes, found *Inspected) (places, error) {
	var i renameItem
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	o := underOrg(i.key)
	found.Holds = StoredRename{Org: o, Version: i.Version}
	return places{key: renameKey(o), two: indexKey{renamePartition, string(o)}}, nil
}

func inspectMark(item attributes, found *Inspected) (places, error) {
	var i markItem
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	mark := StoredMark{Org: underOrg(i.key), User: identity.UserID(strings.TrimPrefix(i.SK, markKey("", "").SK))}
	found.Holds = mark
	return places{key: markKey(mark.Org, mark.User)}, nil
}

func inspectRoll(item attributes, found *Inspected) (places, error) {
	var i rollItem
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	roll := StoredRoll{Org: underOrg(i.key)}
	for _, u := range i.Accounts {
		roll.Accounts = append(roll.Accounts, identity.UserID(u))
	}

	found.Holds = roll
	return places{key: rollKey(roll.Org)}, nil
}

func inspectLink(item attributes, found *Inspected) (places, error) {
	var i linkItem
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	digest := strings.TrimPrefix(i.PK, linkKeyOf("").PK)
	found.Holds = StoredLink{Digest: digest, User: identity.UserID(i.User)}
	return places{key: linkKeyOf(digest)}, nil
}

func inspectEmail(item attributes, found *Inspected) (places, error) {
	var i linkItem
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	found.Holds = StoredLink{
		Digest:  strings.TrimPrefix(i.PK, "EMAIL#"),
		Address: true,
		User:    identity.UserID(i.User),
	}
	return places{key: i.key}, nil
}

func inspectOffer(item attributes, found *Inspected) (places, error) {
	var i offerItem
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	found.PurgeNeed = PurgeForbidden
	if i.User == "" {
		found.PurgeNeed = PurgeRequired
	}

	found.Holds = StoredOffer{
		Digest: strings.TrimPrefix(i.PK, "EMAIL#"),
		Org:    identity.OrgID(strings.TrimPrefix(i.SK, "ORG#")),
		User:   identity.UserID(i.User),
	}
	return places{key: i.key}, nil
}

func inspectQuota(item attributes, found *Inspected) (places, error) {
	var i struct {
		key
		Used int `dynamodbav:"used_count"`
	}
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	parts := strings.Split(i.PK, "#")
	if len(parts) != 4 {
		return places{}, errors.New("the key is not one of the kind quota")
	}

	day, err := time.Parse(time.DateOnly, parts[3])
	if err != nil {
		return places{}, fmt.Errorf("read the day of a quota: %w", err)
	}

	found.Holds = StoredQuota{
		Inviter: parts[1] == invitersQuota,
		ID:      parts[2],
		Day:     parts[3],
		Used:    i.Used,
	}
	return places{key: quotaKey(parts[1], parts[2], day)}, nil
}

func inspectAtProvider(item attributes, found *Inspected) (places, error) {
	var i ssoItem
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	note := StoredAtProvider{
		Provider: strings.TrimPrefix(i.PK, "SID#"),
		User:     identity.UserID(i.User),
		Session:  identity.SessionID(strings.TrimPrefix(i.SK, "SESSION#")),
	}
	found.Holds = note
	return places{key: ssoKey(note.Provider, note.Session)}, nil
}

// inspectEvent compares the event's key with its scope and its time.
func inspectEvent(item attributes, found *Inspected) (places, error) {
	var i eventItem
	if err := decode(item, &i); err != nil {
		return places{}, err
	}

	e := i.event()
	found.Holds = e
	at := places{key: auditKey(e)}
	if made, ok := identity.EventTime(e.ID); !ok || made.Unix() != i.At {
		at.SK = ""
	}

	return at, nil
}

func underUser(k key) identity.UserID {
	return identity.UserID(strings.TrimPrefix(k.PK, userPartition("")))
}

func underOrg(k key) identity.OrgID {
	return identity.OrgID(strings.TrimPrefix(k.PK, orgPartition("")))
}

func underSearch(k key) identity.OrgID {
	return identity.OrgID(strings.TrimSuffix(strings.TrimPrefix(k.PK, orgPartition("")), searchPartition("")[len(orgPartition("")):]))
}
