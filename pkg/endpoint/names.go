package endpoint

import (
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// exactNames rejects a field name that the type does not have, in exactly that letter case, and a name that occurs twice
// (RFC 8259 leaves open which of the two counts). It also rejects null below the top, which would pass for an absent field.
// encoding/json ignores case and takes the last of two, so it would read something else than a firewall, a log or a reviewer
// on the way. It rejects an object without a field that the type requires, too, because the zero value would pass for what
// was sent. The path leads to this value; it is "" for the body itself.
func exactNames(body *json.Decoder, t reflect.Type, path string) error {
	token, err := body.Token()
	if err != nil {
		return err
	}

	if dereferenced(t) == reflect.TypeFor[time.Time]() && token != nil {
		return exactTime(token, path)
	}

	switch token {
	case nil:
		if strings.Contains(path, ".") { // applyNulls sees to those at the top
			return identity.InvalidField(path, "Send a value, or leave the field out.")
		}

	case json.Delim('{'):
		return exactObject(body, t, path)
	case json.Delim('['):
		for i := 0; body.More(); i++ {
			if err := exactNames(body, elementOf(t), below(path, strconv.Itoa(i))); err != nil {
				return err
			}
		}

		_, err = body.Token()
	}

	return err
}

// exactTime rejects a value that is no time in RFC 3339.
func exactTime(token json.Token, path string) error {
	text, _ := token.(string)
	if _, err := time.Parse(time.RFC3339, text); err != nil {
		return identity.InvalidField(path, "Send a time in RFC 3339, such as 2026-11-23T09:15:00Z.")
	}

	return nil
}

func exactObject(body *json.Decoder, t reflect.Type, path string) error {
	known, seen := fieldsOf(t), map[string]bool{}
	for body.More() {
		token, err := body.Token()
		if err != nil {
			return err
		}

		name, _ := token.(string)
		field, ok := known[name]
		switch {
		case !ok && known != nil:
			return unknownName(name, known, path)
		case seen[name]:
			return identity.InvalidField(below(path, name), "Send this field only once.")
		}

		seen[name] = true

		if err := exactNames(body, field.Type, below(path, name)); err != nil {
			return err
		}
	}

	if _, err := body.Token(); err != nil {
		return err
	}

	return complete(seen, known, path)
}

// complete rejects an object that lacks a field which its type requires: one without omitempty or omitzero. The types of
// package api have omitempty on the fields that the description does not require.
func complete(seen map[string]bool, known map[string]reflect.StructField, path string) error {
	var missing identity.Mistakes
	for _, name := range slices.Sorted(maps.Keys(known)) {
		tagged, options, _ := strings.Cut(known[name].Tag.Get("json"), ",")
		if !seen[name] && tagged != "" && !strings.HasPrefix(options, "omit") {
			missing.Add(identity.InvalidField(below(path, name), "This field is required. Send a value."))
		}
	}

	return missing.Err()
}

func unknownName(name string, known map[string]reflect.StructField, path string) error {
	switch {
	case name == "" && path == "":
		return identity.Refuse(identity.InvalidRequest, "A field of the body has no name. Remove it.")
	case name == "":
		return identity.InvalidField(path, "A field in this object has no name. Remove it.")
	}

	for other := range known {
		if strings.EqualFold(name, other) {
			return identity.InvalidField(below(path, name), "There is no such field; field names are case-sensitive.")
		}
	}

	return identity.InvalidField(below(path, name), "There is no such field. Remove it.")
}

// below returns the path of a field or a position, with dots between the levels.
func below(path, name string) string {
	if path == "" {
		return name
	}

	return path + "." + name
}

// fieldAt returns the path of the value that ends, or opens, at an offset in the body. found is false if there is none.
func fieldAt(body *json.Decoder, offset int64, path string) (field string, found bool) {
	token, err := body.Token()
	if err != nil || body.InputOffset() >= offset {
		return path, true
	}

	switch token {
	case json.Delim('{'):
		for body.More() {
			name, _ := body.Token()
			text, _ := name.(string)
			if field, found := fieldAt(body, offset, below(path, text)); found {
				return field, true
			}
		}

		_, _ = body.Token()

	case json.Delim('['):
		for i := 0; body.More(); i++ {
			if field, found := fieldAt(body, offset, below(path, strconv.Itoa(i))); found {
				return field, true
			}
		}

		_, _ = body.Token()
	}

	return "", false
}

// fieldsOf returns a struct's fields by their names in JSON; nil for a type that allows any name.
func fieldsOf(t reflect.Type) map[string]reflect.StructField {
	if t = dereferenced(t); t == nil || t.Kind() != reflect.Struct {
		return nil
	}

	fields := map[string]reflect.StructField{}
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		fields[cmp.Or(name, field.Name)] = field
	}

	return fields
}

// elementOf returns the type of a list's elements.
func elementOf(t reflect.Type) reflect.Type {
	if t = dereferenced(t); t != nil && t.Kind() == reflect.Slice {
		return t.Elem()
	}

	return nil
}

func dereferenced(t reflect.Type) reflect.Type {
	if t != nil && t.Kind() == reflect.Pointer {
		return t.Elem()
	}

	return t
}
