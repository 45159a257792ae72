package table

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// How owners are told in time. A run looks at the hours of index 2 that came into reach since the last run: leases that
// end within three days, and expiries within 14 and within three days. It reads the tokens of these hours, asks
// identity.Notices, and for each notice writes on the token that it was sent before it hands the mail over. Two runs at
// once, and a run that is repeated, therefore send no mail twice. A run that ends between the two loses that mail.

const (
	// ifNotLapseNoticed: nothing has ended the token, its lease is as it was read, and no notice has named its end.
	ifNotLapseNoticed = ifNotEnded + " AND lease_until = :ends AND (attribute_not_exists(lapse_noticed) OR lapse_noticed <> :ends)"
	// ifNotExpiryNoticed: nothing has ended the token, and neither this notice of the expiry nor a later one was sent.
	ifNotExpiryNoticed = ifNotEnded + " AND (attribute_not_exists(expiry_noticed) OR expiry_noticed > :days)"
	// ifReuseNoted: the token is in the index, because its owner has not been mailed that it was used after it was replaced.
	ifReuseNoted = "GSI2PK = :reuse"
	// ifReuseMailed: the owner has been mailed.
	ifReuseMailed = "attribute_exists(reused_at) AND attribute_not_exists(GSI2PK)"
	// ifAnyExpiry: the expiry of the token has no item, or one that says the same.
	ifAnyExpiry = "attribute_not_exists(PK) OR item_type = :expiry"

	warnPage = 50 // the tokens of a page, which a batch reads with their memberships or their expiries
	// warnReserve is the part of a run's time that it leaves unused, so that it ends by itself.
	warnReserve = 10 * time.Second
	// warnHeld is how long a run looks again at hours with a mail that was refused.
	warnHeld = 24 * time.Hour
	// walks is how often all live tokens are walked, and walkPause the time between: an earlier version can create tokens
	// while the first walk is under way, and for some time after if an upgrade is undone and done again.
	walks     = 2
	walkPause = 24 * time.Hour
)

// ErrMailRefused is what a Deliver returns if the mail was certainly not sent, so that the next run may try again.
var ErrMailRefused = errors.New("the mail service refused the mail")

// Warning is a notice to the owner of a token.
type Warning struct {
	identity.Notice
	Token      identity.Token
	Membership identity.Membership
	Profile    identity.Profile
	// To is the address that the mail goes to: the owner's, or that of DB.Contact for a service account.
	To string
}

// Deliver mails a warning. It returns ErrMailRefused if the mail was certainly not sent. After any other error the mail may
// have been sent, and is not sent again.
type Deliver func(context.Context, Warning) error

// Warned is what a run of Warn did.
type Warned struct {
	// Sent is the number of mails that were sent.
	Sent int
	// Refused is the number of mails that the mail service refused. The next run tries them again, for a day.
	Refused int
	// Lost is the number of mails that may not have been sent.
	Lost int
	// Noted is the number of tokens of an earlier version that the run gave an item for their expiry.
	Noted int
}

// warning is a run of Warn.
type warning struct {
	*DB
	now     time.Time
	deliver Deliver
	Warned
}

// errCutShort ends a run whose time is over.
var errCutShort = errors.New("out of time")

// Warn sends the notices that are due at now. It reads only tokens that end soon, except that it walks all live tokens
// twice after an upgrade, to find those that an earlier version made. It stops in time before the context's deadline,
// and the next run continues.
func (db *DB) Warn(ctx context.Context, now time.Time, deliver Deliver) (Warned, error) {
	var at noticesItem
	if _, err := db.get(ctx, noticesKey(), &at); err != nil {
		return Warned{}, err
	}

	run := &warning{DB: db, now: now, deliver: deliver}
	failed := run.walk(ctx, at)
	for _, w := range []struct {
		attribute string
		until     int64
		shard     func(int) string
		days      int
	}{
		{"lapses_until", at.LapsesUntil, leaseShard, identity.LapseNoticeDays},
		{"last_until", at.LastUntil, expiryShard, identity.ExpiryNoticeDays[0]},
		{"first_until", at.FirstUntil, expiryShard, identity.ExpiryNoticeDays[1]},
	} {
		if err := run.window(ctx, w.attribute, moment(w.until), w.shard, w.days); err != nil {
			failed = errors.Join(failed, fmt.Errorf("look at %s: %w", w.attribute, err))
		}
	}

	if err := run.pages(ctx, reusePartition, lowest, highest, run.sendReused); err != nil {
		failed = errors.Join(failed, fmt.Errorf("look at reused tokens: %w", err))
	}

	return run.Warned, failed
}

// window sends the notices of what ends between the hour until, which the last run reached, and some days from now. It then
// notes how far it has come: not past what it could not read, and for a day not past what was refused.
func (w *warning) window(ctx context.Context, attribute string, until time.Time, shard func(int) string, days int) error {
	refused := w.Refused
	reach := w.now.UTC().Add(time.Duration(days) * 24 * time.Hour).Truncate(time.Hour)
	from := latestOf(until, w.now.UTC().Truncate(time.Hour))

	for n := range LeaseShards {
		err := w.pages(ctx, shard(n), from.Format(hourForm), reach.Format(hourForm)+"#"+highest, w.send)
		if errors.Is(err, errCutShort) {
			return nil // the next run begins with the same hour
		}

		if err != nil {
			return err
		}
	}

	if w.Refused > refused {
		reach = latestOf(until, reach.Add(-warnHeld))
	}

	if !reach.After(until) {
		return nil
	}

	_, err := writeOne(ctx, "note how far the notices have come", func() error {
		_, err := w.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName:        &w.name,
			Key:              noticesKey().values(),
			UpdateExpression: aws.String("SET item_type = :type, " + attribute + " = :reach"),
			// ifFurther: no other run has come further.
			ConditionExpression:       aws.String("attribute_not_exists(" + attribute + ") OR " + attribute + " < :reach"),
			ExpressionAttributeValues: values{":type": "notices", ":reach": reach}.attributes(),
		})
		return err
	})

	return err
}

// pages calls do with the keys of the tokens that a partition of index 2 leads to between two of its sort keys, a page at a
// time, and with the sort key at which the next page begins.
func (w *warning) pages(ctx context.Context, pk, from, to string, do func(context.Context, []key, string) error) error {
	for {
		if err := haveTime(ctx); err != nil {
			return err
		}

		items, err := w.query(ctx, span{
			index: Index2,
			pk:    pk,
			from:  from,
			to:    to,
			limit: warnPage,
		})
		if err != nil || len(items) == 0 {
			return err
		}

		items = items[:min(len(items), warnPage)]
		keys := make([]key, len(items))
		for i, item := range items {
			at := text(item, AttrGSI2SK)
			id := identity.TokenID(at[len(hourForm)+1:])
			keys[i] = key{text(item, AttrPK), tokenKey("", id).SK}
			from = at + "\x00"
		}

		if err := do(ctx, keys, from); err != nil || len(keys) < warnPage {
			return err
		}
	}
}

// haveTime returns errCutShort if less than warnReserve is left of the context's time.
func haveTime(ctx context.Context) error {
	deadline, bounded := ctx.Deadline()
	if bounded && time.Until(deadline) < warnReserve { //nolint:forbidigo // the deadline of ctx is in real time
		return errCutShort
	}

	return ctx.Err()
}

// send sends the notices of the tokens with the keys that are due.
func (w *warning) send(ctx context.Context, keys []key, _ string) error {
	due := func(t identity.Token) bool { return len(t.Due(w.now)) > 0 }

	return w.sendOf(ctx, keys, due, func(x Warning) []identity.Notice {
		return identity.Notices(x.Token, x.Membership, x.Profile.Muted, w.now)
	})
}

// sendReused mails the owners of the tokens with the keys that these were used after they were replaced. A token whose
// owner was mailed leaves the index.
func (w *warning) sendReused(ctx context.Context, keys []key, _ string) error {
	reused := func(t identity.Token) bool { return !t.ReusedAt.IsZero() }

	return w.sendOf(ctx, keys, reused, func(x Warning) []identity.Notice {
		return []identity.Notice{{Kind: identity.ReuseNotice, Ends: x.Token.ReusedAt}}
	})
}

// sendOf reads the tokens with the keys and, for those that concern, their owners, and sends the notices of each.
func (w *warning) sendOf(ctx context.Context, keys []key, concerns func(identity.Token) bool,
	notices func(Warning) []identity.Notice) error {
	items, err := w.batch(ctx, keys)
	if err != nil {
		return err
	}

	found, err := decodeAll(items)
	if err != nil {
		return err
	}

	tokens := slices.DeleteFunc(found.tokens, func(t identity.Token) bool { return !concerns(t) })
	if len(tokens) == 0 {
		return nil
	}

	owners, err := w.owners(ctx, tokens)
	if err != nil {
		return err
	}

	for _, t := range tokens {
		warning := Warning{Token: t, Profile: owners.profile(t.User), Membership: owners.membership(t.User, t.Org)}
		for _, n := range notices(warning) {
			warning.Notice = n
			if err := w.sendOne(ctx, warning); err != nil {
				return err
			}
		}
	}

	return nil
}

// owners reads the profiles and the memberships of the owners of tokens.
func (w *warning) owners(ctx context.Context, tokens []identity.Token) (nouns, error) {
	var keys []key
	for _, t := range tokens {
		for _, k := range []key{profileKey(t.User), membershipKey(t.User, t.Org)} {
			if !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}

	items, err := w.batch(ctx, keys)
	if err != nil {
		return nouns{}, err
	}

	return decodeAll(items)
}

// sendOne claims a notice and hands it over. A mail that was certainly not sent gives its claim back.
func (w *warning) sendOne(ctx context.Context, warning Warning) error {
	if err := haveTime(ctx); err != nil {
		return err
	}

	warning.To = warning.Profile.Email
	if warning.Membership.ServiceAccount {
		to, err := w.Contact(ctx, warning.Membership)
		if err != nil || to == "" {
			return err
		}

		warning.To = to
	}

	claimed, err := w.claim(ctx, warning.Token, warning.Notice)
	if err != nil || !claimed {
		return err
	}

	err = w.deliver(ctx, warning)
	switch {
	case err == nil:
		w.Sent++
	case errors.Is(err, ErrMailRefused):
		w.Refused++
		return w.giveBack(ctx, warning.Token, warning.Notice)
	default:
		w.Lost++
	}

	return nil
}

// claim notes on the token that a notice was sent. claimed is false if another run has done so, or the token was used,
// extended or ended since it was read.
func (db *DB) claim(ctx context.Context, t identity.Token, n identity.Notice) (claimed bool, err error) {
	switch n.Kind {
	case identity.ReuseNotice:
		return db.noteNotice(ctx, t, "REMOVE GSI2PK, GSI2SK", ifReuseNoted, values{":reuse": reusePartition})
	case identity.LapseNotice:
		return db.noteNotice(ctx, t, "SET lapse_noticed = :ends", ifNotLapseNoticed, values{":ends": n.Ends})
	case identity.ExpiryNotice:
		return db.noteNotice(ctx, t, "SET expiry_noticed = :days", ifNotExpiryNoticed, values{":days": n.Days})
	}

	return false, fmt.Errorf("note a notice: the kind %q is unknown", n.Kind)
}

// giveBack undoes claim, unless another notice has been sent since.
func (db *DB) giveBack(ctx context.Context, t identity.Token, n identity.Notice) error {
	var (
		before, condition string
		v                 values
	)

	switch n.Kind {
	case identity.ReuseNotice:
		place := reuseIndex(t.ID, n.Ends)
		before, condition = "SET GSI2PK = :reuse, GSI2SK = :place", ifReuseMailed
		v = values{":reuse": place.pk, ":place": place.sk}

	case identity.LapseNotice:
		before, condition, v = "REMOVE lapse_noticed", "lapse_noticed = :ends", values{":ends": n.Ends}
		if !t.Noticed.Lapse.IsZero() {
			before, v[":before"] = "SET lapse_noticed = :before", t.Noticed.Lapse
		}

	case identity.ExpiryNotice:
		before, condition, v = "REMOVE expiry_noticed", "expiry_noticed = :days", values{":days": n.Days}
		if t.Noticed.ExpiryDays != 0 {
			before, v[":before"] = "SET expiry_noticed = :before", t.Noticed.ExpiryDays
		}
	}

	_, err := db.noteNotice(ctx, t, before, condition, v)
	return err
}

func (db *DB) noteNotice(ctx context.Context, t identity.Token, expression, condition string, v values) (bool, error) {
	return writeOne(ctx, "note a notice", func() error {
		_, err := db.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName:                 &db.name,
			Key:                       tokenKey(t.User, t.ID).values(),
			UpdateExpression:          &expression,
			ConditionExpression:       &condition,
			ExpressionAttributeValues: v.attributes(),
		})
		return err
	})
}

// walk gives the live tokens of earlier versions an item for their expiry, if that is still to be done. The lease of a
// token only moves toward the end of the index, so that a walk from the beginning misses none.
func (w *warning) walk(ctx context.Context, at noticesItem) error {
	if at.Walks >= walks || at.Walks > 0 && w.now.Before(moment(at.WalkedAt).Add(walkPause)) {
		return nil
	}

	reached := at
	for ; reached.WalkShard < LeaseShards; reached.WalkShard++ {
		from := max(reached.WalkAfter, w.now.UTC().Format(hourForm))
		err := w.pages(ctx, leaseShard(reached.WalkShard), from, highest, func(ctx context.Context, keys []key, next string) error {
			err := w.noteExpiries(ctx, keys)
			if err == nil {
				reached.WalkAfter = next
			}

			return err
		})
		if errors.Is(err, errCutShort) {
			return w.walked(ctx, at, reached)
		}

		if err != nil {
			return errors.Join(fmt.Errorf("walk the tokens: %w", err), w.walked(ctx, at, reached))
		}

		reached.WalkAfter = ""
	}

	return w.walked(ctx, at, noticesItem{Walks: at.Walks + 1, WalkedAt: w.now.Unix()})
}

// walked notes how far a walk has come, unless another run has walked meanwhile.
func (w *warning) walked(ctx context.Context, before, after noticesItem) error {
	ctx = context.WithoutCancel(ctx) // a run that is cut short has time left for this
	v := values{
		":type":   "notices",
		":walks":  after.Walks,
		":at":     after.WalkedAt,
		":shard":  after.WalkShard,
		":after":  after.WalkAfter,
		":before": before.Walks,
	}
	_, err := writeOne(ctx, "note a walk", func() error {
		_, err := w.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: &w.name,
			Key:       noticesKey().values(),
			UpdateExpression: aws.String(
				"SET item_type = :type, walk_count = :walks, walked_at = :at, walk_shard = :shard, walk_after = :after"),
			// ifSameWalk: no other run has finished this walk.
			ConditionExpression:       aws.String("attribute_not_exists(walk_count) OR walk_count = :before"),
			ExpressionAttributeValues: v.attributes(),
		})
		return err
	})

	return err
}

// noteExpiries gives the tokens with the keys an item for their expiry if they have none, and sends the notices that
// are due for these tokens: the hours that a window looks at may be past.
func (w *warning) noteExpiries(ctx context.Context, keys []key) error {
	asked := slices.Clone(keys)
	for _, k := range keys {
		asked = append(asked, key{k.PK, expiryKey("", identity.TokenID(k.SK[len("TOKEN#"):])).SK})
	}

	items, err := w.batch(ctx, asked)
	if err != nil {
		return err
	}

	known := map[key]bool{}
	for _, item := range items {
		known[key{text(item, AttrPK), text(item, AttrSK)}] = true
	}

	found, err := decodeAll(items)
	if err != nil {
		return err
	}

	var (
		steps []step
		noted []key
	)

	for _, t := range found.tokens {
		if t.Ended == "" && !known[expiryKey(t.User, t.ID)] {
			steps = append(steps, w.put(newExpiryItem(t), ifAnyExpiry, values{":expiry": "expiry"}, nil))
			noted = append(noted, tokenKey(t.User, t.ID))
		}
	}

	if len(steps) == 0 {
		return nil
	}

	if err := w.commit(ctx, identity.Change{At: w.now}, nil, steps...); err != nil {
		return err
	}

	w.Noted += len(steps)
	return w.send(ctx, noted, "")
}

// profile returns a person's profile; zero if it was not found.
func (n nouns) profile(u identity.UserID) identity.Profile {
	i := slices.IndexFunc(n.profiles, func(p identity.Profile) bool { return p.ID == u })
	if i < 0 {
		return identity.Profile{}
	}

	return n.profiles[i]
}

// membership returns a person's membership in an organization; zero if it was not found.
func (n nouns) membership(u identity.UserID, o identity.OrgID) identity.Membership {
	i := slices.IndexFunc(n.memberships, func(m identity.Membership) bool { return m.User == u && m.Org == o })
	if i < 0 {
		return identity.Membership{}
	}

	return n.memberships[i]
}

func latestOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}

	return a
}
