package main

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/stack/account"
)

func TestTheFirstDeploymentSetsTheConsolesAddress(t *testing.T) {
	c := newCloud(t)
	if err := c.deploy("--stack prod --yes --set AlarmAddress=ops@example.com"); err != nil {
		t.Fatal(err, c.out.String())
	}

	if len(c.deployed) != 2 {
		t.Fatalf("sam deploy ran %d times, want twice", len(c.deployed))
	}

	if got := c.deployed[0][consoleParameter]; got != "" {
		t.Errorf("the first time, %s is %q, want none", consoleParameter, got)
	}

	for name, want := range map[string]string{consoleParameter: testConsole, "AlarmAddress": "ops@example.com"} {
		if got := c.deployed[1][name]; got != want {
			t.Errorf("the second time, %s is %q, want %q", name, got, want)
		}
	}

	if !c.ran("sam deploy", "--stack-name prod", "--region "+testRegion, "--no-confirm-changeset") {
		t.Errorf("sam deploy did not run without questions in the region: %q", c.asked)
	}
}

// TestACloneKeepsTheStacksParameters deploys from a clone without a samconfig.toml of its own.
func TestACloneKeepsTheStacksParameters(t *testing.T) {
	c := newCloud(t)
	want := map[string]string{
		"OidcIssuer":             "https://issuer.example.com",
		"OidcClientId":           "a \"quoted\" client, with spaces",
		"KmsKeyArn":              "arn:aws:kms:eu-central-1:123456789012:key/k",
		"RestoredTable":          "leasehold-restored-1",
		"AuthorizerCacheSeconds": "0",
		"Architecture":           "x86_64",
		"ConsoleUrl":             testConsole,
		"ThrottleRate":           "77",
	}
	c.machine = elf.EM_X86_64
	before := c.stack("prod", want).Values()

	if err := c.deploy("--stack prod --yes"); err != nil {
		t.Fatal(err, c.out.String())
	}

	if len(c.deployed) != 1 {
		t.Fatalf("sam deploy ran %d times, want once", len(c.deployed))
	}

	for name, value := range before {
		if got := c.deployed[0][name]; got != value {
			t.Errorf("%s is %q, want the stack's %q", name, got, value)
		}
	}

	if strings.Contains(c.out.String(), "Parameters that change") {
		t.Errorf("it says that parameters change:\n%s", c.out.String())
	}
}

func TestEnterKeepsTheStacksParameters(t *testing.T) {
	c := newCloud(t)
	c.stack("prod", map[string]string{"AlarmAddress": "ops@example.com", "ThrottleRate": "77", "ConsoleUrl": testConsole})
	before := c.stacks["prod"].Values()

	template, err := readTemplate(c.root)
	if err != nil {
		t.Fatal(err)
	}

	// One question per parameter, without that for the console's address.
	enter := make([]string, len(template.parameters)-1)
	if err := c.deploy("--stack prod --ask", enter...); err != nil {
		t.Fatal(err, c.out.String())
	}

	for name, value := range before {
		if got := c.deployed[0][name]; got != value {
			t.Errorf("%s is %q, want the stack's %q", name, got, value)
		}
	}
}

func TestAChangedParameterIsShownAndConfirmed(t *testing.T) {
	c := newCloud(t)
	c.stack("prod", map[string]string{"ThrottleRate": "77", "ConsoleUrl": testConsole})

	err := c.deploy("--stack prod --set ThrottleRate=88", "n")
	if !errors.Is(err, errDeclined) || len(c.deployed) > 0 {
		t.Errorf("after the answer no, it deployed %d times with the error %v", len(c.deployed), err)
	}

	if want := `ThrottleRate: "77" -> "88"`; !strings.Contains(c.out.String(), want) {
		t.Errorf("it printed\n%s\nwant %q", c.out.String(), want)
	}

	if err := c.deploy("--stack prod --set ThrottleRate=88"); !errors.Is(err, errNoAnswer) {
		t.Errorf("without a terminal and without --yes, the error is %v, want %v", err, errNoAnswer)
	}

	if err := c.deploy("--stack prod --set ThrottleRate=88", "y"); err != nil || c.deployed[0]["ThrottleRate"] != "88" {
		t.Errorf("after the answer yes, it deployed %v with the error %v", c.deployed, err)
	}
}

// TestWhatIsBuiltIsWhatIsDeployed saves a processor as the previous release did, and lets the compiler build for another.
func TestWhatIsBuiltIsWhatIsDeployed(t *testing.T) {
	c := newCloud(t)
	c.write("samconfig.toml", []byte("[default.deploy.parameters]\nstack_name = \"leasehold\"\n"+
		`parameter_overrides = "StageName=\"v1\" Architecture=\"x86_64\""`+"\n"))

	err := c.deploy("--yes")
	if err == nil || !strings.Contains(err.Error(), "Architecture is x86_64") || len(c.deployed) > 0 {
		t.Errorf("with functions for arm64, it deployed %d times with the error %v", len(c.deployed), err)
	}

	if !c.ran("sh ", "build.sh --parameter-overrides Architecture=x86_64") {
		t.Errorf("the saved processor did not reach the build: %q", c.asked)
	}

	c.machine = elf.EM_X86_64
	if err := c.deploy("--yes"); err != nil || c.deployed[0]["Architecture"] != "x86_64" {
		t.Errorf("with functions for x86_64, it deployed %v with the error %v", c.deployed, err)
	}
}

func TestTheConsoleFollowsTheDomain(t *testing.T) {
	const (
		domain    = "https://api.example.com/v1/console"
		proxy     = "https://console.example.com"
		withName  = "--set DomainName=api.example.com --set CertificateArn=arn:aws:acm:eu-central-1:123456789012:certificate/c"
		certified = "arn:aws:acm:eu-central-1:123456789012:certificate/c"
	)

	for name, test := range map[string]struct {
		before  map[string]string
		options string
		want    string
	}{
		"a domain is added": {
			before:  map[string]string{"ConsoleUrl": testConsole},
			options: withName,
			want:    domain,
		},
		"a domain was added by the previous release": {
			before: map[string]string{
				"ConsoleUrl":     testConsole,
				"DomainName":     "api.example.com",
				"CertificateArn": certified,
			},
			want: domain,
		},
		"the domain is removed": {
			before: map[string]string{
				"ConsoleUrl":     domain,
				"DomainName":     "api.example.com",
				"CertificateArn": certified,
			},
			options: "--set DomainName= --set CertificateArn=",
			want:    testConsole,
		},
		"the stage is renamed": {
			before:  map[string]string{"ConsoleUrl": testConsole},
			options: "--set StageName=v2",
			want:    strings.Replace(testConsole, "v1", "v2", 1),
		},
		"a proxy is kept": {
			before:  map[string]string{"ConsoleUrl": proxy},
			options: withName,
			want:    proxy,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			c.stack("prod", test.before)
			if err := c.deploy("--stack prod --yes " + test.options); err != nil {
				t.Fatal(err, c.out.String())
			}

			if len(c.deployed) != 1 || c.deployed[0][consoleParameter] != test.want {
				t.Errorf("it deployed %d times, %s is %q, want one deployment with %q",
					len(c.deployed), consoleParameter, c.deployed[0][consoleParameter], test.want)
			}
		})
	}
}

func TestWrongValuesAreFoundBeforeAnythingIsMade(t *testing.T) {
	for options, want := range map[string]string{
		"--stack " + strings.Repeat("a", 45):                                         "Use at most",
		"--stack Prod":                                                               "lowercase",
		"--stack prod --set SignInDomainPrefix=my-aws":                               `contains "aws"`,
		"--stack prod --set SignInDomainPrefix=my-cognito":                           `contains "cognito"`,
		"--stack prod --set SignInDomainPrefix=taken":                                "already has the sign-in address taken",
		"--stack prod --set ApiScopes=members:admire":                                "names that begin with members:",
		"--stack prod --set Nothing=1":                                               "Nothing",
		"--stack prod --set ThrottleRate=0":                                          "ThrottleRate is 0",
		"--stack prod --set ThrottleRate=many":                                       "Use a number",
		"--stack prod --set Architecture=riscv":                                      "arm64, x86_64",
		"--stack prod --set MailSender=nobody":                                       "MailSender",
		"--stack prod --set OidcIssuer=https://i.example.com":                        "requires OidcClientId",
		"--stack prod --set DomainName=a.example.com":                                "requires CertificateArn",
		"--stack prod --set CertificateArn=arn:aws:acm:us-east-1:1:certificate/c":    "is in us-east-1",
		"--stack prod --set CertificateArn=arn:aws:iam::1:server-certificate/c":      "ACM certificate",
		"--stack prod --set DomainName=a.example.com --set CertificateArn=something": "ACM certificate",
	} {
		c := newCloud(t)
		c.answers["cognito-idp describe-user-pool-domain"] = `{"DomainDescription":{}}`
		if strings.HasSuffix(options, "=taken") {
			c.answers["cognito-idp describe-user-pool-domain"] = `{"DomainDescription":{"UserPoolId":"eu-central-1_other"}}`
		}

		err := c.deploy(options + " --yes")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("with %s, the error is %v, want one with %q", options, err, want)
		}

		if len(c.deployed) > 0 || c.ran("build.sh") {
			t.Errorf("with %s, it built or deployed", options)
		}
	}
}

func TestTheLongestStackNameFits(t *testing.T) {
	template, err := readTemplate("../../..")
	if err != nil {
		t.Fatal(err)
	}

	name := "a"
	for len(name) < longestFunctionName && template.checkName(name+"a") == nil {
		name += "a"
	}

	for _, function := range template.functions {
		if full := name + "-" + function; len(full) > longestFunctionName {
			t.Errorf("with the longest stack name, a function is named %s, with %d characters", full, len(full))
		}
	}

	if len(name) < 30 || len(template.functions) < 30 {
		t.Errorf("a stack name can have %d characters, for %d functions", len(name), len(template.functions))
	}
}

// TestAFailedFirstDeploymentIsRepeated keeps the values that were answered the first time.
func TestAFailedFirstDeploymentIsRepeated(t *testing.T) {
	c := newCloud(t)
	c.stack("prod", map[string]string{"AlarmAddress": "ops@example.com"}).StackStatus = "ROLLBACK_COMPLETE"
	c.answers["cloudformation describe-stack-events"] = `{"StackEvents":[
		{"LogicalResourceId":"Api","ResourceStatus":"CREATE_FAILED","ResourceStatusReason":"Resource creation cancelled"},
		{"LogicalResourceId":"Observability","ResourceStatus":"CREATE_FAILED","ResourceStatusReason":"no role"}]}`

	if err := c.deploy("--stack prod --yes"); err != nil {
		t.Fatal(err, c.out.String())
	}

	if !c.ran("aws cloudformation delete-stack", "prod") || !c.ran("aws cloudformation wait stack-delete-complete") {
		t.Errorf("the failed stack was not deleted: %q", c.asked)
	}

	if c.deployed[0]["AlarmAddress"] != "ops@example.com" {
		t.Errorf("AlarmAddress is %q, want that of the failed deployment", c.deployed[0]["AlarmAddress"])
	}

	if want := "Observability: no role"; !strings.Contains(c.out.String(), want) {
		t.Errorf("it printed\n%s\nwant %q", c.out.String(), want)
	}
}

// kept adds what a deleted stack prod has left behind: a table and a user pool.
func (c *cloud) kept() {
	c.nested("prod-Data-1X", map[string]string{"KmsKeyArn": "arn:aws:kms:r:1:key/k"},
		map[string]string{"TableName": "prod-Data-1X-Table-2Y"})
	c.nested("prod-IdentityProvider-1X",
		map[string]string{
			"Name":            "prod",
			"ConsoleUrl":      "https://gone.example.com",
			"OtherConsoleUrl": "https://gone.example.com",
		},
		map[string]string{
			"Issuer":     "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_pool",
			"ClientId":   "client",
			"UserPoolId": "eu-central-1_pool",
		})
	c.answers["dynamodb scan"] = `{"Count":1}`
	c.answers["cognito-idp list-users"] = `{"Users":[{"Username":"ada"}]}`
}

func TestKeptDataIsAdopted(t *testing.T) {
	c := newCloud(t)
	c.kept()

	if err := c.deploy("--stack prod --yes"); err == nil || !strings.Contains(err.Error(), "--adopt") || len(c.deployed) > 0 {
		t.Errorf("without --adopt or --fresh, it deployed %d times with the error %v", len(c.deployed), err)
	}

	if err := c.deploy("--stack prod --yes --adopt"); err != nil {
		t.Fatal(err, c.out.String())
	}

	for name, want := range map[string]string{
		"RestoredTable": "prod-Data-1X-Table-2Y",
		"KmsKeyArn":     "arn:aws:kms:r:1:key/k",
		"OidcIssuer":    "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_pool",
		"OidcClientId":  "client",
	} {
		if got := c.deployed[0][name]; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}

	if !c.ran("aws cloudformation update-stack --stack-name prod-IdentityProvider-1X --use-previous-template",
		"ParameterKey=ConsoleUrl,ParameterValue="+testConsole,
		"ParameterKey=OtherConsoleUrl,ParameterValue="+testConsole,
		"ParameterKey=Name,UsePreviousValue=true") {
		t.Errorf("the adopted user pool does not allow the console's address: %q", c.asked)
	}
}

func TestKeptDataIsIgnoredOnDemand(t *testing.T) {
	c := newCloud(t)
	c.kept()
	if err := c.deploy("--stack prod --yes --fresh"); err != nil {
		t.Fatal(err, c.out.String())
	}

	if c.deployed[0]["RestoredTable"] != "" || c.deployed[0]["OidcIssuer"] != "" || c.ran("update-stack") {
		t.Errorf("with --fresh, it deployed %v", c.deployed[0])
	}
}

// TestEmptyLeftoversAreNamed has a table and a user pool that a failed deployment left behind.
func TestEmptyLeftoversAreNamed(t *testing.T) {
	c := newCloud(t)
	c.kept()
	c.answers["dynamodb scan"], c.answers["cognito-idp list-users"] = `{"Count":0}`, `{"Users":[]}`
	if err := c.deploy("--stack prod --yes"); err != nil {
		t.Fatal(err, c.out.String())
	}

	if c.deployed[0]["RestoredTable"] != "" || !strings.Contains(c.out.String(), "prod-Data-1X of an earlier deployment") {
		t.Errorf("it deployed %v and printed\n%s", c.deployed[0], c.out.String())
	}
}

func TestStates(t *testing.T) {
	for status, want := range map[string]action{
		"CREATE_COMPLETE":                     update,
		"UPDATE_COMPLETE":                     update,
		"UPDATE_ROLLBACK_COMPLETE":            update,
		"IMPORT_COMPLETE":                     update,
		"REVIEW_IN_PROGRESS":                  create,
		"ROLLBACK_COMPLETE":                   recreate,
		"ROLLBACK_FAILED":                     recreate,
		"CREATE_FAILED":                       recreate,
		"CREATE_IN_PROGRESS":                  refuse,
		"UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": refuse,
		"UPDATE_ROLLBACK_FAILED":              refuse,
		"UPDATE_FAILED":                       refuse,
		"DELETE_FAILED":                       refuse,
		"SOMETHING_NEW":                       refuse,
	} {
		got, why := next(&account.Stack{StackName: "prod", StackStatus: status})
		if got != want || (got == refuse) != (why != "") {
			t.Errorf("next(%s) = %d, %q, want %d, and a reason if that is refuse", status, got, why, want)
		}
	}
}

func TestAWrongCacheIsReported(t *testing.T) {
	c := newCloud(t)
	c.stack("prod", map[string]string{"ConsoleUrl": testConsole})
	c.answers["apigateway get-authorizers"] = `{"items":[{}]}`
	if err := c.deploy("--stack prod --yes"); err == nil || !strings.Contains(err.Error(), "300 seconds") {
		t.Errorf("with API Gateway's default cache, the error is %v", err)
	}
}

func TestTheAccountsLogRoleIsKept(t *testing.T) {
	c := newCloud(t)
	c.answers["apigateway get-account"] = `{"cloudwatchRoleArn":"arn:aws:iam::1:role/logs"}`
	if err := c.deploy("--stack prod --yes"); err != nil || c.deployed[0]["ApiGatewayLogRole"] != "keep" {
		t.Errorf("it deployed %v with the error %v, want ApiGatewayLogRole=keep", c.deployed, err)
	}
}

// TestTheVersionIsStamped deploys a build twice, which must leave one version in it.
func TestTheVersionIsStamped(t *testing.T) {
	c := newCloud(t)
	built := filepath.Join(c.root, ".aws-sam/build")
	if err := errors.Join(c.deploy("--stack prod --yes"), c.deploy("--stack prod --yes --built "+built)); err != nil {
		t.Fatal(err)
	}

	if !c.ran("sam deploy", "--template-file "+built+"/template.yaml") {
		t.Errorf("sam deploy did not get the finished build: %q", c.asked)
	}

	got, err := os.ReadFile(filepath.Join(c.root, ".aws-sam/build/template.yaml"))
	want := "AWSTemplateFormatVersion: '2010-09-09'\nMetadata:\n  LeaseholdVersion: \"v1.2.3-4-gabcdef\"\n  Other: 1\n"
	if err != nil || string(got) != want {
		t.Errorf("the built template is\n%s\nwant\n%s(error %v)", got, want, err)
	}
}

func TestAFinishedBuildIsCheckedToo(t *testing.T) {
	c := newCloud(t)
	built := filepath.Join(c.root, ".aws-sam/build")
	if err := c.deploy("--stack prod --yes"); err != nil {
		t.Fatal(err)
	}

	before := len(c.deployed)
	err := c.deploy("--stack prod --yes --set Architecture=x86_64 --built " + built)
	if err == nil || !strings.Contains(err.Error(), "Architecture is x86_64") || len(c.deployed) > before {
		t.Errorf("with functions for arm64, the error is %v", err)
	}
}

func TestOptions(t *testing.T) {
	for arguments, want := range map[string]string{
		"--stack prod -- --no-execute-changeset": "[--no-execute-changeset]",
		"--yes":                                  "[]",
		"--adopt --fresh":                        "wrong options",
		"prod":                                   "wrong options",
		"--set Name":                             "wrong options",
		"--no-confirm-changeset":                 "wrong options",
	} {
		var out strings.Builder
		got, err := parse("deploy", strings.Fields(arguments), &out)
		text := fmt.Sprint(got.sam)
		if err != nil {
			text = err.Error()
		}

		if text != want {
			t.Errorf("parse(%s) = %s, want %s", arguments, text, want)
		}
	}
}

// TestTheExecuteApiAddressIsKeptForSignIn has a domain next to which the execute-api address keeps working.
func TestTheExecuteApiAddressIsKeptForSignIn(t *testing.T) {
	d := deployment{Account: account.Account{Region: testRegion}}
	values := map[string]string{"DomainName": "api.example.com", "StageName": "v1", "KeepExecuteApiEndpoint": "true"}
	if got := d.consoleAddress(values, testAPI); got != testConsole {
		t.Errorf("the address is %q, want %q", got, testConsole)
	}

	values["KeepExecuteApiEndpoint"] = "false"
	if got, want := d.consoleAddress(values, testAPI), "https://api.example.com/v1/console"; got != want {
		t.Errorf("without it, the address is %q, want %q", got, want)
	}
}

// TestAnUpgradeKeepsTheSignInAddressOfAnEarlierRelease has a stack with its own user pool and the default prefix that
// it got from the release before.
func TestAnUpgradeKeepsTheSignInAddressOfAnEarlierRelease(t *testing.T) {
	for name, row := range map[string]struct{ holder, want string }{
		"its own pool has it":     {"eu-central-1_pool", "prod-" + testAccount},
		"another pool has it":     {"eu-central-1_other", ""},
		"no pool has this prefix": {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			c.answers["cognito-idp describe-user-pool-domain"] = `{"DomainDescription":{"UserPoolId":"` + row.holder + `"}}`
			s := c.stack("prod", map[string]string{"ConsoleUrl": testConsole})
			s.Outputs = append(s.Outputs, struct{ OutputKey, OutputValue string }{
				OutputKey:   "Issuer",
				OutputValue: "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_pool",
			})

			if err := c.deploy("--stack prod --yes"); err != nil {
				t.Fatal(err, c.out.String())
			}

			if got := c.deployed[0]["SignInDomainPrefix"]; got != row.want {
				t.Errorf("SignInDomainPrefix is %q, want %q", got, row.want)
			}
		})
	}
}
