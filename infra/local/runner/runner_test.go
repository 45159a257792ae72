package runner_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/infra/local/mailbox"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
)

// start starts testdata/template.yaml, unless options name another template, with the functions that TestMain built.
func start(t *testing.T, options runner.Options) *runner.Runner {
	t.Helper()
	started, err := runner.Start(t.Context(), complete(options))
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(started.Close)
	return started
}

func complete(options runner.Options) runner.Options {
	if options.Template == "" {
		options.Template = "../testdata/template.yaml"
	}

	if options.Functions == "" && options.Build == "" {
		options.Functions = functions
	}

	return options
}

// call sends a request and returns the response and its body.
func call(t *testing.T, method, url, token string, body string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}

	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}

	return send(t, request)
}

func send(t *testing.T, request *http.Request) (*http.Response, string) {
	t.Helper()
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}

	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}

	return response, string(text)
}

func want(t *testing.T, response *http.Response, body string, status int, part string) {
	t.Helper()
	if response.StatusCode != status || !strings.Contains(body, part) {
		t.Errorf("got %d %s, want %d with %s", response.StatusCode, body, status, part)
	}
}

func mailsTo(t *testing.T, r *runner.Runner, to string) []mailbox.Mail {
	t.Helper()
	mails, err := r.Mails(to)
	if err != nil {
		t.Fatal(err)
	}

	return mails
}

func TestTheAuthorizerDecidesOnRequests(t *testing.T) {
	for _, payload := range []string{"TOKEN", "REQUEST"} {
		t.Run(payload, func(t *testing.T) {
			t.Parallel()
			system := start(t, runner.Options{Parameters: map[string]string{"PayloadType": payload}})
			for token, expected := range map[string]struct {
				status int
				part   string
			}{
				"":             {401, `"title":"no credentials"`},
				"good":         {200, `"principalId":"somebody"`},
				"everything":   {200, `"yes":"true"`},
				"bad":          {401, `"problem":"token-expired"`},
				"elsewhere":    {401, "User is not authorized to access this resource"},
				"unauthorized": {401, "no credentials"},
				"broken":       {503, "unavailable"},
				"nested":       {503, "unavailable"},
				"crash":        {503, "unavailable"},
				"other":        {503, "unavailable"},
			} {
				response, body := call(t, "GET", system.APIURL()+"/guarded", token, "")
				want(t, response, body, expected.status, expected.part)
			}
		})
	}
}

func TestRequestsBeyondTheTemplatesThrottleAre429(t *testing.T) {
	t.Parallel()
	system := start(t, runner.Options{Parameters: map[string]string{"Rate": "0.001"}})
	for _, status := range []int{200, 200, 429} {
		response, body := call(t, "GET", system.APIURL()+"/items/one", "", "")
		want(t, response, body, status, map[int]string{200: "one", 429: `{"message":"Too Many Requests"}`}[status])
	}

	response, body := call(t, "GET", system.APIURL()+"/items/new", "", "")
	want(t, response, body, 200, "new")
}

func TestAHungAuthorizerFailsOnlyItsRequest(t *testing.T) {
	t.Parallel()
	system := start(t, runner.Options{})
	response, body := call(t, "GET", system.APIURL()+"/guarded", "slow", "")
	want(t, response, body, 503, "unavailable")
	response, body = call(t, "GET", system.APIURL()+"/guarded", "good", "")
	want(t, response, body, 200, "somebody")
}

func TestAFailingFunctionFailsOnlyItsRequest(t *testing.T) {
	t.Parallel()
	system := start(t, runner.Options{})
	for _, do := range []string{"fail", "panic", "exit", "malformed", "text", "sleep"} {
		response, body := call(t, "GET", system.APIURL()+"/open?do="+do, "", "")
		want(t, response, body, 502, `{"message": "Internal server error"}`[:10])
		response, body = call(t, "GET", system.APIURL()+"/open", "", "")
		want(t, response, body, 200, `"httpMethod":"GET"`)
	}
}

func TestTheTemplateSetsTheEnvironment(t *testing.T) {
	system := start(t, runner.Options{})
	_, body := call(t, "GET", system.APIURL()+"/open?do=environment", "", "")
	for _, part := range []string{
		`"ISSUER=` + system.IssuerURL() + `"`,
		`"GREETING=leasehold at leasehold-local"`,
		`"TABLE_NAME=` + system.TableName() + `"`,
		`"AWS_ENDPOINT_URL_DYNAMODB=` + system.Proxy().URL() + `"`,
		`"AWS_ENDPOINT_URL_SESV2=` + system.BaseURL() + `/_local/ses"`,
	} {
		if !strings.Contains(body, part) {
			t.Errorf("%s is missing from the environment %s", part, body)
		}
	}
}

func TestFunctionsAreCountedAndFailedAtTheDatabase(t *testing.T) {
	system := start(t, runner.Options{})
	system.Proxy().Reset()
	response, body := call(t, "PUT", system.APIURL()+"/store/a", "", "kept")
	want(t, response, body, 204, "")
	response, body = call(t, "GET", system.APIURL()+"/store/a", "", "")
	want(t, response, body, 200, "kept")

	if got, want := system.Proxy().Counts().Of("store"),
		(dynamoproxy.Count{Requests: 2, ReadUnits: 1, WriteUnits: 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want) // the item is in one index
	}

	system.Proxy().Fail(dynamoproxy.Rule{
		Function:  "store",
		Operation: "PutItem",
		Times:     1,
		Fault:     dynamoproxy.LoseReply,
	})

	response, body = call(t, "PUT", system.APIURL()+"/store/b", "", "lost")
	want(t, response, body, 502, "")
	response, body = call(t, "GET", system.APIURL()+"/store/b", "", "")
	want(t, response, body, 200, "lost")
}

func TestTheTableIsCreatedFromTheTemplate(t *testing.T) {
	system := start(t, runner.Options{})
	name := system.TableName()
	table, err := system.Client().DescribeTable(t.Context(), &sdk.DescribeTableInput{TableName: &name})
	if err != nil || len(table.Table.KeySchema) != 2 || len(table.Table.GlobalSecondaryIndexes) != 1 {
		t.Errorf("the table is %+v (%v), want 2 keys and 1 index", table, err)
	}

	ttl, err := system.Client().DescribeTimeToLive(t.Context(), &sdk.DescribeTimeToLiveInput{TableName: &name})
	if err != nil ||
		aws.ToString(ttl.TimeToLiveDescription.AttributeName) != "purge_at" ||
		ttl.TimeToLiveDescription.TimeToLiveStatus != types.TimeToLiveStatusEnabled {
		t.Errorf("the time to live is %+v (%v), want it on purge_at", ttl, err)
	}
}

func TestAFunctionsMailIsInTheMailbox(t *testing.T) {
	system := start(t, runner.Options{})
	response, body := call(t, "GET", system.APIURL()+"/store/x?mail=mira@example.com", "", "")
	want(t, response, body, 200, "")
	mails := mailsTo(t, system, "mira@example.com")
	if len(mails) != 1 || mails[0].Subject != "Hello & welcome" || mails[0].ID != body {
		t.Errorf("the mails are %+v, want the one that the function sent", mails)
	}

	response, body = call(t, "GET", system.BaseURL()+"/_local/mail/"+mails[0].ID, "", "")
	want(t, response, body, 200, "Hello &amp; welcome")
}

func TestAFunctionsPolicyDecidesOnItsMail(t *testing.T) {
	var asked []string
	r := start(t, runner.Options{Authorize: func(function, action string, request map[string]any) error {
		asked = append(asked, fmt.Sprint(function, " ", action, " ", request["FromEmailAddress"]))
		if function == "store" {
			return errors.New("store may not write to anybody")
		}

		return nil
	}})

	for signer, status := range map[string]int{"LOCALstore": http.StatusForbidden, "LOCALecho": http.StatusOK} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.BaseURL()+"/_local/ses/v2/email/outbound-emails", strings.NewReader(
			`{"FromEmailAddress":"`+signer+`@example.com","Destination":{"ToAddresses":["ada@example.com"]},"Content":{"Simple":{"Subject":{"Data":"Hello"}}}}`))
		if err != nil {
			t.Fatal(err)
		}

		request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+signer+"/20260301/us-east-1/ses/aws4_request")
		response, body := send(t, request)
		want(t, response, body, status, "essage")

		if kind := response.Header.Get("X-Amzn-Errortype"); (kind == "AccessDeniedException") != (status == http.StatusForbidden) {
			t.Errorf("%s: the error type is %q, want AccessDeniedException only for store", signer, kind)
		}
	}

	slices.Sort(asked)

	if got, want := strings.Join(asked, "\n"), "echo ses:SendEmail LOCALecho@example.com\nstore ses:SendEmail LOCALstore@example.com"; got != want {
		t.Errorf("asked\n%s\nwant\n%s", got, want)
	}

	if mails := mailsTo(t, r, ""); len(mails) != 1 || mails[0].From != "LOCALecho@example.com" {
		t.Errorf("the mails are %+v, want the one from echo", mails)
	}
}

func TestDataSurvivesARestartUntilFresh(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	system := start(t, runner.Options{Data: data})
	call(t, "PUT", system.APIURL()+"/store/a", "", "kept")
	call(t, "GET", system.APIURL()+"/store/x?mail=mira@example.com", "", "")
	_, before := call(t, "GET", system.IssuerURL()+"/jwks", "", "")
	system.Close()

	system = start(t, runner.Options{Data: data})
	response, body := call(t, "GET", system.APIURL()+"/store/a", "", "")
	want(t, response, body, 200, "kept")

	if _, after := call(t, "GET", system.IssuerURL()+"/jwks", "", ""); after != before || len(mailsTo(t, system, "")) != 1 {
		t.Error("the issuer's key or the mail did not survive the restart")
	}

	system.Close()

	system = start(t, runner.Options{Data: data, Fresh: true})
	response, body = call(t, "GET", system.APIURL()+"/store/a", "", "")
	want(t, response, body, 404, "")

	if len(mailsTo(t, system, "")) != 0 {
		t.Error("the mail is still there after Fresh")
	}
}

func TestASweepRunsEveryScheduledFunction(t *testing.T) {
	system := start(t, runner.Options{})
	response, body := call(t, "POST", system.BaseURL()+"/_local/sweep", "", "")
	want(t, response, body, 200, `"function":"sweep"`)
	var outcomes []struct{ Output map[string]any }
	if err := json.Unmarshal([]byte(body), &outcomes); err != nil ||
		len(outcomes) != 1 ||
		outcomes[0].Output["detail-type"] != "Scheduled Event" {
		t.Errorf("got %s, %v, want one scheduled event", body, err)
	}
}

func TestAgePassesTheTableAndTheDurationToItsHook(t *testing.T) {
	var aged []string
	system := start(t, runner.Options{Age: func(_ context.Context, client *sdk.Client, table string, by time.Duration) error {
		if by == time.Hour {
			return errors.New("as asked")
		}

		aged = append(aged, fmt.Sprint(table, " ", by, " ", client != nil))
		return nil
	}})

	for body, status := range map[string]int{
		`{"by":"360h"}`: 200,
		`{"by":"1h"}`:   500,
		`{"by":"-1h"}`:  400,
		`{"by":"soon"}`: 400,
		`{}`:            400,
		`x`:             400,
	} {
		response, text := call(t, "POST", system.BaseURL()+"/_local/age", "", body)
		want(t, response, text, status, "")
	}

	if got, want := fmt.Sprint(aged), "["+system.TableName()+" 360h0m0s true]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	response, text := call(t, "POST", start(t, runner.Options{}).BaseURL()+"/_local/age", "", `{"by":"1h"}`)
	want(t, response, text, 501, "")
}

func TestTheSeedRunsAgainstTheLiveAPIAndItsLinesAreKept(t *testing.T) {
	system := start(t, runner.Options{Seed: func(ctx context.Context, base string, client *sdk.Client, table string) ([]string, error) {
		response, err := http.Get(base + "/v1/open")
		if err != nil {
			return nil, err
		}

		response.Body.Close()
		return []string{fmt.Sprint(response.StatusCode, " ", table)}, nil
	}})
	if got, want := fmt.Sprint(system.Seeded()), "[200 "+system.TableName()+"]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	response, body := call(t, "GET", system.BaseURL()+"/_local/", "", "")
	want(t, response, body, 200, "200 "+system.TableName())
}

func TestOnlyLoopbackHostsAreServed(t *testing.T) {
	system := start(t, runner.Options{})
	port := system.BaseURL()[strings.LastIndex(system.BaseURL(), ":"):]
	for host, status := range map[string]int{
		"127.0.0.1" + port:       200,
		"localhost" + port:       200,
		"LOCALHOST":              200,
		"[::1]" + port:           200,
		"evil.example" + port:    421,
		"127.0.0.1.evil.example": 421,
		"192.168.1.1":            421,
		"localhost.evil.example": 421,
		// A link to this host would lead to evil.example, with 127.0.0.1 as its user.
		"127.0.0.1" + port + "@evil.example": 421,
		"localhost:@evil.example":            421,
		"127.0.0.1:port":                     421,
	} {
		for _, path := range []string{"/v1/open", "/_local/", "/_local/mail.json"} {
			request, err := http.NewRequest("GET", system.BaseURL()+path, nil)
			if err != nil {
				t.Fatal(err)
			}

			request.Host = host
			response, body := send(t, request)
			want(t, response, body, status, "")
		}
	}
}

// mailRequest is a request to SES as the functions send it, in a content type that a page can send without a preflight.
const mailRequest = `{"FromEmailAddress":"a@example.com","Destination":{"ToAddresses":["victim@example.com"]},` +
	`"Content":{"Simple":{"Subject":{"Data":"Planted"},"Body":{"Text":{"Data":"Planted"}}}}}`

func TestAPageOfAnotherOriginCannotChangeAnythingHere(t *testing.T) {
	system := start(t, runner.Options{Age: func(context.Context, *sdk.Client, string, time.Duration) error { return nil }})
	own := system.BaseURL()
	for _, path := range []string{"/_local/age", "/_local/sweep", "/_local/ses/v2/email/outbound-emails", "/_local/oidc/token"} {
		for _, c := range []struct {
			origin, site string
			foreign      bool
		}{
			{"https://evil.example", "cross-site", true},
			{"https://evil.example", "", true},
			{"https://evil.example", "none", true},
			{"null", "cross-site", true},
			{"null", "", true},
			{"", "cross-site", true},
			{"", "same-site", true},
			{"https://" + strings.TrimPrefix(own, "http://"), "", true},
			{"", "", false},
			{own, "", false},
			{own, "same-origin", false},
			{"null", "same-origin", false},
		} {
			request, err := http.NewRequest("POST", own+path, strings.NewReader(map[bool]string{true: mailRequest, false: `{"by":"1h"}`}[strings.Contains(path, "/ses/")]))
			if err != nil {
				t.Fatal(err)
			}

			request.Header.Set("Content-Type", "text/plain")
			for name, value := range map[string]string{"Origin": c.origin, "Sec-Fetch-Site": c.site} {
				if value != "" {
					request.Header.Set(name, value)
				}
			}

			local := strings.HasPrefix(c.origin, "https://127.") && strings.Contains(path, "/oidc/")
			response, body := send(t, request)
			if refused := strings.Contains(body, "own pages"); refused != (c.foreign && !local) || refused != (response.StatusCode == 403) {
				t.Errorf("%s from %q (%q): got %d %s", path, c.origin, c.site, response.StatusCode, body)
			}
		}
	}

	if mails := len(mailsTo(t, system, "")); mails != 4 {
		t.Errorf("%d mails arrived, want one for each request of the runner's own pages and of programs", mails)
	}
}

// TestTheProxyAnswersNoPage sends a request of a page to the proxy as a browser does. Package lambda has the test of its port.
func TestTheProxyAnswersNoPage(t *testing.T) {
	system := start(t, runner.Options{})
	request, err := http.NewRequest("POST", system.Proxy().URL(), strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}

	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=LOCAL/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
	request.Header.Set("X-Amz-Date", "20260101T000000Z")
	response, body := send(t, request)
	want(t, response, body, 200, "TableNames")

	request.Body = io.NopCloser(strings.NewReader(`{}`))
	request.Header.Set("Origin", "https://evil.example")
	response, body = send(t, request)
	want(t, response, body, 403, "")
	if strings.Contains(body, "TableNames") || response.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("a page gets %s", body)
	}
}

func TestAStageThatDoesNotExistIsForbidden(t *testing.T) {
	system := start(t, runner.Options{})
	for path, status := range map[string]int{
		"/v2/open":        403,
		"/open":           403,
		"/v1":             403,
		"/":               303,
		"/_local/nothing": 404,
	} {
		response, body := call(t, "GET", system.BaseURL()+path, "", "")
		want(t, response, body, status, "")
	}
}

// file writes a file inside the module, because the runner looks for go.mod above the template. It returns the path.
func file(t *testing.T, name, text string) string {
	t.Helper()
	dir, err := os.MkdirTemp("../testdata", "tmp-")
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	return path
}

func TestEachFailureToStartSaysWhatToDo(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	defer taken.Close()
	used := filepath.Join(t.TempDir(), "data")
	start(t, runner.Options{Data: used})

	function := "Resources: { F: { Type: AWS::Serverless::Function, Properties: { CodeUri: %s } } }"
	broken := file(t, "main.go", "package main\n\nfunc main() { nonsense }\n")
	port := taken.Addr().(*net.TCPAddr).Port
	for _, c := range []struct {
		name, want string
		options    runner.Options
	}{
		{
			"the port is taken",
			"port " + strconv.Itoa(port) + " is taken: stop the program that listens there, or choose another port with --port",
			runner.Options{Port: port},
		},
		{"the data is in use", "another runner uses the data in " + used, runner.Options{Data: used}},
		{
			"the template is missing",
			"the template is wrong: read the template",
			runner.Options{Template: "../testdata/nowhere.yaml"},
		},
		{
			"the template is wrong",
			`there is no parameter or resource "Nobody"`,
			runner.Options{Template: file(t, "t.yaml", "Resources: { T: { Type: AWS::DynamoDB::Table, Properties: { TableName: !Ref Nobody } } }")},
		},
		{
			"a schedule is wrong",
			`the schedule "often" is neither`,
			runner.Options{Template: file(t, "t.yaml", "Resources: { F: { Type: AWS::Serverless::Function, Properties: { CodeUri: f/, Events: { E: { Type: Schedule, Properties: { Schedule: often } } } } } }")},
		},
		{
			"a directory is missing",
			"there is no such directory: create it, or remove the function from the template",
			runner.Options{Build: t.TempDir(), Template: file(t, "t.yaml", fmt.Sprintf(function, "nowhere/"))},
		},
		{
			"a function does not build",
			"undefined: nonsense",
			runner.Options{Build: t.TempDir(), Template: file(t, "t.yaml", fmt.Sprintf(function, "../"+filepath.Base(filepath.Dir(broken))+"/"))},
		},
		{"a binary is missing", "build the functions into", runner.Options{Functions: t.TempDir()}},
		{"the endpoint is no URL", "is not a URL such as", runner.Options{DynamoDB: "localhost"}},
		{"the seed fails", "add the demo data (use --fresh to start over): as asked", runner.Options{Seed: func(context.Context, string, *sdk.Client, string) ([]string, error) {
			return nil, errors.New("as asked")
		}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			started, err := runner.Start(t.Context(), complete(c.options))
			if err == nil {
				started.Close()
			}

			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestTheFunctionsAreBuiltWithOneCommand(t *testing.T) {
	dir := t.TempDir()
	var log strings.Builder
	system := start(t, runner.Options{Template: "../testdata/small.yaml", Build: dir, Log: &log})
	response, body := call(t, "GET", system.APIURL()+"/open", "", "")
	want(t, response, body, 200, `"resource":"/open"`)

	if !strings.Contains(log.String(), "1 function") {
		t.Errorf("the log %s does not report 1 function", &log)
	}
}

func TestCloseLeavesNoProcessAndFreesThePort(t *testing.T) {
	system := start(t, runner.Options{Schedule: true})
	call(t, "GET", system.APIURL()+"/guarded", "good", "")
	pids := system.PIDs()
	if len(pids) < 3 { // engine, authorizer, echo, and the scheduled function if it has started
		t.Fatalf("the processes are %v, want at least 3", pids)
	}

	address := strings.TrimPrefix(system.BaseURL(), "http://")
	system.Close()

	for _, pid := range pids {
		if syscall.Kill(pid, 0) == nil {
			t.Errorf("process %d still runs", pid)
		}
	}

	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}

	listener.Close()
}

func TestAnotherEndpointReplacesTheEngine(t *testing.T) {
	first := start(t, runner.Options{})
	second := start(t, runner.Options{DynamoDB: first.Proxy().URL()})
	call(t, "PUT", second.APIURL()+"/store/a", "", "shared")
	response, body := call(t, "GET", first.APIURL()+"/store/a", "", "")
	want(t, response, body, 200, "shared")
}
