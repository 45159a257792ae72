// Command lease-warn runs on a schedule and mails the owners of personal access tokens that end soon: three days before
// a lease lapses, and 14 and 3 days before a token expires. It also mails the owner of a token that was used after it
// was replaced. It sends no mail twice; see package table.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/leasehold-dev/leasehold/pkg/mail"
	"github.com/leasehold-dev/leasehold/pkg/metric"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	slog.SetDefault(lambdacontext.NewLogger())
	m := settings.Invitations()
	w := warner{
		db:   settings.Table(),
		mail: mail.New(settings.PatientAWS(), m.Endpoint, m.Sender, m.ConfigurationSet, m.ConsoleURL).Once(),
		now:  time.Now, //nolint:forbidigo // the clock of the running function
	}
	lambda.Start(w.run)
}

type warner struct {
	db   *table.DB
	mail *mail.Sender
	now  func() time.Time
}

// report is the result of a run.
type report struct {
	// Sent is the number of mails that were sent.
	Sent int `json:"sent"`
	// Refused is the number of mails that SES refused. The next run tries them again, for a day.
	Refused int `json:"refused"`
	// Lost is the number of mails that may not have been sent, and are not sent again.
	Lost int `json:"lost"`
	// Noted is the number of tokens of an earlier version that were made known to the job.
	Noted int `json:"noted"`
}

// run sends what is due. If a part of it fails, the run keeps what was done, leaves the rest to the next run, and
// returns the error, so that this run counts as failed.
func (w warner) run(ctx context.Context) (report, error) {
	now := w.now().UTC()

	warned, err := w.db.Warn(ctx, now, w.deliver)
	metric.Put(now, "NoticesSent", metric.Count, float64(warned.Sent), "", "")
	if unsent := warned.Refused + warned.Lost; unsent > 0 {
		metric.Put(now, "MailNotSent", metric.Count, float64(unsent), "", "")
	}

	slog.InfoContext(ctx, "warned",
		"sent", warned.Sent,
		"refused", warned.Refused,
		"lost", warned.Lost,
		"noted", warned.Noted)

	return report(warned), err
}

// deliver mails one warning, and logs a failure.
func (w warner) deliver(ctx context.Context, warning table.Warning) error {
	notice := mail.Notice{
		Notice:       warning.Notice,
		Token:        warning.Token,
		Organization: warning.Membership.OrgName,
		To:           warning.To,
	}

	if warning.Membership.ServiceAccount {
		notice.Account = warning.Membership.Person.DisplayName
	}

	err := w.mail.TellInTime(ctx, notice)
	if err == nil {
		return nil
	}

	refused := mail.Refused(err)
	slog.ErrorContext(ctx, "a notice was not sent",
		"token", string(warning.Token.ID),
		"kind", string(warning.Kind),
		"again", refused,
		"error", err.Error())

	if refused {
		return fmt.Errorf("%w: %w", table.ErrMailRefused, err)
	}

	return err
}
