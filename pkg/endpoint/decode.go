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

// decode fills an operation's input. A tag names where a field comes from: `path:"token"`, `query:"role"` (a string, a
// bool or any type that unmarshals text) or `body:"json"`. It rejects parameters that the input does not name.
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

	return x.rejectOthers(queries, takesBody)
}

// rejectOthers rejects query parameters that are not among queries, and a body if the operation takes none.
func (x *exchange) rejectOthers(queries []string, takesBody bool) error {
	for name := range x.http.URL.Query() {
		if !slices.Contains(queries, name) {
			return identity.InvalidField(name, "There is no such query parameter; remove it.")
		}
	}

	if takesBody {
		return nil
	}

	body, err := x.readBody()
	if err == nil && len(body) > 0 {
		err = identity.Refuse(identity.InvalidRequest, "This operation takes no body; remove it.")
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

	return identity.InvalidField(name, "Send this parameter only once.")
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
			return identity.InvalidField(name, "Use true or false.")
		}

		*target = value

	default:
		panic(fmt.Sprintf("the input field %s has a type that text cannot fill: %T", name, target))
	}

	return nil
}

// ParseID returns the ID that a field of a body holds. It returns an InvalidRequest error with the detail if the text
// is not such an ID.
func ParseID[ID any, P interface {
	*ID
	encoding.TextUnmarshaler
}](field, text, detail string) (ID, error) {
	var id ID
	if err := P(&id).UnmarshalText([]byte(text)); err != nil {
		return id, identity.InvalidField(field, "%s", detail)
	}

	return id, nil
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
		return nil, identity.Refuse(identity.PayloadTooLarge, "Send a body of at most %d bytes.", maxBody)
	}

	x.body = body
	return body, nil
}

// decodeBody decodes the body, one JSON object.
func (x *exchange) decodeBody(target any) error {
	body, err := x.readBody()
	if err != nil {
		return err
	}

	media, _, err := mime.ParseMediaType(x.http.Header.Get("Content-Type"))
	if err != nil || media != "application/json" && !strings.HasSuffix(media, "+json") {
		return identity.Refuse(identity.UnsupportedMediaType, "Send JSON with the header Content-Type: application/json.")
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

// jsonProblem returns the refusal for a body that does not decode.
func jsonProblem(err error) error {
	var (
		wrongType *json.UnmarshalTypeError
		refusal   *identity.Error
	)
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return identity.InvalidField(wrongType.Field, "The value cannot be a JSON %s.", wrongType.Value)
	}

	return identity.Refuse(identity.InvalidRequest, "The body is not a JSON object of the expected form.")
}

// parseIfMatch returns the version that the caller means to change, 0 for any (RFC 9110, section 13.1.1).
func parseIfMatch(values []string) (int, error) {
	if len(values) == 0 {
		return 0, identity.Refuse(identity.VersionRequired,
			"Send If-Match with the ETag that you read, or * to change any version.")
	}

	text := strings.TrimSpace(strings.Join(values, ","))
	if text == "*" {
		return 0, nil
	}

	version, err := strconv.Atoi(strings.Trim(text, `"`))
	if err != nil || version < 1 || text != formatETag(version) {
		return 0, identity.Refuse(identity.VersionMismatch, "If-Match is not an ETag of this resource; read it again.")
	}

	return version, nil
}

func formatETag(version int) string { return `"` + strconv.Itoa(version) + `"` }
