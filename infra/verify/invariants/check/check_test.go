package check_test

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/verify/invariants/check"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

// usual are the options of a check right after everything in the world happened.
var usual = check.Options{
	At:           judged,
	SweptWithin:  check.SweptWithin,
	PurgedWithin: check.PurgedWithin,
	Segments:     3,
}

func TestATableThatIsUsedAsIntendedBreaksNoRule(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	report := w.check(usual)
	if report.Broken != 0 || report.Items < 50 {
		t.Errorf("the check of %d items finds %v", report.Items, report.Findings)
	}

	var printed bytes.Buffer
	report.Print(&printed)
	if !strings.Contains(printed.String(), " 0 broken invariants") {
		t.Errorf("the report says %q", printed.String())
	}
}

// breakage breaks a rule in a world that keeps all.
type breakage struct {
	rule    check.Rule
	name    string
	options func(*check.Options)
	do      func(w *world)
}

// keys of the world's items.
func (w *world) ownerPK() string  { return "USER#" + string(w.owner.User) }
func (w *world) memberPK() string { return "USER#" + string(w.member.User) }
func (w *world) orgPK() string    { return "ORG#" + string(w.owner.Org) }
func (w *world) orgSK() string    { return "ORG#" + string(w.owner.Org) }

var breakages = slices.Concat(ofItems, ofOrganizations, ofPeople, ofLookups, ofTheLog)

var ofItems = []breakage{
	{rule: check.UnknownItem, name: "an unknown kind", do: func(w *world) {
		w.put(item{"PK": text("ROCKET#1"), "SK": text("ROCKET"), "item_type": text("rocket")})
	}},
	{rule: check.UnknownItem, name: "a kind under the key of another", do: func(w *world) {
		w.put(item{"PK": text("ROCKET#1"), "SK": text("NOTICES"), "item_type": text("notices")})
	}},
	{rule: check.UnknownItem, name: "an attribute of another type", do: func(w *world) {
		w.put(item{"PK": text("NOTICES"), "SK": text("NOTICES"), "item_type": text("notices"), "purge_at": text("soon")})
	}},
	{rule: check.UnknownValue, name: "an ending of a newer release", do: func(w *world) {
		w.set(w.ownerPK(), "TOKEN#"+string(tokenID), "ended_why", text("confiscated"))
		w.set(w.ownerPK(), "TOKEN#"+string(tokenID), "ended_at", whole(noon.Unix()))
		w.set(w.ownerPK(), "TOKEN#"+string(tokenID), "purge_at", whole(noon.Add(identity.Retention).Unix()))
		w.unset(w.ownerPK(), "TOKEN#"+string(tokenID), "GSI2PK")
		w.unset(w.ownerPK(), "TOKEN#"+string(tokenID), "GSI2SK")
	}},
	{rule: check.UnknownValue, name: "an action of a newer release", do: func(w *world) {
		stored := w.all("event")[0]
		stored["event_action"], stored["SK"] = text("rocket.launch"), text(identity.NewEventID(noon))
		w.put(stored)
	}},
	{rule: check.Misplaced, name: "a token in the hour of another lease", do: func(w *world) {
		w.set(w.ownerPK(), "TOKEN#"+string(tokenID), "GSI2SK", text("2026-03-02T12#"+string(tokenID)))
	}},
	{rule: check.Misplaced, name: "a live token that the sweep does not find", do: func(w *world) {
		w.unset(w.ownerPK(), "TOKEN#"+string(tokenID), "GSI2PK")
	}},
	{rule: check.Misplaced, name: "a member under another name", do: func(w *world) {
		w.set(w.memberPK(), w.orgSK(), "GSI1SK", text("MEMBER#zoe\x1f"+string(w.member.User)))
	}},
	{rule: check.Misplaced, name: "a member under another role", do: func(w *world) {
		w.set(w.memberPK(), w.orgSK(), "GSI2PK", text(w.orgPK()+"#owner#active"))
	}},
	{rule: check.Misplaced, name: "a solution of another member", do: func(w *world) {
		w.set(w.orgPK(), "SOLUTION#"+string(w.solution), "GSI1PK", text(w.memberPK()+"#"+w.orgPK()))
	}},
	{rule: check.Misplaced, name: "an event of another moment", do: func(w *world) {
		pk, sk := w.event(identity.ActionSolutionCreate)
		w.add(pk, sk, "created_at", 1)
	}},
	{rule: check.TimeToLive, name: "a token without one", do: func(w *world) {
		w.unset(w.ownerPK(), "TOKEN#"+string(tokenID), "purge_at")
	}},
	{rule: check.TimeToLive, name: "a token that is removed while it lives", do: func(w *world) {
		w.set(w.ownerPK(), "TOKEN#"+string(tokenID), "purge_at", whole(noon.Add(time.Hour).Unix()))
	}},
	{rule: check.TimeToLive, name: "a membership with one", do: func(w *world) {
		w.set(w.memberPK(), w.orgSK(), "purge_at", whole(noon.AddDate(1, 0, 0).Unix()))
	}},
	{rule: check.TimeToLive, name: "an open invitation that is forgotten", do: func(w *world) {
		w.set("EMAIL#"+table.AddressDigest("gil@example.com"), w.orgSK(), "purge_at", whole(noon.AddDate(1, 0, 0).Unix()))
	}},
	{
		rule:    check.Unpurged,
		name:    "sessions eight days after their end",
		options: func(o *check.Options) { o.At, o.SweptWithin = noon.AddDate(0, 0, 9), 0 },
		do:      func(*world) {},
	},
	{rule: check.LeaseWithin, name: "a session whose lease is later than its expiry", do: func(w *world) {
		w.set(w.ownerPK(), "SESSION#ses_0", "expires_at", whole(noon.Add(time.Hour).Unix()))
	}},
	{
		rule:    check.Unswept,
		name:    "leases that lapsed a day ago",
		options: func(o *check.Options) { o.At, o.PurgedWithin = noon.AddDate(0, 0, 15), 0 },
		do:      func(*world) {},
	},
}

var ofOrganizations = []breakage{
	{rule: check.Orphan, name: "an assignment without a solution", do: func(w *world) {
		w.drop(w.orgPK(), "SOLUTION#"+string(w.solution))
		w.add(w.orgPK(), "META", "solution_count", -1)
		w.drop(w.event(identity.ActionSolutionCreate))
	}},
	{rule: check.Orphan, name: "search rows without a member", do: func(w *world) {
		w.drop("USER#"+string(w.invited.User), w.orgSK())
		w.drop("EMAIL#"+table.AddressDigest("gil@example.com"), w.orgSK())
		w.add(w.orgPK(), "META", "member_count", -1)
		w.add(w.orgPK(), "META", "invitation_count", -1)
		w.unlogInvitation()
	}},
	{rule: check.Orphan, name: "a mark of an organization that does not exist", do: func(w *world) {
		w.put(item{"PK": text("ORG#org_01kjm9wrv1qqqqqqqqqqqqqqqq"), "SK": text("MARK#" + string(w.member.User)), "item_type": text("mark")})
	}},
	{rule: check.Owner, name: "an organization whose Owner is disabled", do: func(w *world) {
		w.set(w.ownerPK(), w.orgSK(), "member_status", text("disabled"))
		w.set(w.ownerPK(), w.orgSK(), "GSI2PK", text(w.orgPK()+"#owner#disabled"))
		w.add(w.orgPK(), "META", "owner_count", -1)
		pk, sk := w.event(identity.ActionMemberJoin)
		stored := w.get(pk, sk)
		stored["SK"], stored["event_action"] = text(identity.NewEventID(noon)), text(string(identity.ActionMemberDisable))
		w.put(with(stored, map[string]string{"status": "active"}, map[string]string{"status": "disabled"}))
	}},
	{rule: check.OwnerCount, name: "one too many", do: func(w *world) { w.add(w.orgPK(), "META", "owner_count", 1) }},
	{rule: check.MemberCount, name: "one too few", do: func(w *world) { w.add(w.orgPK(), "META", "member_count", -1) }},
	{rule: check.InvitationCount, name: "one too many", do: func(w *world) { w.add(w.orgPK(), "META", "invitation_count", 1) }},
	{rule: check.SolutionCount, name: "one too few", do: func(w *world) { w.add(w.orgPK(), "META", "solution_count", -1) }},
	{rule: check.AssignmentCount, name: "of a member", do: func(w *world) { w.add(w.memberPK(), w.orgSK(), "solution_count", 1) }},
	{rule: check.AssignmentCount, name: "of a solution", do: func(w *world) {
		w.add(w.orgPK(), "SOLUTION#"+string(w.solution), "assignment_count", 1)
	}},
	{rule: check.OrganizationCopy, name: "an earlier name", do: func(w *world) {
		w.set(w.memberPK(), w.orgSK(), "org_name", text("Before"))
	}},
	{rule: check.OrganizationCopy, name: "a deletion that was undone", do: func(w *world) {
		w.set(w.memberPK(), w.orgSK(), "org_deleted_at", whole(noon.Unix()))
	}},
	{rule: check.Roll, name: "a service account that is not listed", do: func(w *world) { w.unset(w.orgPK(), "ROLL", "account_ids") }},
	{rule: check.Mark, name: "of a member", do: func(w *world) {
		w.put(item{"PK": text(w.orgPK()), "SK": text("MARK#" + string(w.member.User)), "item_type": text("mark")})
	}},
}

var ofPeople = []breakage{
	{rule: check.Orphan, name: "a session of nobody", do: func(w *world) {
		stored := w.get(w.ownerPK(), "SESSION#ses_0")
		stored["PK"], stored["SK"] = text("USER#usr_01kjm9wrv0g2g8f7zq5h3n4x6y"), text("SESSION#ses_00000000000")
		delete(stored, "sid_hash")
		w.put(stored)
		w.copyEvent(identity.ActionSessionCreate, "usr_01kjm9wrv0g2g8f7zq5h3n4x6y", "ses_00000000000")
	}},
	{rule: check.Erasure, name: "a profile that is being erased", do: func(w *world) {
		w.put(item{
			"PK":        text(w.memberPK()),
			"SK":        text("ERASURE"),
			"GSI2PK":    text("ERASURE"),
			"GSI2SK":    text(string(w.member.User)),
			"item_type": text("erasure"),
		})
	}},
	{rule: check.MembershipCount, name: "one too many", do: func(w *world) { w.add(w.memberPK(), "PROFILE", "org_count", 1) }},
	{rule: check.TokenCount, name: "one live token too few", do: func(w *world) { w.set(w.ownerPK(), "LIMITS", "live_tokens", whole(2)) }},
	{rule: check.TokenCount, name: "one listed token too few", do: func(w *world) { w.set(w.ownerPK(), "LIMITS", "kept_tokens", whole(3)) }},
	{rule: check.FoundedCount, name: "an organization that is not listed", do: func(w *world) {
		w.unset(w.ownerPK(), "LIMITS", "founded_orgs")
	}},
	{rule: check.SignInCount, name: "one too few", do: func(w *world) { w.set(w.memberPK(), "PROFILE", "sign_in_count", whole(0)) }},
	{rule: check.PersonCopy, name: "an earlier phone number", do: func(w *world) { w.set(w.memberPK(), w.orgSK(), "phone", text("+1 555 0100")) }},
	{rule: check.SearchRows, name: "a numbered row that is missing", do: func(w *world) {
		w.drop(w.orgPK()+"#FIND", string(w.member.User)+"#0")
	}},
	{rule: check.SearchRows, name: "a word row that is missing", do: func(w *world) {
		rows := slices.DeleteFunc(w.all("word"), func(row item) bool { return of(row, "user_id") != string(w.member.User) })
		w.drop(of(rows[0], "PK"), of(rows[0], "SK"))
	}},
	{rule: check.SearchRows, name: "a numbered row of another word", do: func(w *world) {
		w.set(w.orgPK()+"#FIND", string(w.member.User)+"#0", "GSI1SK", text("zoe\x1f"+string(w.member.User)))
	}},
	{rule: check.Address, name: "a profile that its address does not lead to", do: func(w *world) {
		w.drop("EMAIL#"+table.AddressDigest("eve@example.com"), "EMAIL")
	}},
	{rule: check.Address, name: "an address that leads to nobody", do: func(w *world) {
		w.put(item{
			"PK":        text("EMAIL#" + table.AddressDigest("zoe@example.com")),
			"SK":        text("EMAIL"),
			"item_type": text("email"),
			"user_id":   text("usr_01kjm9wrv0g2g8f7zq5h3n4x6y"),
		})
	}},
	{rule: check.Identity, name: "a profile that its identity does not lead to", do: func(w *world) {
		w.drop("IDENTITY#"+identity.Digest(issuer, "eve@example.com"), "IDENTITY")
	}},
}

var ofLookups = []breakage{
	{rule: check.Offer, name: "an invitation that its address does not lead to", do: func(w *world) {
		w.drop("EMAIL#"+table.AddressDigest("gil@example.com"), w.orgSK())
	}},
	{rule: check.Offer, name: "an address that leads to no invitation", do: func(w *world) {
		stored := w.get("EMAIL#"+table.AddressDigest("gil@example.com"), w.orgSK())
		stored["PK"] = text("EMAIL#" + table.AddressDigest("zoe@example.com"))
		w.put(stored)
	}},
	{rule: check.ExpiryRow, name: "a token that no warning finds", do: func(w *world) { w.drop(w.ownerPK(), "EXPIRY#"+string(tokenID)) }},
	{rule: check.ProviderSession, name: "a session that no logout finds", do: func(w *world) {
		w.drop("SID#"+identity.ProviderSession(issuer, "eve@example.com"), "SESSION#ses_Eve00000000")
	}},
	{rule: check.Rotation, name: "a successor that the token does not name", do: func(w *world) {
		w.set(w.ownerPK(), "TOKEN#"+string(rotated), "replaced_by", text(string(tokenID)))
	}},
	{rule: check.QuotaCount, name: "one invitation too few", do: func(w *world) {
		w.add("QUOTA#ORG#"+string(w.owner.Org)+"#2026-03-02", "QUOTA", "used_count", -1)
	}},
}

var ofTheLog = []breakage{
	{rule: check.Audited, name: "the creation of a profile", do: func(w *world) { w.drop(w.event(identity.ActionUserCreate)) }},
	{rule: check.Audited, name: "the creation of an organization", do: func(w *world) { w.drop(w.event(identity.ActionOrganizationCreate)) }},
	{rule: check.Audited, name: "an organization that changed", do: func(w *world) { w.add(w.orgPK(), "META", "version", 1) }},
	{rule: check.Audited, name: "a profile that changed", do: func(w *world) { w.add(w.memberPK(), "PROFILE", "version", 1) }},
	{rule: check.Audited, name: "a member who joined", do: func(w *world) { w.drop(w.event(identity.ActionMemberJoin)) }},
	{rule: check.Audited, name: "a change of role", do: func(w *world) {
		w.set(w.memberPK(), w.orgSK(), "member_role", text("admin"))
		w.set(w.memberPK(), w.orgSK(), "GSI2PK", text(w.orgPK()+"#admin#active"))
	}},
	{rule: check.Audited, name: "the creation of a service account, twice", do: func(w *world) {
		w.copyEvent(identity.ActionServiceCreate, string(w.owner.Org), string(w.account.User))
	}},
	{rule: check.Audited, name: "the creation of a solution", do: func(w *world) { w.drop(w.event(identity.ActionSolutionCreate)) }},
	{rule: check.Audited, name: "an assignment", do: func(w *world) { w.drop(w.event(identity.ActionAssignmentCreate)) }},
	{rule: check.Audited, name: "a change of solution role", do: func(w *world) {
		w.set(w.orgPK(), "ASSIGN#"+string(w.solution)+"#"+string(w.member.User), "solution_role", text("editor"))
	}},
	{rule: check.Audited, name: "the creation of a token", do: func(w *world) { w.drop(w.event(identity.ActionTokenCreate)) }},
	{rule: check.Audited, name: "a rotation", do: func(w *world) { w.drop(w.event(identity.ActionTokenRotate)) }},
	{rule: check.Audited, name: "the deletion of a token", do: func(w *world) { w.drop(w.event(identity.ActionTokenDelete)) }},
	{rule: check.Audited, name: "the deletion of a token, twice", do: func(w *world) {
		w.copyEvent(identity.ActionTokenDelete, string(w.owner.Org), string(deleted))
	}},
	{rule: check.Audited, name: "a token that was renamed", do: func(w *world) { w.add(w.ownerPK(), "TOKEN#"+string(tokenID), "version", 1) }},
	{rule: check.Audited, name: "the creation of a session", do: func(w *world) {
		w.drop(w.event(identity.ActionSessionCreate))
		for _, profile := range w.all("profile") {
			if of(profile, "email") == "ada@example.com" || of(profile, "email") == "eve@example.com" {
				w.uncountSignIn(profile)
			}
		}
	}},
}

// with returns an event with other states before and after.
func with(event item, before, after map[string]string) item {
	event["state_before"], event["state_after"] = texts(before), texts(after)
	return event
}

// TestEachRuleIsNamedWhenItAloneIsBroken breaks each rule in a table that keeps all rules.
func TestEachRuleIsNamedWhenItAloneIsBroken(t *testing.T) {
	t.Parallel()
	broken := map[check.Rule]bool{}
	for _, b := range breakages {
		broken[b.rule] = true
		t.Run(string(b.rule)+", "+b.name, func(t *testing.T) {
			t.Parallel()
			w, options := newWorld(t), usual
			if b.options != nil {
				b.options(&options)
			}

			b.do(w)

			rules := map[check.Rule]bool{}
			report := w.check(options)
			for _, f := range report.Findings {
				rules[f.Rule] = true
				mustHideNames(t, f)
			}

			if got := slices.Sorted(maps.Keys(rules)); !slices.Equal(got, []check.Rule{b.rule}) {
				t.Errorf("the check names the rules %v, want %s alone: %v", got, b.rule, report.Findings)
			}
		})
	}

	for _, rule := range check.Rules() {
		if !broken[rule.Rule] {
			t.Errorf("no test breaks the rule %s", rule.Rule)
		}

		if rule.Requires == "" {
			t.Errorf("the rule %s has no description", rule.Rule)
		}
	}
}

// mustHideNames fails the test if a finding shows a name or an address of the world.
func mustHideNames(t *testing.T, f check.Finding) {
	t.Helper()
	for _, personal := range []string{"example.com", "lovelace", "berg", "acme", "route planner", "555"} {
		if strings.Contains(strings.ToLower(f.String()), personal) {
			t.Errorf("the finding %q shows %q", f, personal)
		}
	}
}

// TestAnAnswerDoesNotDependOnTheMemoryOrTheSegments checks a table with broken invariants from temporary files, which are gone
// afterwards.
func TestAnAnswerDoesNotDependOnTheMemoryOrTheSegments(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	w := newWorld(t)
	w.add(w.orgPK(), "META", "member_count", 1)
	w.add(w.ownerPK(), "PROFILE", "org_count", 1)
	w.unset(w.ownerPK(), "LIMITS", "founded_orgs")

	want := w.check(usual)
	if len(want.Findings) != 3 {
		t.Fatalf("the check finds %v, want three rules broken", want.Findings)
	}

	for _, memory := range []int{1, 500, 5000} {
		options := usual
		options.Memory, options.Segments = memory, 1
		if got := w.check(options); !slices.Equal(got.Findings, want.Findings) || got.Items != want.Items {
			t.Errorf("with %d bytes of memory, the check of %d items finds %v, want %v", memory, got.Items, got.Findings, want.Findings)
		}
	}

	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("the check leaves %v (error %v)", left, err)
	}
}

// TestATableOfThePreviousReleaseIsExempt takes from a table what release 0.1.0 did not keep. Only without Options.Upgraded is
// that a finding.
func TestATableOfThePreviousReleaseIsExempt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.unset(w.ownerPK(), "LIMITS", "founded_orgs")
	w.set(w.memberPK(), "PROFILE", "sign_in_count", whole(0))
	for _, row := range w.all("word") {
		w.drop(of(row, "PK"), of(row, "SK"))
	}

	options := usual
	if got := w.check(options); got.Broken < 3 {
		t.Errorf("the check finds %v, want three rules broken", got.Findings)
	}

	options.Upgraded = noon.Add(time.Second)
	if got := w.check(options); got.Broken != 0 {
		t.Errorf("the check of a table that was upgraded finds %v", got.Findings)
	}
}

// TestWhatIsRemovedInStepsIsNoViolation begins to remove an organization, and erases an account, without finishing.
func TestWhatIsRemovedInStepsIsNoViolation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	departing, err := w.db.Departing(w.Context(), w.member.User)
	w.must(err)
	w.must(w.db.DeleteAccount(departing)(w.Context(), w.by(w.member.User)))

	if got := w.check(usual); got.Broken != 0 {
		t.Errorf("while an account is erased, the check finds %v", got.Findings)
	}

	w.set(w.orgPK(), "META", "deleted_at", whole(noon.Unix()))
	w.set(w.orgPK(), "META", "removing_at", whole(noon.Unix()))
	w.set(w.orgPK(), "META", "GSI2PK", text("DELETION"))
	w.set(w.orgPK(), "META", "GSI2SK", text("2026-03-16T12:00:00Z#"+string(w.owner.Org)))
	w.drop(w.orgPK(), "SOLUTION#"+string(w.solution))
	w.drop(w.event(identity.ActionTokenCreate))

	if got := w.check(usual); got.Broken != 0 {
		t.Errorf("while an organization is removed, the check finds %v", got.Findings)
	}
}
