package table_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

const (
	exportUser  = "usr_01kjm9wrv0g2g8f7zq5h3n4x6y"
	exportOrg   = "org_01kjm9wrv1qqqqqqqqqqqqqqqq"
	offeringOrg = "org_01kjm9wrv5zzzzzzzzzzzzzzzz"
	exportEmail = "ada@example.com"
)

// ofAPerson has the keys of each type of item that belongs to a person, by the name of its struct in item.go.
var ofAPerson = map[string]map[string]string{
	"profileItem":    {"PK": "USER#" + exportUser, "SK": "PROFILE"},
	"membershipItem": {"PK": "USER#" + exportUser, "SK": "ORG#" + exportOrg},
	"tokenItem":      {"PK": "USER#" + exportUser, "SK": "TOKEN#tok_05McJmDgrvc"},
	"sessionItem":    {"PK": "USER#" + exportUser, "SK": "SESSION#ses_05McJmDgrvc"},
	"offerItem":      {"PK": "EMAIL#" + identity.Digest(exportEmail), "SK": "ORG#" + offeringOrg},
	"eventItem":      {"PK": "AUDIT#" + exportUser + "#2026-03", "SK": identity.NewEventID(noon)},
	"assignmentItem": {
		"PK": "ORG#" + exportOrg, "SK": "ASSIGN#sol_01kjm9wrv2vvvvvvvvvvvvvvvv#" + exportUser,
		"GSI1PK": "USER#" + exportUser + "#ORG#" + exportOrg, "GSI1SK": "ASSIGN#sol_01kjm9wrv2vvvvvvvvvvvvvvvv",
	},
}

// ofNoPerson says of every other type of item why the export has no part for it.
var ofNoPerson = map[string]string{
	"orgItem":      "belongs to an organization",
	"solutionItem": "belongs to an organization; created_by stays as long as the solution",
	"renameItem":   "belongs to an organization",
	"markItem":     "is an organization's note on a member who left; it has no index by person",
	"searchItem":   "repeats words of a membership",
	"wordItem":     "repeats words of a membership",
	"tallyItem":    "counts the tokens that are shown",
	"ssoItem":      "leads from a digest of the provider's session to a session that is shown, and ends with it",
	"logoutItem":   "holds a digest of a logout token, without a person",
	"linkItem":     "leads from a digest of an identity or an address to the profile, which has both",
	"idTokenItem":  "holds a digest of an ID token, without a person",
	"retryItem":    "is encrypted with a key that only the caller has, and has no index by person",
	"erasureItem":  "belongs to nobody any more",
	"expiryItem":   "only leads to a token that is shown",
	"noticesItem":  "says how far a job has come",
}

// fixed has the attributes whose value decides what the others mean, with how the export shows the value.
var fixed = map[string]struct{ value, shown string }{
	"profileItem.email":              {exportEmail, `"` + exportEmail + `"`},
	"profileItem.created_at":         {strconv.FormatInt(noon.Add(-time.Hour).Unix(), 10), noon.Add(-time.Hour).Format(time.RFC3339)},
	"membershipItem.member_role":     {"creator", `"role":"creator"`},
	"membershipItem.member_status":   {"disabled", `"status":"disabled"`},
	"tokenItem.last_used_at":         {usedAt(1), noon.Add(-time.Second).Format(time.RFC3339)},
	"tokenItem.seen_at":              {usedAt(1), usedAt(1)},
	"tokenItem.used_days":            {"5", `"daysUsed":["2026-02-27","2026-03-01"]`},
	"sessionItem.last_used_at":       {usedAt(2), noon.Add(-2 * time.Second).Format(time.RFC3339)},
	"sessionItem.seen_at":            {usedAt(2), usedAt(2)},
	"tokenItem.org_id":               {exportOrg, `{"id":"` + exportOrg},
	"tokenItem.ended_why":            {"lapsed", `"status":"lapsed"`},
	"tokenItem.token_epoch":          {"limited", `"limited"`}, // so that the token has scopes
	"offerItem.purge_at":             {"", ""},
	"membershipItem.last_seen_at":    {usedAt(0), `"lastSeenOn":"2026-03-01"`},
	"membershipItem.is_offer":        {"", ""},
	"membershipItem.is_service":      {"", ""},
	"eventItem.scope_id":             {exportUser, exportUser},
	"profileItem.lapse_notices_off":  {"", `"lapse":false`},
	"profileItem.expiry_notices_off": {"", `"expiry":false`},
}

// usedAt returns the time of a last use, a number of seconds before noon, as an item holds it.
func usedAt(seconds int64) string { return strconv.FormatInt(noon.Unix()-seconds, 10) }

// leftOut says of the attributes that the export does not show why.
var leftOut = map[string]string{
	"profileItem.org_count":      "counts the memberships that are shown",
	"profileItem.copy_count":     "orders concurrent changes",
	"profileItem.sign_in_count":  "orders concurrent changes",
	"membershipItem.token_epoch": "is a random marker that tokens are compared with",
	"tokenItem.token_epoch":      "is a random marker that the membership is compared with",
	"tokenItem.limited_epoch":    "is a random marker that the membership is compared with",
	"tokenItem.derivation_key":   "is the public key that derived tokens are checked with",
	"tokenItem.secret_hash":      "is what a secret is checked against",
	"tokenItem.purge_at":         "follows from the end of the token",
	"tokenItem.seen_at":          "repeats last_used_at, or says that the origin is that of an earlier use, which is not shown then",
	"sessionItem.seen_at":        "repeats last_used_at, or says that the origin is that of an earlier use, which is not shown then",
	"tokenItem.lapse_noticed":    "keeps a notice from being sent twice",
	"tokenItem.expiry_noticed":   "keeps a notice from being sent twice",
	"sessionItem.secret_hash":    "is what a secret is checked against",
	"sessionItem.purge_at":       "follows from the end of the session",
	"sessionItem.subject_hash":   "is the digest of an identity that is shown",
	"sessionItem.sid_hash":       "is a digest of the provider's name for the session",
	"offerItem.user_id":          "is the ID of the invitation, not of the person",
	"offerItem.purge_at":         "follows from the time of the last mail",
}

// field is an attribute of an item, with its Go type.
type field struct{ name, kind string }

// itemStructs returns the attributes of every struct of item.go that is an item, without keys and the item's type.
func itemStructs(t *testing.T) map[string][]field {
	t.Helper()
	parsed, err := parser.ParseFile(gotoken.NewFileSet(), "item.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}

	structs := map[string][]field{}
	embedded := map[string][]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}

		if s, ok := spec.Type.(*ast.StructType); ok {
			for _, f := range s.Fields.List {
				name, kind := attributeOf(f)
				switch {
				case f.Names == nil && kind != "key":
					embedded[spec.Name.Name] = append(embedded[spec.Name.Name], kind)
				case name != "" && name != "item_type":
					structs[spec.Name.Name] = append(structs[spec.Name.Name], field{name, kind})
				}
			}
		}

		return true
	})

	for name, parts := range embedded {
		for _, part := range parts {
			structs[name] = append(structs[name], structs[part]...)
		}
	}

	maps.DeleteFunc(structs, func(name string, _ []field) bool { return !strings.HasSuffix(name, "Item") })

	return structs
}

func attributeOf(f *ast.Field) (name, kind string) {
	switch typed := f.Type.(type) {
	case *ast.Ident:
		kind = typed.Name
	case *ast.ArrayType:
		kind = "bytes"
	case *ast.MapType:
		kind = "map"
	}

	if f.Tag != nil {
		tag, _ := strconv.Unquote(f.Tag.Value)
		name, _, _ = strings.Cut(reflect.StructTag(tag).Get("dynamodbav"), ",")
	}

	return name, kind
}

// sample returns the nth value of a Go type that no other attribute has, and the text by which an export shows it.
func sample(kind string, n int) (types.AttributeValue, string) {
	switch kind {
	case "string":
		text := fmt.Sprintf("sample-%d-", n)
		return &types.AttributeValueMemberS{Value: text}, text
	case "int":
		return &types.AttributeValueMemberN{Value: strconv.Itoa(7000 + n)}, strconv.Itoa(7000 + n)
	case "int64":
		at := noon.Add(time.Duration(n) * time.Second)
		return &types.AttributeValueMemberN{Value: strconv.FormatInt(at.Unix(), 10)}, at.Format(time.RFC3339)
	case "bytes":
		text := fmt.Sprintf("%032d", n)
		return &types.AttributeValueMemberB{Value: []byte(text)}, text
	case "map":
		text := fmt.Sprintf("sample-%d-", n)
		return &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
			"key-" + text: &types.AttributeValueMemberS{Value: "value-" + text},
		}}, `"value-` + text
	}

	return &types.AttributeValueMemberBOOL{Value: true}, "true"
}

// TestEveryAttributeOfAPersonIsExportedOrLeftOutForAReason stores one of every item that belongs to a person, with a
// different value in each attribute, and looks for the values in the document. The attributes are those of item.go, so that
// a new one fails the test until it is exported or has a reason.
func TestEveryAttributeOfAPersonIsExportedOrLeftOutForAReason(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	structs := itemStructs(t)
	shown := map[string]string{}
	n := 0

	for _, item := range slices.Sorted(maps.Keys(structs)) {
		keys, belongs := ofAPerson[item]
		if reason := ofNoPerson[item]; belongs == (reason != "") {
			t.Errorf("%s needs an entry in ofAPerson or a reason in ofNoPerson", item)
		}

		if !belongs {
			continue
		}

		stored := map[string]types.AttributeValue{
			"item_type": &types.AttributeValueMemberS{Value: strings.TrimSuffix(item, "Item")},
		}
		for attribute, value := range keys {
			stored[attribute] = &types.AttributeValueMemberS{Value: value}
		}

		for _, f := range structs[item] {
			n++
			value, text := sample(f.kind, n)

			if fix, ok := fixed[item+"."+f.name]; ok {
				text = fix.shown
				switch f.kind {
				case "string":
					value = &types.AttributeValueMemberS{Value: fix.value}
				case "int", "int64":
					value = &types.AttributeValueMemberN{Value: fix.value}
				}
			}

			if text != "" {
				stored[f.name], shown[item+"."+f.name] = value, text
			}
		}

		if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: stored}); err != nil {
			t.Fatal(err)
		}
	}

	db := table.New(client, name)
	export, err := db.Export(t.Context(), identity.Caller{User: exportUser, Kind: identity.SignedIn}, time.Time{}, noon)
	if err != nil {
		t.Fatal(err)
	}

	text, err := json.Marshal(api.ProfileExportOf(export))
	if err != nil {
		t.Fatal(err)
	}

	for attribute, want := range shown {
		reason := leftOut[attribute]
		if found := strings.Contains(string(text), want); found == (reason != "") {
			t.Errorf("%s: exported: %t; reason to leave it out: %q; looked for %s", attribute, found, reason, want)
		}
	}

	for attribute := range leftOut {
		if item, name, _ := strings.Cut(attribute, "."); !slices.ContainsFunc(structs[item], func(f field) bool { return f.name == name }) {
			t.Errorf("leftOut names %s, which does not exist", attribute)
		}
	}

	if t.Failed() {
		t.Logf("%s", text)
	}
}

func TestAnExportIsBoundedAndContinues(t *testing.T) {
	t.Parallel()
	e := identity.Export{At: noon}
	for i := range 10 {
		at := noon.Add(-time.Duration(i) * time.Minute)
		e.Events = append(e.Events, identity.Event{ID: identity.NewEventID(at), At: at})
	}

	e.CutEvents(10)

	if len(e.LeftOut) != 0 || !e.EventsBefore.IsZero() {
		t.Errorf("nothing is left out, but it says %v before %v", e.LeftOut, e.EventsBefore)
	}

	e.CutEvents(4)
	want := noon.Add(-3*time.Minute + time.Second)

	if len(e.Events) != 4 || !slices.Equal(e.LeftOut, []string{identity.ExportedEvents}) || !e.EventsBefore.Equal(want) {
		t.Errorf("%d events, left out %v before %v", len(e.Events), e.LeftOut, e.EventsBefore)
	}

	e.CutEvents(0)

	if len(e.Events) != 0 || len(e.LeftOut) != 1 || !e.EventsBefore.Equal(noon.Add(time.Second)) {
		t.Errorf("%d events, left out %v before %v", len(e.Events), e.LeftOut, e.EventsBefore)
	}
}
