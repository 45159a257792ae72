package ageing

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/table"
)

// stored returns the attributes of package table's items whose Go type is kind. By convention a time is the only int64.
func stored(t *testing.T, kind string) []string {
	t.Helper()
	files, err := filepath.Glob("../../../pkg/table/*.go")
	if err != nil {
		t.Fatal(err)
	}

	var names []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}

		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}

		ast.Inspect(parsed, func(n ast.Node) bool {
			field, ok := n.(*ast.Field)
			if !ok || field.Tag == nil {
				return true
			}

			tag, _ := strconv.Unquote(field.Tag.Value)
			name, _, _ := strings.Cut(reflect.StructTag(tag).Get("dynamodbav"), ",")
			if is, ok := field.Type.(*ast.Ident); ok && is.Name == kind && name != "" {
				names = append(names, name)
			}

			return true
		})
	}

	slices.Sort(names)
	return slices.Compact(names)
}

func TestEveryTimeOfAnItemAges(t *testing.T) {
	listed := slices.Sorted(slices.Values(times))
	if found := stored(t, "int64"); !slices.Equal(found, listed) {
		t.Errorf("the items of pkg/table hold the times\n%q\nbut times in item.go lists\n%q", found, listed)
	}

	var found []string
	for _, name := range stored(t, "string") {
		if strings.HasSuffix(name, "_epoch") {
			found = append(found, name)
		}
	}

	if !slices.Equal(found, epochs) {
		t.Errorf("the items of pkg/table hold the epochs %q, but epochs in item.go lists %q", found, epochs)
	}
}

func s(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

func n(at time.Time) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(at.Unix(), 10)}
}

func TestAgedMovesTimesAndTheKeysThatHoldThem(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct{ from, want item }{
		"a token in the lease index": {
			item{"item_type": s("token"), "lease_until": n(noon), table.AttrGSI2PK: s("LEASE#1"), table.AttrGSI2SK: s("2026-03-01T12#tok_1")},
			item{
				"item_type":      s("token"),
				"lease_until":    n(noon.Add(-24 * time.Hour)),
				table.AttrGSI2PK: s("LEASE#1"),
				table.AttrGSI2SK: s("2026-02-28T12#tok_1"),
			},
		},
		"the expiry of a token": {
			item{"item_type": s("expiry"), "expires_at": n(noon), table.AttrGSI2PK: s("EXPIRY#1"), table.AttrGSI2SK: s("2026-03-01T12#tok_1")},
			item{
				"item_type":      s("expiry"),
				"expires_at":     n(noon.Add(-24 * time.Hour)),
				table.AttrGSI2PK: s("EXPIRY#1"),
				table.AttrGSI2SK: s("2026-02-28T12#tok_1"),
			},
		},
		"a token that has left the lease index": {
			item{"item_type": s("token"), "lease_until": n(noon)},
			item{"item_type": s("token"), "lease_until": n(noon.Add(-24 * time.Hour))},
		},
		"an audit event": {
			item{"item_type": s("event"), "created_at": n(noon), table.AttrPK: s("AUDIT#org_1#2026-03"), table.AttrSK: s("01kjmg10000000000000000000")},
			item{
				"item_type":  s("event"),
				"created_at": n(noon.Add(-24 * time.Hour)),
				table.AttrPK: s("AUDIT#org_1#2026-02"),
				table.AttrSK: s(earlier("01kjmg10000000000000000000", 24*time.Hour)),
			},
		},
		"an item without times": {item{"item_type": s("search")}, item{"item_type": s("search")}},
	} {
		if got := aged(c.from, 24*time.Hour); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: aged by a day it is\n%v\nwant\n%v", name, got, c.want)
		}
	}
}
