package table

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// How members are counted. The number is exact, or there is none: a count that would read too much is given up.
//
//	no filter         the organization's own count: 1 read unit
//	role, status      the places in index 2, without the members: about 1 read unit for 40 members
//	words anywhere    index 1: about 1 read unit for 13 members, up to maxWalked of them
//	others            what the list reads, for up to maxLookedUp entries: about 1 read unit for each

const (
	// maxWalked is the most members that a count reads from index 1.
	maxWalked = 10_000
	// maxLookedUp is the most entries whose members a count looks up.
	maxLookedUp = 1000
	// countedRound is how many entries a count reads at a time.
	countedRound = 1000
)

// CountMembers returns how many members of an organization the filter selects. known is false if counting them would read
// more than maxWalked members or look up more than maxLookedUp entries.
func (db *DB) CountMembers(ctx context.Context, o identity.OrgID, f MemberFilter) (n int, known bool, err error) {
	q := newQuery(f.Words)
	if q.empty() {
		f.Words = ""
	}

	switch {
	case f.Words == "" && f.Solution == "" && f.Role == "" && f.Status == "":
		org, err := db.Organization(ctx, o)
		return org.Members, err == nil, err
	case f.Words == "" && f.Solution == "":
		n, err := db.countPlaces(ctx, f.partitions(o))
		return n, err == nil, err
	}

	streams, err := db.memberStreams(ctx, o, f, q)
	if err != nil {
		return 0, false, err
	}

	most := maxLookedUp
	if f.walks() {
		most = maxWalked
	}

	after := ""
	for range most / countedRound {
		entries, err := merged(ctx, streams, after, countedRound)
		if err != nil {
			return 0, false, err
		}

		fitting, err := db.fitting(ctx, o, f, q, entries)
		if err != nil {
			return 0, false, err
		}

		for _, m := range fitting {
			if m.User != "" {
				n++
			}
		}

		if len(entries) < countedRound {
			return n, true, nil
		}

		after = entries[len(entries)-1].place
	}

	return 0, false, nil
}

// countPlaces returns how many members are in partitions of index 2.
func (db *DB) countPlaces(ctx context.Context, partitions []string) (n int, err error) {
	for _, partition := range partitions {
		in := db.queryInput(span{index: Index2, pk: partition, from: lowest, to: last})
		in.Select = types.SelectCount

		for {
			got, err := db.client.Query(ctx, in)
			if err != nil {
				return 0, failure("count "+partition, err)
			}

			n += int(got.Count)
			if in.ExclusiveStartKey = got.LastEvaluatedKey; in.ExclusiveStartKey == nil {
				break
			}
		}
	}

	return n, nil
}
