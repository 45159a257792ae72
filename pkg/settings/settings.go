// Package settings is the only reader of the environment. Each function asks for what it needs and gets it validated and
// opened. A function whose environment is wrong exits at start with one log line that says what to set.
package settings

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

const (
	dialTimeout    = time.Second
	attemptTimeout = 1500 * time.Millisecond
	patientTimeout = 10 * time.Second
	maxAttempts    = 3
	maxBackoff     = 200 * time.Millisecond
	maxCache       = time.Hour // API Gateway's limit
	maxAuditDays   = 3650
)

// Table returns the DynamoDB table named by TABLE_NAME, at AWS_ENDPOINT_URL_DYNAMODB if that is set, and opens a connection to
// it. It keeps new audit events for AUDIT_DAYS, from 0 to 3650, or forever if that is 0 or unset.
//
// Call it during the initialization of a function. The first TLS connection of a process takes more processor time than
// everything else in a cold start, above all to read the certificates of the system, and Lambda does not limit an
// initialization to the share of a processor that the function's memory gives to its calls.
func Table() *table.DB {
	keepConnections()
	client := dynamodb.NewFromConfig(AWS(), func(o *dynamodb.Options) { o.BaseEndpoint = endpoint("DYNAMODB") })
	db := table.New(client, required("TABLE_NAME")).KeepingAudit(auditRetention())
	db.Connect(context.Background())

	return db
}

// keepConnections makes the client of the Lambda Runtime API keep a connection for each invocation that the process serves at
// the same time. That client copies http.DefaultTransport, which closes all idle connections but two: with more invocations
// than that, most of them would open a connection to send their answer.
func keepConnections() {
	if transport, ok := http.DefaultTransport.(*http.Transport); ok {
		transport.MaxIdleConnsPerHost = max(http.DefaultMaxIdleConnsPerHost, lambdacontext.MaxConcurrency())
	}
}

func auditRetention() time.Duration {
	text := os.Getenv("AUDIT_DAYS")
	if text == "" {
		return 0
	}

	days, err := strconv.Atoi(text)
	if err != nil || days < 0 || days > maxAuditDays {
		stop(fmt.Sprintf("set AUDIT_DAYS to a whole number from 0 to %d", maxAuditDays))
	}

	return time.Duration(days) * 24 * time.Hour
}

// AuthorizerCache returns how long API Gateway may reuse an authorizer's answer: AUTHORIZER_CACHE_SECONDS, from 0 to 3600,
// or 0 if unset.
func AuthorizerCache() time.Duration {
	text := os.Getenv("AUTHORIZER_CACHE_SECONDS")
	if text == "" {
		return 0
	}

	seconds, err := strconv.Atoi(text)
	if err != nil || seconds < 0 || seconds > int(maxCache/time.Second) {
		stop("set AUTHORIZER_CACHE_SECONDS to a whole number from 0 to 3600")
	}

	return time.Duration(seconds) * time.Second
}

// BasicAuthentication reports whether the password of the Basic scheme can be a token: BASIC_AUTHENTICATION, true or false. It
// is false if unset.
func BasicAuthentication() bool {
	switch os.Getenv("BASIC_AUTHENTICATION") {
	case "", "false":
		return false
	case "true":
		return true
	}

	stop("set BASIC_AUTHENTICATION to true or false")
	return false
}

// APIScopes returns the scopes of other APIs that tokens can carry: API_SCOPES, separated by spaces. It may be unset.
func APIScopes() []string {
	scopes, err := identity.ParseAPIScopes(os.Getenv("API_SCOPES"))
	if err != nil {
		stop("correct API_SCOPES: " + err.Error())
	}

	return scopes
}

// Provider identifies the OpenID Connect provider that people sign in with.
type Provider struct {
	// Issuer is the provider's URL, as it appears in the iss claim of ID tokens.
	Issuer string
	// ClientID is Leasehold's client ID, as it appears in the aud claim of ID tokens.
	ClientID string
}

// SignIn returns the provider configured by OIDC_ISSUER and OIDC_CLIENT_ID.
func SignIn() Provider {
	return Provider{Issuer: webURL("OIDC_ISSUER"), ClientID: required("OIDC_CLIENT_ID")}
}

// Vouching holds what the operator guarantees on behalf of the provider.
type Vouching struct {
	// Email is true if the provider's email addresses are verified although its ID tokens do not say so.
	Email bool
	// SubjectsUntil is the end of the time in which the provider may give known people new subjects. It is the zero time if
	// the operator does not allow that.
	SubjectsUntil time.Time
}

// Vouched returns OIDC_TRUST_EMAIL, true or false, and OIDC_RELINK_UNTIL, a time such as 2027-01-31T18:00:00Z (RFC 3339).
// Both may be unset.
func Vouched() Vouching {
	var v Vouching
	switch os.Getenv("OIDC_TRUST_EMAIL") {
	case "", "false":
	case "true":
		v.Email = true
	default:
		stop("set OIDC_TRUST_EMAIL to true or false")
	}

	if text := os.Getenv("OIDC_RELINK_UNTIL"); text != "" {
		until, err := time.Parse(time.RFC3339, text)
		if err != nil {
			stop("set OIDC_RELINK_UNTIL to a time such as 2027-01-31T18:00:00Z")
		}

		v.SubjectsUntil = until.UTC()
	}

	return v
}

// InvitationsADay returns how many invitations one person and one organization may send in a day:
// INVITATIONS_PER_INVITER_A_DAY and INVITATIONS_PER_ORGANIZATION_A_DAY.
func InvitationsADay() (perInviter, perOrganization int) {
	return positive("INVITATIONS_PER_INVITER_A_DAY"), positive("INVITATIONS_PER_ORGANIZATION_A_DAY")
}

// CheckedVersion is a version of the authorizer that is about to get calls.
type CheckedVersion struct {
	// Version is the version's ARN.
	Version string
	// LambdaEndpoint and CodeDeployEndpoint override the addresses of these services; nil on AWS.
	LambdaEndpoint, CodeDeployEndpoint *string
}

// Checked returns the version to check: CHECKED_VERSION, and AWS_ENDPOINT_URL_LAMBDA and AWS_ENDPOINT_URL_CODEDEPLOY if
// they are set.
func Checked() CheckedVersion {
	return CheckedVersion{
		Version:            required("CHECKED_VERSION"),
		LambdaEndpoint:     endpoint("LAMBDA"),
		CodeDeployEndpoint: endpoint("CODEDEPLOY"),
	}
}

// Mail holds what a function needs to send mail.
type Mail struct {
	// Sender is the From address, verified with SES.
	Sender string
	// ConsoleURL is the address that mails link to.
	ConsoleURL string
	// ConfigurationSet is the SES configuration set that mails are sent with.
	ConfigurationSet string
	// Endpoint overrides the address of SES; nil on AWS.
	Endpoint *string
}

// Invitations returns the mail settings: MAIL_SENDER, CONSOLE_URL, MAIL_CONFIGURATION_SET, and AWS_ENDPOINT_URL_SESV2 if
// that is set.
func Invitations() Mail {
	return Mail{
		Sender:           required("MAIL_SENDER"),
		ConsoleURL:       webURL("CONSOLE_URL"),
		ConfigurationSet: required("MAIL_CONFIGURATION_SET"),
		Endpoint:         endpoint("SESV2"),
	}
}

// AWS returns the configuration that Lambda gives a function: region and credentials, from the environment. It is built by
// hand because the SDK's loader links and starts much that a function never uses. Every attempt has a timeout, so that an
// unreachable table fails a call instead of hanging it.
func AWS() aws.Config {
	// Not the SDK's own client: it wraps the transport, and a timeout then takes a goroutine per request.
	client := &http.Client{
		Transport:     newTransport(),
		Timeout:       attemptTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}

	return aws.Config{
		Region:      required("AWS_REGION"),
		Credentials: aws.CredentialsProviderFunc(credentials),
		HTTPClient:  client,
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = maxAttempts, maxBackoff })
		},
	}
}

// PatientAWS is AWS for a job whose request must not be made twice: an attempt may take 10 seconds.
func PatientAWS() aws.Config {
	config := AWS()
	config.HTTPClient = awshttp.NewBuildableClient().WithTimeout(patientTimeout).
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout })

	return config
}

// credentials returns the credentials of the execution role, which do not change during the life of a Lambda environment.
func credentials(context.Context) (aws.Credentials, error) {
	return aws.Credentials{
		AccessKeyID:     os.Getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    os.Getenv("AWS_SESSION_TOKEN"),
		Source:          "environment",
	}, nil
}

func endpoint(service string) *string {
	if text := os.Getenv("AWS_ENDPOINT_URL_" + service); text != "" {
		return &text
	}
	return nil
}

func required(name string) string {
	value := os.Getenv(name)
	if value == "" {
		stop("set " + name)
	}

	return value
}

func positive(name string) int {
	n, err := strconv.Atoi(required(name))
	if err != nil || n < 1 {
		stop("set " + name + " to a whole number from 1")
	}

	return n
}

func webURL(name string) string {
	text := required(name)
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		stop(fmt.Sprintf("set %s to a URL that starts with https://", name))
	}

	return text
}

func stop(what string) {
	slog.Error("invalid environment", "fix", what)
	os.Exit(1)
}
