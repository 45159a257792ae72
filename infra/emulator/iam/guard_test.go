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

// allow is a statement as the template's resolver hands it over.
func allow(resource string, keys []any, actions ...any) map[string]any {
	return map[string]any{
		"Effect": "Allow", "Action": actions, "Resource": resource,
		"Condition": map[string]any{"ForAllValues:StringLike": map[string]any{"dynamodb:LeadingKeys": keys}},
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

// example may read people, write people and audit, query the first index by person, and nothing else.
func example(t *testing.T) *Guard {
	return guard(t, map[string]any{"example": policy(
		allow(tableARN, []any{"USER#*"}, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"),
		allow(tableARN, []any{"USER#*", "AUDIT#*"}, "dynamodb:PutItem"),
		allow(tableARN+"/index/GSI1", []any{"USER#*"}, "dynamodb:Query"),
	)})
}

func TestARequestPassesOnlyIfAStatementAllowsActionResourceAndKeys(t *testing.T) {
	rows := []struct {
		name, action, body string
		denied             string // what the refusal names; empty if let through
	}{
		{"read a person", "GetItem", `{"TableName":"leasehold","Key":{"PK":{"S":"USER#a"},"SK":{"S":"PROFILE"}}}`, ""},
		{"action with its service", "dynamodb:GetItem", `{"TableName":"leasehold","Key":{"PK":{"S":"USER#a"},"SK":{"S":"PROFILE"}}}`, ""},
		{"table given as ARN", "GetItem", `{"TableName":"` + tableARN + `","Key":{"PK":{"S":"USER#a"},"SK":{"S":"PROFILE"}}}`, ""},
		{"read an organization", "GetItem", `{"TableName":"leasehold","Key":{"PK":{"S":"ORG#a"},"SK":{"S":"META"}}}`, `dynamodb:GetItem on resource: table/leasehold (leading keys ["ORG#a"])`},
		{"another table", "GetItem", `{"TableName":"other","Key":{"PK":{"S":"USER#a"},"SK":{"S":"PROFILE"}}}`, "table/other"},
		{"a name that only begins like the table", "GetItem", `{"TableName":"leasehold2","Key":{"PK":{"S":"USER#a"}}}`, "table/leasehold2"},
		{"delete without the action", "DeleteItem", `{"TableName":"leasehold","Key":{"PK":{"S":"USER#a"}}}`, "dynamodb:DeleteItem"},
		{"query the table", "Query", `{"TableName":"leasehold","KeyConditionExpression":"(#0 = :0) AND (begins_with (#1, :1))","ExpressionAttributeNames":{"#0":"PK","#1":"SK"},"ExpressionAttributeValues":{":0":{"S":"USER#a"},":1":{"S":"TOKEN#"}}}`, ""},
		{"query the table for another's key", "Query", `{"TableName":"leasehold","KeyConditionExpression":"SK = :s AND PK = :p","ExpressionAttributeValues":{":p":{"S":"ORG#a"},":s":{"S":"USER#a"}}}`, "ORG#a"},
		{"query an index by its own key", "Query", `{"TableName":"leasehold","IndexName":"GSI1","KeyConditionExpression":"GSI1PK=:p","ExpressionAttributeValues":{":p":{"S":"USER#a#ORG#b"}}}`, ""},
		{"query another index", "Query", `{"TableName":"leasehold","IndexName":"GSI2","KeyConditionExpression":"GSI2PK=:p","ExpressionAttributeValues":{":p":{"S":"USER#a"}}}`, "table/leasehold/index/GSI2"},
		{"scan", "Scan", `{"TableName":"leasehold"}`, "dynamodb:Scan"},
		{"PartiQL", "ExecuteStatement", `{"Statement":"select * from leasehold"}`, "dynamodb:ExecuteStatement"},
		{"batch of people", "BatchGetItem", `{"RequestItems":{"leasehold":{"Keys":[{"PK":{"S":"USER#a"}},{"PK":{"S":"USER#b"}}]}}}`, ""},
		{"one stranger spoils the batch", "BatchGetItem", `{"RequestItems":{"leasehold":{"Keys":[{"PK":{"S":"USER#a"}},{"PK":{"S":"ORG#b"}}]}}}`, "dynamodb:BatchGetItem"},
		{"one table too many in the batch", "BatchGetItem", `{"RequestItems":{"leasehold":{"Keys":[{"PK":{"S":"USER#a"}}]},"other":{"Keys":[{"PK":{"S":"USER#a"}}]}}}`, "table/other"},
		{"transaction of allowed items", "TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"leasehold","Item":{"PK":{"S":"USER#a"}}}},{"Put":{"TableName":"leasehold","Item":{"PK":{"S":"AUDIT#a"}}}}]}`, ""},
		{"one update spoils the transaction", "TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"leasehold","Item":{"PK":{"S":"USER#a"}}}},{"Update":{"TableName":"leasehold","Key":{"PK":{"S":"USER#a"}}}}]}`, "dynamodb:UpdateItem"},
		{"a condition check is an action", "TransactWriteItems", `{"TransactItems":[{"ConditionCheck":{"TableName":"leasehold","Key":{"PK":{"S":"USER#a"}}}}]}`, "dynamodb:ConditionCheckItem"},
		{"reading transaction", "TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"leasehold","Key":{"PK":{"S":"USER#a"}}}}]}`, ""},
		{"batch write", "BatchWriteItem", `{"RequestItems":{"leasehold":[{"PutRequest":{"Item":{"PK":{"S":"USER#a"}}}}]}}`, "dynamodb:BatchWriteItem"},
	}

	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			err := example(t).Check("example", row.action, body(t, row.body))
			var denied *Denied
			switch {
			case row.denied == "" && err != nil:
				t.Errorf("refused: %v", err)
			case row.denied != "" && !errors.As(err, &denied):
				t.Errorf("not refused but %v", err)
			case row.denied != "" && !strings.Contains(err.Error(), row.denied):
				t.Errorf("refused, but %q does not say %q", err, row.denied)
			}
		})
	}
}

func TestARequestWhoseKeysCannotBeReadIsAnErrorAndNeverLetThrough(t *testing.T) {
	rows := map[string][2]string{
		"no key":                   {"GetItem", `{"TableName":"leasehold"}`},
		"key is a number":          {"GetItem", `{"TableName":"leasehold","Key":{"PK":{"N":"1"}}}`},
		"query by sort key only":   {"Query", `{"TableName":"leasehold","KeyConditionExpression":"SK = :s","ExpressionAttributeValues":{":s":{"S":"USER#a"}}}`},
		"query with old syntax":    {"Query", `{"TableName":"leasehold","KeyConditions":{}}`},
		"query of unknown index":   {"Query", `{"TableName":"leasehold","IndexName":"GSI9","KeyConditionExpression":"PK = :s","ExpressionAttributeValues":{":s":{"S":"USER#a"}}}`},
		"empty transaction":        {"TransactWriteItems", `{"TransactItems":[]}`},
		"unknown transaction item": {"TransactWriteItems", `{"TransactItems":[{"Merge":{"TableName":"leasehold"}}]}`},
		"empty batch":              {"BatchGetItem", `{}`},
		"batch with an odd key":    {"BatchGetItem", `{"RequestItems":{"leasehold":{"Keys":[7]}}}`},
	}

	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			if err := example(t).Check("example", row[0], body(t, row[1])); err == nil {
				t.Error("let through")
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
		t.Error("two statements, each with half of the keys, let a batch through")
	}
}

func TestARequestWithoutKeysSatisfiesForAllValues(t *testing.T) {
	g := guard(t, map[string]any{"f": policy(allow(tableARN, []any{"USER#*"}, "dynamodb:Scan"))})
	if err := g.Check("f", "Scan", body(t, `{"TableName":"leasehold"}`)); err != nil {
		t.Errorf("IAM lets a granted Scan through whatever its leading keys, and so must the guard: %v", err)
	}
}

func TestAFunctionWithoutPoliciesMayDoNothing(t *testing.T) {
	g := guard(t, map[string]any{"idle": nil})
	get := body(t, `{"TableName":"leasehold","Key":{"PK":{"S":"USER#a"}}}`)
	for _, function := range []string{"idle", "unknown"} {
		if err := g.Check(function, "GetItem", get); err == nil {
			t.Errorf("%s was let through", function)
		}
	}
}

func TestMailGoesOutOnlyFromTheGrantedSender(t *testing.T) {
	g := guard(t, map[string]any{"member-invite": policy(map[string]any{
		"Effect": "Allow", "Action": []any{"ses:SendEmail"}, "Resource": "arn:aws:ses:eu-central-1:000000000000:identity/*",
		"Condition": map[string]any{"StringEquals": map[string]any{"ses:FromAddress": "no-reply@example.com"}},
	})})
	if err := g.Check("member-invite", "SendEmail", body(t, `{"FromEmailAddress":"no-reply@example.com"}`)); err != nil {
		t.Error(err)
	}

	if err := g.Check("member-invite", "SendEmail", body(t, `{"FromEmailAddress":"\"Leasehold\" <no-reply@example.com>"}`)); err != nil {
		t.Error(err)
	}

	if err := g.Check("member-invite", "SendEmail", body(t, `{"FromEmailAddress":"\"no-reply@example.com\" <boss@example.com>"}`)); err == nil {
		t.Error("a display name is taken for the address")
	}

	if err := g.Check("member-invite", "SendEmail", body(t, `{"FromEmailAddress":"boss@example.com"}`)); err == nil {
		t.Error("mail went out in another's name")
	}

	if unused := g.Unused(); len(unused) != 0 {
		t.Errorf("unused after a mail: %v", unused)
	}
}

func TestOnlyWhatIsUnderstoodIsAccepted(t *testing.T) {
	with := func(field string, value any) any {
		s := allow(tableARN, []any{"USER#*"}, "dynamodb:GetItem")
		s[field] = value
		return policy(s)
	}

	rows := map[string]any{
		"managed policy":      []any{"AmazonDynamoDBFullAccess"},
		"SAM policy template": []any{map[string]any{"DynamoDBCrudPolicy": map[string]any{"TableName": "t"}, "Statement": "?"}},
		"deny":                with("Effect", "Deny"),
		"not action":          with("NotAction", "dynamodb:Scan"),
		"unresolved resource": with("Resource", map[string]any{"Ref": "Table"}),
		"no action":           with("Action", []any{}),
		"action no text":      with("Action", []any{7}),
		"condition no map":    with("Condition", "USER#*"),
		"empty operator":      with("Condition", map[string]any{"ForAllValues:StringLike": map[string]any{}}),
		"unknown operator":    with("Condition", map[string]any{"StringLike": map[string]any{"dynamodb:LeadingKeys": "USER#*"}}),
		"unknown key":         with("Condition", map[string]any{"StringEquals": map[string]any{"aws:SourceIp": "::1"}}),
		"no leading keys":     with("Condition", map[string]any{"ForAllValues:StringLike": map[string]any{"dynamodb:LeadingKeys": []any{}}}),
		"odd leading keys":    with("Condition", map[string]any{"ForAllValues:StringLike": map[string]any{"dynamodb:LeadingKeys": []any{7}}}),
		"statement no map":    policy("Allow"),
	}

	for name, policies := range rows {
		t.Run(name, func(t *testing.T) {
			if _, err := New(schema, map[string]any{"f": policies}); err == nil {
				t.Error("accepted")
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

func TestEveryActionOnEveryPatternIsAGrantOfItsOwn(t *testing.T) {
	g := example(t)
	put := `{"TransactItems":[{"Put":{"TableName":"leasehold","Item":{"PK":{"S":"USER#a"}}}}]}`
	if err := g.Check("example", "TransactWriteItems", body(t, put)); err != nil {
		t.Fatal(err)
	}

	if got, want := lines(g.Used()), "example dynamodb:PutItem table/leasehold USER#*"; got != want {
		t.Errorf("used:\n%s\nwant:\n%s", got, want)
	}

	want := strings.Join([]string{
		"example dynamodb:BatchGetItem table/leasehold USER#*",
		"example dynamodb:GetItem table/leasehold USER#*",
		"example dynamodb:PutItem table/leasehold AUDIT#*",
		"example dynamodb:Query table/leasehold USER#*",
		"example dynamodb:Query table/leasehold/index/GSI1 USER#*",
	}, "\n")
	if got := lines(g.Unused()); got != want {
		t.Errorf("unused:\n%s\nwant:\n%s", got, want)
	}
}

func TestARefusedCallUsesNothing(t *testing.T) {
	g := example(t)
	half := `{"TransactItems":[{"Put":{"TableName":"leasehold","Item":{"PK":{"S":"USER#a"}}}},{"Delete":{"TableName":"leasehold","Key":{"PK":{"S":"USER#a"}}}}]}`
	if err := g.Check("example", "TransactWriteItems", body(t, half)); err == nil {
		t.Fatal("let through")
	}

	if used := g.Used(); len(used) != 0 {
		t.Errorf("used: %v", used)
	}
}

// Whatever the patterns and keys: a batch passes exactly if every key begins with one of the statement's prefixes.
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

		err = g.Check("f", "BatchGetItem", map[string]any{"RequestItems": map[string]any{"leasehold": map[string]any{"Keys": keys}}})
		if covered != (err == nil) {
			t.Fatalf("granted %v, asked %v: %v", granted, keys, err)
		}
	})
}
