package table

import (
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// DynamoDB rejects an expression whose values are there but empty, and the engine that the tests use accepts it.
func TestAConditionWithoutValuesSendsNone(t *testing.T) {
	db, k := &DB{name: "table"}, profileKey(keyUser)

	for name, s := range map[string]step{
		"put":    db.put(profileItem{key: k}, ifAbsent, nil, nil),
		"update": db.update(k, "REMOVE default_org", ifPresent, nil, nil),
		"remove": db.remove(k, ifPresent, nil, nil),
		"check":  db.check(k, ifPresent, nil, nil),
	} {
		steps := db.alsoIf([]step{s}, k, "attribute_not_exists(version)", nil, nil)
		if _, named := steps[0].condition(k); len(steps) != 1 || *named != nil {
			t.Errorf("%s: the condition has the values %v in %d steps, want none in one", name, *named, len(steps))
		}
	}

	steps := db.alsoIf(nil, k, ifPresent, values{}, func(attributes) error { return identity.ErrStale })
	if _, named := steps[0].condition(k); *named != nil {
		t.Errorf("a check has the values %v, want none", *named)
	}

	with := db.alsoIf([]step{db.remove(k, ifVersion, values{":seen_version": 1}, nil)}, k, ifPresent, nil, nil)
	if _, named := with[0].condition(k); len(*named) != 1 {
		t.Errorf("the values are %v, want that of the first condition", *named)
	}
}

// TestConditionsOnOneItemKeepTheirValues adds conditions that use the same name for different values. A value that replaced
// another one would let a write through that the first condition forbids.
func TestConditionsOnOneItemKeepTheirValues(t *testing.T) {
	db, k := &DB{name: "table"}, profileKey(keyUser)
	steps := []step{db.remove(k, ifVersion, values{":seen_version": 1}, nil)}
	steps = db.alsoIf(steps, k, ifVersion, values{":seen_version": 2}, nil)
	steps = db.alsoIf(steps, k, "version IN (:seen_version, :seen_version_2)",
		values{":seen_version": 3, ":seen_version_2": 4}, nil)

	condition, named := steps[0].condition(k)
	var got []string
	for _, name := range regexp.MustCompile(`:\w+`).FindAllString(*condition, -1) {
		got = append(got, fmt.Sprint((*named)[name].(*types.AttributeValueMemberN).Value))
	}

	if want := []string{"1", "2", "3", "4"}; len(steps) != 1 || !slices.Equal(got, want) || len(*named) != 4 {
		t.Errorf("the condition is %s with the values %v in order, want %v", *condition, got, want)
	}
}
