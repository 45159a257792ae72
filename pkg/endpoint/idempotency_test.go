package endpoint_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

const (
	key      = "c0ffee00-1111-2222-3333-444444444444"
	hushhush = "lhp_Rumpelstiltskin"
)

type creation struct {
	Body struct {
		Name string `json:"name"`
	} `body:"json"`
	Org string `query:"in"`
}

type created struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Secret string `json:"secret"`
}

// workshop counts what was done.
type workshop struct {
	*desk
	done   int
	before func() // runs once, after a decision and before its write
	after  func(created) created
}

// make returns an operation that creates an organization in the table and answers with a secret.
func (w *workshop) make(secret bool) handler {
	return handle(w.desk, endpoint.Mutation[creation, created]{
		Route:  "POST /things",
		Status: 201,
		Secret: secret,
		Decide: func(_ context.Context, r *endpoint.Request[creation]) (created, endpoint.Write, error) {
			if r.In.Body.Name == "refused" {
				return created{}, nil, identity.Refuse(identity.Conflict, "Refused.")
			}

			m, o := newOrganization(r.Caller.User, r.Now)
			out := created{string(o.ID), r.In.Body.Name, hushhush}
			r.ETag(3)
			r.Created("/things/" + out.ID)
			return out, w.counted(w.db.CreateOrganization(o, m)), nil
		},
		After: func(_ context.Context, _ *endpoint.Request[creation], out created) created {
			if w.after != nil {
				return w.after(out)
			}

			return out
		},
	})
}

// counted returns a write that counts itself when it is done.
func (w *workshop) counted(write endpoint.Write) endpoint.Write {
	return func(ctx context.Context, change identity.Change) error {
		if once := w.before; once != nil {
			w.before = nil
			once()
		}

		if err := write(ctx, change); err != nil {
			return err
		}

		w.done++
		return nil
	}
}

func newWorkshop(t *testing.T) *workshop { return &workshop{desk: newDesk(t)} }

func post(m identity.Membership, key, name string) request {
	r := ask(m, "POST").json(fmt.Sprintf(`{"name":%q}`, name))
	if key != "" {
		r = r.header("Idempotency-Key", key)
	}

	return r
}

func TestARetryGetsTheSameAnswerAndDoesNothingAgain(t *testing.T) {
	w := newWorkshop(t)
	first := w.call(w.make(false), post(w.ada, key, "x"))
	w.now = w.now.Add(24*time.Hour - time.Second)
	second := w.call(w.make(false), post(w.ada, key, "x"))
	if second.mustSay(t, 201, first.body); w.done != 1 {
		t.Errorf("done %d times", w.done)
	}

	if second.header.Get("Idempotency-Replayed") != "true" || first.header.Get("Idempotency-Replayed") != "" {
		t.Errorf("first %v, second %v", first.header, second.header)
	}

	second.header.Del("Idempotency-Replayed")

	if fmt.Sprint(first.header) != fmt.Sprint(second.header) || first.header.Get("Location") == "" || first.header.Get("ETag") != `"3"` {
		t.Errorf("first %v, second %v", first.header, second.header)
	}
}

func TestWithoutAKeyEachRequestIsDone(t *testing.T) {
	w := newWorkshop(t)
	a, b := w.call(w.make(false), post(w.ada, "", "x")), w.call(w.make(false), post(w.ada, "", "x"))
	if a.body == b.body || w.done != 2 {
		t.Errorf("%s and %s, done %d times", a.body, b.body, w.done)
	}
}

func TestAnswersAreForgottenAfterADayAndSecretsAfterTenMinutes(t *testing.T) {
	for keep, secret := range map[time.Duration]bool{24 * time.Hour: false, 10 * time.Minute: true} {
		w := newWorkshop(t)
		h := w.make(secret)
		first := w.call(h, post(w.ada, key, "x"))
		w.now = noon.Add(keep - time.Second)
		w.call(h, post(w.ada, key, "x")).mustSay(t, 201, first.body)
		w.now = noon.Add(keep)
		if again := w.call(h, post(w.ada, key, "x")); again.status != 201 || again.body == first.body || w.done != 2 {
			t.Errorf("after %s: %d %s; before %s; done %d times", keep, again.status, again.body, first.body, w.done)
		}
	}
}

func TestAKeyBelongsToOneRequest(t *testing.T) {
	w := newWorkshop(t)
	h := w.make(false)
	w.call(h, post(w.ada, key, "x"))
	moved := post(w.ada, key, "x")
	moved.RequestContext.Path = "/v1/others"
	verb := post(w.ada, key, "x")
	verb.HTTPMethod = "PUT"
	for name, r := range map[string]request{
		"another body": post(w.ada, key, "y"), "another path": moved, "another query": post(w.ada, key, "x").query("in", "y"), "another method": verb,
	} {
		t.Run(name, func(t *testing.T) { w.call(h, r).mustBe(t, 422, identity.IdempotencyMismatch, "") })
	}

	if w.done != 1 {
		t.Errorf("done %d times", w.done)
	}
}

func TestTheSameKeyOfAnotherCallerIsAnotherKey(t *testing.T) {
	w := newWorkshop(t)
	h := w.make(true)
	a, b := w.call(h, post(w.ada, key, "x")), w.call(h, post(w.bob, key, "x"))
	if a.status != 201 || b.status != 201 || a.body == b.body || b.header.Get("Idempotency-Replayed") != "" || w.done != 2 {
		t.Errorf("%s and %s, done %d times", a.body, b.body, w.done)
	}
}

// TestAnAnswerPutUnderAnotherCallersKeyDoesNotOpen plays somebody who can write to the table.
func TestAnAnswerPutUnderAnotherCallersKeyDoesNotOpen(t *testing.T) {
	w := newWorkshop(t)
	h := w.make(true)
	w.call(h, post(w.ada, key, "x"))

	for _, item := range w.items("IDEM#") {
		pk := item["PK"].(*types.AttributeValueMemberS)
		pk.Value = strings.Replace(pk.Value, string(w.ada.User), string(w.bob.User), 1)

		if _, err := w.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &w.table, Item: item}); err != nil {
			t.Fatal(err)
		}
	}

	if got := w.call(h, post(w.bob, key, "x")); got.mustBe(t, 500, identity.Internal, "").Detail == "" || strings.Contains(got.body, hushhush) {
		t.Errorf("%s", got.body)
	}
}

func TestWhatIsRememberedHoldsNothingInTheClear(t *testing.T) {
	w := newWorkshop(t)
	answer := w.call(w.make(true), post(w.ada, key, "Rumpelstiltskin"))
	items := w.items("IDEM#")
	if len(items) != 1 {
		t.Fatalf("%d answers are remembered", len(items))
	}

	var stored map[string]any
	if err := attributevalue.UnmarshalMap(items[0], &stored); err != nil {
		t.Fatal(err)
	}

	everything := fmt.Sprintf("%s %q", stored, stored["sealed_reply"])
	for _, clear := range []string{hushhush, "Rumpelstiltskin", key, "Location", `"id"`, answer.body} {
		if strings.Contains(everything, clear) {
			t.Errorf("%q is stored in the clear", clear)
		}
	}
}

// items returns the items whose partition has the prefix. Only a test may scan.
func (w *workshop) items(prefix string) []map[string]types.AttributeValue {
	w.t.Helper()
	got, err := w.client.Scan(w.t.Context(), &dynamodb.ScanInput{TableName: &w.table})
	if err != nil {
		w.t.Fatal(err)
	}

	var found []map[string]types.AttributeValue
	for _, item := range got.Items {
		if pk, ok := item["PK"].(*types.AttributeValueMemberS); ok && strings.HasPrefix(pk.Value, prefix) {
			found = append(found, item)
		}
	}

	return found
}

func TestOfTwoRequestsAtOnceUnderOneKeyOneIsDoneAndBothAreAnsweredTheSame(t *testing.T) {
	w := newWorkshop(t)
	h := w.make(true)
	var inner reply
	w.before = func() { inner = w.call(h, post(w.ada, key, "x")) }
	outer := w.call(h, post(w.ada, key, "x"))
	if outer.mustSay(t, 201, inner.body); w.done != 1 || outer.header.Get("Location") != inner.header.Get("Location") {
		t.Errorf("done %d times", w.done)
	}
}

// TestAuthorizationPrecedesTheReplay holds that a person who has lost access does not get their earlier answers either.
func TestAuthorizationPrecedesTheReplay(t *testing.T) {
	d := newDesk(t)
	done := 0
	h := handle(d, endpoint.Mutation[orgIn, string]{
		Route:      "POST /organizations/{org}/things",
		Permission: identity.ManageMembers,
		Decide: func(context.Context, *endpoint.Request[orgIn]) (string, endpoint.Write, error) {
			done++
			return "done", nil, nil
		},
	})

	admin := d.member(identity.Admin, identity.Active)
	request := ask(admin, "POST").param("org", string(admin.Org)).header("Idempotency-Key", key)
	d.call(h, request).mustSay(t, 200, `"done"`)
	d.call(h, request).mustSay(t, 200, `"done"`)

	expression := "SET member_role = :user"
	_, err := d.client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: &d.table,
		Key: map[string]types.AttributeValue{
			table.AttrPK: &types.AttributeValueMemberS{Value: "USER#" + string(admin.User)},
			table.AttrSK: &types.AttributeValueMemberS{Value: "ORG#" + string(admin.Org)},
		},
		UpdateExpression:          &expression,
		ExpressionAttributeValues: map[string]types.AttributeValue{":user": &types.AttributeValueMemberS{Value: "user"}},
	})
	if err != nil {
		t.Fatal(err)
	}

	d.call(h, request).mustBe(t, 403, identity.Forbidden, "")
	if done != 1 {
		t.Errorf("done %d times", done)
	}
}

// TestATokenGetsNoAnswerOfItsOwnersSession holds that a key is bound to the organization of a personal access token.
func TestATokenGetsNoAnswerOfItsOwnersSession(t *testing.T) {
	d := newDesk(t)
	done := 0
	h := handle(d, endpoint.Mutation[endpoint.None, int]{
		Route: "POST /things",
		Decide: func(context.Context, *endpoint.Request[endpoint.None]) (int, endpoint.Write, error) {
			done++
			return done, nil, nil
		},
	})

	for i, request := range []request{
		ask(d.ada, "POST"),
		ask(d.ada, "POST").withPAT(d.ada.Org),
		ask(d.ada, "POST").withPAT(d.bob.Org),
	} {
		want := strconv.Itoa(i + 1)
		d.call(h, request.header("Idempotency-Key", key)).mustSay(t, 200, want)
		d.call(h, request.header("Idempotency-Key", key)).mustSay(t, 200, want)
	}
}

func TestARefusalIsNotRemembered(t *testing.T) {
	w := newWorkshop(t)
	w.call(w.make(false), post(w.ada, key, "refused")).mustBe(t, 409, identity.Conflict, "")

	if got := w.call(w.make(false), post(w.ada, key, "x")); got.status != 201 {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestAKeyIsOneTextOfSixteenToTwoHundredFiftyFivePrintableCharacters(t *testing.T) {
	w := newWorkshop(t)
	long := strings.Repeat("k", 255)
	for _, bad := range [][]string{{""}, {"short"}, {long[:15]}, {long + "k"}, {key + "\n"}, {key + "é"}, {key + "\x7f"}, {key, key}, {key, key[1:]}} {
		r := post(w.ada, "", "x").header("Idempotency-Key", bad...)
		w.call(w.make(false), r).mustBe(t, 400, identity.InvalidRequest, "Idempotency-Key")
	}

	for i, good := range []string{long[:16], long, "key with spaces ~!"} {
		if got := w.call(w.make(false), post(w.ada, good, "x")); got.status != 201 || w.done != i+1 {
			t.Errorf("%q: %d %s", good, got.status, got.body)
		}
	}
}

func TestAReadTakesNoNoticeOfAKey(t *testing.T) {
	d := newDesk(t)
	for _, method := range []string{"GET", "HEAD"} {
		r := ask(d.ada, method).param("token", "tok_aaaaaaaaaaa").header("Idempotency-Key", "short")
		if got := d.call(d.list(), r); got.status != 200 {
			t.Errorf("%s: %d %s", method, got.status, got.body)
		}
	}
}

func TestARememberedAnswerThatWasTamperedWithIsNotServed(t *testing.T) {
	w := newWorkshop(t)
	h := w.make(false)
	w.call(h, post(w.ada, key, "x"))
	item := w.items("IDEM#")[0]
	sealed := item["sealed_reply"].(*types.AttributeValueMemberB)
	for _, bad := range [][]byte{sealed.Value[:5], {}, append(sealed.Value[:len(sealed.Value)-1:len(sealed.Value)-1], sealed.Value[len(sealed.Value)-1]^1)} {
		item["sealed_reply"] = &types.AttributeValueMemberB{Value: bad}
		if _, err := w.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &w.table, Item: item}); err != nil {
			t.Fatal(err)
		}

		w.call(h, post(w.ada, key, "x")).mustBe(t, 500, identity.Internal, "")
	}
}

func TestAUserAgentOfAnyBytesDoesNotStopAChange(t *testing.T) {
	w := newWorkshop(t)
	for _, agent := range []string{strings.Repeat("a", 255) + "é", "\xff\xfe", strings.Repeat("🦉", 200), ""} {
		r := post(w.ada, "", "x")
		r.RequestContext.Identity.UserAgent = agent
		if got := w.call(w.make(false), r); got.status != 201 {
			t.Errorf("%q: %d %s", agent, got.status, got.body)
		}
	}

	for _, item := range w.items("AUDIT#") {
		text, ok := item["user_agent"].(*types.AttributeValueMemberS)
		if ok && (len(text.Value) > 256 || strings.ContainsRune(text.Value, '\ufffd')) {
			t.Errorf("logged %q", text.Value)
		}
	}
}
