package tabletest

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// What earlier versions stored is spelled out here, because package table does not write it any more.

type item = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue { return &types.AttributeValueMemberN{Value: fmt.Sprint(n)} }

// StoreEarlierInvitation stores an invitation of a person as earlier versions did: under the ID of the person, with a
// copy of their profile, and counted there.
func StoreEarlierInvitation(ctx context.Context, client *dynamodb.Client, name string, m identity.Membership) error {
	user, org := "USER#"+string(m.User), "ORG#"+string(m.Org)
	shown, email := strings.ToLower(m.Person.DisplayName), m.Person.Email

	err := store(ctx, client, name,
		item{
			"PK":               text(user),
			"SK":               text(org),
			"GSI1PK":           text(org),
			"GSI1SK":           text("MEMBER#" + shown + "\x1f" + string(m.User)),
			"GSI2PK":           text(org + "#" + string(m.Role) + "#invited"),
			"GSI2SK":           text(shown + "\x1f" + string(m.User)),
			"item_type":        text("membership"),
			"org_name":         text(m.OrgName),
			"member_role":      text(string(m.Role)),
			"member_status":    text("invited"),
			"token_epoch":      text(identity.NewEpoch(m.InvitedAt)),
			"invited_at":       number(m.InvitedAt.Unix()),
			"solution_count":   number(0),
			"assignment_count": number(0),
			"version":          number(1),
			"first_name":       text(m.Person.FirstName),
			"last_name":        text(m.Person.LastName),
			"display_name":     text(m.Person.DisplayName),
			"email":            text(email),
		},
		item{
			"PK":        text(org + "#FIND"),
			"SK":        text(string(m.User) + "#0"),
			"GSI1PK":    text(org + "#FIND"),
			"GSI1SK":    text(email + "\x1f" + string(m.User)),
			"item_type": text("search"),
			"user_id":   text(string(m.User)),
		})
	if err != nil {
		return fmt.Errorf("store an earlier invitation: %w", err)
	}

	for _, count := range []struct{ pk, sk, attribute string }{{user, "PROFILE", "org_count"}, {org, "META", "member_count"}} {
		if _, err := client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName:                 &name,
			Key:                       item{"PK": text(count.pk), "SK": text(count.sk)},
			UpdateExpression:          aws.String("ADD " + count.attribute + " :one"),
			ExpressionAttributeValues: item{":one": number(1)},
		}); err != nil {
			return fmt.Errorf("count an earlier invitation: %w", err)
		}
	}

	return nil
}

// MakeTokenEarlier leaves of a token what earlier versions stored: it has no scopes, networks or version, nothing can
// be derived from it, and no item leads to it by its expiry. A token that an earlier version stored stays as it is.
func MakeTokenEarlier(ctx context.Context, client *dynamodb.Client, name string, u identity.UserID, t identity.TokenID) error {
	_, err := client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &name,
		Key:       item{"PK": text("USER#" + string(u)), "SK": text("EXPIRY#" + string(t))},
	})
	if err != nil {
		return fmt.Errorf("make a token earlier: %w", err)
	}

	key := item{"PK": text("USER#" + string(u)), "SK": text("TOKEN#" + string(t))}
	stored, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &name, Key: key, ConsistentRead: aws.Bool(true)})
	if err != nil {
		return fmt.Errorf("make a token earlier: %w", err)
	}

	epoch := stored.Item["limited_epoch"]
	if epoch == nil {
		epoch = stored.Item["token_epoch"]
	}

	_, err = client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &name,
		Key:       key,
		UpdateExpression: aws.String("SET token_epoch = :epoch REMOVE limited_epoch, token_scopes, token_networks, self_rotates, " +
			"version, derivation_key"),
		ExpressionAttributeValues: item{":epoch": epoch},
		ConditionExpression:       aws.String("attribute_exists(PK)"),
	})
	if err != nil {
		return fmt.Errorf("make a token earlier: %w", err)
	}

	return nil
}

// StorePlaceholder stores the profile that earlier versions made for somebody whom they invited, and to which nobody has
// signed in.
func StorePlaceholder(ctx context.Context, client *dynamodb.Client, name string, p identity.Profile) error {
	err := store(ctx, client, name,
		item{
			"PK":           text("USER#" + string(p.ID)),
			"SK":           text("PROFILE"),
			"item_type":    text("profile"),
			"first_name":   text(p.FirstName),
			"last_name":    text(p.LastName),
			"display_name": text(p.DisplayName),
			"email":        text(p.Email),
			"org_count":    number(0),
			"created_at":   number(p.CreatedAt.Unix()),
			"version":      number(1),
		},
		item{
			"PK":        text("EMAIL#" + identity.Digest(p.Email)),
			"SK":        text("EMAIL"),
			"item_type": text("email"),
			"user_id":   text(string(p.ID)),
		})
	if err != nil {
		return fmt.Errorf("store a placeholder: %w", err)
	}

	return nil
}

func store(ctx context.Context, client *dynamodb.Client, name string, items ...item) error {
	for _, stored := range items {
		if _, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &name, Item: stored}); err != nil {
			return err
		}
	}

	return nil
}
