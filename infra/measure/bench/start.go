package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// budgets are those of the time from the start of a function to its first answer, in ratio to the empty function. Functions
// that are not listed have otherBudget.
var budgets = map[string]float64{
	"empty":            1,
	"authorizer":       1.6,
	"authorizer-check": 4,   // asks CodeDeploy, which is not there
	"lease-sweep":      4.5, // reads every shard of the lease index
	"lease-warn":       2.5, // reads the lease index
	"profile-update":   3.5, // loads the plans of telephone numbers
	"token-report":     2.5, // links the mails
}

const otherBudget = 2

// start is a function whose start is measured, and an event that it answers.
type start struct {
	name        string
	environment []string
	event       []byte
	answer      string // a part of the answer

	polls, answers []time.Duration // one per start
}

// starts returns the functions of the template, after the empty function. The authorizer gets an event with a token that it
// admits. The operations of the API get a request without credentials, which most of them reject without reading the table.
// The jobs get an empty event: they find nothing to do.
func starts(engine string, good []byte) ([]*start, error) {
	loaded, err := template.Load("template.yaml", map[string]string{
		// Nothing listens there, so sign-in-get answers 503 at once.
		"OidcIssuer":   "http://127.0.0.1:1",
		"OidcClientId": "bench",
		"MailSender":   "leasehold@example.com",
		"ConsoleUrl":   "https://console.example.com",
	})
	if err != nil {
		return nil, err
	}

	local := []string{"AWS_ENDPOINT_URL_DYNAMODB=" + engine, "TABLE_NAME=" + tableName}
	all := []*start{{name: "empty", environment: append(local, single), event: []byte(`{}`), answer: `{`}}
	for _, function := range loaded.Functions {
		s := &start{name: function.Name, event: []byte(`{}`)}
		for name, value := range function.Environment {
			s.environment = append(s.environment, name+"="+value)
		}

		s.environment = append(s.environment, local...)
		if function.Name == "authorizer" {
			s.event, s.answer = good, `"Effect":"Allow"`
		} else if route, ok := routeOf(loaded, function.Name); ok {
			s.event, s.answer = requestOf(route), `"statusCode":`
		}

		all = append(all, s)
	}

	slices.SortStableFunc(all[1:], func(a, b *start) int { return strings.Compare(a.name, b.name) })
	return all, nil
}

// budget returns the budget of a function.
func (s *start) budget() float64 {
	if budget, ok := budgets[s.name]; ok {
		return budget
	}

	return otherBudget
}

// routeOf returns the first route of a function.
func routeOf(loaded *template.Template, function string) (template.Route, bool) {
	for _, api := range loaded.APIs {
		if i := slices.IndexFunc(api.Routes, func(r template.Route) bool { return r.Function == function }); i >= 0 {
			return api.Routes[i], true
		}
	}

	return template.Route{}, false
}

// requestOf returns the event of a request without credentials.
func requestOf(route template.Route) []byte {
	text, _ := json.Marshal(map[string]any{ // texts and maps only: there is no error
		"resource":       route.Path,
		"path":           route.Path,
		"httpMethod":     route.Method,
		"headers":        map[string]string{"Content-Type": "application/json"},
		"requestContext": map[string]any{"requestId": "bench", "resourcePath": route.Path, "httpMethod": route.Method},
	})

	return text
}

// reportStarts reports the time from exec to the first GET /next and to the first answer. It interleaves the functions, so that
// changes in the machine's load affect all of them alike.
func reportStarts(ctx context.Context, r *report, dir, engine string, good []byte, rounds int) error {
	all, err := starts(engine, good)
	if err != nil {
		return err
	}

	for round := range rounds + 1 {
		for _, s := range all {
			keep := round > 0 // the first round fills the page cache
			if err := s.once(ctx, filepath.Join(dir, deployed, s.name), keep); err != nil {
				return err
			}
		}
	}

	r.add(startTable(all, dir, rounds))
	return nil
}

// startTable returns the table of the measured starts.
func startTable(all []*start, dir string, rounds int) figureTable {
	t := figureTable{
		Title: "Start to first answer",
		Meaning: fmt.Sprintf("The time from the start of a function's process until it has answered its first event, which a "+
			"cold start adds to a request, the part of it until the process polls Lambda's Runtime API, and the size of the "+
			"binary. Median of %d starts in turns with the others. The first line is a function in Go that does nothing. The "+
			"budget is the most that a first answer should take, in ratio to it. The authorizer admits a token, the operations "+
			"answer a request without credentials, and the jobs find nothing to do.", rounds),
		Columns: []string{"function", "first poll", "first answer", "9 of 10 within", "× empty", "budget", "size", "× empty"},
	}

	base, baseSize := median(all[0].answers), size(dir, all[0].name)
	for _, s := range all {
		bytes, times := size(dir, s.name), ratio(median(s.answers), base)
		budget := fmt.Sprintf("%.1f", s.budget())
		if times > s.budget() {
			budget += ", exceeded"
		}

		t.Rows = append(t.Rows, []string{
			s.name,
			fmt.Sprintf("%.2f ms", ms(median(s.polls))),
			fmt.Sprintf("%.2f ms", ms(median(s.answers))),
			fmt.Sprintf("%.2f ms", ms(quantile(s.answers, 0.9))),
			fmt.Sprintf("%.2f", times),
			budget,
			fmt.Sprintf("%.2f MB", float64(bytes)/1e6),
			fmt.Sprintf("%.2f", float64(bytes)/float64(baseSize)),
		})
	}

	return t
}

// once starts a binary, waits for the answer to its first event and stops it.
func (s *start) once(ctx context.Context, binary string, keep bool) error {
	h, err := startHost(ctx, s.environment, binary)
	if err != nil {
		return err
	}

	defer h.close()

	answer, err := h.invoke(s.event)
	answered := time.Since(h.began)
	if err != nil {
		return fmt.Errorf("start %s: %w", s.name, err)
	}

	if text := string(answer); !strings.Contains(text, s.answer) || strings.Contains(text, `"statusCode":500`) {
		return fmt.Errorf("%s answered %s, want %s", s.name, text, s.answer)
	}

	if keep {
		s.polls, s.answers = append(s.polls, (<-h.polled).Sub(h.began)), append(s.answers, answered)
	}

	return nil
}

// size returns the size of a deployed binary in bytes.
func size(dir, name string) int64 {
	info, err := os.Stat(filepath.Join(dir, deployed, name))
	if err != nil {
		return 0
	}

	return info.Size()
}

func median(times []time.Duration) time.Duration { return quantile(times, 0.5) }

func quantile(times []time.Duration, q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
