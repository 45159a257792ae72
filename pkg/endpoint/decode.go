package endpoint

import (
	"bytes"
	"cmp"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	maxBody = 64 << 10

	defaultLimit = 25
	maxLimit     = 100
)

// decode fills an operation's input. A tag names where a field comes from: `path:"token"`, `query:"role"` (a string, a
// bool or any type that unmarshals text), `body:"json"` or `body:"form"`. It rejects parameters that the input does not name.
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
		} else if kind, ok := tag.Lookup("body"); ok {
			takesBody = true
			err = x.decodeBodyOf(kind, target)
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
		switch {
		case name == "":
			return identity.Refuse(identity.InvalidRequest, "A query parameter has no name. Remove it.")
		case !slices.Contains(queries, name):
			return identity.InvalidField(name, "There is no such query parameter. Remove it.")
		}
	}

	if takesBody {
		return nil
	}

	body, err := x.readBody()
	if err == nil && len(body) > 0 {
		err = identity.Refuse(identity.InvalidRequest, "This operation takes no body. Remove it.")
	}

	return err
}

func (x *exchange) setQuery(target any, name string) error {
	value, err := x.queryValue(name)
	if value == "" || err != nil {
		return err
	}

	err = setText(target, name, value)

	// In a path, text that is no ID is the ID of nothing.
	if refusal, ok := errors.AsType[*identity.Error](err); ok && refusal.Problem == identity.NotFound {
		return identity.InvalidField(name, "Send an ID of the right kind.")
	}

	return err
}

// queryValue returns the value of a query parameter, or "" if the parameter is absent. It returns an InvalidRequest error
// if the parameter is empty, repeated, or has a control character.
func (x *exchange) queryValue(name string) (string, error) {
	values, sent := x.http.URL.Query()[name]
	switch {
	case !sent:
		return "", nil
	case len(values) != 1:
		return "", identity.InvalidField(name, "Send this parameter only once.")
	case values[0] == "":
		return "", identity.InvalidField(name, "Send a value, or leave the parameter out.")
	case !utf8.ValidString(values[0]) || strings.ContainsFunc(values[0], unicode.IsControl):
		return "", identity.InvalidField(name, "Send text in UTF-8 without control characters.")
	}

	return values[0], nil
}

func setText(target any, name, text string) error {
	switch target := target.(type) {
	case encoding.TextUnmarshaler:
		return target.UnmarshalText([]byte(text))
	case *string:
		*target = text
	case *bool:
		if text != "true" && text != "false" {
			return identity.InvalidField(name, "Use true or false.")
		}

		*target = text == "true"

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

func (x *exchange) decodeBodyOf(kind string, target any) error {
	if kind == "form" {
		return x.decodeForm(target)
	}

	return x.decodeBody(target)
}

// decodeForm decodes a body in the media type application/x-www-form-urlencoded. The tag json names the fields of the
// target, which are strings. It ignores other parameters, as RFC 6749, section 3.2, says. Its refusals have status 400 and
// an OAuth error code, because the protocols that use forms know no other.
func (x *exchange) decodeForm(target any) error {
	body, err := x.readBody()
	if err != nil {
		return err
	}

	media, _, err := mime.ParseMediaType(x.http.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" {
		return invalidForm("Send a form with the header Content-Type: application/x-www-form-urlencoded.")
	}

	form, err := url.ParseQuery(string(body))
	if err != nil {
		return invalidForm("The body is not a form in the encoding application/x-www-form-urlencoded.")
	}

	v := reflect.ValueOf(target).Elem()
	for field, value := range v.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if len(form[name]) != 1 {
			return invalidForm("Send the parameter " + name + " once.")
		}

		value.SetString(form[name][0])
	}

	if refusal, ok := errors.AsType[*identity.Error](within(v)); ok {
		return invalidForm(refusal.Detail)
	}

	return nil
}

func invalidForm(detail string) error {
	refusal := identity.Refuse(identity.InvalidRequest, "%s", detail)
	refusal.OAuthError = "invalid_request"
	return refusal
}

// decodeBody decodes the body, one JSON object.
func (x *exchange) decodeBody(target any) error {
	body, err := x.readBody()
	if err != nil {
		return err
	}

	media, err := x.mediaType()
	if err != nil {
		return err
	}

	if err := validText(body); err != nil {
		return err
	}

	if !strings.HasPrefix(strings.TrimLeft(string(body), " \t\r\n"), "{") { // null would pass for an empty object
		return identity.Refuse(identity.InvalidRequest, "Send a JSON object as the body.")
	}

	body = wholeNumbers(body)

	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(target); err != nil {
		return jsonProblem(err, body, reflect.TypeOf(target))
	}

	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return identity.Refuse(identity.InvalidRequest, "Send one JSON object and nothing after it.")
	}

	if err := exactNames(json.NewDecoder(bytes.NewReader(body)), reflect.TypeOf(target), ""); err != nil {
		return err
	}

	if err := within(reflect.ValueOf(target).Elem()); err != nil {
		return err
	}

	return applyNulls(body, target, media == mergePatch)
}

// mergePatch is the media type in which null removes a member (RFC 7396).
const mergePatch = "application/merge-patch+json"

// mediaType returns the media type of a JSON body. It returns UnsupportedMediaType for any that would have a meaning of its
// own, such as JSON Patch (RFC 6902), and sets the header Accept-Patch (RFC 5789, section 3.1) in the response to a PATCH.
// JSON is UTF-8 (RFC 8259, section 8.1), so any other charset is rejected.
func (x *exchange) mediaType() (string, error) {
	accepted := []string{"application/json"}
	if x.http.Method == http.MethodPatch {
		accepted = append(accepted, mergePatch)
	}

	media, parameters, err := mime.ParseMediaType(x.http.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(accepted, media) {
		if x.http.Method == http.MethodPatch {
			x.header.Set("Accept-Patch", strings.Join(accepted, ", "))
		}

		return "", identity.Refuse(identity.UnsupportedMediaType,
			"Send JSON with the header Content-Type: %s.", strings.Join(accepted, " or "))
	}

	if charset := parameters["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return "", identity.Refuse(identity.UnsupportedMediaType, "Send JSON in UTF-8 instead of %.40q.", charset)
	}

	return media, nil
}

// validText rejects a body that is not UTF-8 or that holds U+FFFD, which stands for text that was damaged on the way: API
// Gateway and encoding/json both put it in the place of what they can't decode, such as half of a surrogate pair.
func validText(body []byte) error {
	if !utf8.Valid(body) || bytes.ContainsRune(body, utf8.RuneError) {
		return identity.Refuse(identity.InvalidRequest, "Send the body in valid UTF-8, without the character U+FFFD.")
	}

	for rest := body; ; {
		i := bytes.IndexByte(rest, '\\')
		if i < 0 || i+1 >= len(rest) {
			return nil
		}

		unit, ok := escapedUnit(rest[i:])
		width := len(`\u0000`)

		switch {
		case !ok:
			rest = rest[i+len(`\\`):]
			continue
		case utf16.IsSurrogate(unit):
			low, paired := escapedUnit(rest[i+width:])
			if !paired || utf16.DecodeRune(unit, low) == utf8.RuneError {
				return identity.Refuse(identity.InvalidRequest, "Write each character outside the Basic Multilingual Plane as a pair of escapes, or unescaped.")
			}

			width *= 2
		case unit == utf8.RuneError:
			return identity.Refuse(identity.InvalidRequest, "Send the text without the character U+FFFD.")
		}

		rest = rest[i+width:]
	}
}

// escapedUnit returns the UTF-16 code unit of the escape sequence that text starts with. ok is false if it starts with
// anything else.
func escapedUnit(text []byte) (unit rune, ok bool) {
	if len(text) < len(`\u0000`) || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}

	value, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return rune(value), err == nil
}

// wholeNumbers returns the body with each number that has a fraction or an exponent, but is whole, as an integer: 3.0 and 3e0
// as 3. These are integers (JSON Schema 2020-12, Validation, section 6.1.1), and some languages write them so. It leaves
// numbers of more than 15 digits, which not every float64 can tell apart, and a body that is not JSON.
func wholeNumbers(body []byte) []byte {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()

	var whole []byte
	copied := 0
	for {
		token, err := decoder.Token()
		switch {
		case err != nil && whole == nil:
			return body
		case err != nil:
			return append(whole, body[copied:]...)
		}

		text, ok := token.(json.Number)
		if !ok || !strings.ContainsAny(text.String(), ".eE") {
			continue
		}

		value, err := text.Float64()
		if err != nil || value != math.Trunc(value) || math.Abs(value) >= 1e15 {
			continue
		}

		end := int(decoder.InputOffset())
		whole = append(whole, body[copied:end-len(text)]...)
		whole = strconv.AppendInt(whole, int64(value), 10)
		copied = end
	}
}

// applyNulls obeys the members of a body that are null. In a merge patch null removes: an optional string becomes empty. In
// plain JSON a null would be read as if the member were absent, so it is rejected.
func applyNulls(body []byte, target any, merge bool) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return jsonProblem(err, body, reflect.TypeOf(target))
	}

	v := reflect.ValueOf(target).Elem()
	for field, value := range v.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if string(members[name]) != "null" {
			continue
		}

		text, optional := reflect.TypeAssert[**string](value.Addr())
		if !merge || !optional {
			return identity.InvalidField(name, "Send a value, or leave the field out. In a PATCH with the media type "+
				mergePatch+", null removes an optional text.")
		}

		*text = new(string)
	}

	return nil
}

// jsonProblem returns the refusal for a body that does not decode into the type.
func jsonProblem(err error, body []byte, t reflect.Type) error {
	var (
		wrongType *json.UnmarshalTypeError
		refusal   *identity.Error
	)
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.As(err, &wrongType) && wrongType.Field != "":
		field, _ := fieldAt(json.NewDecoder(bytes.NewReader(body)), wrongType.Offset, "")
		if strings.HasPrefix(wrongType.Value, "number") && wrongType.Type.Kind() == reflect.Int64 {
			return identity.InvalidField(cmp.Or(field, wrongType.Field), "Send a whole number of at most 15 digits.")
		}

		return identity.InvalidField(cmp.Or(field, wrongType.Field), "The value cannot be a JSON %s.", wrongType.Value)
	}

	// The error about a time does not say which field it is.
	if err := exactNames(json.NewDecoder(bytes.NewReader(body)), t, ""); errors.As(err, &refusal) {
		return refusal
	}

	return identity.Refuse(identity.InvalidRequest, "The body is not a JSON object of the expected form.")
}

// within enforces the tags `max` and `visible`, which the API description puts on a field that no rule of package identity
// bounds. Such a text is not looked at, nor logged, if it has more than max characters or, with visible, any other character
// than visible ASCII.
func within(body reflect.Value) error {
	if body.Kind() != reflect.Struct {
		return nil
	}

	for i := range body.NumField() {
		field := body.Type().Field(i)
		most, err := strconv.Atoi(field.Tag.Get("max"))
		if err != nil || body.Field(i).Kind() != reflect.String {
			continue
		}

		text := body.Field(i).String()
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if utf8.RuneCountInString(text) > most {
			return identity.InvalidField(name, "Use at most %d characters.", most)
		}

		if field.Tag.Get("visible") != "" && strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return identity.InvalidField(name, "Use visible ASCII characters only.")
		}
	}

	return nil
}
