package iam

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var schema = Schema{"": "PK", "GSI1": "GSI1PK", "GSI2": "GSI2PK"}

const tableARN = "arn:aws:dynamodb:eu-central-1:000000000000:table/leasehold"

// allow returns a statement in the form that package template resolves it to.
func allow(resource string, keys []any, actions ...any) map[string]any {
	return map[string]any{
		"Effect":   "Allow",
		"Action":   actions,
		"Resource": resource,
		"Condition": map[string]any{
			"ForAllValues:StringLike": map[string]any{"dynamodb:LeadingKeys": keys},
		},
	}
}

func policy(statements ...any) []any {
	return []any{map[string]any{"Version": "2012-10-17", "Statement": statements}}
}

func guard(t *testing.T, policies map[string]any) *Guard {
	t.Helper()
	g, err := New(schema, policies)
	if err != nil {
		t.Fatal(err)
	}

	return g
}

func body(t *testing.T, text string) map[string]any {
	t.Helper()
	var decoded map[string]any
	if err := json.Unmarshal([]byte(text), &decoded); err != nil {
		t.Fatal(err)
	}

	return decoded
}

// example returns a guard with a function that may read users, write users and audit events, and query GSI1 by user.
func example(t *testing.T) *Guard {
	return guard(t, map[string]any{"example": policy(
		allow(tableARN, []any{"USER#*"}, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"),
		allow(tableARN, []any{"USER#*", "AUDIT#*"}, "dynamodb:PutItem"),
		allow(tableARN+"/index/GSI1", []any{"USER#*"}, "dynamodb:Query"),
	)})
}

// checks are requests of the function in example.
var checks = []struct {
	name, action, body string
	denied             string // part of the error; "" if the request is allowed
}{
	{
		name:   "read a person",
		action: "GetItem",
		body:   `{"TableName":"leasehold","Key":{"PK":{"S":"USER#a"},"SK":{"S":"PROFILE"}}}`,
	},
	{
		name:   "action with its service",
		action: "dynamodb:GetItem",
		body:   `{"TableName":"leasehold","Key":{"PK":{"S":"USER#a"},"SK":{"S":"PROFILE"}}}`,
	},
	{
		name:   "table given as ARN",
		action: "GetItem",
		body:   `{"TableName":"` + tableARN + `","Key":{"PK":{"S":"USER#a"},"SK":{"S":"PROFILE"}}}`,
	},
	{
		name:   "read an organization",
		action: "GetItem",
		body:   `{"TableName":"leasehold","Key":{"PK":{"S":"ORG#a"},"SK":{"S":"META"}}}`,
		denied: `dynamodb:GetItem on resource: table/leasehold (leading keys ["ORG#a"])`,
	},
	{
		name:   "another table",
		action: "GetItem",
		body:   `{"TableName":"other","Key":{"PK":{"S":"USER#a"},"SK":{"S":"PROFILE"}}}`,
		denied: "table/other",
	},
	{
		name:   "a name that only begins like the table",
		action: "GetItem",
		body:   `{"TableName":"leasehold2","Key":{"PK":{"S":"USER#a"}}}`,
		denied: "table/leasehold2",
	},
	{
		name:   "delete without the action",
		action: "DeleteItem",
		body:   `{"TableName":"leasehold","Key":{"PK":{"S":"USER#a"}}}`,
		denied: "dynamodb:DeleteItem",
	},
	{
		name:   "query the table",
		action: "Query",
		body: `{
			"TableName": "leasehold",
			"KeyConditionExpression": "(#0 = :0) AND (begins_with (#1, :1))",
			"ExpressionAttributeNames": {"#0":"PK","#1":"SK"},
			"ExpressionAttributeValues": {":0":{"S":"USER#a"},":1":{"S":"TOKEN#"}}
		}`,
	},
	{
		name:   "query the table for another's key",
		action: "Query",
		body: `{
			"TableName": "leasehold",
			"KeyConditionExpression": "SK = :s AND PK = :p",
			"ExpressionAttributeValues": {":p":{"S":"ORG#a"},":s":{"S":"USER#a"}}
		}`,
		denied: "ORG#a",
	},
	{
		name:   "query an index by its own key",
		action: "Query",
		body: `{
			"TableName": "leasehold",
			"IndexName": "GSI1",
			"KeyConditionExpression": "GSI1PK=:p",
			"ExpressionAttributeValues": {":p":{"S":"USER#a#ORG#b"}}
		}`,
	},
	{
		name:   "query another index",
		action: "Query",
		body: `{
			"TableName": "leasehold",
			"IndexName": "GSI2",
			"KeyConditionExpression": "GSI2PK=:p",
			"ExpressionAttributeValues": {":p":{"S":"USER#a"}}
		}`,
		denied: "table/leasehold/index/GSI2",
	},
	{
		name:   "scan",
		action: "Scan",
		body:   `{"TableName":"leasehold"}`,
		denied: "dynamodb:Scan",
	},
	{
		name:   "PartiQL",
		action: "ExecuteStatement",
		body:   `{"Statement":"select * from leasehold"}`,
		denied: "dynamodb:ExecuteStatement",
	},
	{
		name:   "batch of people",
		action: "BatchGetItem",
		body: `{
			"RequestItems": {"leasehold":{"Keys":[{"PK":{"S":"USER#a"}},{"PK":{"S":"USER#b"}}]}}
		}`,
	},
	{
		name:   "one stranger spoils the batch",
		action: "BatchGetItem",
		body: `{
			"RequestItems": {"leasehold":{"Keys":[{"PK":{"S":"USER#a"}},{"PK":{"S":"ORG#b"}}]}}
		}`,
		denied: "dynamodb:BatchGetItem",
	},
	{
		name:   "one table too many in the batch",
		action: "BatchGetItem",
		body: `{
			"RequestItems": {"leasehold":{"Keys":[{"PK":{"S":"USER#a"}}]},"other":{"Keys":[{"PK":{"S":"USER#a"}}]}}
		}`,
		denied: "table/other",
	},
	{
		name:   "transaction of allowed items",
		action: "TransactWriteItems",
		body: `{
			"TransactItems": [
				{"Put":{"TableName":"leasehold","Item":{"PK":{"S":"USER#a"}}}},
				{"Put":{"TableName":"leasehold","Item":{"PK":{"S":"AUDIT#a"}}}}
			]
		}`,
	},
	{
		name:   "one update spoils the transaction",
		action: "TransactWriteItems",
		body: `{
			"TransactItems": [
				{"Put":{"TableName":"leasehold","Item":{"PK":{"S":"USER#a"}}}},
				{"Update":{"TableName":"leasehold","Key":{"PK":{"S":"USER#a"}}}}
			]
		}`,
		denied: "dynamodb:UpdateItem",
	},
	{
		name:   "a condition check is an action",
		action: "TransactWriteItems",
		body: `{
			"TransactItems": [{"ConditionCheck":{"TableName":"leasehold","Key":{"PK":{"S":"USER#a"}}}}]
		}`,
		denied: "dynamodb:ConditionCheckItem",
	},
	{
		name:   "reading transaction",
		action: "TransactGetItems",
		body: `{
			"TransactItems": [{"Get":{"TableName":"leasehold","Key":{"PK":{"S":"USER#a"}}}}]
		}`,
	},
	{
		name:   "batch write",
		action: "BatchWriteItem",
		body:   `{"RequestItems":{"leasehold":[{"PutRequest":{"Item":{"PK":{"S":"USER#a"}}}}]}}`,
		denied: "dynamodb:BatchWriteItem",
	},
}

func TestARequestPassesOnlyIfAStatementAllowsActionResourceAndKeys(t *testing.T) {
	for _, row := range checks {
		t.Run(row.name, func(t *testing.T) {
			err := example(t).Check("example", row.action, body(t, row.body))
			var denied *Denied
			switch {
			case row.denied == "" && err != nil:
				t.Errorf("got %v, want the request allowed", err)
			case row.denied != "" && !errors.As(err, &denied):
				t.Errorf("got %v, want a *Denied", err)
			case row.denied != "" && !strings.Contains(err.Error(), row.denied):
				t.Errorf("got %q, want it to contain %q", err, row.denied)
			}
		})
	}
}

func TestARequestWithUnreadableKeysIsRejected(t *testing.T) {
	rows := map[string][2]string{
		"no key":          {"GetItem", `{"TableName":"leasehold"}`},
		"key is a number": {"GetItem", `{"TableName":"leasehold","Key":{"PK":{"N":"1"}}}`},
		"query by sort key only": {
			"Query",
			`{
				"TableName": "leasehold",
				"KeyConditionExpression": "SK = :s",
				"ExpressionAttributeValues": {":s":{"S":"USER#a"}}
			}`,
		},
		"query with old syntax": {"Query", `{"TableName":"leasehold","KeyConditions":{}}`},
		"query of unknown index": {
			"Query",
			`{
				"TableName": "leasehold",
				"IndexName": "GSI9",
				"KeyConditionExpression": "PK = :s",
				"ExpressionAttributeValues": {":s":{"S":"USER#a"}}
			}`,
		},
		"empty transaction":        {"TransactWriteItems", `{"TransactItems":[]}`},
		"unknown transaction item": {"TransactWriteItems", `{"TransactItems":[{"Merge":{"TableName":"leasehold"}}]}`},
		"empty batch":              {"BatchGetItem", `{}`},
		"batch with an odd key":    {"BatchGetItem", `{"RequestItems":{"leasehold":{"Keys":[7]}}}`},
	}

	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			if err := example(t).Check("example", row[0], body(t, row[1])); err == nil {
				t.Error("the request was allowed, want an error")
			}
		})
	}
}

func TestABatchNeedsOneStatementThatCoversAllItsKeys(t *testing.T) {
	g := guard(t, map[string]any{"f": policy(
		allow(tableARN, []any{"USER#*"}, "dynamodb:BatchGetItem"),
		allow(tableARN, []any{"ORG#*"}, "dynamodb:BatchGetItem"),
	)})

	mixed := `{"RequestItems":{"leasehold":{"Keys":[{"PK":{"S":"USER#a"}},{"PK":{"S":"ORG#b"}}]}}}`
	if err := g.Check("f", "BatchGetItem", body(t, mixed)); err == nil {
		t.Error("two statements that each cover half of the keys allowed the batch")
	}
}

func TestARequestWithoutKeysSatisfiesForAllValues(t *testing.T) {
	g := guard(t, map[string]any{"f": policy(allow(tableARN, []any{"USER#*"}, "dynamodb:Scan"))})
	if err := g.Check("f", "Scan", body(t, `{"TableName":"leasehold"}`)); err != nil {
		t.Errorf("got %v, want the Scan allowed, as IAM allows a request without keys", err)
	}
}

func TestAFunctionWithoutPoliciesMayDoNothing(t *testing.T) {
	g := guard(t, map[string]any{"idle": nil})
	get := body(t, `{"TableName":"leasehold","Key":{"PK":{"S":"USER#a"}}}`)
	for _, function := range []string{"idle", "unknown"} {
		if err := g.Check(function, "GetItem", get); err == nil {
			t.Errorf("the request of function %s was allowed", function)
		}
	}
}

func TestMailGoesOutOnlyFromTheGrantedSender(t *testing.T) {
	g := guard(t, map[string]any{"member-invite": policy(map[string]any{
		"Effect":    "Allow",
		"Action":    []any{"ses:SendEmail"},
		"Resource":  "arn:aws:ses:eu-central-1:000000000000:identity/*",
		"Condition": map[string]any{"StringEquals": map[string]any{"ses:FromAddress": "no-reply@example.com"}},
	})})

	send := func(from string) error {
		return g.Check("member-invite", "SendEmail", map[string]any{"FromEmailAddress": from})
	}

	for _, from := range []string{"no-reply@example.com", `"Leasehold" <no-reply@example.com>`} {
		if err := send(from); err != nil {
			t.Errorf("mail from %s: got %v, want it allowed", from, err)
		}
	}

	if err := send(`"no-reply@example.com" <boss@example.com>`); err == nil {
		t.Error("an address in the display name was taken for the sender")
	}

	if err := send("boss@example.com"); err == nil {
		t.Error("mail from a sender that is not granted was allowed")
	}

	if unused := g.Unused(); len(unused) != 0 {
		t.Errorf("the grants %v are unused after a mail, want none", unused)
	}
}

func TestAnUnsupportedPolicyIsRejected(t *testing.T) {
	with := func(field string, value any) any {
		s := allow(tableARN, []any{"USER#*"}, "dynamodb:GetItem")
		s[field] = value
		return policy(s)
	}

	leading := func(keys any) any {
		return map[string]any{"ForAllValues:StringLike": map[string]any{"dynamodb:LeadingKeys": keys}}
	}

	rows := map[string]any{
		"managed policy": []any{"AmazonDynamoDBFullAccess"},
		"SAM policy template": []any{map[string]any{
			"DynamoDBCrudPolicy": map[string]any{"TableName": "t"},
			"Statement":          "?",
		}},
		"deny":                with("Effect", "Deny"),
		"not action":          with("NotAction", "dynamodb:Scan"),
		"unresolved resource": with("Resource", map[string]any{"Ref": "Table"}),
		"no action":           with("Action", []any{}),
		"action no text":      with("Action", []any{7}),
		"condition no map":    with("Condition", "USER#*"),
		"empty operator":      with("Condition", map[string]any{"ForAllValues:StringLike": map[string]any{}}),
		"unknown operator":    with("Condition", map[string]any{"StringLike": map[string]any{"dynamodb:LeadingKeys": "USER#*"}}),
		"unknown key":         with("Condition", map[string]any{"StringEquals": map[string]any{"aws:SourceIp": "::1"}}),
		"no leading keys":     with("Condition", leading([]any{})),
		"odd leading keys":    with("Condition", leading([]any{7})),
		"statement no map":    policy("Allow"),
	}

	for name, policies := range rows {
		t.Run(name, func(t *testing.T) {
			if _, err := New(schema, map[string]any{"f": policies}); err == nil {
				t.Error("New accepted the policy")
			}
		})
	}
}

func lines(grants []Grant) string {
	var text []string
	for _, g := range grants {
		text = append(text, g.String())
	}

	return strings.Join(text, "\n")
}

func TestEveryActionOnEveryPatternIsASeparateGrant(t *testing.T) {
	g := example(t)
	put := `{"TransactItems":[{"Put":{"TableName":"leasehold","Item":{"PK":{"S":"USER#a"}}}}]}`
	if err := g.Check("example", "TransactWriteItems", body(t, put)); err != nil {
		t.Fatal(err)
	}

	if got, want := lines(g.Used()), "example dynamodb:PutItem table/leasehold USER#*"; got != want {
		t.Errorf("the used grants are\n%s\nwant\n%s", got, want)
	}

	want := strings.Join([]string{
		"example dynamodb:BatchGetItem table/leasehold USER#*",
		"example dynamodb:GetItem table/leasehold USER#*",
		"example dynamodb:PutItem table/leasehold AUDIT#*",
		"example dynamodb:Query table/leasehold USER#*",
		"example dynamodb:Query table/leasehold/index/GSI1 USER#*",
	}, "\n")
	if got := lines(g.Unused()); got != want {
		t.Errorf("the unused grants are\n%s\nwant\n%s", got, want)
	}
}

func TestADeniedRequestUsesNoGrant(t *testing.T) {
	g := example(t)
	half := `{"TransactItems": [
		{"Put":{"TableName":"leasehold","Item":{"PK":{"S":"USER#a"}}}},
		{"Delete":{"TableName":"leasehold","Key":{"PK":{"S":"USER#a"}}}}
	]}`
	if err := g.Check("example", "TransactWriteItems", body(t, half)); err == nil {
		t.Fatal("the transaction was allowed, want its Delete denied")
	}

	if used := g.Used(); len(used) != 0 {
		t.Errorf("the grants %v are used, want none", used)
	}
}

// TestLeadingKeysDecideAsPrefixes searches patterns and keys: a batch is allowed if and only if every key begins with
// one of the statement's prefixes.
func TestLeadingKeysDecideAsPrefixes(t *testing.T) {
	prefixes := []string{"USER#", "ORG#", "AUDIT#", "IDEM#"}
	rapid.Check(t, func(t *rapid.T) {
		granted := rapid.SliceOfNDistinct(rapid.SampledFrom(prefixes), 1, 3, rapid.ID).Draw(t, "granted")
		asked := rapid.SliceOfN(rapid.SampledFrom(prefixes), 1, 5).Draw(t, "asked")
		tail := rapid.StringMatching(`[a-z0-9:*?#]{0,9}`).Draw(t, "tail")
		var patterns, keys []any
		for _, prefix := range granted {
			patterns = append(patterns, prefix+"*")
		}

		covered := true
		for _, prefix := range asked {
			keys = append(keys, map[string]any{"PK": map[string]any{"S": prefix + tail}})
			covered = covered && slices.Contains(granted, prefix)
		}

		g, err := New(schema, map[string]any{"f": policy(allow(tableARN, patterns, "dynamodb:BatchGetItem"))})
		if err != nil {
			t.Fatal(err)
		}

		items := map[string]any{"leasehold": map[string]any{"Keys": keys}}
		err = g.Check("f", "BatchGetItem", map[string]any{"RequestItems": items})
		if covered != (err == nil) {
			t.Fatalf("with the prefixes %v, a batch of %v returned %v", granted, keys, err)
		}
	})
}
