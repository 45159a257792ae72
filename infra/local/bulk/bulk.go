// Package bulk creates organizations with thousands of members in seconds. It creates one member through package table
// and writes copies of that member's items, with other names and IDs, directly to DynamoDB. The copies have no audit
// events, no linked identity and no session, so they can be listed and managed but can't sign in.
package bulk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

// batch is the maximum number of items of a BatchWriteItem request.
const batch = 25

// sampleName is the first name of the sample member and the local part of their email address. Copies have another name
// in its place.
const sampleName = "Sample"

type item = map[string]types.AttributeValue

// Sample is a member whose items can be copied.
type Sample struct {
	client *dynamodb.Client
	table  string
	user   identity.UserID
	items  []item
}

// CreateOrganization creates an organization with an owner and a sample member. It returns the owner's membership and
// the sample. The owner can sign in with the email address of the claims.
func CreateOrganization(
	ctx context.Context,
	client *dynamodb.Client,
	tableName, name string,
	owner table.Claims,
) (identity.Membership, Sample, error) {
	now, db := time.Now(), table.New(client, tableName)
	by := identity.Change{Caller: identity.Caller{Kind: identity.SignedIn}, At: now}
	profile, err := signIn(ctx, db, by, owner)
	if err != nil {
		return identity.Membership{}, Sample{}, err
	}

	o := identity.Organization{
		ID:        identity.NewOrgID(now),
		Name:      name,
		Owners:    1,
		Members:   1,
		CreatedAt: now,
		Version:   1,
	}

	ownership := identity.Membership{
		User:       profile.ID,
		Org:        o.ID,
		OrgName:    o.Name,
		Role:       identity.Owner,
		Status:     identity.Active,
		TokenEpoch: identity.NewEpoch(now),
		JoinedAt:   now,
		Version:    1,
		Person:     profile.Person,
	}

	by.Caller.User = profile.ID
	if err := db.CreateOrganization(o, ownership)(ctx, by); err != nil {
		return identity.Membership{}, Sample{}, err
	}

	user, err := addSampleMember(ctx, db, by, ownership, o)
	if err != nil {
		return identity.Membership{}, Sample{}, err
	}

	sample, err := readSample(ctx, client, tableName, user)
	return ownership, sample, err
}

// addSampleMember invites the sample member, accepts the invitation by signing them in, and returns their user ID.
func addSampleMember(
	ctx context.Context,
	db *table.DB,
	by identity.Change,
	owner identity.Membership,
	o identity.Organization,
) (identity.UserID, error) {
	person := identity.Person{
		FirstName:   sampleName,
		LastName:    "Person",
		DisplayName: sampleName + " Person",
		Email:       strings.ToLower(sampleName) + "@example.com",
	}

	actor := identity.Acting(by.Caller, owner)
	invited, err := actor.Invite(identity.NewUserID(by.At), person, identity.Creator, by.At)
	if err != nil {
		return "", err
	}

	offer, err := db.Offer(ctx, actor, person.Email, by.At)
	if err != nil {
		return "", err
	}

	limits := identity.InvitationLimits{PerInviter: 1, PerOrganization: 1}
	if err := db.Invite(actor, offer, o, invited, limits)(ctx, by); err != nil {
		return "", err
	}

	claims := table.Claims{
		Issuer:    "bulk",
		Subject:   sampleName,
		Email:     person.Email,
		FirstName: person.FirstName,
		LastName:  person.LastName,
	}

	_, err = signIn(ctx, db, by, claims)
	return invited.User, err
}

// signIn records a sign-in and returns the person's profile.
func signIn(ctx context.Context, db *table.DB, by identity.Change, claims table.Claims) (identity.Profile, error) {
	person, err := db.FindPerson(ctx, claims, identity.NewUserID(by.At), by.At)
	if err != nil {
		return identity.Profile{}, err
	}

	return person.Profile, db.RecordSignIn(person)(ctx, by)
}

// readSample reads the items of a member to copy. It scans the table, which should hold little data.
func readSample(ctx context.Context, client *dynamodb.Client, tableName string, user identity.UserID) (Sample, error) {
	s := Sample{client: client, table: tableName, user: user}
	pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: &tableName})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return Sample{}, fmt.Errorf("read the sample member: %w", err)
		}

		for _, found := range page.Items {
			if s.includes(found) {
				s.items = append(s.items, found)
			}
		}
	}

	if len(s.items) == 0 {
		return Sample{}, fmt.Errorf("read the sample member: table %s has no items of user %s", tableName, user)
	}

	return s, nil
}

// includes reports whether an item belongs to the sample member and is to be copied. Audit events, sessions, the linked
// identity and the reservation of the email address are not.
func (s Sample) includes(found item) bool {
	partition, sort := text(found, table.AttrPK), text(found, table.AttrSK)
	for _, prefix := range []string{"AUDIT#", "EMAIL#", "IDENTITY#"} {
		if strings.HasPrefix(partition, prefix) {
			return false
		}
	}

	if strings.HasPrefix(sort, "SESSION#") {
		return false
	}

	return strings.Contains(partition+sort+text(found, "user_id"), string(s.user))
}

// text returns the string of an attribute, or "" if the item has none.
func text(found item, name string) string {
	s, _ := found[name].(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}

	return s.Value
}

// AddCopies adds n copies of the sample to its organization and returns their user IDs. name(i) is the first name of
// the i-th copy. AddCopies does not change the organization's member count.
func (s Sample) AddCopies(ctx context.Context, n int, name func(i int) string) ([]identity.UserID, error) {
	users := make([]identity.UserID, n)
	var requests []types.WriteRequest
	for i := range users {
		users[i] = identity.NewUserID(time.Now())
		for _, copied := range s.copies(users[i], name(i)) {
			requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: copied}})
		}

		for len(requests) >= batch || i == n-1 && len(requests) > 0 {
			next := requests[:min(batch, len(requests))]
			_, err := s.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
				RequestItems: map[string][]types.WriteRequest{s.table: next},
			})
			if err != nil {
				return nil, fmt.Errorf("add members: %w", err)
			}

			requests = requests[len(next):]
		}
	}

	return users, nil
}

// copies returns the sample's items with another user ID and first name.
func (s Sample) copies(user identity.UserID, name string) []item {
	var copies []item
	for _, original := range s.items {
		copies = append(copies, s.renamed(original, user, name))
	}

	return copies
}

// renamed returns one of the sample's items with another user ID and first name.
func (s Sample) renamed(original item, user identity.UserID, name string) item {
	rename := strings.NewReplacer(
		string(s.user), string(user),
		sampleName, name,
		strings.ToLower(sampleName), strings.ToLower(name),
	)

	copied := item{}
	for attribute, v := range original {
		copied[attribute] = v
		if text, ok := v.(*types.AttributeValueMemberS); ok {
			copied[attribute] = &types.AttributeValueMemberS{Value: rename.Replace(text.Value)}
		}
	}

	return copied
}

// AddToMemberCount increases an organization's member count by n.
func (s Sample) AddToMemberCount(ctx context.Context, org identity.OrgID, n int) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 &s.table,
		Key:                       organizationKey(org),
		UpdateExpression:          aws.String("ADD member_count :n"),
		ConditionExpression:       aws.String("attribute_exists(PK)"),
		ExpressionAttributeValues: item{":n": &types.AttributeValueMemberN{Value: fmt.Sprint(n)}},
	})
	if err != nil {
		return fmt.Errorf("update the member count: %w", err)
	}

	return nil
}

// blockSize is the number of neighboring events that AddEvents adds of one kind.
const blockSize = 20

// AddEvents adds n events to the organization's audit log, one for each minute before now. They are copies of the
// sample's events in blocks of one kind, such as 20 invitations after 20 joinings. Each names one of the users, whose
// first names are name(i). It dates the organization's creation back, because the audit log begins there.
func (s Sample) AddEvents(
	ctx context.Context,
	org identity.OrgID,
	n int,
	users []identity.UserID,
	name func(i int) string,
) error {
	now := time.Now()
	originals, err := s.events(ctx, org, now)
	if err != nil {
		return err
	}

	var requests []types.WriteRequest
	for i := range n {
		at, user := now.Add(-time.Duration(i+1)*time.Minute), i%len(users)
		copied := s.renamed(originals[i/blockSize%len(originals)], users[user], name(user))
		copied[table.AttrPK] = &types.AttributeValueMemberS{Value: auditPartition(org, at)}
		copied[table.AttrSK] = &types.AttributeValueMemberS{Value: identity.NewEventID(at)}
		copied["created_at"] = seconds(at)
		requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: copied}})
	}

	for some := range slices.Chunk(requests, batch) {
		_, err := s.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{s.table: some},
		})
		if err != nil {
			return fmt.Errorf("add events: %w", err)
		}
	}

	return s.dateBack(ctx, org, now.Add(-time.Duration(n+1)*time.Minute))
}

// events returns the events of an organization's audit log that name the sample.
func (s Sample) events(ctx context.Context, org identity.OrgID, now time.Time) ([]item, error) {
	found, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName:              &s.table,
		KeyConditionExpression: aws.String("PK = :partition"),
		FilterExpression:       aws.String("target_id = :user"),
		ExpressionAttributeValues: item{
			":partition": &types.AttributeValueMemberS{Value: auditPartition(org, now)},
			":user":      &types.AttributeValueMemberS{Value: string(s.user)},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("read the events to copy: %w", err)
	}

	if len(found.Items) == 0 {
		return nil, fmt.Errorf("read the events to copy: organization %s has none of user %s this month", org, s.user)
	}

	return found.Items, nil
}

// dateBack makes an organization as old as a time.
func (s Sample) dateBack(ctx context.Context, org identity.OrgID, to time.Time) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 &s.table,
		Key:                       organizationKey(org),
		UpdateExpression:          aws.String("SET created_at = :to"),
		ConditionExpression:       aws.String("attribute_exists(PK)"),
		ExpressionAttributeValues: item{":to": seconds(to)},
	})
	if err != nil {
		return fmt.Errorf("date the organization back: %w", err)
	}

	return nil
}

// auditPartition returns the partition of an organization's events in a month.
func auditPartition(org identity.OrgID, at time.Time) string {
	return "AUDIT#" + string(org) + "#" + at.UTC().Format("2006-01")
}

// organizationKey returns the key of an organization.
func organizationKey(org identity.OrgID) item {
	return item{
		table.AttrPK: &types.AttributeValueMemberS{Value: "ORG#" + string(org)},
		table.AttrSK: &types.AttributeValueMemberS{Value: "META"},
	}
}

// seconds returns a time as a number of seconds, as the table stores it.
func seconds(at time.Time) *types.AttributeValueMemberN {
	return &types.AttributeValueMemberN{Value: fmt.Sprint(at.Unix())}
}
