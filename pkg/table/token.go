package table

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// ifInEpoch: the owner's membership is in the epoch in which the token was created.
	ifInEpoch = "token_epoch = :epoch"
	// ifSameLease: the token has neither ended nor moved since it was read.
	ifSameLease = ifNotEnded + " AND lease_until = :seen"
	// ifNotRotated: the token has neither ended nor moved since it was read, and nobody rotated it.
	ifNotRotated = ifSameLease + " AND attribute_not_exists(replaced_by)"
	// ifSameDescription: the token has the version that was read. A token of an earlier version has none, which counts
	// as 1.
	ifSameDescription = "attribute_exists(PK) AND (version = :seen OR attribute_not_exists(version) AND :seen = :first)"
	// ifNotEnded: the token exists and nothing ended it before.
	ifNotEnded = "attribute_exists(PK) AND attribute_not_exists(ended_why)"
	// ifUseMovesIt: the token is live, and this use is the first of its step. Without attribute_exists an update would
	// recreate a deleted token.
	ifUseMovesIt = "attribute_exists(PK) AND attribute_not_exists(ended_why) AND lease_until > :now AND " +
		"(lease_until < :until OR lease_until = :until AND (attribute_not_exists(last_used_at) OR last_used_at < :before))"
)

// CreateToken stores a new token. It returns Forbidden if its owner may not have tokens in the organization at the
// moment of writing, the errors of identity.TokenCount.MayAdd, and the refusals of writeAs. It is stale if other tokens of
// the owner are counted at the same time.
func (db *DB) CreateToken(t identity.Token) identity.Write {
	return func(ctx context.Context, c identity.Change) error {
		steps, err := db.addToken(ctx, t, c.At)
		if err != nil {
			return err
		}

		return db.writeAs([]identity.Event{tokenEvent(identity.ActionTokenCreate, t, nil, tokenState(t))}, steps...)(ctx, c)
	}
}

// addToken returns the writes of a new token, with the condition that its owner may have it and what counts it.
func (db *DB) addToken(ctx context.Context, t identity.Token, now time.Time) ([]step, error) {
	tallied, err := db.tallyToken(ctx, t, now)
	if err != nil {
		return nil, err
	}

	condition, v := ifCan(identity.OwnTokens)
	v[":epoch"] = t.Epoch

	return []step{
		db.put(newTokenItem(t), ifAbsent, nil, nil),
		db.put(newExpiryItem(t), ifAbsent, nil, nil),
		db.check(membershipKey(t.User, t.Org), ifInEpoch+" AND "+condition, v, refuseTokens),
		tallied,
	}, nil
}

// RotateToken writes what identity.Token.Rotate made of a token: the token as it is for the overlap, and its successor.
// It is stale if the token's lease has moved, or the token has ended or was rotated, and returns the errors of
// CreateToken.
func (db *DB) RotateToken(before, old, successor identity.Token) identity.Write {
	return func(ctx context.Context, c identity.Change) error {
		added, err := db.addToken(ctx, successor, c.At)
		if err != nil {
			return err
		}

		byLease := leaseIndex(old.ID, old.Until)
		replaced := db.update(tokenKey(old.User, old.ID), "SET replaced_by = :by, expires_at = :expires, "+
			"lease_until = :until, purge_at = :purge, GSI2PK = :shard, GSI2SK = :hour", ifNotRotated, values{
			":seen":    before.Until,
			":by":      string(old.ReplacedBy),
			":expires": old.Expires,
			":until":   old.Until,
			":purge":   old.Purge(),
			":shard":   byLease.pk,
			":hour":    byLease.sk,
		}, nil)

		event := tokenEvent(identity.ActionTokenRotate, before, tokenState(before), tokenState(successor))
		return db.writeAs([]identity.Event{event}, append([]step{replaced}, added...)...)(ctx, c)
	}
}

// RenameToken writes a token's description, as identity.Token.Rename made after of before. It is stale if the token has
// changed.
func (db *DB) RenameToken(before, after identity.Token) identity.Write {
	if after == before {
		return nil
	}

	return db.writeAs([]identity.Event{tokenEvent(identity.ActionTokenRename, after, nil, nil)},
		db.update(tokenKey(after.User, after.ID), "SET description = :description, version = :version", ifSameDescription, values{
			":description": after.Description,
			":version":     after.Version,
			":seen":        before.Version,
			":first":       1,
		}, nil))
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

	if m := i.membership(); m.Accessible() && !m.Grants(identity.OwnTokens) {
		return m.Lacking(identity.OwnTokens)
	}

	return errNoAccess // or removed and invited again since, so in another epoch
}

// Credentials returns a token and its owner's membership in its organization at now, by one strongly consistent
// BatchGetItem. What does not exist is zero. The batch reads the organization, too, if this process has no copy of its
// standing that is fresh enough.
func (db *DB) Credentials(ctx context.Context, u identity.UserID, t identity.TokenID, o identity.OrgID, now time.Time) (
	token identity.Token, membership identity.Membership, err error) {
	keys := []key{tokenKey(u, t), membershipKey(u, o)}
	standing, fresh := db.standings.fresh(o, now)
	if !fresh {
		keys = append(keys, orgKey(o))
	}

	found, err := db.batchNouns(ctx, keys)
	if err != nil || len(found.tokens) == 0 {
		return token, membership, err
	}

	token = found.tokens[0]
	if len(found.memberships) > 0 {
		membership = found.memberships[0]
	}

	if !fresh {
		standing = identity.Standing{Org: o}
		if len(found.organizations) > 0 {
			standing = found.organizations[0].Standing()
		}

		db.standings.keep(standing, now)
	}

	return token, standing.Of(membership), nil
}

// Token returns one token of a person; NotFound if they have no such token.
func (db *DB) Token(ctx context.Context, u identity.UserID, t identity.TokenID) (identity.Token, error) {
	var item tokenItem
	found, err := db.get(ctx, tokenKey(u, t), &item)
	if err != nil || !found {
		return identity.Token{}, orElse(err, identity.NoSuch("token"))
	}

	return item.token(), nil
}

// Tokens returns a person's tokens in all their organizations, also those that have ended and are not purged yet, by one
// Query. It returns none if there is no such person.
func (db *DB) Tokens(ctx context.Context, u identity.UserID) ([]identity.Token, error) {
	found, err := db.ofPerson(ctx, u, "TOKEN#", "TOKEN#"+highest)
	return found.tokens, err
}

// OwnToken returns one token of the caller and their membership in its organization, whatever their role has become: the
// owner of a token can always see and delete it. It returns NotFound if they have no such token or it has been purged.
func (db *DB) OwnToken(ctx context.Context, c identity.Caller, id identity.TokenID, now time.Time) (
	identity.Token, identity.Membership, error) {
	token, err := db.Token(ctx, c.User, id)
	if err != nil {
		return identity.Token{}, identity.Membership{}, err
	}

	membership, err := db.Membership(ctx, c.User, token.Org)
	if err == nil && (membership.User == "" || token.Purged(now)) {
		err = identity.NoSuch("token")
	}

	return token, membership, err
}

// TokenOf returns one token of a service account; NotFound if it has no such token or the token has been purged.
func (db *DB) TokenOf(ctx context.Context, account identity.Membership, id identity.TokenID, now time.Time) (identity.Token, error) {
	token, err := db.Token(ctx, account.User, id)
	if err == nil && (token.Org != account.Org || token.Purged(now)) {
		err = identity.NoSuch("token")
	}

	return token, err
}

// AccountToken returns one token of a service account that the actor may manage, and the account as the standing of its
// organization makes it at now. It returns the errors of ServiceAccount and TokenOf.
func (db *DB) AccountToken(ctx context.Context, actor identity.Actor, u identity.UserID, id identity.TokenID, now time.Time) (
	token identity.Token, account identity.Membership, err error) {
	account, err = db.ServiceAccount(ctx, actor, u)
	if err == nil {
		account, err = db.Stands(ctx, account, now)
	}

	if err == nil {
		token, err = db.TokenOf(ctx, account, id, now)
	}

	return token, account, err
}

// UseToken records a use that identity.Terms.Use says to write, with where it came from and the days of use; written is
// false if the token has ended or another use of the same step was recorded first. It never shortens a lease and never
// revives a token. t must have been read just before, because the days follow from it.
func (db *DB) UseToken(ctx context.Context, t identity.Token, use identity.Use) (written bool, err error) {
	last := t.LastUse.After(t.LastUsed, use.LastUsed, use.From)
	return db.use(ctx, tokenKey(t.User, t.ID), ", GSI2SK = :hour, used_days = :days", values{
		":hour":  leaseIndex(t.ID, use.Until).sk,
		":days":  int(last.Days),
		":purge": use.Purge(),
	}, use, last)
}

// UseSession does for a session what UseToken does for a token, without the days.
func (db *DB) UseSession(ctx context.Context, s identity.Session, use identity.Use) (written bool, err error) {
	last := s.LastUse.After(s.LastUsed, use.LastUsed, use.From)
	s.Lease = use.Lease
	return db.use(ctx, sessionKey(s.User, s.ID), "", values{":purge": s.Purge()}, use, last)
}

func (db *DB) use(ctx context.Context, k key, also string, v values, use identity.Use, last identity.LastUse) (bool, error) {
	v[":now"], v[":until"], v[":used"] = use.At, use.Until, use.LastUsed
	v[":before"] = use.Before

	origin := lastUseExpression(last, v)
	return writeOne(ctx, "record a use", func() error {
		_, err := db.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName:                 &db.name,
			Key:                       k.values(),
			ExpressionAttributeValues: v.attributes(),
			UpdateExpression: aws.String("SET lease_until = :until, last_used_at = :used, seen_at = :used, purge_at = :purge" +
				also + origin),
			ConditionExpression: aws.String(ifUseMovesIt),
		})
		return err
	})
}

// lastUseExpression returns the end of an update expression that begins with SET, and adds its values to v. It stores
// where a use came from and removes what is not known, so that an earlier address does not stay with a later time.
func lastUseExpression(last identity.LastUse, v values) string {
	var set, remove string
	for _, attribute := range []struct{ name, placeholder, value string }{
		{"used_from", ":from", last.Address},
		{"used_client", ":client", last.Client},
	} {
		if attribute.value == "" {
			remove += ", " + attribute.name
			continue
		}

		set += ", " + attribute.name + " = " + attribute.placeholder
		v[attribute.placeholder] = attribute.value
	}

	if remove != "" {
		remove = " REMOVE " + strings.TrimPrefix(remove, ", ")
	}

	return set + remove
}

// ExtendToken writes the lease that identity.Terms.Extend made of a token's. It is stale if the token's lease has moved
// or the token has ended, and returns the refusals of writeAs.
func (db *DB) ExtendToken(t identity.Token, extended identity.Lease) identity.Write {
	if extended == t.Lease {
		return nil
	}

	byLease := leaseIndex(t.ID, extended.Until)
	return db.writeAs([]identity.Event{tokenEvent(identity.ActionTokenExtend, t, leaseState(t.Lease), leaseState(extended))},
		db.update(tokenKey(t.User, t.ID),
			"SET lease_until = :until, purge_at = :purge, GSI2PK = :shard, GSI2SK = :hour", ifSameLease, values{
				":seen":  t.Until,
				":until": extended.Until,
				":purge": extended.Purge(),
				":shard": byLease.pk,
				":hour":  byLease.sk,
			}, nil))
}

// DeleteToken ends a token at once and leaves a tombstone. It changes nothing if the token ended before. It returns the
// refusals of writeAs.
func (db *DB) DeleteToken(t identity.Token) identity.Write {
	return func(ctx context.Context, c identity.Change) error {
		err := db.writeAs([]identity.Event{tokenEvent(identity.ActionTokenDelete, t, nil, nil)},
			db.end(t, identity.Deleted, c.At, ifNotEnded, values{}))(ctx, c)
		if errors.Is(err, identity.ErrStale) {
			return nil
		}

		return err
	}
}

// end makes a tombstone of a token, which lists why and when it ended for identity.Retention.
func (db *DB) end(t identity.Token, why identity.Ending, at time.Time, condition string, v values) step {
	v[":why"], v[":at"], v[":purge"] = string(why), at, at.Add(identity.Retention)
	return db.update(tokenKey(t.User, t.ID),
		"SET ended_why = :why, ended_at = :at, purge_at = :purge REMOVE GSI2PK, GSI2SK", condition, v, nil)
}

// tokenEvent returns an event about a token. It names the token by its prefix, because Owners and Admins read the event
// and the description is for the token's owner alone.
func tokenEvent(action identity.Action, t identity.Token, before, after map[string]string) identity.Event {
	return identity.Event{
		Scope:  string(t.Org),
		Action: action,
		Before: before,
		After:  after,
		Target: identity.Target{Type: "token", ID: string(t.ID), Name: t.Prefix()},
	}
}

// tokenState returns what the audit log records of a token: its lease, and what limits it.
func tokenState(t identity.Token) map[string]string {
	state := leaseState(t.Lease)
	state["prefix"] = t.Prefix()

	if t.Scopes.Limited() {
		state["scopes"] = t.Scopes.String()
	}

	if t.Networks != "" {
		state["networks"] = string(t.Networks)
	}

	if t.SelfRotates {
		state["selfRotate"] = "true"
	}

	return state
}

func leaseState(l identity.Lease) map[string]string {
	return map[string]string{
		"leaseExpiresAt": l.Until.Format(time.RFC3339),
		"expiresAt":      l.Expires.Format(time.RFC3339),
	}
}
