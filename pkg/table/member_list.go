package table

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// How members are listed. A list merges streams: index entries in the order of their place, which is a name or search
// term and a user ID. The memberships are read for as many entries as a page needs, and those that do not fit the
// filter are dropped. A position is the place of the last entry that was considered, so a page continues exactly where
// the previous one ended, whatever has changed since.
//
//	no filter            index 1, all members
//	role, status         index 2, one stream for each pair of role and status: at most 15
//	words                index 1, names that begin with them; index 1, search rows that begin with them; both in each
//	                     spelling of the words; index 1, word rows that begin with them
//	words anywhere       index 1, all members, whom the filter picks as they are read
//	solution             its assignments, sorted by name here, up to maxSorted of them; else all members, looked up
//
// With words, a person can be found by more than one of their terms. They are shown at the first of these in the order
// of the list and dropped elsewhere. Each entry is judged without the others, so nobody is listed twice, even across
// pages.

const (
	// maxSorted is the most people of a solution that one page reads and sorts.
	maxSorted = 1000
	// maxRounds is how often one page reads more because a filter dropped entries. After that the page is shorter, and the
	// next one continues from its position.
	maxRounds = 8
	// filteredRound is the fewest entries that a round reads if a filter drops some.
	filteredRound = 100
	// maxWalkedRound is the most entries that a round reads if they hold the membership. Each round reads twice as many as
	// the one before, so that a frequent word costs little and a rare one few requests. In all rounds, a page walks past at
	// most 4,700 members, which costs about 350 read units.
	maxWalkedRound = 800
)

// MemberFilter selects the members to list. An empty field selects all.
type MemberFilter struct {
	// Words are the beginning of the display name, of the names from another word on, or of the email address. Letter
	// case, accents, hyphens and apostrophes do not matter.
	Words string
	// Anywhere finds the words at any place in the names and in the email address, such as in its domain.
	Anywhere bool
	Role     identity.Role
	Status   identity.Status
	// Solution selects its people. The caller has checked that the actor may know of the solution.
	Solution identity.SolutionID
}

// entry is a candidate for the list, at their place.
type entry struct {
	place  string
	user   identity.UserID
	member identity.Membership // zero when the stream does not hold it
}

// stream returns the first entries after a place, at most limit, in the order of their places.
type stream func(ctx context.Context, after string, limit int) ([]entry, error)

// Members returns the members of an organization that the filter selects, from after a position. They are sorted by
// name, or with words that are not searched for anywhere by the term that found them. next is the position of the next page, "" at the end. A filter that
// selects few members makes a page shorter, even empty, but does not make it take longer.
func (db *DB) Members(ctx context.Context, o identity.OrgID, f MemberFilter, after string, limit int) (
	list []identity.Membership, next string, err error) {
	q := newQuery(f.Words)
	if q.empty() {
		f.Words = ""
	}

	streams, err := db.memberStreams(ctx, o, f, q)
	if err != nil {
		return nil, "", err
	}

	round := f.round(limit)
	for range maxRounds {
		entries, err := merged(ctx, streams, after, round)
		if err != nil {
			return nil, "", err
		}

		fitting, err := db.fitting(ctx, o, f, q, entries)
		if err != nil {
			return nil, "", err
		}

		for i, m := range fitting {
			if len(list) == limit && m.User != "" {
				return list, after, nil
			}

			if m.User != "" {
				list = append(list, m)
			}

			after = entries[i].place
		}

		if len(entries) < round {
			return list, "", nil
		}

		if f.walks() {
			round = max(round, min(2*round, maxWalkedRound))
		}
	}

	return list, after, nil
}

// round returns how many entries to read at a time: one more than a page if the streams hold only members to list,
// twice that if words find some people twice, and more if the filter drops entries.
func (f MemberFilter) round(limit int) int {
	switch {
	case f.Solution != "" || f.Words != "" && (f.Anywhere || f.Role != "" || f.Status != ""):
		return max(limit+1, filteredRound)
	case f.Words != "":
		return 2 * (limit + 1)
	}

	return limit + 1
}

// walks reports whether the list is picked from all members of the organization, in the order of their names.
func (f MemberFilter) walks() bool { return f.Words != "" && f.Anywhere && f.Solution == "" }

// finds reports whether the query finds a member at the place of an entry.
func (f MemberFilter) finds(q query, m identity.Membership, place string) bool {
	switch {
	case q.empty():
		return true
	case f.Anywhere:
		return q.isIn(m.Visible())
	}

	return place == q.foundAt(m)
}

// fitting returns the memberships of the entries, zero for those that the filter drops.
func (db *DB) fitting(ctx context.Context, o identity.OrgID, f MemberFilter, q query, entries []entry) (
	[]identity.Membership, error) {
	keys := map[key]bool{} // a person may be found twice, and is read once
	for _, e := range entries {
		if e.member.User == "" {
			keys[membershipKey(e.user, o)] = true
		}

		if f.Solution != "" {
			keys[assignmentKey(o, f.Solution, e.user)] = true
		}
	}

	found, err := db.fetch(ctx, slices.Collect(maps.Keys(keys)))
	fitting := make([]identity.Membership, len(entries))
	for i, e := range entries {
		m := e.member
		if m.User == "" {
			m = found.members[e.user]
		}

		if m.User != "" && f.fits(m) && f.finds(q, m, e.place) && (f.Solution == "" || found.role(f.Solution, m.User) != "") {
			fitting[i] = m
		}
	}

	return fitting, err
}

// fits reports whether role and status of a member are those that the filter selects.
func (f MemberFilter) fits(m identity.Membership) bool {
	return (f.Role == "" || m.Role == f.Role) && (f.Status == "" || m.Status == f.Status)
}

// searchStreams returns the streams that together hold everybody whom the query finds.
func (db *DB) searchStreams(o identity.OrgID, q query) []stream {
	var streams []stream
	for _, spelling := range q.folded {
		streams = append(streams,
			db.indexStream(Index1, orgPartition(o), memberPrefix, spelling),
			db.indexStream(Index1, searchPartition(o), "", spelling))
	}

	if q.word != "" {
		streams = append(streams, db.indexStream(Index1, wordPartition(o), "", q.word))
	}

	return streams
}

func (db *DB) memberStreams(ctx context.Context, o identity.OrgID, f MemberFilter, q query) ([]stream, error) {
	if !q.empty() && !f.Anywhere {
		return db.searchStreams(o, q), nil
	}

	if f.Solution != "" {
		people, few, err := db.peopleByName(ctx, o, f.Solution)
		if err != nil || few {
			return []stream{sorted(people)}, err
		}
	}

	if f.Role == "" && f.Status == "" || f.walks() {
		return []stream{db.indexStream(Index1, orgPartition(o), memberPrefix, "")}, nil
	}

	var streams []stream
	for _, partition := range f.partitions(o) {
		streams = append(streams, db.indexStream(Index2, partition, "", ""))
	}

	return streams, nil
}

// partitions returns the partitions of index 2 that hold the members with the role and the status that the filter selects.
func (f MemberFilter) partitions(o identity.OrgID) (partitions []string) {
	for _, role := range identity.Roles {
		for _, status := range identity.Statuses {
			if (f.Role == "" || f.Role == role) && (f.Status == "" || f.Status == status) {
				partitions = append(partitions, rolePartition(o, role, status))
			}
		}
	}

	return partitions
}

// indexStream returns the entries of a partition of an index. Its sort keys are places with a prefix; those that begin
// with the words are in the stream.
func (db *DB) indexStream(index, pk, prefix, words string) stream {
	return func(ctx context.Context, after string, limit int) ([]entry, error) {
		from := prefix + words
		if after != "" {
			from = max(from, prefix+after+"\x00")
		}

		if from > prefix+words+last {
			return nil, nil
		}

		items, err := db.query(ctx, span{
			index: index,
			pk:    pk,
			from:  from,
			to:    prefix + words + last,
			limit: limit,
		})
		if err != nil {
			return nil, err
		}

		entries := make([]entry, len(items))
		for i, item := range items {
			if entries[i], err = newEntry(item, text(item, index+AttrSK)[len(prefix):]); err != nil {
				return nil, err
			}
		}

		return entries[:min(len(entries), limit)], nil
	}
}

func newEntry(item attributes, at string) (entry, error) {
	e := entry{place: at, user: identity.UserID(at[strings.LastIndex(at, unit)+1:])}
	if itemType(item) != "membership" {
		return e, nil
	}

	var row membershipItem
	err := decode(item, &row)
	e.member = row.membership()
	return e, err
}

// peopleByName returns the people of a solution, sorted by place; few is false if there are too many to sort.
func (db *DB) peopleByName(ctx context.Context, o identity.OrgID, s identity.SolutionID) (
	people []entry, few bool, err error) {
	prefix := assignmentPrefix(s)
	items, err := db.query(ctx, span{
		pk:    orgPartition(o),
		from:  prefix,
		to:    prefix + highest,
		limit: maxSorted + 1,
	})
	if err != nil || len(items) > maxSorted {
		return nil, false, err
	}

	keys := make([]key, len(items))
	for i, item := range items {
		keys[i] = membershipKey(identity.UserID(strings.TrimPrefix(text(item, AttrSK), prefix)), o)
	}

	found, err := db.fetch(ctx, keys)
	for _, m := range found.members {
		people = append(people, entry{place(m.Person.DisplayName, m.User), m.User, m})
	}

	slices.SortFunc(people, func(a, b entry) int { return cmp.Compare(a.place, b.place) })
	return people, true, err
}

// sorted returns the stream of entries that are in order.
func sorted(entries []entry) stream {
	return func(_ context.Context, after string, limit int) ([]entry, error) {
		i, _ := slices.BinarySearchFunc(entries, after+"\x00", func(e entry, at string) int {
			return cmp.Compare(e.place, at)
		})
		if after == "" {
			i = 0
		}

		return entries[i:min(len(entries), i+limit)], nil
	}
}

// merged returns the first entries of all the streams after a place, in order, each place once.
func merged(ctx context.Context, streams []stream, after string, limit int) ([]entry, error) {
	var all []entry
	for _, s := range streams {
		entries, err := s(ctx, after, limit)
		if err != nil {
			return nil, err
		}

		all = append(all, entries...)
	}

	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Compare(a.place, b.place) })
	all = slices.CompactFunc(all, func(a, b entry) bool { return a.place == b.place })
	return all[:min(len(all), limit)], nil
}
