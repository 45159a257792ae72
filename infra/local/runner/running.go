package runner

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/infra/emulator/schedule"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
	"github.com/leasehold-dev/leasehold/infra/local/events"
	"github.com/leasehold-dev/leasehold/infra/local/issuer"
	"github.com/leasehold-dev/leasehold/infra/local/mailbox"
)

// BaseURL returns the address that the runner listens on, such as http://127.0.0.1:3000.
func (r *Runner) BaseURL() string { return "http://" + r.listener.Addr().String() }

// APIURL returns the address of the API with its stage, such as http://127.0.0.1:3000/v1.
func (r *Runner) APIURL() string {
	if len(r.loaded.APIs) == 0 {
		return r.BaseURL()
	}
	return r.BaseURL() + "/" + r.loaded.APIs[0].Stage
}

// IssuerURL returns the address of the local OpenID issuer.
func (r *Runner) IssuerURL() string { return r.BaseURL() + "/_local/oidc" }

// Issuer returns the local OpenID issuer.
func (r *Runner) Issuer() *issuer.Issuer { return r.issuer }

// OtherAPIs returns the APIs of the templates in Options.With, in the order of their ports.
func (r *Runner) OtherAPIs() []*OtherAPI { return r.others }

// Proxy returns the proxy between the functions and the database, which counts their requests and injects faults.
func (r *Runner) Proxy() *dynamoproxy.Proxy { return r.proxy }

// Client returns a client that reaches the database past the proxy: its requests are neither counted nor checked nor
// failed.
func (r *Runner) Client() *sdk.Client { return r.client }

// TableName returns the name of the template's first table; "" if it has none.
func (r *Runner) TableName() string {
	if len(r.loaded.Tables) == 0 {
		return ""
	}
	return r.loaded.Tables[0].Name
}

// Template returns the template as it was read.
func (r *Runner) Template() *template.Template { return r.loaded }

// Mails returns the newest mails sent to an address, oldest first; "" returns those to all addresses.
func (r *Runner) Mails(to string) ([]mailbox.Mail, error) { return r.mailbox.Mails(to) }

// Events returns the feed of events, or nil if the template has no pipe.
func (r *Runner) Events() *events.Feed { return r.events }

// PauseEvents stops the pipes until resume is called, as if they were down.
func (r *Runner) PauseEvents() (resume func()) {
	var resumes []func()
	for _, running := range r.pipes {
		resumes = append(resumes, running.Pause())
	}

	return func() {
		for _, each := range resumes {
			each()
		}
	}
}

// DrainEvents waits until the events of all changes so far are in the feed, and the receiver of Options.EventsTo has taken
// them.
func (r *Runner) DrainEvents(ctx context.Context) error {
	for _, running := range r.pipes {
		if err := running.Drain(ctx); err != nil {
			return err
		}
	}

	if r.events == nil {
		return nil
	}

	return r.events.Delivered(ctx)
}

// Invoke calls a function directly, past the gateway.
func (r *Runner) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	return r.functions.Invoke(ctx, function, payload)
}

// Sweep runs every scheduled function once, now.
func (r *Runner) Sweep(ctx context.Context) []schedule.Outcome {
	return schedule.RunAll(ctx, r.loaded.Schedules, r.functions)
}

// Seeded returns the lines that Options.Seed returned.
func (r *Runner) Seeded() []string { return r.seeded }

// PIDs returns the process IDs of all running children.
func (r *Runner) PIDs() []int {
	pids := r.functions.PIDs()
	if r.engine != nil {
		pids = append(pids, r.engine.PID())
	}

	return pids
}

// FunctionPIDs returns the process IDs of the running functions.
func (r *Runner) FunctionPIDs() []int { return r.functions.PIDs() }

// EnginePID returns the process ID of the database engine, or 0 if another endpoint is used.
func (r *Runner) EnginePID() int {
	if r.engine == nil {
		return 0
	}

	return r.engine.PID()
}
