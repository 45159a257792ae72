package endpoint

import (
	"cmp"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// exactNames rejects a field name that the type does not have, in exactly that letter case, and a name that occurs
// twice (RFC 8259 leaves open which of the two counts). encoding/json ignores case and takes the last of two, so that
// we would read something else than a firewall, a log or a reviewer on the way. The body has been decoded into the type
// already.
func exactNames(body *json.Decoder, t reflect.Type) error {
	token, err := body.Token()
	if err != nil {
		return err
	}

	switch token {
	case json.Delim('{'):
		return exactObject(body, namesOf(t))
	case json.Delim('['):
		for body.More() {
			if err := exactNames(body, elementOf(t)); err != nil {
				return err
			}
		}

		_, err = body.Token()
	}

	return err
}

func exactObject(body *json.Decoder, known map[string]reflect.Type) error {
	seen := map[string]bool{}
	for body.More() {
		token, err := body.Token()
		if err != nil {
			return err
		}

		name, _ := token.(string)
		t, ok := known[name]
		switch {
		case !ok && known != nil:
			return unknownName(name, known)
		case seen[name]:
			return identity.InvalidField(name, "Send this field only once.")
		}

		seen[name] = true

		if err := exactNames(body, t); err != nil {
			return err
		}
	}

	_, err := body.Token()
	return err
}

func unknownName(name string, known map[string]reflect.Type) error {
	for other := range known {
		if strings.EqualFold(name, other) {
			return identity.InvalidField(name, "There is no such field; field names are case-sensitive.")
		}
	}

	return identity.InvalidField(name, "There is no such field; remove it.")
}

// namesOf returns the types of a struct's fields by their names in JSON; nil for a type that allows any name.
func namesOf(t reflect.Type) map[string]reflect.Type {
	t = dereferenced(t)
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}

	names := map[string]reflect.Type{}
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names[cmp.Or(name, field.Name)] = field.Type
	}

	return names
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
