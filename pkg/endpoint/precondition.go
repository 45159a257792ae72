package endpoint

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// entityTag is an entity tag (RFC 9110, section 8.8.3).
type entityTag struct {
	weak   bool
	opaque string // with its quotation marks
}

var (
	tagForm  = regexp.MustCompile(`^(W/)?("[\x21\x23-\x7e\x80-\xff]*")`)
	tagAfter = regexp.MustCompile(`^[ \t]*(,[ \t]*|$)`)
)

// parseTags parses the list of entity tags that the fields of a header hold. ok is false if it is not such a list.
func parseTags(values []string) (tags []entityTag, ok bool) {
	rest := strings.TrimLeft(strings.Join(values, ","), " \t,")
	for rest != "" {
		match := tagForm.FindStringSubmatch(rest)
		if match == nil {
			return nil, false
		}

		tags = append(tags, entityTag{weak: match[1] != "", opaque: match[2]})
		rest = rest[len(match[0]):]

		separator := tagAfter.FindString(rest)
		if separator == "" && rest != "" {
			return nil, false
		}

		rest = strings.TrimLeft(rest[len(separator):], " \t,")
	}

	return tags, len(tags) > 0
}

func anyTag(values []string) bool { return strings.TrimSpace(strings.Join(values, ",")) == "*" }

// parseIfMatch returns the versions that the caller means to change, or AnyVersion for "*" (RFC 9110, section 13.1.1).
// It returns VersionRequired if the header is missing, InvalidRequest if it is malformed, and VersionMismatch if all its
// tags are weak, which never match.
//
// The grammar allows a list without tags, that is, an empty value. It counts as malformed instead of as a version that
// nothing has: it comes from a client that has not read an ETag, and the refusal says so.
func parseIfMatch(values []string) (identity.Versions, error) {
	if len(values) == 0 {
		return nil, identity.Refuse(identity.VersionRequired,
			"Send If-Match with the ETag that you read, or * to change any version.")
	}

	if anyTag(values) {
		return identity.AnyVersion, nil
	}

	tags, ok := parseTags(values)
	if !ok {
		return nil, identity.InvalidField("If-Match", `Send the ETag as you read it, with its quotation marks, such as "3"; several, separated by commas; or *.`)
	}

	tags = slices.DeleteFunc(tags, func(tag entityTag) bool { return tag.weak })
	if len(tags) == 0 {
		return nil, identity.Refuse(identity.VersionMismatch,
			"A weak ETag (W/) does not identify a version. A proxy may have weakened it: send it without W/, or turn off compression in the proxy.")
	}

	versions := identity.Versions{}
	for _, tag := range tags {
		version, err := strconv.Atoi(strings.Trim(tag.opaque, `"`))
		if err == nil && version > 0 && formatETag(version) == tag.opaque {
			versions = append(versions, version)
		}
	}

	return versions, nil
}

// versions returns the versions that the caller means to change, from the fields of the header If-Match. An operation that
// is neither versioned nor conditional ignores the header.
func (op operation[In, Out]) versions(values []string) (identity.Versions, error) {
	switch {
	case op.conditional && len(values) == 0:
		return identity.AnyVersion, nil
	case op.versioned || op.conditional:
		return parseIfMatch(values)
	default:
		return nil, nil
	}
}

func formatETag(version int) string { return `"` + strconv.Itoa(version) + `"` }

// notModified reports whether the caller has the answer already: If-None-Match of a GET or HEAD names its ETag (RFC 9110,
// section 13.1.2). A malformed header is ignored, as if it were absent. So is every header if the operation has called Whole.
func (x *exchange) notModified() bool {
	values := x.http.Header.Values("If-None-Match")
	etag := x.header.Get("ETag")
	if !x.reads() || x.whole || etag == "" || len(values) == 0 {
		return false
	}

	if anyTag(values) {
		return true
	}

	tags, _ := parseTags(values)

	return slices.ContainsFunc(tags, func(tag entityTag) bool { return tag.opaque == etag })
}
