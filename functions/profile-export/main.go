// Command profile-export returns everything that is stored about the caller as one JSON document. The document is bounded:
// it fits into Lambda's answer of 6 MB, and says what it leaves out.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

// maxSize bounds the document in bytes, as it travels: as a text within Lambda's JSON, which has a limit of 6 MB.
const maxSize = 5_000_000

func main() {
	db := settings.Table()
	endpoint.Serve(endpoint.NoRecords{}, endpoint.Query[input, api.ProfileExport]{
		Route:       "GET /me/export",
		SessionOnly: true,
		Do:          op{db}.export,
	})
}

type op struct{ db *table.DB }

type input struct {
	Until string `query:"until"`
}

func (o op) export(ctx context.Context, r *endpoint.Request[input]) (api.ProfileExport, error) {
	var until time.Time
	if r.In.Until != "" {
		var err error
		if until, err = time.Parse(time.RFC3339, r.In.Until); err != nil {
			return api.ProfileExport{}, identity.InvalidField("until", "Use a time such as 2026-11-01T00:00:00Z.")
		}
	}

	export, err := o.db.Export(ctx, r.Caller, until.UTC(), r.Now)
	if err != nil {
		return api.ProfileExport{}, err
	}

	r.Attachment("leasehold-export.json")

	return fitting(export, maxSize)
}

// fitting returns the document, with as many of the latest events as fit into a size in bytes.
func fitting(e identity.Export, size int) (api.ProfileExport, error) {
	document := api.ProfileExportOf(e)
	events := document.AuditEvents
	document.AuditEvents = nil

	used, err := traveling(document)
	if err != nil {
		return document, err
	}

	for i, event := range events {
		more, err := traveling(event)
		if err != nil {
			return document, err
		}

		if used += more; used > size {
			e.CutEvents(i)
			return api.ProfileExportOf(e), nil
		}
	}

	document.AuditEvents = events

	return document, nil
}

// traveling returns the size of a part of the document, in bytes, as a text within Lambda's answer.
func traveling(part any) (int, error) {
	text, err := json.Marshal(part)
	if err != nil {
		return 0, fmt.Errorf("encode an export: %w", err)
	}

	within, err := json.Marshal(string(text))
	if err != nil {
		return 0, fmt.Errorf("encode an export: %w", err)
	}

	return len(within), nil
}
