package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/leasehold-dev/leasehold/pkg/client"
)

// maxBody limits the body that is read, in bytes. The API accepts 64 KB.
const maxBody = 1 << 20

// rawRequest is what the command api sends.
type rawRequest struct {
	data    string
	headers []string
	all     bool
	include bool
}

func (a *app) apiCommand() *cobra.Command {
	var q rawRequest
	command := &cobra.Command{
		Use:   "api METHOD PATH",
		Short: "Send any request to the API and print the answer",
		Long: `Send any request to the API and print the body of the answer. docs/api.md lists the operations.

PATH is below the address of the API, such as /me. {org} in it stands for the ID of your organization. A change is sent
with an Idempotency-Key, and repeated with it if its answer is lost. Operations that need no credentials work without.`,
		Example: `  leasehold api GET /me
  leasehold api GET '/organizations/{org}/members?role=admin' --all
  leasehold api POST '/organizations/{org}/solutions' -d '{"name":"Route planner"}'
  leasehold api PATCH /me -H 'If-Match: "4"' -d @profile.json`,
		Args: cobra.ExactArgs(2),
		RunE: func(command *cobra.Command, arguments []string) error {
			return a.call(command.Context(), strings.ToUpper(arguments[0]), arguments[1], q)
		},
	}
	command.Flags().StringVarP(&q.data, "data", "d", "", "the JSON body, or @FILE, or @- for standard input")
	command.Flags().StringArrayVarP(&q.headers, "header", "H", nil, "a header, such as 'If-Match: \"4\"' (repeat it)")
	command.Flags().BoolVar(&q.all, "all", false, "follow the pages of a list, and print one item per line")
	command.Flags().BoolVarP(&q.include, "include", "i", false, "print the status and the headers first")
	command.MarkFlagsMutuallyExclusive("all", "include")
	command.MarkFlagsMutuallyExclusive("all", "data")

	return command
}

// call sends a request and prints the answer.
func (a *app) call(ctx context.Context, method, path string, q rawRequest) error {
	if !strings.HasPrefix(path, "/") || q.all && method != http.MethodGet {
		return misused("PATH begins with a slash, such as /me, and --all is for GET")
	}

	options, err := headers(q.headers)
	if err != nil {
		return err
	}

	body, err := a.body(q.data)
	if err != nil {
		return err
	}

	c, secret, err := a.tryConnect()
	if err != nil {
		return err
	}

	if strings.Contains(path, "{org}") {
		org, err := a.organization(ctx, c, secret)
		if err != nil {
			return err
		}

		path = strings.ReplaceAll(path, "{org}", escape(org))
	}

	if q.all {
		for item, err := range c.Items(ctx, path, options...) {
			if err != nil {
				return err
			}

			if err := a.printJSON(item); err != nil {
				return err
			}
		}

		return nil
	}

	var response client.Response
	if err := c.Do(ctx, method, path, body, nil, append(options, client.WithResponse(&response))...); err != nil {
		return err
	}

	return a.printResponse(response, q.include)
}

// printResponse prints the body of a response, after its status and headers if include is set.
func (a *app) printResponse(response client.Response, include bool) error {
	if include {
		_, _ = fmt.Fprintln(a.out, response.Status, http.StatusText(response.Status))
		for _, name := range slices.Sorted(maps.Keys(response.Header)) {
			for _, value := range response.Header[name] {
				_, _ = fmt.Fprintf(a.out, "%s: %s\n", name, printable(value))
			}
		}

		_, _ = fmt.Fprintln(a.out)
	}

	if len(response.Body) == 0 {
		return nil
	}

	return a.printJSON(response.Body)
}

// headers returns the options for headers such as "If-Match: *".
func headers(lines []string) ([]client.CallOption, error) {
	var options []client.CallOption
	for _, line := range lines {
		name, value, found := strings.Cut(line, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)

		switch {
		case !found || name == "" || strings.ContainsAny(line, "\r\n"):
			return nil, misused("-H %q is not a header such as 'If-Match: *'", line)
		case strings.EqualFold(name, "Authorization"):
			return nil, misused("set LEASEHOLD_TOKEN instead of a header: an argument would show the token to other users")
		case strings.EqualFold(name, "Idempotency-Key"):
			options = append(options, client.WithIdempotencyKey(value))
		default:
			options = append(options, client.WithHeader(name, value))
		}
	}

	return options, nil
}

// body returns the body that -d names, or nil without one.
func (a *app) body(data string) (any, error) {
	name, fromFile := strings.CutPrefix(data, "@")
	text := []byte(data)
	var err error

	switch {
	case data == "":
		return nil, nil
	case name == "-" && fromFile:
		text, err = io.ReadAll(io.LimitReader(a.in, maxBody))
	case fromFile:
		text, err = os.ReadFile(name)
	}

	if err != nil {
		return nil, misused("read the body: %v", err)
	}

	if !json.Valid(text) {
		return nil, misused("the body is not JSON")
	}

	return json.RawMessage(text), nil
}
