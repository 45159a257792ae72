package endpoint

import (
	"cmp"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// exactNames refuses a name that the type does not have, letter for letter, or that a body gives twice (RFC 8259 leaves
// open which of two counts). encoding/json takes another letter case and the last of two, and then what we read is not what
// a firewall, a log or a reviewer on the way read. The body is one that has been decoded into the type already.
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
			if err := exactNames(body, within(t)); err != nil {
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
			return identity.InvalidField(name, "Give it once.")
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
			return identity.InvalidField(name, "There is no such field; letter case counts.")
		}
	}

	return identity.InvalidField(name, "There is no such field; remove it.")
}

// namesOf are the names of a struct's fields in JSON with what they hold; nil for what may hold any name.
func namesOf(t reflect.Type) map[string]reflect.Type {
	t = behind(t)
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

// within is what a list holds.
func within(t reflect.Type) reflect.Type {
	if t = behind(t); t != nil && t.Kind() == reflect.Slice {
		return t.Elem()
	}
	return nil
}

func behind(t reflect.Type) reflect.Type {
	if t != nil && t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}
