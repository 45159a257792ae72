package runner

import (
	"context"
	"io"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/infra/local/issuer"
)

// ClientID is the client ID of the console at the local issuer.
const ClientID = "leasehold-local"

// Other is a template that the runner serves next to its own.
type Other struct {
	// Template is the path of the template.
	Template string

	// Parameters are the values of its parameters. The others take their defaults.
	Parameters map[string]string
}

// Options configure a runner. The zero value runs the template.yaml of the module that holds the working directory, on
// a free port, and keeps its data in memory or in a directory that Close removes.
type Options struct {
	// Template is the path of the template; "" means template.yaml at the module root.
	Template string

	// With lists other templates whose APIs the runner also serves, on the ports Port + 1, Port + 2 and so on. They can
	// import what Template exports, as if it were deployed as the stack "leasehold". Their functions must be ones that
	// package interpreted prepares, and get no AWS endpoints.
	With []Other

	// Parameters override template parameters. OidcIssuer, OidcClientId, MailSender, ConsoleUrl and ApiScopes get local
	// values if the template declares them and they are not given here.
	Parameters map[string]string

	// Port is the port on 127.0.0.1; 0 picks a free one.
	Port int

	// Data is the directory of the database file, the issuer's key and the mails; "" keeps nothing after Close.
	Data string

	// Fresh deletes Data first.
	Fresh bool

	// Logs is the directory of the functions' logs; "" means the directory logs in Data.
	Logs string

	// Functions is a directory of prebuilt binaries, each named after its function's directory; "" builds them.
	Functions string

	// Build is the directory that binaries are built into; "" means .local/functions at the module root.
	Build string

	// Watch rebuilds functions when their sources change, and replaces their processes. It needs Functions empty.
	Watch bool

	// DynamoDB is the URL of a DynamoDB endpoint; "" starts the database engine.
	DynamoDB string

	// Log receives progress, failures and access denials; nil drops them.
	Log io.Writer

	// People are the demo people on the sign-in page.
	People []issuer.Person

	// Authorize decides on each function's requests to DynamoDB and SES. If nil, the function's Policies in the template
	// decide.
	Authorize dynamoproxy.Authorize

	// Schedule runs the scheduled functions once at the start and then at their rates. Without it they run only when
	// Sweep is called.
	Schedule bool

	// Age moves all stored times of a table back, for POST /_local/age; if nil, that path answers 501.
	Age func(ctx context.Context, client *sdk.Client, table string, by time.Duration) error

	// Seed adds demo data through the running API at base, such as http://127.0.0.1:3000, and returns lines to print.
	Seed func(ctx context.Context, base string, client *sdk.Client, table string) (lines []string, err error)

	// EventsTo is the URL to which the events of the template's pipe are posted; "" for none.
	EventsTo string

	// Concurrency is the number of invocations that a function's process serves at once; 0 means 16.
	Concurrency int
}
