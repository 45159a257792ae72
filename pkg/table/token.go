package table

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// ifInEpoch: the owner's membership is in the epoch that the token was created in.
	ifInEpoch = "token_epoch = :epoch"
	// ifSameLease: the token has neither ended nor moved since it was read.
	ifSameLease = "attribute_exists(PK) AND attribute_not_exists(ended_why) AND lease_until = :seen"
	// ifNotEnded: the token exists and nothing ended it before.
	ifNotEnded = "attribute_exists(PK) AND attribute_not_exists(ended_why)"
	// ifUseMovesIt: the token lives, and this use is the first of its step. Without attribute_exists an update would
	// resurrect a deleted token.
	ifUseMovesIt = "attribute_exists(PK) AND attribute_not_exists(ended_why) AND lease_until > :now AND " +
		"(lease_until < :until OR lease_until = :until AND (attribute_not_exists(last_used_at) OR last_used_at < :before))"
)

// CreateToken stores a new token of the caller's; ErrAnswered when its Idempotency-Key was, Forbidden when its owner
// may not hold tokens in the organization at the moment of writing.
func (db *DB) CreateToken(ctx context.Context, c identity.Change, t identity.Token) error {
	condition, v := ifCan(identity.OwnTokens)
	v[":epoch"] = t.Epoch

	return db.commit(ctx, c, []identity.Event{tokenEvent(identity.ActionTokenCreate, t, nil, leaseState(t.Lease))},
		db.put(newTokenItem(t), ifAbsent, nil, nil),
		db.check(membershipKey(t.User, t.Org), ifInEpoch+" AND "+condition, v, refuseTokens))
}

// refuseTokens returns the refusal for a member who may not create a token, from their membership as it is now.
func refuseTokens(current attributes) error {
	if current == nil {
		return errNoAccess
	}

	var i membershipItem
	if err := decode(current, &i); err != nil {
		return err
	}

	if err := i.membership().Require(identity.OwnTokens); err != nil {
		return err
	}

	return errNoAccess // in another epoch: removed and invited again meanwhile
}

// Credentials are a token and its owner's membership in its organization, as one strongly consistent BatchGetItem finds
// them; what is not there is left zero.
func (db *DB) Credentials(ctx context.Context, u identity.UserID, t identity.TokenID, o identity.OrgID) (identity.Token, identity.Membership, error) {
	items, err := db.batch(ctx, []key{tokenKey(u, t), membershipKey(u, o)})
	if err != nil {
		return identity.Token{}, identity.Membership{}, err
	}

	var (
		token      identity.Token
		membership identity.Membership
	)

	for _, item := range items {
		switch itemType(item) {
		case "token":
			var i tokenItem
			err = errors.Join(err, decode(item, &i))
			token = i.token()

		case "membership":
			var i membershipItem
			err = errors.Join(err, decode(item, &i))
			membership = i.membership()
		}
	}

	return token, membership, err
}

// Token is one token of a person; NotFound when they have no such token.
func (db *DB) Token(ctx context.Context, u identity.UserID, t identity.TokenID) (identity.Token, error) {
	var item tokenItem
	found, err := db.get(ctx, tokenKey(u, t), &item)
	if err != nil || !found {
		return identity.Token{}, orElse(err, identity.NoSuch("token"))
	}

	return item.token(), nil
}

// OwnToken is one token of a person and their membership in its organization: NotFound when they have no such token or it
// has been purged, Forbidden when their role there has no tokens.
func (db *DB) OwnToken(ctx context.Context, u identity.UserID, id identity.TokenID, now time.Time) (identity.Token, identity.Membership, error) {
	token, err := db.Token(ctx, u, id)
	if err != nil {
		return identity.Token{}, identity.Membership{}, err
	}

	membership, err := db.Membership(ctx, u, token.Org)
	switch {
	case err != nil:
	case membership.User == "" || token.Purged(now):
		err = identity.NoSuch("token")
	default:
		err = membership.Require(identity.OwnTokens)
	}

	return token, membership, err
}

// Holdings are what one person has.
type Holdings struct {
	Profile     identity.Profile
	Memberships []identity.Membership
	Tokens      []identity.Token
	// Current is the organization that the session asked for is in; "" when it is in none.
	Current identity.OrgID
}

// Holdings reads all of a person's tokens with the memberships they depend on, in one Query.
func (db *DB) Holdings(ctx context.Context, u identity.UserID) (Holdings, error) {
	return db.holdings(ctx, u, "", "TOKEN#"+highest)
}

// Page reads the caller's profile and memberships and, if they called with a session, which organization it is in, in one
// Query; NotFound when there is no such person. It leaves out the organizations that the caller's credential does not see.
func (db *DB) Page(ctx context.Context, c identity.Caller) (Holdings, error) {
	to := "PROFILE"
	if c.Kind == identity.SignedIn {
		to = sessionKey(c.User, identity.SessionID(c.Credential)).SK
	}

	h, err := db.holdings(ctx, c.User, identity.SessionID(c.Credential), to)
	if err != nil {
		return h, err
	}

	if h.Profile.ID == "" {
		return h, identity.NoSuch("user")
	}

	h.Memberships = slices.DeleteFunc(h.Memberships, func(m identity.Membership) bool { return !c.Sees(m.Org) })
	if c.Org != "" {
		h.Current = c.Org
	}

	return h, nil
}

func (db *DB) holdings(ctx context.Context, u identity.UserID, s identity.SessionID, to string) (Holdings, error) {
	var h Holdings
	items, err := db.query(ctx, span{pk: userPartition(u), from: "ORG#", to: to})
	for _, item := range items {
		switch itemType(item) {
		case "profile":
			var i profileItem
			err = errors.Join(err, decode(item, &i))
			h.Profile = i.profile()

		case "membership":
			var i membershipItem
			err = errors.Join(err, decode(item, &i))
			h.Memberships = append(h.Memberships, i.membership())

		case "token":
			var i tokenItem
			err = errors.Join(err, decode(item, &i))
			h.Tokens = append(h.Tokens, i.token())

		case "session":
			var i sessionItem
			err = errors.Join(err, decode(item, &i))

			if session := i.session(); session.ID == s {
				h.Current = session.CurrentOrg
			}
		}
	}

	return h, err
}

// UseToken records a use that identity.Terms.Use says to write, unless the token has ended or another use of the same
// step was recorded first; written tells which. It never shortens a lease and never revives a token.
func (db *DB) UseToken(ctx context.Context, t identity.Token, use identity.Use) (written bool, err error) {
	return db.use(ctx, tokenKey(t.User, t.ID), ", GSI2SK = :hour", values{":hour": leaseIndex(t.ID, use.Until).sk}, use)
}

// UseSession is UseToken for a session.
func (db *DB) UseSession(ctx context.Context, s identity.Session, use identity.Use) (written bool, err error) {
	return db.use(ctx, sessionKey(s.User, s.ID), "", values{}, use)
}

func (db *DB) use(ctx context.Context, k key, also string, v values, use identity.Use) (bool, error) {
	v[":now"], v[":until"], v[":used"] = use.At, use.Until, use.LastUsed
	v[":purge"], v[":before"] = use.Purge(), use.Before
	_, err := db.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 &db.name,
		Key:                       k.values(),
		ExpressionAttributeValues: v.attributes(),
		UpdateExpression:          aws.String("SET lease_until = :until, last_used_at = :used, purge_at = :purge" + also),
		ConditionExpression:       aws.String(ifUseMovesIt),
	})
	switch {
	case ifConditionFailed(err):
		return false, nil
	case err != nil:
		return false, failure("record a use", err)
	}

	return true, nil
}

// ExtendToken moves a token's lease from what was read to what identity.Terms.Extend made of it; TokenDead when the
// token ended meanwhile, errStale when its lease moved.
func (db *DB) ExtendToken(ctx context.Context, c identity.Change, t identity.Token, extended identity.Lease) error {
	byLease := leaseIndex(t.ID, extended.Until)
	return db.commit(ctx, c, []identity.Event{tokenEvent(identity.ActionTokenExtend, t, leaseState(t.Lease), leaseState(extended))},
		db.update(tokenKey(t.User, t.ID), "SET lease_until = :until, purge_at = :purge, GSI2PK = :shard, GSI2SK = :hour", ifSameLease,
			values{
				":seen": t.Until, ":until": extended.Until, ":purge": extended.Purge(),
				":shard": byLease.pk, ":hour": byLease.sk,
			}, nil))
}

// DeleteToken ends a token at once and leaves what its owner may see of a dead one; nothing when it ended before.
func (db *DB) DeleteToken(ctx context.Context, c identity.Change, t identity.Token) error {
	err := db.commit(ctx, c, []identity.Event{tokenEvent(identity.ActionTokenDelete, t, nil, nil)},
		db.end(t, identity.Deleted, c.At, ifNotEnded, values{}))
	if errors.Is(err, errStale) {
		return nil
	}

	return err
}

// end makes a tombstone of a token: why and when it died stay listed for identity.Retention.
func (db *DB) end(t identity.Token, why identity.Ending, at time.Time, condition string, v values) step {
	v[":why"], v[":at"], v[":purge"] = string(why), at, at.Add(identity.Retention)
	return db.update(tokenKey(t.User, t.ID),
		"SET ended_why = :why, ended_at = :at, purge_at = :purge REMOVE GSI2PK, GSI2SK", condition, v, nil)
}

func tokenEvent(action identity.Action, t identity.Token, before, after map[string]string) identity.Event {
	return identity.Event{
		Scope:  string(t.Org),
		Action: action,
		Before: before,
		After:  after,
		Target: identity.Target{Type: "token", ID: string(t.ID), Name: t.Description},
	}
}

func leaseState(l identity.Lease) map[string]string {
	return map[string]string{
		"leaseExpiresAt": l.Until.Format(time.RFC3339), "expiresAt": l.Expires.Format(time.RFC3339),
	}
}
