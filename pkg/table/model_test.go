package table_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// life is the model of one token: seconds since 1970, and the rules by hand.
type life struct {
	until, expires int64
	ended          identity.Ending
	extended       int // how often it was extended, which is how many events record it
	deleted        int
	retired        int
	rotated        int
}

const (
	grain = 300
	term  = 14 * 86400
)

func (l life) alive(now time.Time) bool {
	return l.ended == "" && now.Before(time.Unix(l.until, 0)) && now.Before(time.Unix(l.expires, 0))
}

func (l life) use(now time.Time) life {
	exact := now.UnixNano()
	up := (exact + grain*1e9 - 1) / (grain * 1e9) * grain
	if l.alive(now) {
		l.until = max(l.until, min(up+term, l.expires))
	}

	return l
}

func (l life) extend(now time.Time) life {
	if to := min(l.until+term, l.expires); l.alive(now) && to > l.until {
		l.until = to
		l.extended++
	}

	return l
}

func (l life) rotate(now time.Time, overlap time.Duration) life {
	if l.alive(now) && l.rotated == 0 {
		l.expires = min(l.expires, now.Unix()+int64(overlap/time.Second))
		l.until = min(l.until, l.expires)
		l.rotated++
	}

	return l
}

func (l life) delete() life {
	if l.ended == "" {
		l.ended = identity.Deleted
		l.deleted++
	}

	return l
}

// sweep retires what lapsed in an hour before the present one.
func (l life) sweep(now time.Time) life {
	if l.ended != "" || l.until/3600 >= now.Unix()/3600 {
		return l
	}

	l.ended = identity.Lapsed
	switch {
	case l.until == l.expires && l.rotated > 0:
		l.ended = identity.Replaced
	case l.until == l.expires:
		l.ended = identity.Expired
	}

	l.retired++
	return l
}

// successorID is the token that a rotation makes.
const successorID identity.TokenID = "tok_sssssssssss"

// play is one run of the model against the table.
type play struct {
	*rapid.T
	b      bench
	member identity.Membership
	id     identity.TokenID
	now    time.Time
	model  life
	last   identity.Token
}

// TestATokenInTheTableLivesByTheRules plays random uses, extensions, deletions, sweeps and waits, with writes that fail
// and replies that are lost, and compares the table with the model after each.
func TestATokenInTheTableLivesByTheRules(t *testing.T) {
	p := newProxy(t)
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t, p)
		born := noon.Add(time.Duration(rapid.Int64Range(0, int64(300*24*time.Hour)).Draw(rt, "born"))).Truncate(time.Second)
		member := organization(t, b.sure, person(t, b.sure, "ada@example.com", born), born)
		made := token(t, b.sure, member, born)
		if rapid.Bool().Draw(rt, "near its expiry") {
			made = expiring(t, b, made, time.Duration(rapid.Int64Range(0, 40*86400).Draw(rt, "left"))*time.Second)
		}

		g := &play{
			T:      rt,
			b:      b,
			member: member,
			id:     made.ID,
			now:    born,
			last:   made,
		}

		g.model = life{until: made.Until.Unix(), expires: made.Expires.Unix()}
		for range rapid.IntRange(5, 25).Draw(rt, "steps") {
			g.step()
		}

		g.mustHaveEvents()
	})
}

// expiring stores another token like the one that was made, with an expiry close behind the end of its lease.
func expiring(t *testing.T, b bench, made identity.Token, left time.Duration) identity.Token {
	made.ID, made.Expires = "tok_eeeeeeeeeee", made.Until.Add(left)
	if err := b.sure.CreateToken(made)(t.Context(), by(made.User, made.CreatedAt)); err != nil {
		t.Fatal(err)
	}

	return made
}

func (g *play) step() {
	scale := rapid.SampledFrom([]time.Duration{0, time.Second, 5 * time.Minute, time.Hour, 13 * 24 * time.Hour, 16 * 24 * time.Hour}).Draw(g.T, "scale")
	g.now = g.now.Add(time.Duration(rapid.Int64Range(0, int64(scale)).Draw(g.T, "wait")))
	name := rapid.SampledFrom([]string{"use", "use", "use", "extend", "extend", "sweep", "rotate", "delete"}).Draw(g.T, "what")
	if name == "delete" && rapid.IntRange(0, 3).Draw(g.T, "really") > 0 {
		name = "use"
	}

	overlap := time.Duration(rapid.SampledFrom([]int64{0, 3600, 86400, 7 * 86400}).Draw(g.T, "overlap")) * time.Second
	how := rapid.SampledFrom([]string{"well", "well", "once the reply lost", "failed, not stored", "failed, stored"}).Draw(g.T, "how")
	fault, faulty := faults[how]
	mend := func() {}
	if faulty {
		fault.rule.Operation = map[string]string{"use": "UpdateItem"}[name]
		if name != "use" {
			fault.rule.Operation = "TransactWriteItems"
		}

		mend = g.b.proxy.Fail(fault.rule)
	}

	admitted, err := g.act(name, overlap)
	mend()

	if err != nil && (!faulty || !fault.failed) {
		g.Fatalf("%s, %s: %v", name, how, err)
	}

	if !faulty || fault.stored {
		g.model = g.model.after(name, g.now, overlap)
	}

	g.judge(name, how, admitted, !faulty || fault.stored)
}

func (l life) after(name string, now time.Time, overlap time.Duration) life {
	switch name {
	case "use":
		return l.use(now)
	case "extend":
		return l.extend(now)
	case "rotate":
		return l.rotate(now, overlap)
	case "delete":
		return l.delete()
	}

	return l.sweep(now)
}

// act does through the failing table what the functions do: the authorizer, token-extend, token-rotate, token-delete,
// lease-sweep.
func (g *play) act(name string, overlap time.Duration) (admitted bool, err error) {
	ctx := g.Context()
	stored, member, err := g.b.shaky.Credentials(ctx, g.member.User, g.id, g.member.Org, noon)
	if err != nil {
		g.Fatal(err)
	}

	switch name {
	case "use":
		if stored.Admit(member, "", g.now) != nil {
			return false, nil //nolint:nilerr // a refusal is an answer of the model
		}

		if use, due := identity.PATTerms.Use(stored.Lease, g.now, 0); due {
			_, err = g.b.shaky.UseToken(ctx, stored, use)
		}

		return true, err

	case "extend":
		if ending, _ := stored.State(member, g.now); ending != "" {
			return false, nil
		}

		extended, _ := identity.PATTerms.Extend(stored.Lease, stored.Until)
		if extended == stored.Lease {
			return false, nil
		}

		return false, g.b.shaky.ExtendToken(stored, extended)(ctx, by(g.member.User, g.now))

	case "rotate":
		old, successor, err := stored.Rotate(member, successorID, [32]byte{1}, [32]byte{2}, overlap, g.now)
		if err != nil {
			return false, nil //nolint:nilerr // a refusal is an answer of the model
		}

		return false, g.b.shaky.RotateToken(stored, old, successor)(ctx, by(g.member.User, g.now))

	case "delete":
		return false, g.b.shaky.DeleteToken(stored)(ctx, by(g.member.User, g.now))
	}

	_, err = g.b.shaky.Sweep(ctx, identity.Change{Caller: identity.Caller{Kind: identity.BySchedule}, At: g.now})
	return false, err
}

// judge holds what is stored against the model and against what must never be.
func (g *play) judge(name, how string, admitted, stored bool) {
	is, err := g.b.sure.Token(g.Context(), g.member.User, g.id)
	if err != nil {
		g.Fatal(err)
	}

	was := g.last
	g.last = is
	switch {
	case is.Until.Unix() != g.model.until || is.Ended != g.model.ended:
		g.Fatalf("%s, %s, at %s: stored %+v, the model says %+v", name, how, g.now, is, g.model)
	case is.Until.Before(was.Until) && name != "rotate":
		g.Fatalf("shortened: %+v to %+v", was, is)
	case is.Until.After(is.Expires) || is.Expires.Unix() != g.model.expires || is.Expires.After(was.Expires):
		g.Fatalf("past its expiry: %+v to %+v", was, is)
	case was.Ended != "" && (is.Ended != was.Ended || is.EndedAt != was.EndedAt) || !was.Live(g.now) && is.Live(g.now):
		g.Fatalf("a dead token was revived, or its ending changed: %+v to %+v", was, is)
	case admitted && stored && is.Until.Before(g.now.Add(term*time.Second)) && is.Until.Before(is.Expires):
		g.Fatalf("used at %s, it dies at %s", g.now, is.Until)
	case admitted != (name == "use" && was.Ended == "" && was.Live(g.now)):
		g.Fatalf("at %s the token was admitted: %v; %+v", g.now, admitted, was)
	}
}

// mustHaveEvents finds each change once in the audit log, however often it was tried.
func (g *play) mustHaveEvents() {
	found := map[string]int{}
	_, err := g.b.sure.Token(g.Context(), g.member.User, successorID)
	if (err == nil) != (g.model.rotated == 1) {
		g.Fatalf("the token was rotated %d times; its successor: %v", g.model.rotated, err)
	}

	for _, line := range g.b.everything(g.T) {
		for _, action := range []string{"token.extend", "token.delete", "token.lapsed", "token.expired", "token.rotate"} {
			if strings.Contains(line, "event_action:"+action+" ") && strings.Contains(line, string(g.id)) {
				found[action]++
			}
		}
	}

	got := [4]int{found["token.extend"], found["token.delete"], found["token.lapsed"] + found["token.expired"], found["token.rotate"]}
	if want := [4]int{g.model.extended, g.model.deleted, g.model.retired, g.model.rotated}; got != want {
		g.Fatalf("events of extensions, deletions, retirements, rotations: %v, want %v", got, want)
	}
}

// TestALostUpdateIsNoticed nests one change in another between its reading and its writing.
func TestALostUpdateIsNoticed(t *testing.T) {
	b := newBench(t, newProxy(t))
	member := organization(t, b.sure, person(t, b.sure, "ada@example.com", noon), noon)
	made := token(t, b.sure, member, noon)
	var runs int
	err := identity.RetryStale(t.Context(), func() error {
		read, err := b.sure.Token(t.Context(), made.User, made.ID)
		if err != nil {
			return err
		}

		if runs++; runs == 1 { // the token is used between reading and writing
			use, _ := identity.PATTerms.Use(read.Lease, noon.Add(time.Hour), 0)
			if _, err := b.sure.UseToken(t.Context(), read, use); err != nil {
				return err
			}
		}

		extended, _ := identity.PATTerms.Extend(read.Lease, made.Until)
		return b.sure.ExtendToken(read, extended)(t.Context(), by(made.User, noon))
	})

	read, readErr := b.sure.Token(t.Context(), made.User, made.ID)
	if err != nil || readErr != nil || runs != 2 || !read.Until.Equal(noon.Add(28*24*time.Hour)) {
		t.Fatalf("%v, %v, after %d runs %+v", err, readErr, runs, read)
	}

	endless := errors.New("")
	if err := identity.RetryStale(t.Context(), func() error { return endless }); !errors.Is(err, endless) {
		t.Fatal(err)
	}
}
