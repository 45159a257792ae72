package settings_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/settings"
)

// ask names, in the environment of a copy of this test, the setting that it prints instead of running tests.
const ask = "SETTINGS_TEST_ASK"

var answers = map[string]func() any{
	"table": func() any { return settings.Table() != nil },
	"connections": func() any {
		settings.Table()
		return http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost
	},
	"cache":   func() any { return settings.AuthorizerCache() },
	"basic":   func() any { return settings.BasicAuthentication() },
	"sign-in": func() any { return settings.SignIn() },
	"vouched": func() any {
		v := settings.Vouched()
		return fmt.Sprint(v.Email, " ", v.SubjectsUntil.Format(time.RFC3339))
	},
	"invitations": func() any {
		m := settings.Invitations()
		return fmt.Sprint(m.Sender, " ", m.ConsoleURL, " ", m.Endpoint != nil)
	},
	"checked": func() any {
		c := settings.Checked()
		return fmt.Sprint(c.Version, " ", c.LambdaEndpoint != nil, " ", c.CodeDeployEndpoint != nil)
	},
	"aws": func() any {
		config := settings.AWS()
		credentials, err := config.Credentials.Retrieve(context.Background())
		return fmt.Sprint(config.Region, " ", credentials.AccessKeyID, " ", credentials.SecretAccessKey, " ", credentials.SessionToken, " ", err, " ", config.Retryer().MaxAttempts())
	},
}

func TestMain(m *testing.M) {
	if name := os.Getenv(ask); name != "" {
		fmt.Println(answers[name]())
		return
	}

	os.Exit(m.Run())
}

// run asks for a setting in a process with exactly this environment, as wrong settings end the process.
func run(t *testing.T, name, environment string) (output string, ok bool) {
	t.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(strings.Fields(environment), ask+"="+name)
	raw, err := command.CombinedOutput()
	return strings.TrimSpace(string(raw)), err == nil
}

func TestAFunctionGetsWhatItsEnvironmentSays(t *testing.T) {
	for _, c := range []struct{ ask, environment, want string }{
		{"table", "AWS_REGION=eu-west-1 TABLE_NAME=leasehold AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:1", "true"},
		{"table", "AWS_REGION=eu-west-1 TABLE_NAME=leasehold AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:1 AUDIT_DAYS=0", "true"},
		{"table", "AWS_REGION=eu-west-1 TABLE_NAME=leasehold AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:1 AUDIT_DAYS=3650", "true"},
		{"connections", "AWS_REGION=eu-west-1 TABLE_NAME=leasehold AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:1", "2"},
		{"connections", "AWS_REGION=eu-west-1 TABLE_NAME=leasehold AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:1 AWS_LAMBDA_MAX_CONCURRENCY=16", "16"},
		{"cache", "", "0s"}, {"cache", "AUTHORIZER_CACHE_SECONDS=0", "0s"}, {"cache", "AUTHORIZER_CACHE_SECONDS=300", "5m0s"},
		{"cache", "AUTHORIZER_CACHE_SECONDS=3600", "1h0m0s"},
		{"sign-in", "OIDC_ISSUER=https://issuer.example/x OIDC_CLIENT_ID=app", "{https://issuer.example/x app}"},
		{"sign-in", "OIDC_ISSUER=http://127.0.0.1:3000/_local/oidc OIDC_CLIENT_ID=app", "{http://127.0.0.1:3000/_local/oidc app}"},
		{"vouched", "", "false 0001-01-01T00:00:00Z"},
		{"basic", "", "false"}, {"basic", "BASIC_AUTHENTICATION=false", "false"}, {"basic", "BASIC_AUTHENTICATION=true", "true"},
		{"vouched", "OIDC_TRUST_EMAIL= OIDC_RELINK_UNTIL=", "false 0001-01-01T00:00:00Z"},
		{"vouched", "OIDC_TRUST_EMAIL=true OIDC_RELINK_UNTIL=2027-01-31T18:00:00+01:00", "true 2027-01-31T17:00:00Z"},
		{"invitations", "MAIL_SENDER=a@b.example MAIL_CONFIGURATION_SET=l CONSOLE_URL=https://c.example", "a@b.example https://c.example false"},
		{"invitations", "MAIL_SENDER=a@b.example MAIL_CONFIGURATION_SET=l CONSOLE_URL=https://c.example AWS_ENDPOINT_URL_SESV2=http://127.0.0.1:1", "a@b.example https://c.example true"},
		{"checked", "CHECKED_VERSION=arn:7", "arn:7 false false"},
		{"checked", "CHECKED_VERSION=arn:7 AWS_ENDPOINT_URL_LAMBDA=http://127.0.0.1:1", "arn:7 true false"},
		{"checked", "CHECKED_VERSION=arn:7 AWS_ENDPOINT_URL_CODEDEPLOY=http://127.0.0.1:1", "arn:7 false true"},
		{"aws", "AWS_REGION=eu-west-1 AWS_ACCESS_KEY_ID=k AWS_SECRET_ACCESS_KEY=s AWS_SESSION_TOKEN=t", "eu-west-1 k s t <nil> 3"},
	} {
		if got, ok := run(t, c.ask, c.environment); got != c.want || !ok {
			t.Errorf("%s with %q: %s, %v; want %s", c.ask, c.environment, got, ok, c.want)
		}
	}
}

func TestAFunctionWithAWrongEnvironmentStopsAndSaysWhatToSet(t *testing.T) {
	for _, c := range []struct{ ask, environment, want string }{
		{"table", "AWS_REGION=eu-west-1", "TABLE_NAME"}, {"table", "TABLE_NAME=leasehold", "AWS_REGION"}, {"table", "AWS_REGION=eu-west-1 TABLE_NAME=", "TABLE_NAME"},
		{"table", "AWS_REGION=eu-west-1 TABLE_NAME=leasehold AUDIT_DAYS=-1", "AUDIT_DAYS"},
		{"table", "AWS_REGION=eu-west-1 TABLE_NAME=leasehold AUDIT_DAYS=3651", "0 to 3650"},
		{"table", "AWS_REGION=eu-west-1 TABLE_NAME=leasehold AUDIT_DAYS=400d", "AUDIT_DAYS"},
		{"cache", "AUTHORIZER_CACHE_SECONDS=-1", "AUTHORIZER_CACHE_SECONDS"}, {"cache", "AUTHORIZER_CACHE_SECONDS=3601", "0 to 3600"},
		{"cache", "AUTHORIZER_CACHE_SECONDS=5m", "AUTHORIZER_CACHE_SECONDS"}, {"cache", "AUTHORIZER_CACHE_SECONDS=9223372036854775807", "AUTHORIZER_CACHE_SECONDS"},
		{"cache", "AUTHORIZER_CACHE_SECONDS=18446744074", "AUTHORIZER_CACHE_SECONDS"}, // as nanoseconds, it wraps around to a little
		{"sign-in", "OIDC_CLIENT_ID=app", "OIDC_ISSUER"}, {"sign-in", "OIDC_ISSUER=https://issuer.example", "OIDC_CLIENT_ID"},
		{"sign-in", "OIDC_ISSUER=issuer.example OIDC_CLIENT_ID=app", "OIDC_ISSUER"}, {"sign-in", "OIDC_ISSUER=ftp://issuer.example OIDC_CLIENT_ID=app", "OIDC_ISSUER"},
		{"sign-in", "OIDC_ISSUER=https:// OIDC_CLIENT_ID=app", "OIDC_ISSUER"},
		{"checked", "", "CHECKED_VERSION"},
		{"basic", "BASIC_AUTHENTICATION=yes", "BASIC_AUTHENTICATION"},
		{"vouched", "OIDC_TRUST_EMAIL=yes", "OIDC_TRUST_EMAIL"}, {"vouched", "OIDC_RELINK_UNTIL=tomorrow", "OIDC_RELINK_UNTIL"},
		{"invitations", "CONSOLE_URL=https://c.example", "MAIL_SENDER"}, {"invitations", "MAIL_SENDER=a@b.example", "CONSOLE_URL"},
		{"invitations", "MAIL_SENDER=a@b.example CONSOLE_URL=console", "CONSOLE_URL"},
	} {
		got, ok := run(t, c.ask, c.environment)
		if ok || !strings.Contains(got, c.want) || strings.Count(got, "\n") != 0 {
			t.Errorf("%s with %q: %s, went on: %v; want one line with %s", c.ask, c.environment, got, ok, c.want)
		}
	}
}

func TestTheTableIsConnectedBeforeTheFirstRequest(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	defer listener.Close()
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("TABLE_NAME", "leasehold")
	t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://"+listener.Addr().String())
	settings.Table()

	if err := listener.(*net.TCPListener).SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}

	conn, err := listener.Accept()
	if err != nil {
		t.Fatalf("nobody connected: %v", err)
	}

	_ = conn.Close()
}

func TestEveryAttemptIsBounded(t *testing.T) {
	t.Setenv("AWS_REGION", "eu-west-1")
	config := settings.AWS()
	client, ok := config.HTTPClient.(*http.Client)
	if !ok || client.Timeout <= 0 || client.Timeout > 2*time.Second {
		t.Errorf("the client of %T is not bounded", config.HTTPClient)
	}
}
