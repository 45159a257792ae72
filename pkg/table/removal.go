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

// A deleted organization is removed in this order: its members, each with their tokens in it; then what else is stored
// under it; then its audit log, with what only the log leads to; and its own item last, by which the next run finds it
// again. Each write removes one thing that no later one depends on, so a run can be cut short anywhere, and two runs at
// once do no harm. DynamoDB's TTL has removed the quotas of its last day by then.

const (
	// ifDueForRemoval: the organization was deleted long enough ago, and the sweep has not begun to remove it.
	ifDueForRemoval = ifDeleted + " AND deleted_at <= :latest AND " + ifStays
	// ifRemoving: the sweep has begun to remove the organization.
	ifRemoving = "attribute_exists(removing_at)"
	// ifOfOrg: the token belongs to the organization.
	ifOfOrg = "org_id = :org"
	// ifDefault: the organization is the person's default.
	ifDefault = "default_org = :org"
	// ifNotDefault: the person exists, and the organization is not their default.
	ifNotDefault = "attribute_exists(PK) AND (attribute_not_exists(default_org) OR default_org <> :org)"

	// removalReserve is the part of a run's time that removal leaves unused, so that a run ends by itself.
	removalReserve = 10 * time.Second
)

// errOutOfTime ends a removal, which the next run resumes.
var errOutOfTime = errors.New("out of time")

// Removed is what a run of RemoveOrganizations did.
type Removed struct {
	// Organizations is the number of organizations of which nothing is left.
	Organizations int
	// Items is the number of items that were removed.
	Items int
}

// RemoveOrganizations removes the deleted organizations whose identity.DeletionTerm has passed at now. It reads only
// what belongs to them. It stops in time before the context's deadline, and the next run continues. A failure in one
// organization does not stop it from continuing with the others.
func (db *DB) RemoveOrganizations(ctx context.Context, now time.Time) (Removed, error) {
	due, err := db.query(ctx, span{
		index: Index2,
		pk:    deletionPartition,
		from:  lowest,
		to:    deletionIndex("", now).sk + highest,
	})

	var total Removed
	failed := err
	for _, item := range due {
		o := identity.OrgID(text(item, AttrPK)[len(orgPartition("")):])
		r := removal{
			db:  db,
			org: o,
			now: now,
		}

		err := r.run(ctx)
		total.Items += r.items

		switch {
		case errors.Is(err, errOutOfTime):
			return total, failed
		case err != nil:
			failed = errors.Join(failed, fmt.Errorf("remove %s: %w", o, err))
		case r.gone:
			total.Organizations++
		}
	}

	return total, failed
}

// removal removes one organization.
type removal struct {
	db    *DB
	org   identity.OrgID
	now   time.Time
	items int
	gone  bool // nothing is left
}

// run removes as much as there is time for. It returns errOutOfTime if there was not enough.
func (r *removal) run(ctx context.Context) error {
	o, claimed, err := r.claim(ctx)
	if err != nil || !claimed {
		return err
	}

	if err := r.members(ctx); err != nil {
		return err
	}

	partitions := []string{orgPartition(r.org), searchPartition(r.org)}
	first := time.Date(o.CreatedAt.Year(), o.CreatedAt.Month(), 1, 0, 0, 0, 0, time.UTC)
	for month := first; !month.After(r.now); month = month.AddDate(0, 1, 0) {
		partitions = append(partitions, auditPartition(string(r.org), month))
	}

	for _, partition := range partitions {
		if err := r.partition(ctx, partition); err != nil {
			return err
		}
	}

	r.gone, err = r.db.drop(ctx, orgKey(r.org), ifRemoving, nil)
	r.items += one(r.gone)

	return err
}

// claim marks the organization as being removed, after which nobody can restore it. claimed is false if it is not to be
// removed: an Owner has just restored it, or another run has just removed it.
func (r *removal) claim(ctx context.Context) (o identity.Organization, claimed bool, err error) {
	var item orgItem
	if found, err := r.db.get(ctx, orgKey(r.org), &item); err != nil || !found {
		return o, false, err
	}

	o = item.organization()
	if o.Removing {
		return o, true, nil
	}

	claimed, err = writeOne(ctx, "begin to remove an organization", func() error {
		_, err := r.db.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName:           &r.db.name,
			Key:                 orgKey(r.org).values(),
			UpdateExpression:    aws.String("SET removing_at = :now"),
			ConditionExpression: aws.String(ifDueForRemoval),
			ExpressionAttributeValues: values{
				":now":    r.now,
				":latest": r.now.Add(-identity.DeletionTerm),
			}.attributes(),
		})
		return err
	})

	return o, claimed, err
}

// members removes the members, page by page.
func (r *removal) members(ctx context.Context) error {
	from := memberPrefix
	for {
		if err := inTime(ctx); err != nil {
			return err
		}

		items, err := r.db.query(ctx, span{
			index: Index1,
			pk:    orgPartition(r.org),
			from:  from,
			to:    memberPrefix + last,
			limit: spreadPage,
		})
		if err != nil {
			return err
		}

		n, err := atOnce(ctx, items, func(item attributes) (int, error) {
			return r.member(ctx, key{text(item, AttrPK), text(item, AttrSK)})
		})
		r.items += n
		if err != nil || len(items) < spreadPage {
			return err
		}

		from = text(items[len(items)-1], AttrGSI1SK) + "\x00"
	}
}

// member removes one member with their tokens in the organization, and reads and decides again if they change
// meanwhile. The index can show a member who is gone already. It returns how many items it removed.
func (r *removal) member(ctx context.Context, k key) (removed int, err error) {
	err = identity.RetryStale(ctx, func() error {
		items, err := r.db.batch(ctx, []key{k, {k.PK, "PROFILE"}})
		if err != nil {
			return err
		}

		found, err := decodeAll(items)
		if err != nil || len(found.memberships) == 0 {
			return err
		}

		m := found.memberships[0]
		gone, err := r.belongings(ctx, m)
		removed += gone
		if err != nil {
			return err
		}

		if err := r.db.transact(ctx, r.depart(m, found.profiles)); err != nil {
			return err
		}

		removed++
		return nil
	})

	return removed, err
}

// belongings removes what belongs to a membership: the person's tokens in the organization, the offer that leads to an
// invitation, and everything of a service account except its membership and profile.
func (r *removal) belongings(ctx context.Context, m identity.Membership) (removed int, err error) {
	if m.ServiceAccount {
		return r.account(ctx, m.User)
	}

	if removed, err = r.tokens(ctx, m.User); err != nil || m.Counts() {
		return removed, err
	}

	gone, err := r.db.drop(ctx, offerKey(m.Person.Email, r.org), ifTheirs, values{":user": string(m.User)})
	return removed + one(gone), err
}

// account removes what is stored under a service account, except what depart removes.
func (r *removal) account(ctx context.Context, u identity.UserID) (removed int, err error) {
	items, err := r.db.query(ctx, span{pk: userPartition(u), to: highest})
	if err != nil {
		return 0, err
	}

	for _, item := range items {
		if kind := itemType(item); kind == "membership" || kind == "profile" {
			continue
		}

		gone, err := r.db.drop(ctx, key{text(item, AttrPK), text(item, AttrSK)}, ifPresent, nil)
		if removed += one(gone); err != nil {
			return removed, err
		}
	}

	return removed, nil
}

// depart returns the writes that remove a membership, and what the person's profile has of it. An invitation has no
// profile.
func (r *removal) depart(m identity.Membership, profiles []identity.Profile) []step {
	steps := []step{r.db.remove(membershipKey(m.User, r.org), ifVersion, values{":seen_version": m.Version}, nil)}
	if len(profiles) == 0 || !m.Counts() {
		return steps
	}

	if m.ServiceAccount {
		return append(steps, r.db.remove(profileKey(m.User), ifPresent, nil, nil))
	}

	expression, condition := "ADD org_count :less", ifNotDefault
	if profiles[0].DefaultOrg == r.org {
		expression, condition = "REMOVE default_org ADD org_count :less", ifDefault
	}

	return append(steps, r.db.update(profileKey(m.User), expression, condition,
		values{":less": -1, ":org": string(r.org)}, nil))
}

// tokens removes a person's tokens in the organization.
func (r *removal) tokens(ctx context.Context, u identity.UserID) (int, error) {
	items, err := r.db.query(ctx, span{pk: userPartition(u), from: "TOKEN#", to: "TOKEN#" + highest})
	if err != nil {
		return 0, err
	}

	removed := 0
	for _, item := range items {
		if text(item, "org_id") != string(r.org) {
			continue
		}

		gone, err := r.db.drop(ctx, key{text(item, AttrPK), text(item, AttrSK)}, ifOfOrg, values{":org": string(r.org)})
		removed += one(gone)
		if err != nil {
			return removed, err
		}
	}

	return removed, nil
}

// partition removes everything in a partition except the organization's own item, page by page.
func (r *removal) partition(ctx context.Context, pk string) error {
	for {
		if err := inTime(ctx); err != nil {
			return err
		}

		items, err := r.db.query(ctx, span{pk: pk, to: last, limit: spreadPage})
		if err != nil {
			return err
		}

		full := len(items) >= spreadPage
		items = slices.DeleteFunc(items, func(item attributes) bool { return text(item, AttrSK) == orgKey(r.org).SK })

		n, err := atOnce(ctx, items, func(item attributes) (int, error) { return r.item(ctx, item) })
		r.items += n
		if err != nil || !full {
			return err
		}
	}
}

// item removes an item, and first what only an event of the audit log leads to. It returns how many items it removed.
func (r *removal) item(ctx context.Context, item attributes) (removed int, err error) {
	if itemType(item) == "event" {
		if removed, err = r.remains(ctx, item); err != nil {
			return removed, err
		}
	}

	gone, err := r.db.drop(ctx, key{text(item, AttrPK), text(item, AttrSK)}, ifPresent, nil)
	return removed + one(gone), err
}

// remains removes what an event of the audit log leads to: the tokens of a person who left the organization, and what
// it has sent to an address that it invited.
func (r *removal) remains(ctx context.Context, item attributes) (int, error) {
	var row eventItem
	if err := decode(item, &row); err != nil {
		return 0, err
	}

	switch event := row.event(); event.Action {
	case identity.ActionMemberRemove:
		return r.tokens(ctx, identity.UserID(event.Target.ID))
	case identity.ActionMemberInvite:
		gone, err := r.db.drop(ctx, offerKey(event.After["email"], r.org), ifPresent, nil)
		return one(gone), err
	default:
		return 0, nil
	}
}

// inTime returns errOutOfTime if the context's deadline is near.
func inTime(ctx context.Context) error {
	deadline, bounded := ctx.Deadline()
	if bounded && time.Until(deadline) < removalReserve { //nolint:forbidigo // the deadline of ctx is in real time
		return errOutOfTime
	}

	return nil
}

// drop deletes an item if it meets the condition; gone is false if it does not, or does not exist.
func (db *DB) drop(ctx context.Context, k key, condition string, v values) (gone bool, err error) {
	return writeOne(ctx, "delete an item", func() error {
		_, err := db.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
			TableName:                 &db.name,
			Key:                       k.values(),
			ConditionExpression:       &condition,
			ExpressionAttributeValues: v.attributes(),
		})
		return err
	})
}
