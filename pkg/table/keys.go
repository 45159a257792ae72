// Package table keeps Leasehold's data in one DynamoDB table.
//
// Access patterns. Every key is made by a function in this file; nothing else formats one. Reads that decide access are
// strongly consistent and from the table itself, never from an index; nothing ever scans.
//
//	item           PK                 SK               GSI1PK          GSI1SK            GSI2PK            GSI2SK
//	profile        USER#u             PROFILE
//	tally          USER#u             LIMITS
//	membership     USER#u             ORG#o            ORG#o           MEMBER#name#u     ORG#o#role#stat   name#u
//	token          USER#u             TOKEN#t                                            LEASE#shard       hour#t
//	  reused       USER#u             TOKEN#t                                            REUSE             hour#t
//	expiry         USER#u             EXPIRY#t                                           EXPIRY#shard      hour#t
//	session        USER#u             SESSION#s
//	erasure        USER#u             ERASURE                                            ERASURE           u
//	organization   ORG#o              META                                               DELETION          removal#o
//	solution       ORG#o              SOLUTION#s       USER#u#ORG#o    MADE#s
//	assignment     ORG#o              ASSIGN#s#u       USER#u#ORG#o    ASSIGN#s
//	search row     ORG#o#FIND         u#n              ORG#o#FIND      term#u
//	word row       ORG#o#FIND         u#+term          ORG#o#WORD      term#u
//	rename         ORG#o              RENAME                                             RENAME            o
//	identity link  IDENTITY#hash      IDENTITY
//	email          EMAIL#hash         EMAIL
//	offer          EMAIL#hash         ORG#o
//	mark           ORG#o              MARK#u
//	roll           ORG#o              ROLL
//	quota          QUOTA#kind#id#day  QUOTA
//	ID token used  IDTOKEN#hash       IDTOKEN
//	SSO session    SID#hash           SESSION#s
//	logout         LOGOUT#hash        LOGOUT
//	notices        NOTICES            NOTICES
//	audit event    AUDIT#scope#month  ulid
//	idempotency    IDEM#user#hash     IDEM
//
//	authorize a personal access token   BatchGetItem   token and membership (2 read units), organization every 30 s (1 more)
//	authorize a session                 GetItem        session (1 read unit)
//	profile page                        Query          USER#u, ORG#… to PROFILE: memberships and profile
//	tokens of a person                  Query, twice   USER#u, ORG#… and TOKEN#…
//	sessions of a person                Query          USER#u, PROFILE to SESSION#…: profile and sessions
//	sessions of an SSO session          Query          SID#hash, SESSION#…, then BatchGetItem
//	members by name                     Query GSI1     ORG#o, MEMBER#…
//	members by role and status          Query GSI2     ORG#o#role#status, then BatchGetItem
//	members by a word or an address     Query GSI1     ORG#o#FIND, term begins with it, then BatchGetItem
//	members by words as people type     Query GSI1     ORG#o#WORD, term begins with them, then BatchGetItem
//	members at addresses                BatchGetItem   EMAIL#hash, then BatchGetItem
//	solutions of an organization        Query          ORG#o, SOLUTION#…
//	people of a solution                Query          ORG#o, ASSIGN#s#…
//	solutions of a member               Query GSI1     USER#u#ORG#o, ASSIGN#…
//	solutions made by a member          Query GSI1     USER#u#ORG#o, MADE#…
//	lapsed leases                       Query GSI2     LEASE#shard, up to the present hour
//	tokens used after they were replaced
//	                                    Query GSI2     REUSE
//	leases that end soon                Query GSI2     LEASE#shard, from the last hour read to three days ahead
//	tokens that expire soon             Query GSI2     EXPIRY#shard, from the last hour read to 14 and to three days ahead
//	invitations to an address           Query          EMAIL#hash, ORG#…, then BatchGetItem
//	names that are still to be spread   Query GSI2     RENAME
//	organizations to be removed         Query GSI2     DELETION, up to the present moment; only deleted ones are there
//	service accounts of an organization
//	                                    GetItem        ORG#o, ROLL, then BatchGetItem
//	audit log                           Query          AUDIT#scope#month, newest first
//	everything under a person           Query          USER#u
//	accounts that are still to be erased
//	                                    Query GSI2     ERASURE
//
// "#" between name and user id in a sort key is the ASCII unit separator, which sorts before every printable character,
// so that "ann" comes before "ann marie".
package table

import (
	"hash/fnv"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// The names that the table's description in the templates must agree with.
const (
	AttrPK, AttrSK         = "PK", "SK"
	AttrGSI1PK, AttrGSI1SK = "GSI1PK", "GSI1SK"
	AttrGSI2PK, AttrGSI2SK = "GSI2PK", "GSI2SK"
	Index1, Index2         = "GSI1", "GSI2"
	AttrTTL                = "purge_at"
)

// LeaseShards is the number of partitions of the lease index, so that the renewals of millions of tokens do not exceed one
// partition's write limit.
const LeaseShards = 16

const (
	unit     = "\x1f" // sorts before every printable character
	hourForm = "2006-01-02T15"
	// lowest sorts before every key: DynamoDB rejects the empty string as a key, even as the end of a range.
	lowest = "\x00"
	// highest sorts after every key of printable ASCII.
	highest = "~"
	// last sorts after every key that holds a name.
	last = string(utf8.MaxRune)
	// maxFolded is the most bytes of a name in a key: folding can make a name longer, and DynamoDB limits sort keys to
	// 1024 bytes.
	maxFolded = 512

	memberPrefix = "MEMBER#"
)

type key struct {
	PK string
	SK string
}

type indexKey struct{ pk, sk string }

func userPartition(u identity.UserID) string { return "USER#" + string(u) }

func orgPartition(o identity.OrgID) string { return "ORG#" + string(o) }

func profileKey(u identity.UserID) key { return key{userPartition(u), "PROFILE"} }

// tallyKey returns the key of what counts toward a person's limits. It sorts before all that the reads of a person's page
// and of their tokens cover.
func tallyKey(u identity.UserID) key { return key{userPartition(u), "LIMITS"} }

func membershipKey(u identity.UserID, o identity.OrgID) key {
	return key{userPartition(u), "ORG#" + string(o)}
}

func memberIndex(o identity.OrgID, name string, u identity.UserID) indexKey {
	return indexKey{orgPartition(o), memberPrefix + place(name, u)}
}

func rolePartition(o identity.OrgID, r identity.Role, s identity.Status) string {
	return orgPartition(o) + "#" + string(r) + "#" + string(s)
}

func roleIndex(o identity.OrgID, r identity.Role, s identity.Status, name string, u identity.UserID) indexKey {
	return indexKey{rolePartition(o, r, s), place(name, u)}
}

// place returns the sort key of a person in a list: the folded name, or the term by which they were found, then the user
// ID to break ties.
func place(term string, u identity.UserID) string { return fold(term) + unit + string(u) }

func tokenKey(u identity.UserID, t identity.TokenID) key {
	return key{userPartition(u), "TOKEN#" + string(t)}
}

// leaseIndex returns a token's place by the hour in which its lease ends: most renewals change neither the hour nor the
// index.
func leaseIndex(t identity.TokenID, until time.Time) indexKey {
	h := fnv.New32a()
	_, _ = h.Write([]byte(t))
	return indexKey{leaseShard(int(h.Sum32() % LeaseShards)), until.UTC().Format(hourForm) + "#" + string(t)}
}

func leaseShard(n int) string { return "LEASE#" + strconv.FormatInt(int64(n), 16) }

// expiryKey returns the key of the item that leads to a token by its expiry. It sorts before all that the reads of a
// person's page and of their tokens cover.
func expiryKey(u identity.UserID, t identity.TokenID) key {
	return key{userPartition(u), "EXPIRY#" + string(t)}
}

// expiryIndex returns a token's place by the hour in which it expires, in the shard that it has in the lease index.
func expiryIndex(t identity.TokenID, expires time.Time) indexKey {
	place := leaseIndex(t, expires)
	return indexKey{strings.Replace(place.pk, "LEASE#", "EXPIRY#", 1), place.sk}
}

func expiryShard(n int) string { return "EXPIRY#" + strconv.FormatInt(int64(n), 16) }

// noticesKey returns the key of how far the job that sends notices has come.
func noticesKey() key { return key{"NOTICES", "NOTICES"} }

func sessionKey(u identity.UserID, s identity.SessionID) key {
	return key{userPartition(u), "SESSION#" + string(s)}
}

// ssoKey returns the key of the note that a session was made with a session at the identity provider; at is its
// identity.ProviderSession.
func ssoKey(at string, s identity.SessionID) key { return key{"SID#" + at, "SESSION#" + string(s)} }

// logoutKey returns the key under which a request of an identity provider to end sessions is remembered.
func logoutKey(l identity.Logout) key {
	return key{"LOGOUT#" + identity.Digest(l.Issuer, l.ID), "LOGOUT"}
}

func orgKey(o identity.OrgID) key { return key{orgPartition(o), "META"} }

func solutionKey(o identity.OrgID, s identity.SolutionID) key {
	return key{orgPartition(o), "SOLUTION#" + string(s)}
}

// makerIndex returns the place of a solution among those that a member created.
func makerIndex(o identity.OrgID, s identity.SolutionID, maker identity.UserID) indexKey {
	return indexKey{memberPartition(maker, o), "MADE#" + string(s)}
}

// memberPartition returns the partition of index 1 that holds the solutions that a member created or is assigned to.
func memberPartition(u identity.UserID, o identity.OrgID) string {
	return userPartition(u) + "#" + orgPartition(o)
}

func assignmentPrefix(s identity.SolutionID) string { return "ASSIGN#" + string(s) + "#" }

func assignmentKey(o identity.OrgID, s identity.SolutionID, u identity.UserID) key {
	return key{orgPartition(o), assignmentPrefix(s) + string(u)}
}

func assignmentIndex(o identity.OrgID, s identity.SolutionID, u identity.UserID) indexKey {
	return indexKey{memberPartition(u, o), "ASSIGN#" + string(s)}
}

func searchPartition(o identity.OrgID) string { return orgPartition(o) + "#FIND" }

// searchKey returns the key of a person's nth search row. A row keeps its key when its term changes, so that the change is
// one write.
func searchKey(o identity.OrgID, u identity.UserID, n int) key {
	return key{searchPartition(o), string(u) + "#" + strconv.Itoa(n)}
}

func searchIndex(o identity.OrgID, term string, u identity.UserID) indexKey {
	return indexKey{searchPartition(o), place(term, u)}
}

func wordPartition(o identity.OrgID) string { return orgPartition(o) + "#WORD" }

// wordKey returns the key of a person's word row with a term. The rows of two names have different keys, so that the rows
// of a new name can be written before the name.
func wordKey(o identity.OrgID, u identity.UserID, term string) key {
	return key{searchPartition(o), string(u) + "#+" + cut(term)}
}

func wordIndex(o identity.OrgID, term string, u identity.UserID) indexKey {
	return indexKey{wordPartition(o), wordPlace(term, u)}
}

// wordPlace returns the place of a person in a list that a word row leads to.
func wordPlace(term string, u identity.UserID) string { return cut(term) + unit + string(u) }

const reusePartition = "REUSE"

// reuseIndex returns the place of a rotated token that somebody used after it was replaced.
func reuseIndex(t identity.TokenID, at time.Time) indexKey {
	return indexKey{reusePartition, at.UTC().Format(hourForm) + "#" + string(t)}
}

const renamePartition = "RENAME"

const deletionPartition = "DELETION"

// deletionIndex returns the place of a deleted organization by when it is to be removed.
func deletionIndex(o identity.OrgID, removed time.Time) indexKey {
	return indexKey{deletionPartition, removed.UTC().Format(time.RFC3339) + "#" + string(o)}
}

func renameKey(o identity.OrgID) key { return key{orgPartition(o), "RENAME"} }

const erasurePartition = "ERASURE"

// erasureKey returns the key of the note that a deleted account is still to be erased. It sorts before everything that is
// read of a person who exists.
func erasureKey(u identity.UserID) key { return key{userPartition(u), "ERASURE"} }

// linkKey hashes issuer and subject, so that their lengths and characters do not matter.
func linkKey(issuer, subject string) key { return linkKeyOf(identity.Digest(issuer, subject)) }

// linkKeyOf is linkKey for the digest of an issuer and a subject.
func linkKeyOf(digest string) key { return key{"IDENTITY#" + digest, "IDENTITY"} }

func emailKey(email string) key { return key{"EMAIL#" + identity.Digest(email), "EMAIL"} }

// idTokenKey returns the key under which an ID token that has made its session is remembered.
func idTokenKey(t identity.IDToken) key { return key{"IDTOKEN#" + t.Digest, "IDTOKEN"} }

// offerKey returns the key of what an organization has offered to an address: its open invitation, and the mails it sent.
func offerKey(email string, o identity.OrgID) key {
	return key{emailKey(email).PK, "ORG#" + string(o)}
}

// rollKey returns the key of the list of an organization's service accounts.
func rollKey(o identity.OrgID) key { return key{orgPartition(o), "ROLL"} }

// markKey returns the key of what an organization keeps of a disabled or denied member who left.
func markKey(o identity.OrgID, u identity.UserID) key {
	return key{orgPartition(o), "MARK#" + string(u)}
}

// quotaKey returns the key of what a person or an organization has used up of a limit on one day (UTC).
func quotaKey(kind, id string, day time.Time) key {
	return key{"QUOTA#" + kind + "#" + id + "#" + day.UTC().Format(time.DateOnly), "QUOTA"}
}

func auditPartition(scope string, at time.Time) string {
	return "AUDIT#" + scope + "#" + at.UTC().Format("2006-01")
}

func auditKey(e identity.Event) key { return key{auditPartition(e.Scope, e.At), e.ID} }

func idempotencyKey(u identity.UserID, keyHash string) key {
	return key{"IDEM#" + string(u) + "#" + keyHash, "IDEM"}
}

// fold returns a name as it is compared: in lower case, without accents, with one space between words and nothing
// unprintable.
func fold(name string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || r == utf8.MaxRune:
			return -1
		}

		return unicode.ToLower(r)
	}, norm.NFKD.String(name))

	return cut(strings.Join(strings.Fields(plain), " "))
}

// cut returns as much of a text as a key can hold of it.
func cut(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), maxFolded)], "")
}
