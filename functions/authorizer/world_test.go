package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	proxy "github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

const (
	day  = 24 * time.Hour
	self = "authorizer" // the name under which the proxy counts the authorizer's calls
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// world is an authorizer as it is deployed, opened by package settings, behind a proxy that counts and fails; and one
// owner of one organization. What the authorizer prints is kept, and no secret minted here may be in it.
type world struct {
	t      testing.TB
	proxy  *proxy.Proxy
	db     *table.DB // past the proxy
	client *dynamodb.Client
	table  string
	a      authorizer
	member identity.Membership

	mu      sync.Mutex
	now     time.Time
	secrets []string
	stdout  func() string
	logs    *lockedBuffer
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, now: noon, logs: &lockedBuffer{}}
	w.client, w.table = tabletest.Fresh(t)
	w.db = table.New(w.client, w.table)
	w.front(tabletest.Endpoint(t))
	w.hire()
	w.stdout = captureStdout(t)
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(w.logs, nil)))
	t.Cleanup(func() {
		slog.SetDefault(before)
		w.t = t
		w.mustKeepSecrets()
	})

	return w
}

// front puts a proxy before the engine and opens the authorizer through it, from its environment.
func (w *world) front(engine string) {
	w.t.Helper()
	p, err := proxy.Start(proxy.Options{Target: engine})
	if err != nil {
		w.t.Fatal(err)
	}

	w.t.Cleanup(p.Close)
	w.proxy, w.a = p, w.open(p.URL())
}

// open returns the authorizer as main makes it, except for the clock.
func (w *world) open(endpoint string) authorizer {
	for name, value := range map[string]string{
		"TABLE_NAME": w.table, "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
		"AWS_ACCESS_KEY_ID": "LOCAL" + self, "AWS_SECRET_ACCESS_KEY": "x", "AUTHORIZER_CACHE_SECONDS": "", "BASIC_AUTHENTICATION": "",
	} {
		setenv(w.t, name, value)
	}

	return open(w.clock)
}

// setenv sets a variable for the test; testing.F has no Setenv that a fuzz target's workers keep.
func setenv(t testing.TB, name, value string) {
	t.Helper()
	before, was := os.LookupEnv(name)

	if err := os.Setenv(name, value); err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() {
		if was {
			_ = os.Setenv(name, before)
		} else {
			_ = os.Unsetenv(name)
		}
	})
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) sleepUntil(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = now
}

// hire makes the owner and the organization.
func (w *world) hire() {
	w.t.Helper()
	claims := table.Claims{
		Issuer:    "https://issuer.example",
		Subject:   "ada",
		Email:     "ada@example.com",
		FirstName: "Ada",
	}

	ada, err := tabletest.SignIn(context.Background(), w.db, identity.Change{At: noon}, claims, identity.NewUserID(noon))
	w.must(err)
	org := identity.NewOrgID(noon)
	w.member = identity.Membership{
		User:       ada.ID,
		Org:        org,
		OrgName:    "Analytical Engines",
		Role:       identity.Owner,
		Status:     identity.Active,
		TokenEpoch: identity.NewEpoch(noon),
		JoinedAt:   noon,
		Person:     ada.Person,
		Version:    1,
	}

	o := identity.Organization{
		ID:        org,
		Name:      "Analytical Engines",
		Owners:    1,
		Members:   1,
		CreatedAt: noon,
		Version:   1,
	}

	w.must(w.db.CreateOrganization(o, w.member)(context.Background(), w.change()))
}

func (w *world) change() identity.Change {
	return identity.Change{Caller: tabletest.Session(w.t, w.db, w.member.User), At: w.clock()}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// pat stores a new personal access token of the owner's.
func (w *world) pat() (secret.Token, identity.Token) {
	w.t.Helper()
	return w.patFrom(rand.Reader)
}

func (w *world) patFrom(random io.Reader) (secret.Token, identity.Token) {
	w.t.Helper()
	minted, err := secret.MintPAT(random, w.member.User, w.member.Org)
	w.must(err)
	w.secrets = append(w.secrets, minted.Reveal())
	stored := identity.Token{
		ID:            minted.TokenID(),
		User:          w.member.User,
		Org:           w.member.Org,
		Description:   "ci",
		Hash:          minted.Hash(),
		Epoch:         w.member.TokenEpoch,
		CreatedAt:     w.clock(),
		Lease:         identity.PATTerms.Grant(w.clock()),
		Scopes:        identity.Unlimited,
		DerivationKey: [32]byte(minted.DerivationKey()),
		Version:       1,
	}

	w.must(w.db.CreateToken(stored)(context.Background(), w.change()))
	return minted, stored
}

// session stores a new session of the owner's.
func (w *world) session() (secret.Token, identity.Session) {
	w.t.Helper()
	minted, err := secret.MintSession(rand.Reader, w.member.User)
	w.must(err)
	w.secrets = append(w.secrets, minted.Reveal())
	stored := identity.Session{
		ID:        minted.SessionID(),
		User:      w.member.User,
		Hash:      minted.Hash(),
		CreatedAt: w.clock(),
		Lease:     identity.SessionTerms.Grant(w.clock()),
	}

	w.must(w.db.CreateSession(stored, identity.IDToken{Digest: string(stored.ID)})(context.Background(), w.change()))
	return minted, stored
}

// alter changes attributes of the owner's membership directly in the table.
func (w *world) alter(attributes map[string]string) {
	w.t.Helper()
	w.set("USER#"+string(w.member.User), "ORG#"+string(w.member.Org), attributes)
}

// set changes attributes of any item directly in the table.
func (w *world) set(pk, sk string, attributes map[string]string) {
	w.t.Helper()
	for name, value := range attributes {
		expression := "SET " + name + " = :v"
		_, err := w.client.UpdateItem(context.Background(), &dynamodb.UpdateItemInput{
			TableName:                 &w.table,
			Key:                       keyOf(pk, sk),
			UpdateExpression:          &expression,
			ExpressionAttributeValues: map[string]types.AttributeValue{":v": &types.AttributeValueMemberS{Value: value}},
		})

		w.must(err)
	}
}

// remove removes an attribute of any item directly from the table.
func (w *world) remove(pk, sk, attribute string) {
	w.t.Helper()
	expression := "REMOVE " + attribute
	_, err := w.client.UpdateItem(context.Background(), &dynamodb.UpdateItemInput{
		TableName:        &w.table,
		Key:              keyOf(pk, sk),
		UpdateExpression: &expression,
	})

	w.must(err)
}

// dismiss removes the owner's membership.
func (w *world) dismiss() {
	w.t.Helper()
	_, err := w.client.DeleteItem(context.Background(), &dynamodb.DeleteItemInput{TableName: &w.table, Key: w.membershipKey()})
	w.must(err)
}

func (w *world) membershipKey() map[string]types.AttributeValue {
	return keyOf("USER#"+string(w.member.User), "ORG#"+string(w.member.Org))
}

func keyOf(pk, sk string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: pk},
		"SK": &types.AttributeValueMemberS{Value: sk},
	}
}

// authorize sends credentials in a REST REQUEST event, as Leasehold's own API does, and answers what the authorizer says.
func (w *world) authorize(credentials string) (decision, error) {
	w.t.Helper()
	return w.send(shape(w.t, "rest-request", "Authorization", credentials))
}

// bearer sends a token to the authorizer, which must admit or refuse it and not fail.
func (w *world) bearer(token secret.Token) decision {
	w.t.Helper()
	d, err := w.authorize("Bearer " + token.Reveal())
	w.must(err)
	return d
}

// send runs an event through JSON both ways, as Lambda does.
func (w *world) send(raw []byte) (decision, error) {
	w.t.Helper()
	text, err := w.a.Invoke(context.Background(), raw)
	if err != nil {
		return decision{}, err
	}

	var d decision
	w.must(json.Unmarshal(text, &d))
	d.text = string(text)
	return d, nil
}

// decision reads an answer of either form.
type decision struct {
	IsAuthorized   bool              `json:"isAuthorized"`
	PrincipalID    string            `json:"principalId"`
	Context        map[string]string `json:"context"`
	PolicyDocument struct {
		Statement []struct{ Action, Effect, Resource string }
	} `json:"policyDocument"`

	text string
}

func (d decision) allowed() bool {
	return d.IsAuthorized || len(d.PolicyDocument.Statement) == 1 && d.PolicyDocument.Statement[0].Effect == "Allow"
}

func (d decision) problem() identity.Problem { return identity.Problem(d.Context["problem"]) }

// mustBe fails the test unless the decision is to admit (problem "") or to refuse with the problem.
func (d decision) mustBe(t testing.TB, problem identity.Problem) {
	t.Helper()
	if d.allowed() != (problem == "") || d.problem() != problem {
		t.Fatalf("want %q, got %s", problem, d.text)
	}
}

// shapes are the four kinds of event that API Gateway sends an authorizer.
var shapes = []string{"rest-token", "rest-request", "http-1", "http-2"}

// shape returns an event as API Gateway sends it, with credentials in a header.
func shape(t testing.TB, name, header, credentials string) []byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}

	quoted, err := json.Marshal(credentials)
	if err != nil {
		t.Fatal(err)
	}

	text := strings.ReplaceAll(string(raw), `"CREDENTIALS"`, string(quoted))
	return []byte(strings.ReplaceAll(text, "HEADER", header))
}

// metrics returns the metric lines printed so far, by name and label.
func (w *world) metrics() map[string]int {
	w.t.Helper()
	counts := map[string]int{}
	for line := range strings.Lines(w.stdout()) {
		var doc map[string]any
		w.must(json.Unmarshal([]byte(line), &doc))

		for _, dimension := range []string{"Outcome", "Reason"} {
			label, ok := doc[dimension].(string)
			for name, value := range doc {
				if number, isNumber := value.(float64); ok && isNumber {
					counts[name+" "+label] += int(number)
				}
			}
		}
	}

	return counts
}

func (w *world) mustKeepSecrets() {
	w.t.Helper()
	printed := w.logs.String() + w.stdout()
	for _, text := range w.secrets {
		if strings.Contains(printed, text) || strings.Contains(printed, text[len(text)-30:]) {
			w.t.Errorf("a secret was printed:\n%s", printed)
		}
	}
}

// captureStdout returns a function that returns what the test has printed since.
func captureStdout(t testing.TB) func() string {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "stdout")
	if err != nil {
		t.Fatal(err)
	}

	before := os.Stdout
	os.Stdout = file
	t.Cleanup(func() {
		os.Stdout = before
		_ = file.Close()
	})

	return func() string {
		raw, err := os.ReadFile(file.Name())
		if err != nil {
			t.Fatal(err)
		}

		return string(raw)
	}
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
