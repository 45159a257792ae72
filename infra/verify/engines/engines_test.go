package engines

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// The projects with recordings. LocalStack's tests marked aws.validated and moto's marked aws_verified ran against AWS.
const (
	localStack = "github.com/localstack/localstack at 8b9a79f0, tests/aws/services/dynamodb/test_dynamodb.py: "
	moto       = "github.com/getmoto/moto at 0af643a5, tests/test_dynamodb/"

	motoExceptions   = moto + "exceptions/test_dynamodb_exceptions.py: "
	motoTransactions = moto + "exceptions/test_dynamodb_transactions.py: "
	motoQuery        = moto + "test_dynamodb_query.py: "
)

const (
	dynoxide      = "dynoxide"
	dynamoDBLocal = "DynamoDB Local"
)

// engine returns the engine under test.
func engine() string {
	if os.Getenv(tabletest.EndpointVariable) != "" {
		return dynamoDBLocal
	}

	return dynoxide
}

// behavior is something that AWS documents and package table relies on.
type behavior struct {
	name string
	// page is a page of the Amazon DynamoDB Developer Guide, or of the API Reference if it begins with API_.
	page string
	// recorded is a test of another project that recorded the behavior on AWS; "" if none is known.
	recorded string
	// check returns how the engine differs, or nil.
	check func(b *bench) error
	// lacking are the engines that differ.
	lacking []string
	// instead says why package table works on an engine without the behavior.
	instead string
}

// behaviors returns the whole list.
func behaviors() []behavior {
	return slices.Concat(
		cancellations(), transactions(), tokens(),
		writes(), contents(), conditions(),
		queries(), pages(), indexes(), indexReads(), batches(),
		limits())
}

func TestTheEngineBehavesAsAWSDocuments(t *testing.T) {
	for _, behavior := range behaviors() {
		t.Run(strings.ReplaceAll(behavior.name, " ", "_"), func(t *testing.T) {
			client, name := tabletest.Fresh(t)
			err := behavior.check(&bench{ctx: t.Context(), client: client, table: name})
			lacks := slices.Contains(behavior.lacking, engine())

			switch {
			case err != nil && !lacks:
				t.Errorf("%s differs from %s (recorded: %q): %v", engine(), behavior.page, behavior.recorded, err)
			case err == nil && lacks:
				t.Errorf("%s behaves as %s describes: remove it from the engines that lack this", engine(), behavior.page)
			}
		})
	}
}

func TestEveryBehaviorHasItsPage(t *testing.T) {
	names := map[string]bool{}
	for _, b := range behaviors() {
		if !strings.HasSuffix(strings.SplitN(b.page, "#", 2)[0], ".html") {
			t.Errorf("%s: the page is %q, want a page of AWS's documentation", b.name, b.page)
		}

		if (len(b.lacking) > 0) != (b.instead != "") {
			t.Errorf("%s: name the engines that lack it, and why package table works without it", b.name)
		}

		if names[b.name] {
			t.Errorf("%s is listed twice", b.name)
		}

		names[b.name] = true
	}
}

// bench is a fresh table with the keys and indexes of package table.
type bench struct {
	ctx    context.Context
	client *dynamodb.Client
	table  string
}

type item = map[string]types.AttributeValue

// at returns an item or a key with its keys and pairs of an attribute's name and value: a string or a whole number.
func at(pk, sk string, pairs ...any) item {
	made := item{"PK": value(pk), "SK": value(sk)}
	for i := 0; i < len(pairs); i += 2 {
		made[pairs[i].(string)] = value(pairs[i+1])
	}

	return made
}

func value(of any) types.AttributeValue {
	if number, ok := of.(int); ok {
		return &types.AttributeValueMemberN{Value: strconv.Itoa(number)}
	}

	return &types.AttributeValueMemberS{Value: of.(string)}
}

// values returns the values of an expression from pairs of a name and a value; nil if there are none.
func values(pairs ...any) item {
	var made item
	for i := 0; i < len(pairs); i += 2 {
		if made == nil {
			made = item{}
		}

		made[pairs[i].(string)] = value(pairs[i+1])
	}

	return made
}

// text returns an attribute as text; "" if it is absent.
func text(of item, name string) string {
	switch value := of[name].(type) {
	case *types.AttributeValueMemberS:
		return value.Value
	case *types.AttributeValueMemberN:
		return value.Value
	}

	return ""
}

// optional returns nil for an expression that is absent.
func optional(expression string) *string {
	if expression == "" {
		return nil
	}

	return &expression
}

func (b *bench) put(items ...item) error {
	for _, i := range items {
		if _, err := b.client.PutItem(b.ctx, &dynamodb.PutItemInput{TableName: &b.table, Item: i}); err != nil {
			return fmt.Errorf("put an item: %w", err)
		}
	}

	return nil
}

func (b *bench) get(pk, sk string) (item, error) {
	got, err := b.client.GetItem(b.ctx, &dynamodb.GetItemInput{
		TableName:      &b.table,
		Key:            at(pk, sk),
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, fmt.Errorf("get an item: %w", err)
	}

	return got.Item, nil
}

// update updates one item. Its condition and values are optional.
func (b *bench) update(key item, expression, condition string, pairs ...any) error {
	_, err := b.client.UpdateItem(b.ctx, &dynamodb.UpdateItemInput{
		TableName:                 &b.table,
		Key:                       key,
		UpdateExpression:          &expression,
		ConditionExpression:       optional(condition),
		ExpressionAttributeValues: values(pairs...),
	})

	return err //nolint:wrapcheck // its code is compared
}

// transact writes in one transaction.
func (b *bench) transact(writes ...types.TransactWriteItem) error {
	_, err := b.client.TransactWriteItems(b.ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	return err //nolint:wrapcheck // its code is compared
}

// The functions below return a write of a transaction. A failed condition returns the item.

const allOld = types.ReturnValuesOnConditionCheckFailureAllOld

func (b *bench) putting(of item, condition string, pairs ...any) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{
		TableName:                           &b.table,
		Item:                                of,
		ConditionExpression:                 optional(condition),
		ExpressionAttributeValues:           values(pairs...),
		ReturnValuesOnConditionCheckFailure: allOld,
	}}
}

func (b *bench) updating(key item, expression, condition string, pairs ...any) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{
		TableName:                           &b.table,
		Key:                                 key,
		UpdateExpression:                    &expression,
		ConditionExpression:                 optional(condition),
		ExpressionAttributeValues:           values(pairs...),
		ReturnValuesOnConditionCheckFailure: allOld,
	}}
}

func (b *bench) deleting(key item, condition string, pairs ...any) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{
		TableName:                           &b.table,
		Key:                                 key,
		ConditionExpression:                 optional(condition),
		ExpressionAttributeValues:           values(pairs...),
		ReturnValuesOnConditionCheckFailure: allOld,
	}}
}

func (b *bench) checking(key item, condition string, pairs ...any) types.TransactWriteItem {
	return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName:                           &b.table,
		Key:                                 key,
		ConditionExpression:                 &condition,
		ExpressionAttributeValues:           values(pairs...),
		ReturnValuesOnConditionCheckFailure: allOld,
	}}
}

// query reads a span of sort keys in a partition of the table, or of an index.
func (b *bench) query(index, pk, from, to string, change func(*dynamodb.QueryInput)) (*dynamodb.QueryOutput, error) {
	in := &dynamodb.QueryInput{
		TableName:                 &b.table,
		IndexName:                 optional(index),
		KeyConditionExpression:    aws.String(index + "PK = :pk AND " + index + "SK BETWEEN :from AND :to"),
		ExpressionAttributeValues: values(":pk", pk, ":from", from, ":to", to),
	}
	if change != nil {
		change(in)
	}

	return b.client.Query(b.ctx, in) //nolint:wrapcheck // its code is compared
}

// sortKeys returns the sort keys in the table of the items that a query returned.
func sortKeys(items []item) string {
	var keys []string
	for _, i := range items {
		keys = append(keys, text(i, "SK"))
	}

	return strings.Join(keys, " ")
}

// fails returns an error unless err has the code.
func fails(err error, code string) error {
	var api smithy.APIError
	switch {
	case err == nil:
		return fmt.Errorf("the request succeeded, want %s", code)
	case !errors.As(err, &api) || api.ErrorCode() != code:
		return fmt.Errorf("the request failed with %w, want %s", err, code)
	}

	return nil
}

const (
	invalid  = "ValidationException"
	refused  = "ConditionalCheckFailedException"
	canceled = "TransactionCanceledException"
)

// rejects returns an error unless a transaction was rejected as invalid, as a whole or for one of its writes.
func rejects(err error) error {
	if strings.Contains(reasons(err), "ValidationError") {
		return nil
	}

	return fails(err, invalid)
}

// equal returns an error unless two texts are equal.
func equal(what, got, want string) error {
	if got != want {
		return fmt.Errorf("%s is %q, want %q", what, got, want)
	}

	return nil
}

// holds returns an error unless the table has exactly these items, as their keys and one number n.
func (b *bench) holds(want map[string]string) error {
	got, err := b.client.Scan(b.ctx, &dynamodb.ScanInput{TableName: &b.table, ConsistentRead: aws.Bool(true)})
	if err != nil {
		return fmt.Errorf("scan the table: %w", err)
	}

	have := map[string]string{}
	for _, i := range got.Items {
		have[text(i, "PK")+"/"+text(i, "SK")] = text(i, "n")
	}

	if !maps.Equal(have, want) {
		return fmt.Errorf("the table holds %v, want %v", have, want)
	}

	return nil
}
