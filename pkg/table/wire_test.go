package table

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/pkg/wire"
)

// TestADirectReadDecodesAsAttributevalueDoes covers every field of the items of authorization, so that a field of another type
// fails here instead of making each authorization read twice.
func TestADirectReadDecodesAsAttributevalueDoes(t *testing.T) {
	t.Run("token", func(t *testing.T) { sameItem[tokenItem](t) })
	t.Run("session", func(t *testing.T) { sameItem[sessionItem](t) })
	t.Run("membership", func(t *testing.T) { sameItem[membershipItem](t) })
	t.Run("organization", func(t *testing.T) { sameItem[orgItem](t) })
}

func sameItem[Item any](t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var stored, want Item
		fill(rt, reflect.ValueOf(&stored).Elem())
		encoded, err := attributevalue.MarshalMap(stored)
		if err != nil {
			rt.Fatal(err)
		}

		encoded["of_a_later_version"] = &types.AttributeValueMemberL{Value: []types.AttributeValue{
			&types.AttributeValueMemberNULL{Value: true},
		}}

		if err := attributevalue.UnmarshalMap(encoded, &want); err != nil {
			rt.Fatal(err)
		}

		s := wire.NewScanner(dynamoJSON(rt, encoded))
		got, err := fromWire[Item](layoutOf[Item](), scanItem(&s, nil))
		if err != nil || s.Err() != nil || !reflect.DeepEqual(got, want) {
			rt.Fatalf("got %+v, %v, %v\nwant %+v", got, err, s.Err(), want)
		}
	})
}

// fill sets every field of a struct, embedded structs included, to some value.
func fill(t *rapid.T, into reflect.Value) {
	for _, field := range into.Fields() {
		switch field.Kind() {
		case reflect.Struct:
			fill(t, field)
		case reflect.String:
			field.SetString(rapid.String().Draw(t, "text"))
		case reflect.Int, reflect.Int64:
			field.SetInt(rapid.Int64().Draw(t, "number"))
		case reflect.Bool:
			field.SetBool(rapid.Bool().Draw(t, "flag"))
		case reflect.Slice:
			field.SetBytes(rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "bytes"))
		case reflect.Map:
			texts := rapid.MapOfN(rapid.StringN(1, 9, -1), rapid.String(), 1, 4).Draw(t, "texts")
			field.Set(reflect.ValueOf(texts))
		default:
			t.Fatalf("no value for a field of type %s", field.Type())
		}
	}
}

// dynamoJSON returns an item as DynamoDB sends it.
func dynamoJSON(t *rapid.T, item attributes) string {
	text, err := json.Marshal(wireForm(t, &types.AttributeValueMemberM{Value: item})["M"])
	if err != nil {
		t.Fatal(err)
	}

	return string(text)
}

func wireForm(t *rapid.T, value types.AttributeValue) map[string]any {
	switch value := value.(type) {
	case *types.AttributeValueMemberS:
		return map[string]any{"S": value.Value}
	case *types.AttributeValueMemberN:
		return map[string]any{"N": value.Value}
	case *types.AttributeValueMemberB:
		return map[string]any{"B": base64.StdEncoding.EncodeToString(value.Value)}
	case *types.AttributeValueMemberBOOL:
		return map[string]any{"BOOL": value.Value}
	case *types.AttributeValueMemberNULL:
		return map[string]any{"NULL": value.Value}
	case *types.AttributeValueMemberL:
		list := []any{}
		for _, element := range value.Value {
			list = append(list, wireForm(t, element))
		}

		return map[string]any{"L": list}
	case *types.AttributeValueMemberM:
		members := map[string]any{}
		for name, element := range value.Value {
			members[name] = wireForm(t, element)
		}

		return map[string]any{"M": members}
	}

	t.Fatalf("no JSON for %T", value)
	return nil
}

func TestADirectReadRefusesWhatItDoesNotExpect(t *testing.T) {
	const whole = `{"Responses":{"leasehold":[{"item_type":{"S":"token"},"PK":{"S":"USER#u"},"SK":{"S":"TOKEN#t"},"lease_until":{"N":"7"}}]},` +
		`"UnprocessedKeys":{}}`
	read := func(text string) (nouns, error) {
		var n nouns
		err := readBatch(text, n.add)
		return n, err
	}

	if found, err := read(whole); err != nil || len(found.tokens) != 1 || found.tokens[0].Until.Unix() != 7 {
		t.Errorf("got %+v, %v", found, err)
	}

	for length := range len(whole) {
		if found, err := read(whole[:length]); err == nil {
			t.Errorf("read %q as %+v", whole[:length], found)
		}
	}

	for what, text := range map[string]string{
		"unprocessed keys":         `{"Responses":{},"UnprocessedKeys":{"leasehold":{"Keys":[{"PK":{"S":"USER#u"}}]}}}`,
		"a number of another type": `{"Responses":{"leasehold":[{"item_type":{"S":"token"},"lease_until":{"S":"7"}}]}}`,
		"a text of another type":   `{"Responses":{"leasehold":[{"item_type":{"S":"token"},"org_id":{"N":"7"}}]}}`,
		"a fraction":               `{"Responses":{"leasehold":[{"item_type":{"S":"token"},"lease_until":{"N":"7.5"}}]}}`,
		"bytes that are not":       `{"Responses":{"leasehold":[{"item_type":{"S":"token"},"secret_hash":{"B":"?"}}]}}`,
		"a map of numbers":         `{"Responses":{"leasehold":[{"item_type":{"S":"organization"},"token_policy":{"M":{"networks":{"N":"7"}}}}]}}`,
		"an error":                 `null`,
	} {
		if found, err := read(text); err == nil {
			t.Errorf("%s: read %+v", what, found)
		}
	}
}

func FuzzADirectReadNeverPanics(f *testing.F) {
	f.Add(`{"Responses":{"leasehold":[{"item_type":{"S":"membership"},"PK":{"S":"USER#u"},"SK":{"S":"ORG#o"},"is_offer":{"BOOL":true}}]}}`)
	f.Add(`{"a":"\u00e9\"","b":[1,{"c":null}]}`)
	f.Fuzz(func(_ *testing.T, text string) {
		_ = readBatch(text, func(values []wireValue) error {
			_, err := fromWire[tokenItem](tokenLayout(), values)
			return err
		})
	})
}
