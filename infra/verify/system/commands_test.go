package system_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/local/signin"
	"github.com/leasehold-dev/leasehold/infra/verify/invariants/check"
	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// script is the state of one running script.
type script struct {
	ctx     context.Context
	running *runner.Runner
	spec    *spec
	token   string
	headers http.Header
	answer  *http.Response
	body    []byte
	// purges is true if the script may have removed entries of the audit log.
	purges bool
	// aged is true if stored times were moved back, and unswept if no sweep has run since.
	aged, unswept bool
	// breaks has the rules that the script declares with "breaks".
	breaks map[check.Rule]bool
}

type scriptKey struct{}

func of(ts *testscript.TestScript) *script { return ts.Value(scriptKey{}).(*script) }

// commands lists the commands of the scripts; see the package comment.
var commands = map[string]func(*testscript.TestScript, bool, []string){
	"age":             cmdAge,
	"answer-header":   cmdAnswerHeader,
	"as":              cmdAs,
	"breaks":          cmdBreaks,
	"call-example":    cmdCallExample,
	"call":            cmdCall,
	"counted":         cmdCounted,
	"derive":          cmdDerive,
	"down":            cmdDown,
	"form":            cmdForm,
	"header":          cmdHeader,
	"idtoken":         cmdIDToken,
	"invited-earlier": cmdInvitedEarlier,
	"issuer-signout":  cmdIssuerSignout,
	"json":            cmdJSON,
	"lose":            func(ts *testscript.TestScript, _ bool, args []string) { fail(ts, args, dynamoproxy.LoseReply) },
	"logout-token":    cmdLogoutToken,
	"mail":            cmdMail,
	"mails":           cmdMails,
	"member":          cmdMember,
	"organization":    cmdOrganization,
	"pat":             cmdPAT,
	"pat-earlier":     cmdPATEarlier,
	"placeholder":     cmdPlaceholder,
	"problem":         cmdProblem,
	"read-units":      func(ts *testscript.TestScript, _ bool, args []string) { units(ts, args, true) },
	"repeat":          cmdRepeat,
	"refuse":          func(ts *testscript.TestScript, _ bool, args []string) { fail(ts, args, dynamoproxy.InternalError) },
	"requests":        cmdCount,
	"restore":         cmdRestore,
	"same-time":       cmdSameTime,
	"save":            cmdSave,
	"save-header":     cmdSaveHeader,
	"signin":          cmdSignin,
	"status":          cmdStatus,
	"sweep":           cmdSweep,
	"write-units":     func(ts *testscript.TestScript, _ bool, args []string) { units(ts, args, false) },
}

func need(ts *testscript.TestScript, args []string, n int, usage string) {
	if len(args) < n {
		ts.Fatalf("usage: %s", usage)
	}
}

func cmdSignin(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 2, "signin NAME email")
	s := of(ts)
	token, nonce, err := signin.IDToken(s.ctx, s.running.APIURL(), args[1], strings.Join(args[2:], ""))
	ts.Check(err)
	body, err := json.Marshal(api.SessionCreate{IDToken: token, Nonce: nonce})
	ts.Check(err)
	caller := s.token
	s.token = ""
	ts.Check(s.call(ts, http.MethodPost, "/sessions", string(body)))
	s.token = caller
	if refused := s.answer.StatusCode == http.StatusForbidden; refused || neg {
		if refused != neg {
			ts.Fatalf("the sign-in of %s was refused: %v, want %v: %s", args[1], refused, neg, s.body)
		}
		return
	}

	cmdSave(ts, false, []string{args[0], "secret"})
	cmdSave(ts, false, []string{args[0] + "_ID", "user.id"})
	cmdSave(ts, false, []string{args[0] + "_SESSION", "session.id"})
	ts.Setenv(args[0]+"_ID_TOKEN", token)
}

func cmdIDToken(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "idtoken NAME email")
	s := of(ts)
	token, nonce, err := signin.IDToken(s.ctx, s.running.APIURL(), args[1], strings.Join(args[2:], ""))
	ts.Check(err)
	ts.Setenv(args[0], token)
	ts.Setenv(args[0]+"_NONCE", nonce)
}

// cmdIssuerSignout signs a person out at the issuer, which ends the sessions that were made with that sign-in.
func cmdIssuerSignout(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "issuer-signout NAME")
	s := of(ts)
	ts.Check(signin.SignOut(s.ctx, s.running.APIURL(), ts.Getenv(args[0]+"_ID_TOKEN")))
}

// cmdLogoutToken has the issuer sign a logout token that names the session of a sign-in and no subject.
func cmdLogoutToken(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "logout-token NAME PERSON")
	parts := strings.Split(ts.Getenv(args[1]+"_ID_TOKEN"), ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	ts.Check(err)

	var claims struct{ Sid string }
	ts.Check(json.Unmarshal(payload, &claims))
	token, err := of(ts).running.Issuer().LogoutToken("", claims.Sid, time.Now())
	ts.Check(err)
	ts.Setenv(args[0], token)
}

// cmdForm sends a form without credentials.
func cmdForm(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "form /path name=value")
	s, form := of(ts), url.Values{}
	for _, field := range args[1:] {
		name, value, _ := strings.Cut(field, "=")
		form.Add(name, value)
	}

	s.token = ""
	s.headers = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	ts.Check(s.call(ts, http.MethodPost, args[0], form.Encode()))
}

func cmdAs(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "as NAME")
	switch args[0] {
	case "nobody":
		of(ts).token = ""
	case "-":
		of(ts).token = ts.Getenv("TOKEN")
	default:
		of(ts).token = ts.Getenv(args[0])
		if of(ts).token == "" {
			ts.Fatalf("the script has signed in nobody as %s", args[0])
		}
	}
}

func cmdHeader(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "header Name value")
	if of(ts).headers == nil {
		of(ts).headers = http.Header{}
	}

	of(ts).headers.Add(args[0], args[1])
}

func cmdCall(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "call METHOD /path [body]")
	ts.Check(of(ts).call(ts, args[0], args[1], strings.Join(args[2:], "")))
}

// call sends a request to Leasehold's API and validates the answer against the description.
func (s *script) call(ts *testscript.TestScript, method, path, body string) error {
	request, err := s.send(ts, method, s.running.APIURL()+path, body)
	if err != nil {
		return err
	}

	if err := s.spec.validate(request, s.answer, s.body); err != nil {
		return fmt.Errorf("the answer is not what pkg/api/openapi.yaml says: %w", err)
	}

	return nil
}

// send sends a request as the script's caller. Its answer becomes the last answer.
func (s *script) send(ts *testscript.TestScript, method, url, body string) (*http.Request, error) {
	request, err := http.NewRequestWithContext(s.ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}

	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}

	if s.token != "" {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}

	maps.Copy(request.Header, s.headers)

	s.headers = nil
	s.answer, err = http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}

	s.body, err = io.ReadAll(s.answer.Body)
	if err != nil {
		return nil, err
	}

	if err := s.answer.Body.Close(); err != nil {
		return nil, err
	}

	ts.Logf("%s %s -> %s %s", method, url, s.answer.Status, s.body)
	_, _ = ts.Stdout().Write(s.body)
	return request, nil
}

func cmdCallExample(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "call-example EXAMPLE METHOD /path [body]")
	for _, other := range of(ts).running.OtherAPIs() {
		if filepath.Base(other.Template) == args[0]+".yaml" {
			_, err := of(ts).send(ts, args[1], other.URL()+args[2], strings.Join(args[3:], ""))
			ts.Check(err)
			return
		}
	}

	ts.Fatalf("no template %s.yaml is served", args[0])
}

func cmdStatus(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "status 200")
	if got := strconv.Itoa(of(ts).answer.StatusCode); got != args[0] {
		ts.Fatalf("the status is %s, want %s: %s", got, args[0], of(ts).body)
	}
}

func cmdProblem(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "problem name")
	var problem struct {
		Type   string
		Status int
	}

	ts.Check(json.Unmarshal(of(ts).body, &problem))
	answer := of(ts).answer
	if !strings.HasSuffix(problem.Type, "#problem-"+args[0]) || problem.Status != answer.StatusCode ||
		answer.Header.Get("Content-Type") != "application/problem+json" {
		ts.Fatalf("want the problem %s, got %s %s", args[0], answer.Status, of(ts).body)
	}
}

func cmdAnswerHeader(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 2, "answer-header Name regexp")
	values := strings.Join(of(ts).answer.Header.Values(args[0]), "\n")
	if regexp.MustCompile(args[1]).MatchString(values) == neg {
		ts.Fatalf("the header %s is %q, want a match of %q: %v", args[0], values, args[1], !neg)
	}
}

// lookup returns a value of the last answer, with numbers and booleans in their JSON form.
func (s *script) lookup(path string) (string, bool) {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(s.body))
	decoder.UseNumber()

	if decoder.Decode(&value) != nil {
		return "", false
	}

	for name := range strings.SplitSeq(path, ".") {
		switch parent := value.(type) {
		case map[string]any:
			child, ok := parent[name]
			if !ok {
				return "", false
			}

			value = child

		case []any:
			if name == "length" {
				return strconv.Itoa(len(parent)), true
			}

			i, err := strconv.Atoi(name)
			if err != nil || i >= len(parent) {
				return "", false
			}

			value = parent[i]

		default:
			return "", false
		}
	}

	if text, ok := value.(string); ok {
		return text, true
	}

	text, err := json.Marshal(value)
	return string(text), err == nil
}

func cmdJSON(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 1, "json path value")
	got, found := of(ts).lookup(args[0])
	switch {
	case neg && len(args) == 1 && found:
		ts.Fatalf("the answer has %s: %s; want none", args[0], got)
	case neg && len(args) == 1:
	case len(args) == 1 && !found:
		ts.Fatalf("the answer has no %s: %s", args[0], of(ts).body)
	case len(args) > 1 && (got == args[1]) == neg:
		ts.Fatalf("%s is %q, want %q: %v, in %s", args[0], got, args[1], !neg, of(ts).body)
	}
}

func cmdSave(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "save NAME path")
	got, found := of(ts).lookup(args[1])
	if !found {
		ts.Fatalf("the answer has no %s: %s", args[1], of(ts).body)
	}

	ts.Setenv(args[0], got)
}

func cmdSaveHeader(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "save-header NAME Name")
	got := of(ts).answer.Header.Get(args[1])
	if got == "" {
		ts.Fatalf("the answer has no header %s", args[1])
	}

	ts.Setenv(args[0], got)
}

func cmdSameTime(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 3, "same-time path time +duration")
	text, _ := of(ts).lookup(args[0])
	got, err := time.Parse(time.RFC3339, text)
	ts.Check(err)
	from, err := time.Parse(time.RFC3339, args[1])
	ts.Check(err)
	by, err := time.ParseDuration(strings.TrimPrefix(args[2], "+"))
	ts.Check(err)

	if got.Equal(from.Add(by)) == neg {
		ts.Fatalf("%s is %s, want %s: %v", args[0], text, from.Add(by).Format(time.RFC3339), !neg)
	}
}

func cmdAge(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "age 360h")
	of(ts).aged, of(ts).unswept = true, true
	of(ts).control(ts, "age", fmt.Sprintf(`{"by":%q}`, args[0]))
}

func cmdSweep(ts *testscript.TestScript, _ bool, _ []string) {
	of(ts).control(ts, "sweep", "")
	of(ts).unswept = false
}

// control sends a request to the runner's own interface. Both requests can remove old entries of the audit log.
func (s *script) control(ts *testscript.TestScript, what, body string) {
	s.purges = true
	response, err := http.Post(s.running.BaseURL()+"/_local/"+what, "application/json", strings.NewReader(body))
	ts.Check(err)
	s.answer = response
	s.body, err = io.ReadAll(response.Body)
	ts.Check(err)
	ts.Check(response.Body.Close())
	ts.Logf("%s -> %s", what, s.body)

	if response.StatusCode != http.StatusOK {
		ts.Fatalf("%s: %s", what, s.body)
	}
}

func cmdCount(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "requests reset | requests FUNCTION [Operation] n")
	proxy := of(ts).running.Proxy()
	if args[0] == "reset" {
		proxy.Reset()
		return
	}

	last := len(args) - 1
	if got := proxy.Counts().Of(args[0], args[1:last]...).Requests; strconv.Itoa(got) != args[last] {
		ts.Fatalf("%s made %d requests, want %s: %v", args[0], got, args[last], proxy.Counts())
	}
}

func units(ts *testscript.TestScript, args []string, read bool) {
	need(ts, args, 2, "read-units FUNCTION n")
	count := of(ts).running.Proxy().Counts().Of(args[0])
	got := count.WriteUnits
	if read {
		got = count.ReadUnits
	}

	if strconv.FormatFloat(got, 'f', -1, 64) != args[1] {
		ts.Fatalf("%s consumed %g units, want %s: %v", args[0], got, args[1], of(ts).running.Proxy().Counts())
	}
}

// attempts is the number of times that the SDK tries one call.
const attempts = 3

func fail(ts *testscript.TestScript, args []string, fault dynamoproxy.Fault) {
	need(ts, args, 2, "lose FUNCTION Operation [first]")
	first := 1
	if len(args) > 2 {
		var err error
		first, err = strconv.Atoi(args[2])
		ts.Check(err)
	}

	of(ts).running.Proxy().Fail(dynamoproxy.Rule{
		Function:  args[0],
		Operation: args[1],
		First:     first,
		Times:     attempts,
		Fault:     fault,
	})
}

func cmdRestore(ts *testscript.TestScript, _ bool, _ []string) { of(ts).running.Proxy().Down(false) }

func cmdDown(ts *testscript.TestScript, _ bool, _ []string) { of(ts).running.Proxy().Down(true) }

var link = regexp.MustCompile(`https?://[^\s"<>]+`)

func cmdMail(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 2, "mail address regexp")
	mails, err := of(ts).running.Mails(args[0])
	ts.Check(err)

	matches := 0
	for _, mail := range mails {
		if regexp.MustCompile(args[1]).MatchString(mail.Subject + "\n" + mail.Text) {
			matches++
			if found := link.FindAllString(mail.Text, -1); len(found) > 0 {
				ts.Setenv("LINK", found[len(found)-1])
			}
		}
	}

	if (matches > 0) == neg {
		ts.Fatalf("%d of %d mails to %s match %q, want a match: %v", matches, len(mails), args[0], args[1], !neg)
	}
}

func cmdMails(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "mails address regexp number")
	mails, err := of(ts).running.Mails(args[0])
	ts.Check(err)

	matches := 0
	for _, mail := range mails {
		if regexp.MustCompile(args[1]).MatchString(mail.Subject + "\n" + mail.Text) {
			matches++
		}
	}

	if strconv.Itoa(matches) != args[2] {
		ts.Fatalf("%d mails to %s match %q, want %s", matches, args[0], args[1], args[2])
	}
}

// The commands below abbreviate calls of the API for the set-up of a script.

func cmdOrganization(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "organization NAME PERSON 'name'")
	s := of(ts)
	s.token = ts.Getenv(args[1])
	s.must(ts, http.MethodPost, "/organizations", map[string]string{"name": args[2]})
	cmdSave(ts, false, []string{args[0], "id"})
}

func cmdPAT(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: pat NAME PERSON ORGANIZATION [scope...]")
	}

	s := of(ts)
	s.token = ts.Getenv(args[1])
	body := map[string]any{"organizationId": ts.Getenv(args[2])}

	if len(args) > 3 {
		body["scopes"] = args[3:]
	}

	s.must(ts, http.MethodPost, "/me/tokens", body)
	cmdSave(ts, false, []string{args[0], "secret"})
	cmdSave(ts, false, []string{args[0] + "_ID", "id"})
}

func cmdMember(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 5, "member NAME ADMIN ORGANIZATION email role")
	s := of(ts)
	s.token = ts.Getenv(args[1])
	members := "/organizations/" + ts.Getenv(args[2]) + "/members"
	s.must(ts, http.MethodPost, members, map[string]string{"email": args[3], "role": args[4]})
	cmdSignin(ts, false, []string{args[0], args[3]})
	s.accept(ts, ts.Getenv(args[0]), ts.Getenv(args[2]))
}

// cmdInvitedEarlier stores what the release before this one stored for an invitation of somebody with an account.
func cmdInvitedEarlier(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 4, "invited-earlier PERSON ORGANIZATION email role")
	s := of(ts)
	org, err := table.New(s.running.Client(), s.running.TableName()).Organization(s.ctx, identity.OrgID(ts.Getenv(args[1])))
	ts.Check(err)
	ts.Check(tabletest.StoreEarlierInvitation(s.ctx, s.running.Client(), s.running.TableName(), identity.Membership{
		User:      identity.UserID(ts.Getenv(args[0] + "_ID")),
		Org:       org.ID,
		OrgName:   org.Name,
		Role:      identity.Role(args[3]),
		InvitedAt: time.Now(),
		Person:    identity.Person{FirstName: "Secret", DisplayName: "Secret", Email: args[2]},
	}))
}

func cmdPATEarlier(ts *testscript.TestScript, neg bool, args []string) {
	cmdPAT(ts, neg, args)
	s := of(ts)
	user, id := identity.UserID(ts.Getenv(args[1]+"_ID")), identity.TokenID(ts.Getenv(args[0]+"_ID"))
	ts.Check(tabletest.MakeTokenEarlier(s.ctx, s.running.Client(), s.running.TableName(), user, id))
}

// cmdCounted sets a count of an organization, as if it had as many as that.
func cmdCounted(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "counted ORGANIZATION attribute count")
	s := of(ts)
	_, err := s.running.Client().UpdateItem(s.ctx, &sdk.UpdateItemInput{
		TableName: aws.String(s.running.TableName()),
		Key: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: "ORG#" + ts.Getenv(args[0])},
			"SK": &types.AttributeValueMemberS{Value: "META"},
		},
		UpdateExpression:          aws.String("SET " + args[1] + " = :count"),
		ConditionExpression:       aws.String("attribute_exists(PK)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":count": &types.AttributeValueMemberN{Value: args[2]}},
	})
	ts.Check(err)
}

// cmdRepeat sends the same request several times, all of which must succeed.
func cmdRepeat(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "repeat times METHOD /path [body]")
	times, err := strconv.Atoi(args[0])
	ts.Check(err)

	for range times {
		cmdCall(ts, false, args[1:])
		if s := of(ts); s.answer.StatusCode/100 != 2 {
			ts.Fatalf("%s: %s", strings.Join(args, " "), s.body)
		}
	}
}

// cmdPlaceholder stores the profile that the release before this one made for somebody whom it invited.
func cmdPlaceholder(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "placeholder NAME email")
	s := of(ts)
	id := identity.NewUserID(time.Now())
	ts.Setenv(args[0]+"_ID", string(id))
	ts.Check(tabletest.StorePlaceholder(s.ctx, s.running.Client(), s.running.TableName(), identity.Profile{
		ID:        id,
		Person:    identity.Person{DisplayName: args[1], Email: args[1]},
		CreatedAt: time.Now(),
	}))
}

// accept accepts the invitation of an organization, unless the sign-in has accepted it.
func (s *script) accept(ts *testscript.TestScript, token, organization string) {
	caller := s.token
	defer func() { s.token = caller }()

	s.token = token
	s.must(ts, http.MethodGet, "/me/invitations", nil)
	if strings.Contains(string(s.body), organization) {
		s.must(ts, http.MethodPost, "/me/invitations/"+organization+"/accept", nil)
	}
}

func (s *script) must(ts *testscript.TestScript, method, path string, in any) {
	body := ""
	if in != nil {
		encoded, err := json.Marshal(in)
		ts.Check(err)
		body = string(encoded)
	}

	ts.Check(s.call(ts, method, path, body))

	if s.answer.StatusCode/100 != 2 {
		ts.Fatalf("%s %s: %s", method, path, s.body)
	}
}
