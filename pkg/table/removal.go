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
// under it; then its audit log; and its own item last, by which the next run finds it again. Each write removes one thing
// that no later one depends on, so a run can be cut short anywhere, and two runs at once do no harm.
//
// DynamoDB's TTL removes what nothing leads to any more: the tokens of people who left the organization before, what it
// sent to addresses that it invites no longer, and its quotas of a day.

const (
	// ifDueForRemoval: the organization was deleted long enough ago, and the sweep has not begun to remove it.
	ifDueForRemoval = ifDeleted + " AND deleted_at <= :latest AND " + ifStays
	// ifRemoving: the sweep has begun to remove the organization.
	ifRemoving = "attribute_exists(removing_at)"
	// ifOfOrg: the token belongs to the organization.
	ifOfOrg = "org_id = :org"
	// ifDefault: the organization is the person's default.
	ifDefault = "default_org = :org"
	// ifPerson: the person exists, and the organization is not their default.
	ifPerson = "attribute_exists(PK) AND (attribute_not_exists(default_org) OR default_org <> :org)"

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

// RemoveOrganizations removes the deleted organizations whose identity.DeletionTerm has passed at now. It reads only what
// belongs to them. It stops in time before the context's deadline, and the next run continues. A failure in one
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
	found, err := r.db.get(ctx, orgKey(r.org), &item)
	if err != nil || !found || item.RemovingAt != 0 {
		return item.organizationOr(found), found, err
	}

	_, err = r.db.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:           &r.db.name,
		Key:                 orgKey(r.org).values(),
		UpdateExpression:    aws.String("SET removing_at = :now"),
		ConditionExpression: aws.String(ifDueForRemoval),
		ExpressionAttributeValues: values{
			":now":    r.now,
			":latest": r.now.Add(-identity.DeletionTerm),
		}.attributes(),
	})
	switch {
	case ifConditionFailed(err):
		return o, false, nil
	case err != nil:
		return o, false, failure("begin to remove an organization", err)
	}

	return item.organization(), true, nil
}

// organizationOr returns the organization, or the zero Organization if the item was not found.
func (i orgItem) organizationOr(found bool) identity.Organization {
	if !found {
		return identity.Organization{}
	}

	return i.organization()
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

// member removes one member with their tokens in the organization. The index can show a member who is gone already. It
// returns how many items it removed.
func (r *removal) member(ctx context.Context, k key) (int, error) {
	var item membershipItem
	found, err := r.db.get(ctx, k, &item)
	if err != nil || !found {
		return 0, err
	}

	m := item.membership()
	removed, err := r.tokens(ctx, m.User)
	if err != nil {
		return removed, err
	}

	if !m.Counts() {
		gone, err := r.db.drop(ctx, offerKey(m.Person.Email, r.org), ifTheirs, values{":user": string(m.User)})
		removed += one(gone)
		if err != nil {
			return removed, err
		}
	}

	if err := r.membership(ctx, m); err != nil {
		return removed, err
	}

	return removed + 1, nil
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

// membership removes a membership, and what the person's profile has of it, in one transaction. It reads and decides
// again if the person changes meanwhile.
func (r *removal) membership(ctx context.Context, m identity.Membership) error {
	return identity.RetryStale(ctx, func() error {
		items, err := r.db.batch(ctx, []key{membershipKey(m.User, r.org), profileKey(m.User)})
		if err != nil {
			return err
		}

		found, err := decodeAll(items)
		if err != nil || len(found.memberships) == 0 {
			return err
		}

		current := found.memberships[0]
		steps := []step{r.db.remove(membershipKey(m.User, r.org), ifVersion, values{":seen_version": current.Version}, nil)}

		if len(found.profiles) > 0 && current.Counts() {
			expression, condition := "ADD org_count :less", ifPerson
			if found.profiles[0].DefaultOrg == r.org {
				expression, condition = "REMOVE default_org ADD org_count :less", ifDefault
			}

			steps = append(steps, r.db.update(profileKey(m.User), expression, condition,
				values{":less": -1, ":org": string(r.org)}, nil))
		}

		return r.db.transact(ctx, steps)
	})
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

		n, err := atOnce(ctx, items, func(item attributes) (int, error) {
			gone, err := r.db.drop(ctx, key{text(item, AttrPK), text(item, AttrSK)}, ifPresent, nil)
			return one(gone), err
		})
		r.items += n
		if err != nil || !full {
			return err
		}
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
	_, err = db.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName:                 &db.name,
		Key:                       k.values(),
		ConditionExpression:       &condition,
		ExpressionAttributeValues: v.attributes(),
	})
	switch {
	case ifConditionFailed(err):
		return false, nil
	case err != nil:
		return false, failure("delete an item", err)
	}

	return true, nil
}
