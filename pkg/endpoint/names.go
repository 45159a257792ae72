package endpoint

import (
	"cmp"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// exactNames refuses a name that a body spells in other letter case than the type does, or gives twice (RFC 8259 leaves
// open which of two counts). encoding/json takes both, and then what we read is not what a firewall, a log or a reviewer
// on the way read. The body is one that has been decoded into the type already.
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
			return identity.InvalidField(name, "There is no such field; letter case counts.")
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

// namesOf are the names of a struct's fields in JSON with what they hold; nil for what may hold any name.
func namesOf(t reflect.Type) map[string]reflect.Type {
	t = behind(t)
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	names := map[string]reflect.Type{}
	for i := range t.NumField() {
		field := t.Field(i)
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
