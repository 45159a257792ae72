// Package check reads a whole table and compares everything in it that has to agree: counts with what they count, copies
// with their originals, search rows and lookups with what they lead to, and what is stored with the audit log. It writes
// nothing. Rules lists what it checks, and which states of a table that is in use are no violations.
//
// Each item gives facts about subjects, such as an organization or a token. The facts about one subject are judged apart
// from those about others, one part of the subjects at a time, so that the check of a large table needs little memory.
//
//	check.go     Options, Report, and Table, which runs a check
//	rules.go     the rules
//	spool.go     the facts, in memory or in temporary files
//	items.go     what is checked of a single item, and the facts that it gives
//	events.go    the facts that an audit event gives
//	organization.go, member.go, user.go, lookups.go
//	             what is checked of each kind of subject
package check

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Options configure a check.
type Options struct {
	// At is the moment at which leases, expiries and times to live are judged.
	At time.Time
	// SweptWithin is how long after its end a token may be unmarked; 0 means that no token is reported.
	SweptWithin time.Duration
	// PurgedWithin is how long after its time to live an item may still be there; 0 means that no item is reported.
	PurgedWithin time.Duration
	// Upgraded is when release 0.1.0 was last in use; the zero time if it never was. Rules names what it exempts.
	Upgraded time.Time
	// Segments is the number of parts of the table that are read at the same time; 0 means 1.
	Segments int
	// Memory is the most bytes of facts that are kept before they are written to temporary files; 0 means 64 MB.
	Memory int
}

const (
	// SweptWithin is the usual Options.SweptWithin: the sweep runs every hour and marks what ended before the hour.
	SweptWithin = 3 * time.Hour
	// PurgedWithin is the usual Options.PurgedWithin. DynamoDB removes expired items within a few days.
	PurgedWithin = 7 * 24 * time.Hour

	// maxFindings is the most findings that a report lists.
	maxFindings = 10_000
)

// Finding is one broken invariant.
type Finding struct {
	Rule Rule
	// Of names the item or subject by its key or IDs.
	Of string
	// Says is what is wrong with it, in numbers and IDs.
	Says string
}

// String returns the finding in one line.
func (f Finding) String() string { return fmt.Sprintf("%s\t%s\t%s", f.Rule, f.Of, f.Says) }

// Report is the result of a check.
type Report struct {
	// Items is the number of items that were read, and Kinds the number of each kind.
	Items int
	Kinds map[string]int
	// Broken is the number of findings, of which Findings lists the first 10,000.
	Broken   int
	Findings []Finding
}

// Print writes one line for each finding and a summary.
func (r Report) Print(out io.Writer) {
	for _, f := range r.Findings {
		fmt.Fprintln(out, f)
	}

	kinds := make([]string, 0, len(r.Kinds))
	for kind, n := range r.Kinds {
		kinds = append(kinds, fmt.Sprintf("%s %d", kind, n))
	}

	slices.Sort(kinds)
	fmt.Fprintf(out, "%d items (%s), %d rules, %d broken invariants\n", r.Items, strings.Join(kinds, ", "), len(Rules()), r.Broken)
}

// Both returns the findings that two reports of one table have in common. In a table that is in use, a finding can be
// a change that the check read only half of. It is hardly in the next report, too.
func Both(first, second Report) Report {
	seen := map[Finding]bool{}
	for _, f := range first.Findings {
		seen[Finding{Rule: f.Rule, Of: f.Of}] = true
	}

	second.Findings = slices.DeleteFunc(slices.Clone(second.Findings), func(f Finding) bool {
		return !seen[Finding{Rule: f.Rule, Of: f.Of}]
	})
	second.Broken = len(second.Findings)
	return second
}

// checker is a running check.
type checker struct {
	Options

	mutex  sync.Mutex
	spool  spool
	report Report
	failed error

	// erasing and removing are the people and organizations that are being removed, which are few at any time.
	erasing  map[identity.UserID]bool
	removing map[identity.OrgID]bool
	// kept is the shortest time for which an audit event is kept; 0 if every event is kept forever.
	kept time.Duration
}

// Table checks a table. It reads all of it once, strongly consistently.
func Table(ctx context.Context, client *dynamodb.Client, name string, options Options) (Report, error) {
	options.Segments = max(options.Segments, 1)
	c := &checker{
		Options:  options,
		spool:    spool{most: cmp.Or(options.Memory, memory)},
		report:   Report{Kinds: map[string]int{}},
		erasing:  map[identity.UserID]bool{},
		removing: map[identity.OrgID]bool{},
	}

	if err := c.scan(ctx, client, name); err != nil {
		_ = c.spool.close()
		return Report{}, err
	}

	for _, last := range []bool{false, true} {
		for bucket := range buckets {
			if err := c.judge(bucket, last); err != nil {
				_ = c.spool.close()
				return Report{}, err
			}
		}
	}

	slices.SortFunc(c.report.Findings, func(a, b Finding) int { return strings.Compare(a.String(), b.String()) })
	return c.report, c.spool.close()
}

// scan reads the segments of the table at the same time.
func (c *checker) scan(ctx context.Context, client *dynamodb.Client, name string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	var all sync.WaitGroup
	for segment := range c.Segments {
		all.Go(func() {
			if err := c.scanSegment(ctx, client, name, segment); err != nil {
				c.mutex.Lock()
				defer c.mutex.Unlock()

				if c.failed == nil {
					c.failed = err
				}

				cancel()
			}
		})
	}

	all.Wait()
	return c.failed
}

func (c *checker) scanSegment(ctx context.Context, client *dynamodb.Client, name string, segment int) error {
	pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{
		TableName:      &name,
		ConsistentRead: aws.Bool(true),
		Segment:        aws.Int32(int32(segment)),
		TotalSegments:  aws.Int32(int32(c.Segments)),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("read the table %s: %w", name, err)
		}

		if err := c.read(page.Items); err != nil {
			return err
		}
	}

	return nil
}

// read takes up the items of a page.
func (c *checker) read(items []map[string]types.AttributeValue) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	for _, item := range items {
		c.item(item)
	}

	return c.failed
}

// broken reports a finding.
func (c *checker) broken(rule Rule, of, format string, arguments ...any) {
	c.report.Broken++
	if len(c.report.Findings) < maxFindings {
		c.report.Findings = append(c.report.Findings, Finding{Rule: rule, Of: of, Says: fmt.Sprintf(format, arguments...)})
	}
}

// note stores a fact.
func (c *checker) note(on about, id, what string, detail ...string) {
	err := c.spool.add(fact{
		about:  on,
		id:     id,
		what:   what,
		detail: detail,
	})
	if err != nil && c.failed == nil {
		c.failed = err
	}
}

// group is what the facts about one subject come to.
type group interface {
	add(f fact)
	judge(c *checker, id string)
}

// judge judges the subjects of one bucket: people if last is set, and all others otherwise. The others can add facts about
// people.
func (c *checker) judge(bucket int, last bool) error {
	type subject struct {
		about about
		id    string
	}

	groups := map[subject]group{}
	err := c.spool.each(bucket, func(f fact) {
		if (f.about == aboutUser) != last {
			return
		}

		s := subject{f.about, f.id}
		if groups[s] == nil {
			groups[s] = newGroup(f.about)
		}

		groups[s].add(f)
	})
	if err != nil {
		return err
	}

	for s, g := range groups {
		g.judge(c, s.id)
	}

	return c.failed
}

func newGroup(of about) group {
	switch of {
	case aboutOrganization:
		return newOrganization()
	case aboutMember:
		return &member{rows: map[string]*row{}}
	case aboutSolution:
		return &solution{roles: tally{}}
	case aboutToken:
		return &token{events: map[string]int{}}
	case aboutSession:
		return &session{}
	case aboutAddress:
		return &address{}
	case aboutIdentity:
		return &identityLink{}
	case aboutOffer:
		return &offer{}
	case aboutQuota:
		return &quota{}
	case aboutUser:
		return newUser()
	}

	panic("a fact about an unknown kind of subject: " + string(of))
}

// complete reports whether the audit log has all events about something that was created at a time.
func (c *checker) complete(created time.Time) bool {
	if created.Before(c.Upgraded) {
		return false
	}

	return c.kept == 0 || created.After(c.At.Add(-c.kept))
}

// tally counts by name.
type tally map[string]int

// differences returns the names whose counts differ in two tallies, with both counts.
func (t tally) differences(other tally) []string {
	names := map[string]bool{}
	for name := range t {
		names[name] = true
	}

	for name := range other {
		names[name] = true
	}

	var differ []string
	for name := range names {
		if t[name] != other[name] {
			differ = append(differ, fmt.Sprintf("%s %d and %d", name, t[name], other[name]))
		}
	}

	slices.Sort(differ)
	return differ
}
