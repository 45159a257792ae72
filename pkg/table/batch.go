package table

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const maxBatch = 100 // the most that one BatchGetItem reads

// nouns are what a read found, by kind, each kind in the order in which it was read.
type nouns struct {
	profiles    []identity.Profile
	memberships []identity.Membership
	tokens      []identity.Token
	sessions    []identity.Session
	solutions   []identity.Solution
	assignments []identity.Assignment

	organizations []identity.Organization
}

// decodeAll decodes items of any type that nouns holds. It ignores others.
func decodeAll(items []attributes) (nouns, error) {
	var (
		n   nouns
		err error
	)

	for _, item := range items {
		switch itemType(item) {
		case "profile":
			err = decodeOnto(&n.profiles, item, profileItem.profile)
		case "membership":
			err = decodeOnto(&n.memberships, item, membershipItem.membership)
		case "token":
			err = decodeOnto(&n.tokens, item, tokenItem.token)
		case "session":
			err = decodeOnto(&n.sessions, item, sessionItem.session)
		case "solution":
			err = decodeOnto(&n.solutions, item, solutionItem.solution)
		case "assignment":
			err = decodeOnto(&n.assignments, item, assignmentItem.assignment)
		case "organization":
			err = decodeOnto(&n.organizations, item, orgItem.organization)
		}

		if err != nil {
			return n, err
		}
	}

	return n, nil
}

// decodeOnto appends to a list what an item of one type holds.
func decodeOnto[Item, Noun any](list *[]Noun, from attributes, noun func(Item) Noun) error {
	var item Item
	if err := decode(from, &item); err != nil {
		return err
	}

	*list = append(*list, noun(item))
	return nil
}

// fetched is what a batch read of one organization found, by ID.
type fetched struct {
	members   map[identity.UserID]identity.Membership
	solutions map[identity.SolutionID]identity.Solution
	roles     map[seat]identity.SolutionRole
}

func newFetched() fetched {
	return fetched{
		members:   map[identity.UserID]identity.Membership{},
		solutions: map[identity.SolutionID]identity.Solution{},
		roles:     map[seat]identity.SolutionRole{},
	}
}

// merge adds what another read found.
func (f fetched) merge(other fetched) {
	maps.Copy(f.members, other.members)
	maps.Copy(f.solutions, other.solutions)
	maps.Copy(f.roles, other.roles)
}

// seat is a person's place in a solution.
type seat struct {
	solution identity.SolutionID
	user     identity.UserID
}

// role returns a person's role in a solution; "" if they are not assigned to it.
func (f fetched) role(s identity.SolutionID, u identity.UserID) identity.SolutionRole {
	return f.roles[seat{s, u}]
}

// fetch reads memberships, solutions and assignments of one organization, strongly consistently.
func (db *DB) fetch(ctx context.Context, keys []key) (fetched, error) {
	f := newFetched()
	for some := range slices.Chunk(keys, maxBatch) {
		items, err := db.batch(ctx, some)
		if err != nil {
			return f, err
		}

		found, err := decodeAll(items)
		if err != nil {
			return f, err
		}

		f.add(found)
	}

	return f, nil
}

func (f fetched) add(found nouns) {
	for _, m := range found.memberships {
		f.members[m.User] = m
	}

	for _, s := range found.solutions {
		f.solutions[s.ID] = s
	}

	for _, a := range found.assignments {
		f.roles[seat{a.Solution, a.User}] = a.Role
	}
}

// batchNouns reads up to maxBatch items of an authorization strongly consistently. It tries a direct read first, and reads with
// the SDK if that has no complete answer. Both together make as many attempts as the SDK alone.
func (db *DB) batchNouns(ctx context.Context, keys []key) (nouns, error) {
	if db.direct == nil {
		return decodedAll(db.batch(ctx, keys))
	}

	found, err := db.direct.nouns(ctx, keys)
	if err == nil {
		return found, nil
	}

	db.noteDirectFailure()
	if err := pause(ctx, "get a batch", 1); err != nil {
		return nouns{}, err
	}

	return decodedAll(db.batch(ctx, keys, withoutFirstAttempt))
}

func decodedAll(items []attributes, err error) (nouns, error) {
	if err != nil {
		return nouns{}, err
	}

	return decodeAll(items)
}

// withoutFirstAttempt leaves the SDK one attempt less than it has otherwise, because a direct read was the first.
func withoutFirstAttempt(o *dynamodb.Options) {
	o.Retryer = retry.AddWithMaxAttempts(o.Retryer, max(o.Retryer.MaxAttempts()-1, 1))
}
