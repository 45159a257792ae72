// Command console-error-report logs an error that the console's page met, and counts it. Anybody can call it, so it accepts
// only what the page sends, and it removes from the message what could identify a person or be a secret. It stores nothing.
package main

import (
	"context"
	"log/slog"
	"regexp"
	"unicode/utf8"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/metric"
)

func main() {
	endpoint.Serve(endpoint.NoRecords{}, operation())
}

func operation() endpoint.Mutation[input, endpoint.None] {
	return endpoint.Mutation[input, endpoint.None]{
		Route:  "POST /console/errors",
		Public: true,
		Decide: check,
		After:  record,
	}
}

type input struct {
	Body api.ConsoleError `body:"json"`
}

// maxMessage is in characters.
const maxMessage, maxFrames = 300, 10

// The forms of the fields. They have no room for an address, a token, or a text that someone typed.
var (
	reportID = regexp.MustCompile(`^[0-9a-z]{12}$`)
	class    = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{0,59}$`)
	frame    = regexp.MustCompile(`^[A-Za-z0-9_-]{1,60}\.js:[0-9]{1,7}:[0-9]{1,7}$`)
	script   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,60}$`)
	view     = regexp.MustCompile(`^[a-z-]{1,40}$`)
	oneLine  = regexp.MustCompile(`^[^\x00-\x1f\x7f-\x9f]*$`)
	browser  = regexp.MustCompile(`^(Chrome|Edge|Firefox|Opera|Safari|other)( [0-9]{1,4})?$`)
)

// check returns one error that names every invalid field. There is nothing to write.
func check(_ context.Context, r *endpoint.Request[input]) (endpoint.None, endpoint.Write, error) {
	sent := r.In.Body
	var wrong identity.Mistakes

	for _, field := range []struct {
		name, value string
		form        *regexp.Regexp
		want        string
	}{
		{"id", sent.ID, reportID, "Send 12 lower-case letters and digits."},
		{"name", sent.Name, class, "Send the name of a class of errors, at most 60 letters and digits."},
		{"release", sent.Release, script, "Send the name of a script without its extension, at most 60 characters."},
		{"view", sent.View, view, "Send the name of a view, at most 40 lower-case letters and hyphens."},
		{"browser", sent.Browser, browser, "Send Chrome, Edge, Firefox, Opera, Safari or other, and the main version."},
	} {
		if !field.form.MatchString(field.value) {
			wrong.Add(identity.InvalidField(field.name, "%s", field.want))
		}
	}

	if !oneLine.MatchString(sent.Message) || utf8.RuneCountInString(sent.Message) > maxMessage {
		wrong.Add(identity.InvalidField("message", "Send one line without control characters, at most %d characters.", maxMessage))
	}

	if len(sent.Frames) > maxFrames {
		wrong.Add(identity.InvalidField("frames", "Send at most %d places.", maxFrames))
	}

	for _, place := range sent.Frames {
		if !frame.MatchString(place) {
			wrong.Add(identity.InvalidField("frames", "Send each place as file, line and column, such as index-a1b2.js:1:300."))
			break
		}
	}

	return endpoint.None{}, nil, wrong.Err()
}

// record logs the error in one line. A person who quotes the report ID leads an operator to it.
func record(ctx context.Context, r *endpoint.Request[input], answer endpoint.None) endpoint.None {
	sent := r.In.Body
	slog.WarnContext(ctx, "an error in the console",
		"report", sent.ID,
		"name", sent.Name,
		"error", withoutData(sent.Message),
		"frames", sent.Frames,
		"release", sent.Release,
		"view", sent.View,
		"browser", sent.Browser,
	)
	metric.Put(r.Now, "ConsoleErrors", metric.Count, 1, "", "")

	return answer
}
