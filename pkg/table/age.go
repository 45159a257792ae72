package table

import (
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/oklog/ulid/v2"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// times are the attributes that hold moments.
var times = []string{
	"created_at", "joined_at", "invited_at", "lease_until", "expires_at", "last_used_at", "ended_at", "deleting_at", AttrTTL,
}

// Aged is what an item would be had everything in it happened earlier by some time. The local runner and tests use it to
// let leases lapse without waiting and without touching a clock; no function does. The item's key may change with it.
func Aged(item map[string]types.AttributeValue, by time.Duration) map[string]types.AttributeValue {
	aged := make(attributes, len(item))
	maps.Copy(aged, item)

	for _, name := range times {
		if n, ok := item[name].(*types.AttributeValueMemberN); ok {
			at, _ := strconv.ParseInt(n.Value, 10, 64)
			aged[name] = &types.AttributeValueMemberN{Value: strconv.FormatInt(moment(at).Add(-by).Unix(), 10)}
		}
	}

	if epoch := text(item, "token_epoch"); epoch != "" {
		aged["token_epoch"] = &types.AttributeValueMemberS{Value: earlier(epoch, by)}
	}

	switch itemType(item) {
	case "token":
		ageLeaseIndex(aged)
	case "event":
		id, at := earlier(text(item, AttrSK), by), aged["created_at"].(*types.AttributeValueMemberN)
		seconds, _ := strconv.ParseInt(at.Value, 10, 64)
		event := identity.Event{ID: id, Scope: text(item, "scope_id"), At: moment(seconds)}
		maps.Copy(aged, auditKey(event).values())
	}

	return aged
}

// ageLeaseIndex moves a token to the hour in which its lease now ends; one that has left the index stays out.
func ageLeaseIndex(aged attributes) {
	if _, indexed := aged[AttrGSI2SK]; !indexed {
		return
	}

	until, _ := strconv.ParseInt(aged["lease_until"].(*types.AttributeValueMemberN).Value, 10, 64)
	byLease := leaseIndex(identity.TokenID(strings.TrimPrefix(text(aged, AttrSK), "TOKEN#")), moment(until))
	aged[AttrGSI2PK] = &types.AttributeValueMemberS{Value: byLease.pk}
	aged[AttrGSI2SK] = &types.AttributeValueMemberS{Value: byLease.sk}
}

// earlier is a ULID with the same randomness and an earlier moment, so that two that were equal stay equal.
func earlier(id string, by time.Duration) string {
	parsed, err := ulid.ParseStrict(id)
	if err != nil {
		return id
	}

	_ = parsed.SetTime(parsed.Time() - uint64(by.Milliseconds()))
	return strings.ToLower(parsed.String())
}

func text(item attributes, name string) string {
	s, _ := item[name].(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}

	return s.Value
}
