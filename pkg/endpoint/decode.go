package endpoint

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	maxBody = 64 << 10

	defaultLimit = 25
	maxLimit     = 100
)

// decode fills an operation's input. Its fields say where they come from by a tag: `path:"token"`, `query:"role"`
// (string, bool or anything that unmarshals text) or `body:"json"`. What the input does not name is refused.
func (x *exchange) decode(in any) error {
	v := reflect.ValueOf(in).Elem()
	var queries []string
	takesBody := false
	for i := range v.NumField() {
		tag, target := v.Type().Field(i).Tag, v.Field(i).Addr().Interface()
		var err error
		if name, ok := tag.Lookup("path"); ok {
			err = setText(target, name, x.params[name])
		} else if name, ok := tag.Lookup("query"); ok {
			queries = append(queries, name)
			err = x.setQuery(target, name)
		} else if page, ok := target.(*Page); ok {
			queries = append(queries, "limit", "cursor")
			err = x.setPage(page)
		} else if _, ok := tag.Lookup("body"); ok {
			takesBody = true
			err = x.decodeBody(target)
		}

		if err != nil {
			return err
		}
	}

	return x.refuseTheRest(queries, takesBody)
}

func (x *exchange) refuseTheRest(queries []string, takesBody bool) error {
	for name := range x.http.URL.Query() {
		if !slices.Contains(queries, name) {
			return identity.InvalidField(name, "There is no such query parameter here; remove it.")
		}
	}

	if takesBody {
		return nil
	}

	body, err := x.readBody()
	if err == nil && len(body) > 0 {
		err = identity.Refuse(identity.InvalidRequest, "This operation takes no body; send none.")
	}

	return err
}

func (x *exchange) setQuery(target any, name string) error {
	values := x.http.URL.Query()[name]
	switch len(values) {
	case 0:
		return nil
	case 1:
		return setText(target, name, values[0])
	}

	return identity.InvalidField(name, "Give it once.")
}

func setText(target any, name, text string) error {
	switch target := target.(type) {
	case encoding.TextUnmarshaler:
		return target.UnmarshalText([]byte(text))
	case *string:
		*target = text
	case *bool:
		value, err := strconv.ParseBool(text)
		if err != nil {
			return identity.InvalidField(name, "Give true or false.")
		}

		*target = value

	default:
		panic(fmt.Sprintf("the input field %s has a type that text cannot fill: %T", name, target))
	}

	return nil
}

func (x *exchange) readBody() ([]byte, error) {
	if x.body != nil {
		return x.body, nil
	}

	body, err := io.ReadAll(io.LimitReader(x.http.Body, maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("read the body: %w", err)
	}

	if len(body) > maxBody {
		return nil, identity.Refuse(identity.PayloadTooLarge, "Send at most %d bytes.", maxBody)
	}

	x.body = body
	return body, nil
}

// decodeBody takes one JSON object; exactNames refuses what it should not hold.
func (x *exchange) decodeBody(target any) error {
	body, err := x.readBody()
	if err != nil {
		return err
	}

	media, _, err := mime.ParseMediaType(x.http.Header.Get("Content-Type"))
	if err != nil || media != "application/json" && !strings.HasSuffix(media, "+json") {
		return identity.Refuse(identity.UnsupportedMediaType, "Send JSON, and the header Content-Type: application/json.")
	}

	if !strings.HasPrefix(strings.TrimLeft(string(body), " \t\r\n"), "{") { // null would pass for an empty object
		return identity.Refuse(identity.InvalidRequest, "Send a JSON object as the body.")
	}

	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(target); err != nil {
		return jsonProblem(err)
	}

	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return identity.Refuse(identity.InvalidRequest, "Send one JSON object and nothing after it.")
	}

	return exactNames(json.NewDecoder(bytes.NewReader(body)), reflect.TypeOf(target))
}

// jsonProblem says in the caller's terms why a body is not what it should be.
func jsonProblem(err error) error {
	var (
		wrongType *json.UnmarshalTypeError
		refusal   *identity.Error
	)
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return identity.InvalidField(wrongType.Field, "It cannot be a JSON %s.", wrongType.Value)
	}

	return identity.Refuse(identity.InvalidRequest, "The body is not a JSON object of the expected form.")
}

// parseIfMatch is the version that the caller means to change, 0 for any (RFC 9110, 13.1.1).
func parseIfMatch(values []string) (int, error) {
	if len(values) == 0 {
		return 0, identity.Refuse(identity.VersionRequired, "Send If-Match with the ETag you read, or * to change whatever is there.")
	}

	text := strings.TrimSpace(strings.Join(values, ","))
	if text == "*" {
		return 0, nil
	}

	version, err := strconv.Atoi(strings.Trim(text, `"`))
	if err != nil || version < 1 || text != formatETag(version) {
		return 0, identity.Refuse(identity.VersionMismatch, "If-Match does not hold an ETag of this; read it again.")
	}

	return version, nil
}

func formatETag(version int) string { return `"` + strconv.Itoa(version) + `"` }
