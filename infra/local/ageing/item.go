package ageing

import (
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/oklog/ulid/v2"

	"github.com/leasehold-dev/leasehold/pkg/table"
)

type item = map[string]types.AttributeValue

// times lists the attributes that hold a time, in seconds since 1970. TestEveryTimeOfAnItemAges fails if an item of package
// table has a time that is missing here.
var times = []string{
	"counted_at",
	"created_at",
	"deleted_at",
	"deleting_at",
	"ended_at",
	"expires_at",
	"first_until",
	"invited_at",
	"joined_at",
	"lapse_noticed",
	"lapses_until",
	"last_seen_at",
	"last_until",
	"last_used_at",
	"lease_until",
	"org_deleted_at",
	"removing_at",
	"reused_at",
	"seen_at",
	"sent_at",
	"walked_at",
	table.AttrTTL,
}

// epochs lists the attributes that hold a ULID, which begins with the time at which it was made.
var epochs = []string{"limited_epoch", "token_epoch"}

// The forms of times within keys. See the table of keys in package table.
const (
	leaseHour  = "2006-01-02T15" // GSI2SK of a token and of its expiry begins with it
	auditMonth = "2006-01"       // PK of an audit event ends with it
	quotaDay   = "2006-01-02"    // PK of a quota ends with it
)

// aged returns an item as it would be stored if everything in it had happened earlier by a duration. Keys that hold a time
// change with it.
func aged(from item, by time.Duration) item {
	to := maps.Clone(from)
	for _, name := range times {
		if at, ok := moment(from, name); ok {
			to[name] = &types.AttributeValueMemberN{Value: strconv.FormatInt(at.Add(-by).Unix(), 10)}
		}
	}

	for _, name := range epochs {
		if epoch := text(from, name); epoch != "" {
			to[name] = &types.AttributeValueMemberS{Value: earlier(epoch, by)}
		}
	}

	switch text(from, "item_type") {
	case "token":
		moveByHour(to, "lease_until")
	case "expiry":
		moveByHour(to, "expires_at")
	case "event":
		moveEvent(to, by)
	case "quota":
		moveQuota(to, by)
	case "organization":
		moveRemoval(to, by)
	}

	return to
}

// moveByHour moves an item within index 2 to the hour that now holds the time in an attribute: a token by the end of
// its lease, and the item of its expiry. A token that has left the index stays out. The index's partition depends on
// the token's ID only.
func moveByHour(to item, attribute string) {
	_, id, indexed := strings.Cut(text(to, table.AttrGSI2SK), "#")
	at, _ := moment(to, attribute)

	if indexed {
		to[table.AttrGSI2SK] = &types.AttributeValueMemberS{Value: at.Format(leaseHour) + "#" + id}
	}
}

// moveEvent moves an audit event to the month in which it now happened.
func moveEvent(event item, by time.Duration) {
	partition := text(event, table.AttrPK)
	at, _ := moment(event, "created_at")

	event[table.AttrPK] = &types.AttributeValueMemberS{Value: partition[:len(partition)-len(auditMonth)] + at.Format(auditMonth)}
	event[table.AttrSK] = &types.AttributeValueMemberS{Value: earlier(text(event, table.AttrSK), by)}
}

// moveQuota moves what was used up of a limit to an earlier day, by whole days.
func moveQuota(quota item, by time.Duration) {
	partition := text(quota, table.AttrPK)
	kind, day := partition[:len(partition)-len(quotaDay)], partition[len(partition)-len(quotaDay):]

	if at, err := time.Parse(quotaDay, day); err == nil {
		quota[table.AttrPK] = &types.AttributeValueMemberS{Value: kind + at.Add(-by.Truncate(24*time.Hour)).Format(quotaDay)}
	}
}

// moveRemoval moves a deleted organization to the earlier moment at which it is now to be removed.
func moveRemoval(org item, by time.Duration) {
	moment, id, _ := strings.Cut(text(org, table.AttrGSI2SK), "#")

	if at, err := time.Parse(time.RFC3339, moment); err == nil {
		org[table.AttrGSI2SK] = &types.AttributeValueMemberS{Value: at.Add(-by).Format(time.RFC3339) + "#" + id}
	}
}

// earlier returns a ULID with an earlier time and the same randomness, so that two equal ULIDs stay equal.
func earlier(id string, by time.Duration) string {
	parsed, err := ulid.ParseStrict(id)
	if err != nil {
		return id
	}

	_ = parsed.SetTime(parsed.Time() - uint64(by.Milliseconds()))
	return strings.ToLower(parsed.String())
}

func moment(from item, name string) (at time.Time, ok bool) {
	n, ok := from[name].(*types.AttributeValueMemberN)
	if !ok {
		return time.Time{}, false
	}

	seconds, err := strconv.ParseInt(n.Value, 10, 64)
	return time.Unix(seconds, 0).UTC(), err == nil
}

func text(from item, name string) string {
	s, _ := from[name].(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}

	return s.Value
}
