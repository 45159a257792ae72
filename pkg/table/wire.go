package table

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/wire"
)

// wireValue is an attribute as DynamoDB sends it: its name, the name of its type, and its value. The value is text for the types
// S, N and B, and JSON for any other.
type wireValue struct{ name, kind, value string }

// scanItem consumes an item in DynamoDB JSON and returns its attributes in the memory of values.
func scanItem(s *wire.Scanner, values []wireValue) []wireValue {
	values = values[:0]
	s.Object(func(name string) {
		s.Object(func(kind string) {
			v := wireValue{name: name, kind: kind}
			switch kind {
			case "S", "N", "B":
				v.value = s.Text()
			default:
				v.value = s.Raw()
			}

			values = append(values, v)
		})
	})

	return values
}

// wireText returns the value of the attribute with a name, "" if there is none.
func wireText(values []wireValue, name string) string {
	for _, v := range values {
		if v.name == name {
			return v.value
		}
	}

	return ""
}

// layout says where in a struct each attribute is, by the attribute's name.
type layout map[string][]int

// layoutOf returns the layout of a struct of items, which attributevalue reads from the same tags.
func layoutOf[Item any]() layout {
	l := layout{}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Item]()) {
		if field.Anonymous {
			continue
		}

		name, _, _ := strings.Cut(field.Tag.Get("dynamodbav"), ",")
		if name == "" {
			name = field.Name
		}

		l[name] = field.Index
	}

	return l
}

// fromWire returns the item that the attributes make. It ignores attributes that the struct does not have. It does for the
// types of fields that the items of authorization have what attributevalue does for all.
func fromWire[Item any](l layout, values []wireValue) (Item, error) {
	var item Item
	into := reflect.ValueOf(&item).Elem()
	for _, v := range values {
		index, ok := l[v.name]
		if !ok {
			continue
		}

		if err := v.set(into.FieldByIndex(index)); err != nil {
			return item, fmt.Errorf("decode %s: %w", v.name, err)
		}
	}

	return item, nil
}

// set stores the value in a field.
func (v wireValue) set(field reflect.Value) error {
	switch kind := field.Kind(); {
	case v.kind == "S" && kind == reflect.String:
		field.SetString(v.value)

	case v.kind == "N" && (kind == reflect.Int || kind == reflect.Int64):
		n, err := strconv.ParseInt(v.value, 10, 64)
		if err != nil {
			return wire.ErrText
		}

		field.SetInt(n)

	case v.kind == "BOOL" && kind == reflect.Bool && (v.value == "true" || v.value == "false"):
		field.SetBool(v.value == "true")

	case v.kind == "B" && kind == reflect.Slice:
		decoded, err := base64.StdEncoding.DecodeString(v.value)
		if err != nil {
			return wire.ErrText
		}

		field.SetBytes(decoded)

	case v.kind == "M" && kind == reflect.Map:
		texts, err := v.texts()
		if err != nil {
			return err
		}

		field.Set(reflect.ValueOf(texts))

	default:
		return wire.ErrText
	}

	return nil
}

// texts returns the value of a map of strings.
func (v wireValue) texts() (map[string]string, error) {
	texts := map[string]string{}
	s := wire.NewScanner(v.value)
	for _, element := range scanItem(&s, nil) {
		if element.kind != "S" {
			return nil, wire.ErrText
		}

		texts[element.name] = element.value
	}

	return texts, s.Err()
}
