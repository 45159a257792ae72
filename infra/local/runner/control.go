package runner

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/template"
	"github.com/leasehold-dev/leasehold/infra/local/events"
	"github.com/leasehold-dev/leasehold/infra/local/page"
)

//go:embed index.html
var indexBody string

var indexPage = page.Parse(indexBody)

var missingPage = page.Parse(`{{define "body"}}<h1>Page not found</h1>
<p class="soft">The runner has no page at this address.</p>
<p><a href="/_local/">All pages of the runner</a></p>{{end}}`)

// serveMissing answers 404 with a page that leads to the others.
func serveMissing(w http.ResponseWriter, _ *http.Request) {
	missingPage.Write(w, http.StatusNotFound, "Page not found", nil)
}

// serveIndex shows the index page.
func (r *Runner) serveIndex(w http.ResponseWriter, _ *http.Request) {
	indexPage.Write(w, http.StatusOK, "Local runner", map[string]any{
		"API":    r.APIURL(),
		"Issuer": r.IssuerURL(),
		"Base":   r.BaseURL(),
		"Logs":   r.options.Logs,
		"Events": r.events != nil,
		"Routes": r.routes(),
		"Seeded": r.seeded,
	})
}

// routes returns one line for each route that the runner serves.
func (r *Runner) routes() []string {
	var lines []string
	for _, api := range r.loaded.APIs {
		for _, route := range api.Routes {
			lines = append(lines, fmt.Sprintf("%-6s /%s%s", route.Method, api.Stage, route.Path))
		}
	}

	for _, other := range r.others {
		for _, route := range other.API.Routes {
			path := strings.Replace(route.Path, template.DefaultRoute, "/*", 1)
			lines = append(lines, fmt.Sprintf("%-6s %s%s", route.Method, other.URL(), path))
		}
	}

	return lines
}

// serveAge moves all stored times back by a duration. For example, {"by":"360h"} makes every lease 15 days older.
func (r *Runner) serveAge(w http.ResponseWriter, request *http.Request) {
	if r.options.Age == nil {
		answer(w, http.StatusNotImplemented, map[string]string{
			"error": "this runner can't change stored times: it was started without Options.Age",
		})

		return
	}

	var body struct{ By string }
	err := json.NewDecoder(http.MaxBytesReader(w, request.Body, 1<<10)).Decode(&body)
	by, parseErr := time.ParseDuration(body.By)
	if err != nil || parseErr != nil || by <= 0 {
		answer(w, http.StatusBadRequest, map[string]string{
			"error": `send a positive duration in hours, minutes and seconds, such as {"by":"360h"}`,
		})

		return
	}

	for _, table := range r.loaded.Tables {
		if err := r.ageTable(request.Context(), table.Name, by); err != nil {
			answer(w, http.StatusInternalServerError, map[string]string{"error": err.Error()})
			return
		}
	}

	answer(w, http.StatusOK, map[string]string{"agedBy": by.String()})
}

// ageTable moves all stored times of a table back. The audit events that are stored again with it are not events of the
// pipe.
func (r *Runner) ageTable(ctx context.Context, table string, by time.Duration) error {
	age := func() error { return r.options.Age(ctx, r.client, table, by) }
	for i, declared := range r.loaded.Pipes {
		if declared.Table == table {
			then, running := age, r.pipes[i]
			age = func() error {
				return running.Without(ctx, func(record json.RawMessage) bool {
					return events.Before(time.Now().Add(-by))(record)
				}, then)
			}
		}
	}

	return age()
}

// serveSweep runs every scheduled function once and returns their answers.
func (r *Runner) serveSweep(w http.ResponseWriter, request *http.Request) {
	outcomes := r.Sweep(request.Context())
	status := http.StatusOK
	for _, outcome := range outcomes {
		if outcome.Error != "" {
			status = http.StatusBadGateway
		}
	}

	answer(w, status, outcomes)
}

// answer writes a value as JSON.
func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // an error means that the client is gone
}
