package engines

import (
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// writes are the behaviors of single writes and of update expressions.
func writes() []behavior {
	return []behavior{
		{
			name: "a failed condition of a single write leaves the item",
			page: "Expressions.ConditionExpressions.html",
			check: func(b *bench) error {
				return errors.Join(b.put(at("a", "1", "n", 1)),
					fails(b.update(at("a", "1"), "SET n = :to", "n = :seen", ":to", 3, ":seen", 2), refused),
					b.holds(map[string]string{"a/1": "1"}))
			},
		},
		{
			name: "an update creates an absent item unless a condition forbids it",
			page: "API_UpdateItem.html",
			check: func(b *bench) error {
				return errors.Join(
					fails(b.update(at("a", "1"), "SET n = :n", "attribute_exists(PK)", ":n", 1), refused),
					b.update(at("a", "2"), "SET n = :n", "", ":n", 2),
					b.holds(map[string]string{"a/2": "2"}))
			},
		},
		{
			name: "the deletion of an absent item succeeds without a condition",
			page: "API_DeleteItem.html",
			check: func(b *bench) error {
				remove := func(condition *string) error {
					_, err := b.client.DeleteItem(b.ctx, &dynamodb.DeleteItemInput{
						TableName:           &b.table,
						Key:                 at("a", "1"),
						ConditionExpression: condition,
					})

					return err //nolint:wrapcheck // its code is compared
				}

				return errors.Join(remove(nil), fails(remove(aws.String("attribute_exists(PK)")), refused))
			},
		},
		{
			name: "ADD begins at zero and takes negative numbers",
			page: "Expressions.UpdateExpressions.html",
			check: func(b *bench) error {
				return errors.Join(
					b.update(at("a", "1"), "ADD n :more", "", ":more", 5),
					b.update(at("a", "1"), "ADD n :more", "", ":more", -7),
					b.holds(map[string]string{"a/1": "-2"}))
			},
		},
		{
			name: "SET and REMOVE and ADD see the item as it was",
			page: "Expressions.UpdateExpressions.html",
			check: func(b *bench) error {
				err := errors.Join(b.put(at("a", "1", "n", 1, "former", "x")),
					b.update(at("a", "1"), "SET copied = former, n = n REMOVE former, absent ADD more :one", "", ":one", 1))
				got, reading := b.get("a", "1")
				return errors.Join(err, reading,
					equal("copied", text(got, "copied"), "x"), equal("former", text(got, "former"), ""), equal("more", text(got, "more"), "1"))
			},
		},
		{
			name: "an update cannot change the keys of its item",
			page: "API_UpdateItem.html",
			check: func(b *bench) error {
				return errors.Join(b.put(at("a", "1")), fails(b.update(at("a", "1"), "SET SK = :to", "", ":to", "2"), invalid))
			},
		},
	}
}

// contents are what an item and an expression can contain.
func contents() []behavior {
	return []behavior{
		{
			name: "a put replaces the whole item",
			page: "API_PutItem.html",
			check: func(b *bench) error {
				return errors.Join(b.put(at("a", "1", "n", 1)), b.put(at("a", "1", "other", 2)), b.holds(map[string]string{"a/1": ""}))
			},
		},
		{
			name:     "a value that an expression does not use is rejected",
			page:     "API_UpdateItem.html",
			recorded: motoExceptions + "test_update_item_unused_attributes",
			check: func(b *bench) error {
				return fails(b.update(at("a", "1"), "SET n = :n", "", ":n", 1, ":unused", 2), invalid)
			},
		},
		{
			name: "a reserved word is rejected as the name of an attribute",
			page: "ReservedWords.html",
			check: func(b *bench) error {
				return errors.Join(
					fails(b.update(at("a", "1"), "SET role = :n", "", ":n", 1), invalid),
					fails(b.update(at("a", "1"), "SET n = :n", "attribute_exists(status)", ":n", 1), invalid),
					b.update(at("a", "1"), "SET member_role = :n", "", ":n", 1))
			},
		},
		{
			name:     "an empty string is a value but an empty set is not",
			page:     "HowItWorks.NamingRulesDataTypes.html",
			recorded: localStack + "test_empty_and_binary_values; " + motoExceptions + "test_put_item_empty_set",
			check: func(b *bench) error {
				set := at("a", "2")
				set["s"] = &types.AttributeValueMemberSS{Value: []string{}}
				return errors.Join(b.put(at("a", "1", "s", "")), fails(b.put(set), invalid))
			},
		},
		{
			name: "a map is stored as it is",
			page: "HowItWorks.NamingRulesDataTypes.html",
			check: func(b *bench) error {
				stored := at("a", "1")
				stored["m"] = &types.AttributeValueMemberM{Value: values("one", "1", "two", "2")}
				err := b.put(stored)
				got, reading := b.get("a", "1")
				m, ok := got["m"].(*types.AttributeValueMemberM)
				if !ok {
					return errors.Join(err, reading, errors.New("the map is absent"))
				}

				return errors.Join(err, reading, equal("the map", text(m.Value, "one")+text(m.Value, "two"), "12"))
			},
		},
		{
			name: "numbers keep 38 digits",
			page: "Constraints.html#limits-data-types",
			check: func(b *bench) error {
				digits := strings.Repeat("1234567890", 3) + "12345678"
				stored := at("a", "1")
				stored["n"] = &types.AttributeValueMemberN{Value: digits}
				return errors.Join(b.put(stored), b.holds(map[string]string{"a/1": digits}))
			},
		},
	}
}

// conditions are the behaviors of the functions and operators in condition expressions.
func conditions() []behavior {
	const page = "Expressions.OperatorsAndFunctions.html"

	// holding returns a check of conditions on an item with s = "b" and n = 5: which hold, and which do not.
	holding := func(holds, fail []string, pairs ...any) func(*bench) error {
		return func(b *bench) error {
			found := []error{b.put(at("a", "1", "s", "b", "n", 5))}
			for _, condition := range holds {
				found = append(found, b.transact(b.checking(at("a", "1"), condition, pairs...)))
			}

			for _, condition := range fail {
				found = append(found, fails(b.transact(b.checking(at("a", "1"), condition, pairs...)), canceled))
			}

			return errors.Join(found...)
		}
	}

	return []behavior{
		{
			name:  "IN compares with each value",
			page:  page,
			check: holding([]string{"s IN (:a, :b)"}, []string{"n IN (:a, :b)"}, ":a", "a", ":b", "b"),
		},
		{
			name:  "a comparison with an absent attribute is false",
			page:  page,
			check: holding(nil, []string{"absent = :n", "absent < :n", "absent > :n"}, ":n", 5),
		},
		{
			name:  "an absent attribute is unequal to every value",
			page:  page,
			check: holding([]string{"absent <> :n"}, []string{"n <> :n"}, ":n", 5),
		},
		{
			name:  "values of another type are unequal and not ordered",
			page:  page,
			check: holding([]string{"n <> :text"}, []string{"n = :text", "n < :text", "n > :text"}, ":text", "5"),
		},
		{
			name: "OR binds weaker than AND and NOT stronger",
			page: page,
			check: holding(
				[]string{"n = :n OR n = :n AND s = :a", "NOT s = :a AND n = :n"},
				[]string{"(n = :n OR n = :n) AND s = :a", "NOT (n = :n OR s = :a)"}, ":n", 5, ":a", "a"),
		},
		{
			name: "attribute_exists and attribute_not_exists see nothing else",
			page: page,
			check: holding([]string{"attribute_exists(n)", "attribute_not_exists(absent)"},
				[]string{"attribute_exists(absent)", "attribute_not_exists(n)"}),
		},
		{
			name:  "begins_with compares the beginning of a text",
			page:  page,
			check: holding([]string{"begins_with(s, :b)"}, []string{"begins_with(PK, :b)"}, ":b", "b"),
		},
	}
}
