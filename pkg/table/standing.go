package table

import (
	"container/list"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// maxStandings is the number of organizations whose standing a process keeps: about a megabyte.
const maxStandings = 10_000

// standings are copies of what holds for whole organizations, each kept for identity.StandingTerm. They are safe for
// concurrent use and bounded: a new copy replaces the one that was read first.
type standings struct {
	mutex  sync.Mutex
	most   int
	copies map[identity.OrgID]*list.Element
	order  *list.List // of standingCopy, in the order in which they were read
}

type standingCopy struct {
	identity.Standing
	readAt time.Time
}

func newStandings(most int) *standings {
	return &standings{most: most, copies: map[identity.OrgID]*list.Element{}, order: list.New()}
}

// fresh returns the copy of an organization's standing; ok is false if there is none that may be used at now.
func (s *standings) fresh(o identity.OrgID, now time.Time) (standing identity.Standing, ok bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	element := s.copies[o]
	if element == nil {
		return identity.Standing{}, false
	}

	kept := element.Value.(standingCopy)
	age := now.Sub(kept.readAt)

	return kept.Standing, age >= 0 && age < identity.StandingTerm
}

// keep stores a standing that was read at a time or later.
func (s *standings) keep(standing identity.Standing, readAt time.Time) {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	if element := s.copies[standing.Org]; element != nil {
		s.order.Remove(element)
	}

	s.copies[standing.Org] = s.order.PushBack(standingCopy{standing, readAt})

	for s.order.Len() > s.most {
		first := s.order.Remove(s.order.Front()).(standingCopy)
		delete(s.copies, first.Org)
	}
}

// Standing returns what holds for a whole organization, from a copy that is at most identity.StandingTerm old at now, or
// else by a strongly consistent GetItem. Ask only for organizations that the caller is known to belong to, so that
// strangers can't displace the copies of others.
func (db *DB) Standing(ctx context.Context, o identity.OrgID, now time.Time) (identity.Standing, error) {
	if standing, ok := db.standings.fresh(o, now); ok {
		return standing, nil
	}

	return db.readStanding(ctx, o, now)
}

// readStanding reads the standing of an organization, and keeps a copy.
func (db *DB) readStanding(ctx context.Context, o identity.OrgID, now time.Time) (identity.Standing, error) {
	var item orgItem
	found, err := db.get(ctx, orgKey(o), &item)
	if err != nil {
		return identity.Standing{}, err
	}

	standing := identity.Standing{Org: o}
	if found {
		standing = item.organization().Standing()
	}

	db.standings.keep(standing, now)
	return standing, nil
}

// Stands returns a membership as the standing of its organization makes it at now; see Standing.
func (db *DB) Stands(ctx context.Context, m identity.Membership, now time.Time) (identity.Membership, error) {
	if m.User == "" {
		return m, nil
	}

	standing, err := db.Standing(ctx, m.Org, now)
	return standing.Of(m), err
}

// StandsNow is Stands without the use of a copy, for changes that create what lives for months.
func (db *DB) StandsNow(ctx context.Context, m identity.Membership, now time.Time) (identity.Membership, error) {
	if m.User == "" {
		return m, nil
	}

	standing, err := db.readStanding(ctx, m.Org, now)
	return standing.Of(m), err
}

// StandsEach returns memberships as the standings of their organizations make them at now, with at most one batch for every
// hundred of them. It leaves out those whose organization does not exist.
func (db *DB) StandsEach(ctx context.Context, list []identity.Membership, now time.Time) ([]identity.Membership, error) {
	standings := map[identity.OrgID]identity.Standing{}
	var missing []key
	for _, m := range list {
		standing, fresh := db.standings.fresh(m.Org, now)
		if !fresh {
			standing = identity.Standing{Org: m.Org}
			missing = append(missing, orgKey(m.Org))
		}

		standings[m.Org] = standing
	}

	for some := range slices.Chunk(missing, maxBatch) {
		items, err := db.batch(ctx, some)
		if err != nil {
			return nil, err
		}

		found, err := decodeAll(items)
		if err != nil {
			return nil, err
		}

		for _, o := range found.organizations {
			standings[o.ID] = o.Standing()
			db.standings.keep(o.Standing(), now)
		}
	}

	var standing []identity.Membership
	for _, m := range list {
		if m = standings[m.Org].Of(m); m.User != "" {
			standing = append(standing, m)
		}
	}

	return standing, nil
}
