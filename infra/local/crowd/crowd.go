// Package crowd makes an organization large in seconds: it copies the items of one member, which the table itself stored,
// under other names and ids, straight into the engine. No audit, no identity and no session is made; whoever is copied can be
// listed and managed, and does not sign in.
package crowd

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

// batch is the most that one BatchWriteItem takes.
const batch = 25

// Word is the first name of the member who is copied, and in their address: copies have another name there.
const Word = "Pattern"

type item = map[string]types.AttributeValue

// Pattern is the items that make a person a member.
type Pattern struct {
	client *dynamodb.Client
	table  string
	user   identity.UserID
	items  []item
}

// Found makes an organization with its owner, who signs in by the claims' email address, and one member, and is the owner's
// membership and that member as the pattern for others.
func Found(ctx context.Context, client *dynamodb.Client, tableName, name string, owner table.Claims) (identity.Membership, Pattern, error) {
	now, db := time.Now(), table.New(client, tableName)
	by := identity.Change{Caller: identity.Caller{Kind: identity.SignedIn}, At: now}
	boss, err := signIn(ctx, db, by, owner)
	if err != nil {
		return identity.Membership{}, Pattern{}, err
	}

	o := identity.Organization{
		ID:        identity.NewOrgID(now),
		Name:      name,
		Owners:    1,
		Members:   1,
		CreatedAt: now,
		Version:   1,
	}

	owns := identity.Membership{
		User:       boss.ID,
		Org:        o.ID,
		OrgName:    o.Name,
		Role:       identity.Owner,
		Status:     identity.Active,
		TokenEpoch: identity.NewEpoch(now),
		JoinedAt:   now,
		Version:    1,
		Person:     boss.Person,
	}

	by.Caller.User = boss.ID
	if err := db.CreateOrganization(o, owns)(ctx, by); err != nil {
		return identity.Membership{}, Pattern{}, err
	}

	user, err := join(ctx, db, by, owns, o)
	if err != nil {
		return identity.Membership{}, Pattern{}, err
	}

	pattern, err := learn(ctx, client, tableName, user)
	return owns, pattern, err
}

// join invites the member to copy, and has them accept.
func join(ctx context.Context, db *table.DB, by identity.Change, owner identity.Membership, o identity.Organization) (identity.UserID, error) {
	person := identity.Person{
		FirstName:   Word,
		LastName:    "Person",
		DisplayName: Word + " Person",
		Email:       strings.ToLower(Word) + "@example.com",
	}

	who, err := db.Invitee(ctx, person, identity.NewUserID(by.At), by.At)
	if err != nil {
		return "", err
	}

	actor := identity.Acting(by.Caller, owner)
	invited, err := actor.Invite(who.Profile.ID, person, identity.Creator, by.At)
	if err != nil {
		return "", err
	}

	if err := db.Invite(actor, who, o, invited)(ctx, by); err != nil {
		return "", err
	}

	claims := table.Claims{
		Issuer:    "crowd",
		Subject:   Word,
		Email:     person.Email,
		FirstName: person.FirstName,
		LastName:  person.LastName,
	}

	_, err = signIn(ctx, db, by, claims)
	return who.Profile.ID, err
}

// signIn records a sign-in and returns the person.
func signIn(ctx context.Context, db *table.DB, by identity.Change, claims table.Claims) (identity.Profile, error) {
	person, err := db.FindPerson(ctx, claims, identity.NewUserID(by.At), by.At)
	if err != nil {
		return identity.Profile{}, err
	}

	return person.Profile, db.RecordSignIn(person)(ctx, by)
}

// learn reads the items of a person, leaving out what tells of how they became a member and how they signed in. It scans
// the table: meant for one that holds little yet.
func learn(ctx context.Context, client *dynamodb.Client, tableName string, user identity.UserID) (Pattern, error) {
	p := Pattern{client: client, table: tableName, user: user}
	pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: &tableName})
	for pages.HasMorePages() {
		got, err := pages.NextPage(ctx)
		if err != nil {
			return Pattern{}, fmt.Errorf("read the pattern of a member: %w", err)
		}

		for _, found := range got.Items {
			if p.describes(found) {
				p.items = append(p.items, found)
			}
		}
	}

	if len(p.items) == 0 {
		return Pattern{}, fmt.Errorf("read the pattern of a member: nothing in %s is about %s", tableName, user)
	}

	return p, nil
}

func (p Pattern) describes(found item) bool {
	partition, sort := text(found, table.AttrPK), text(found, table.AttrSK)
	for _, prefix := range []string{"AUDIT#", "EMAIL#", "IDENTITY#"} {
		if strings.HasPrefix(partition, prefix) {
			return false
		}
	}

	return !strings.HasPrefix(sort, "SESSION#") && strings.Contains(partition+sort+text(found, "user_id"), string(p.user))
}

func text(found item, name string) string {
	s, _ := found[name].(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}

	return s.Value
}

// Hire stores n copies, the i-th with name(i) for Word, and returns their ids. The organization's own count of members
// stays as it was.
func (p Pattern) Hire(ctx context.Context, n int, name func(i int) string) ([]identity.UserID, error) {
	hired := make([]identity.UserID, n)
	var requests []types.WriteRequest
	for i := range hired {
		hired[i] = identity.NewUserID(time.Now())
		for _, copied := range p.copies(hired[i], name(i)) {
			requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: copied}})
		}

		for len(requests) >= batch || i == n-1 && len(requests) > 0 {
			some := requests[:min(batch, len(requests))]
			_, err := p.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{p.table: some}})
			if err != nil {
				return nil, fmt.Errorf("fill the organization: %w", err)
			}

			requests = requests[len(some):]
		}
	}

	return hired, nil
}

func (p Pattern) copies(user identity.UserID, name string) []item {
	rename := strings.NewReplacer(string(p.user), string(user), Word, name, strings.ToLower(Word), strings.ToLower(name))
	var made []item
	for _, original := range p.items {
		copied := item{}
		for attribute, v := range original {
			copied[attribute] = v
			if s, ok := v.(*types.AttributeValueMemberS); ok {
				copied[attribute] = &types.AttributeValueMemberS{Value: rename.Replace(s.Value)}
			}
		}

		made = append(made, copied)
	}

	return made
}

// Count puts right how many members an organization says it has, n more than before.
func (p Pattern) Count(ctx context.Context, org identity.OrgID, n int) error {
	key := &types.AttributeValueMemberS{Value: "ORG#" + string(org)}
	_, err := p.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 &p.table,
		Key:                       item{table.AttrPK: key, table.AttrSK: &types.AttributeValueMemberS{Value: "META"}},
		UpdateExpression:          aws.String("ADD member_count :n"),
		ConditionExpression:       aws.String("attribute_exists(PK)"),
		ExpressionAttributeValues: item{":n": &types.AttributeValueMemberN{Value: fmt.Sprint(n)}},
	})
	if err != nil {
		return fmt.Errorf("count the members: %w", err)
	}

	return nil
}
