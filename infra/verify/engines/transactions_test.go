package engines

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// reasons returns the reasons of a canceled transaction: the code of each, and the number n of its item in parentheses.
func reasons(err error) string {
	var failed *types.TransactionCanceledException
	if !errors.As(err, &failed) {
		return fmt.Sprintf("not canceled: %v", err)
	}

	var all []string
	for _, reason := range failed.CancellationReasons {
		code := aws.ToString(reason.Code)
		if reason.Item != nil {
			code += "(" + text(reason.Item, "n") + ")"
		}

		all = append(all, code)
	}

	return strings.Join(all, " ")
}

// cancellations are what TransactWriteItems returns if it writes nothing.
func cancellations() []behavior {
	return []behavior{
		{
			name: "a transaction writes everything or nothing",
			page: "API_TransactWriteItems.html",
			check: func(b *bench) error {
				err := b.transact(
					b.putting(at("a", "1", "n", 1), "attribute_not_exists(PK)"),
					b.checking(at("a", "2"), "attribute_exists(PK)"))

				return errors.Join(fails(err, canceled), b.holds(map[string]string{}))
			},
		},
		{
			name:     "a canceled transaction has a reason for each write in order",
			page:     "API_CancellationReason.html",
			recorded: localStack + "test_transaction_write_canceled",
			check: func(b *bench) error {
				return errors.Join(b.put(at("a", "1", "n", 1), at("a", "3", "n", 3)), equal("the reasons", reasons(b.transact(
					b.putting(at("a", "1"), "attribute_not_exists(PK)"),
					b.putting(at("a", "2"), "attribute_not_exists(PK)"),
					b.deleting(at("a", "3"), "n = :n", ":n", 4),
					b.checking(at("a", "4"), "attribute_not_exists(PK)"),
				)), "ConditionalCheckFailed(1) None ConditionalCheckFailed(3) None"))
			},
		},
		{
			name: "a failed condition returns the item of every kind of write",
			page: "API_TransactWriteItems.html",
			check: func(b *bench) error {
				var found []error
				for _, write := range []types.TransactWriteItem{
					b.putting(at("a", "1"), "n = :n", ":n", 2),
					b.updating(at("a", "1"), "SET n = :n", "n = :n", ":n", 2),
					b.deleting(at("a", "1"), "n = :n", ":n", 2),
					b.checking(at("a", "1"), "n = :n", ":n", 2),
				} {
					found = append(found, b.put(at("a", "1", "n", 1)),
						equal("the reason", reasons(b.transact(write)), "ConditionalCheckFailed(1)"))
				}

				return errors.Join(found...)
			},
		},
		{
			name: "a failed condition on an absent item returns no item",
			page: "API_CancellationReason.html",
			check: func(b *bench) error {
				err := b.transact(b.updating(at("a", "1"), "SET n = :n", "attribute_exists(PK)", ":n", 1))
				return equal("the reason", reasons(err), "ConditionalCheckFailed")
			},
		},
	}
}

// transactions are what a transaction may hold, and what it rejects.
func transactions() []behavior {
	return []behavior{
		{
			name: "a failed condition returns no item unless the write asks for it",
			page: "API_ConditionCheck.html",
			check: func(b *bench) error {
				write := b.checking(at("a", "1"), "n = :n", ":n", 2)
				write.ConditionCheck.ReturnValuesOnConditionCheckFailure = ""
				return errors.Join(b.put(at("a", "1", "n", 1)), equal("the reason", reasons(b.transact(write)), "ConditionalCheckFailed"))
			},
		},
		{
			name:     "a transaction names an item once",
			page:     "API_TransactWriteItems.html",
			recorded: motoTransactions + "test_transact_write_items__put_and_delete_on_same_item",
			check: func(b *bench) error {
				return fails(b.transact(
					b.checking(at("a", "1"), "attribute_not_exists(PK)"),
					b.putting(at("a", "1"), "")), invalid)
			},
		},
		{
			name:     "a transaction rejects an empty key",
			page:     "HowItWorks.NamingRulesDataTypes.html",
			recorded: motoTransactions + "test_transaction_with_empty_key",
			check: func(b *bench) error {
				return rejects(b.transact(b.updating(at("", "1"), "SET n = :n", "", ":n", 1)))
			},
		},
		{
			name:     "values that are there but empty are rejected",
			page:     "API_Put.html",
			recorded: motoTransactions + "test_transact_write_items__empty_expr_attr_values",
			check: func(b *bench) error {
				write := b.putting(at("a", "1"), "attribute_not_exists(PK)")
				write.Put.ExpressionAttributeValues = item{}
				return rejects(b.transact(write))
			},
			lacking: []string{dynoxide},
			instead: "a write without values has none; TestAConditionWithoutValuesSendsNone",
		},
		{
			name: "a transaction of puts, updates, deletions and checks commits together",
			page: "transaction-apis.html",
			check: func(b *bench) error {
				return errors.Join(
					b.put(at("a", "2", "n", 2), at("a", "3"), at("a", "4", "n", 4)),
					b.transact(
						b.putting(at("a", "1", "n", 1), "attribute_not_exists(PK)"),
						b.updating(at("a", "2"), "ADD n :more", "n = :seen", ":more", 10, ":seen", 2),
						b.deleting(at("a", "3"), "attribute_exists(PK)"),
						b.checking(at("a", "4"), "n = :n", ":n", 4)),
					b.holds(map[string]string{"a/1": "1", "a/2": "12", "a/4": "4"}))
			},
		},
		{
			name: "a transaction has at most 100 writes",
			page: "Constraints.html#limits-dynamodb-transactions",
			check: func(b *bench) error {
				var writes []types.TransactWriteItem
				for i := range 101 {
					writes = append(writes, b.putting(at("a", strconv.Itoa(i)), "attribute_not_exists(PK)"))
				}

				return errors.Join(fails(b.transact(writes...), invalid), b.transact(writes[:100]...))
			},
		},
		{
			name: "an update in a transaction creates an absent item",
			page: "API_Update.html",
			check: func(b *bench) error {
				return errors.Join(b.transact(b.updating(at("a", "1"), "ADD n :one", "", ":one", 1)),
					b.holds(map[string]string{"a/1": "1"}))
			},
		},
	}
}

// tokens are the behaviors of ClientRequestToken. A token belongs to the account, so the name of the fresh table serves as one.
func tokens() []behavior {
	adding := func(b *bench, more int) error {
		_, err := b.client.TransactWriteItems(b.ctx, &dynamodb.TransactWriteItemsInput{
			ClientRequestToken: &b.table,
			TransactItems:      []types.TransactWriteItem{b.updating(at("a", "1"), "ADD n :more", "", ":more", more)},
		})

		return err //nolint:wrapcheck // its code is compared
	}

	return []behavior{
		{
			name:     "a transaction that is sent again with its token is applied once",
			page:     "transaction-apis.html#transaction-apis-txwriteitems",
			recorded: localStack + "test_dynamodb_idempotent_writing",
			check: func(b *bench) error {
				return errors.Join(adding(b, 1), adding(b, 1), b.holds(map[string]string{"a/1": "1"}))
			},
		},
		{
			name: "another transaction with the same token is rejected",
			page: "transaction-apis.html#transaction-apis-txwriteitems",
			check: func(b *bench) error {
				return errors.Join(adding(b, 1), fails(adding(b, 2), "IdempotentParameterMismatchException"),
					b.holds(map[string]string{"a/1": "1"}))
			},
		},
		{
			name: "a canceled transaction can be sent again with its token",
			page: "transaction-apis.html#transaction-apis-txwriteitems",
			check: func(b *bench) error {
				send := func() error {
					_, err := b.client.TransactWriteItems(b.ctx, &dynamodb.TransactWriteItemsInput{
						ClientRequestToken: &b.table,
						TransactItems: []types.TransactWriteItem{
							b.checking(at("a", "0"), "attribute_exists(PK)"),
							b.putting(at("a", "1", "n", 1), ""),
						},
					})

					return err //nolint:wrapcheck // its code is compared
				}

				return errors.Join(fails(send(), canceled), b.put(at("a", "0")), send(),
					b.holds(map[string]string{"a/0": "", "a/1": "1"}))
			},
		},
	}
}
