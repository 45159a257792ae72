package schedule_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/schedule"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

type invoker func(function string, payload []byte) ([]byte, error)

func (i invoker) Invoke(_ context.Context, function string, payload []byte) ([]byte, error) {
	return i(function, payload)
}

func TestARateHasAPeriodAndAWrongExpressionIsAnError(t *testing.T) {
	for expression, want := range map[string]time.Duration{
		"rate(1 hour)":    time.Hour,
		"rate(5 minutes)": 5 * time.Minute,
		"rate(2 days)":    48 * time.Hour,
	} {
		if got, periodic, err := schedule.Every(expression); err != nil || !periodic || got != want {
			t.Errorf("%s: got %v, %t, %v, want a period", expression, got, periodic, err)
		}
	}

	if _, periodic, err := schedule.Every("cron(0 * * * ? *)"); err != nil || periodic {
		t.Errorf("cron: got %t, %v, want no period and no error", periodic, err)
	}

	for _, wrong := range []string{"", "rate(0 hours)", "rate(1 fortnight)", "hourly"} {
		if _, _, err := schedule.Every(wrong); err == nil {
			t.Errorf("Every accepted %q", wrong)
		}
	}
}

func TestTheEventIsThatOfEventBridge(t *testing.T) {
	var event map[string]any
	at := time.Date(2026, 3, 1, 12, 0, 0, 5, time.FixedZone("", 3600))
	if err := json.Unmarshal(schedule.Event(template.Schedule{Rule: "Hourly"}, at), &event); err != nil {
		t.Fatal(err)
	}

	if event["source"] != "aws.events" ||
		event["detail-type"] != "Scheduled Event" ||
		event["time"] != "2026-03-01T11:00:00Z" ||
		event["id"] == "" {
		t.Errorf("the event is %v, want a scheduled event at 11:00 UTC", event)
	}

	if got := schedule.Event(template.Schedule{Input: `{"own":1}`}, at); string(got) != `{"own":1}` {
		t.Errorf("got %s", got)
	}
}

func TestKeepRunsAScheduleImmediatelyAndThenAtItsRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := map[string]int{}
		count := invoker(func(function string, _ []byte) ([]byte, error) {
			calls[function]++
			return nil, errors.New("as asked") // a failure stops nothing
		})

		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			schedule.Keep(ctx, []template.Schedule{{Function: "hourly", Expression: "rate(1 hour)"}}, count, func(schedule.Outcome) {})
			close(done)
		}()

		time.Sleep(150 * time.Minute) //nolint:forbidigo // the bubble's clock takes no real time
		synctest.Wait()

		if calls["hourly"] != 3 {
			t.Errorf("%d calls in two and a half hours, want 3", calls["hourly"])
		}

		stop()
		<-done
	})
}

func TestRunAllReturnsTheOutcomeOfEachFunction(t *testing.T) {
	answers := invoker(func(function string, _ []byte) ([]byte, error) {
		if function == "bad" {
			return nil, errors.New("as asked")
		}
		return []byte(`{"retired":2}`), nil
	})

	outcomes := schedule.RunAll(t.Context(), []template.Schedule{{Function: "good"}, {Function: "bad"}}, answers)
	text, err := json.Marshal(outcomes)
	if want := `[{"function":"good","output":{"retired":2}},{"function":"bad","error":"as asked"}]`; err != nil ||
		string(text) != want {
		t.Errorf("got %s, %v, want the output and the error", text, err)
	}
}
