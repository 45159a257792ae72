package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/leasehold-dev/leasehold/pkg/client"
)

// column is a column of a table of items.
type column[T any] struct {
	title string
	cell  func(T) string
}

// list prints the items of a list: as a table, or as JSON with one item per line.
func list[T any](ctx context.Context, a *app, c *client.Client, path string, columns []column[T]) error {
	table := newTable(a, columns)
	for raw, err := range c.Items(ctx, path) {
		if err != nil {
			return err
		}

		if err := table.add(raw); err != nil {
			return err
		}
	}

	return table.flush()
}

// table prints items as they arrive, or a table of them when it is flushed.
type table[T any] struct {
	app     *app
	columns []column[T]
	writer  *tabwriter.Writer
	rows    int
}

func newTable[T any](a *app, columns []column[T]) *table[T] {
	return &table[T]{app: a, columns: columns, writer: tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)}
}

func (t *table[T]) add(raw json.RawMessage) error {
	if t.app.json {
		return t.app.printJSON(raw)
	}

	var item T
	if err := json.Unmarshal(raw, &item); err != nil {
		return fmt.Errorf("decode an item: %w", err)
	}

	if t.rows++; t.rows == 1 {
		t.line(func(c column[T]) string { return c.title })
	}

	t.line(func(c column[T]) string { return printable(c.cell(item)) })
	return nil
}

func (t *table[T]) line(cell func(column[T]) string) {
	cells := make([]string, len(t.columns))
	for i, c := range t.columns {
		cells[i] = cell(c)
	}

	_, _ = fmt.Fprintln(t.writer, strings.Join(cells, "\t"))
}

// flush prints the rows. A table without rows says so on standard error.
func (t *table[T]) flush() error {
	if t.rows == 0 && !t.app.json {
		_, _ = fmt.Fprintln(t.app.errs, "There are none.")
	}

	if err := t.writer.Flush(); err != nil {
		return fmt.Errorf("print the table: %w", err)
	}

	return nil
}

// printJSON prints a JSON value on one line.
func (a *app) printJSON(raw []byte) error {
	if _, err := fmt.Fprintln(a.out, strings.TrimSpace(string(raw))); err != nil {
		return fmt.Errorf("print the answer: %w", err)
	}

	return nil
}

// field is a line of a description.
type field struct{ name, value string }

// describe prints fields that are not empty, one per line.
func (a *app) describe(fields ...field) error {
	writer := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	for _, f := range fields {
		if f.value != "" {
			_, _ = fmt.Fprintf(writer, "%s\t%s\n", f.name, printable(f.value))
		}
	}

	if err := writer.Flush(); err != nil {
		return fmt.Errorf("print the description: %w", err)
	}

	return nil
}

// say prints a sentence for people on standard error, so that standard output has results only.
func (a *app) say(format string, values ...any) {
	if !a.json {
		_, _ = fmt.Fprintln(a.errs, printable(fmt.Sprintf(format, values...)))
	}
}

// printable replaces what a terminal could take for a command, and line breaks.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != ' ' && !unicode.IsPrint(r) {
			return '\uFFFD'
		}

		return r
	}, text)
}

// timestamp returns a time in RFC 3339 and UTC, or "" for none.
func timestamp(at *time.Time) string {
	if at == nil || at.IsZero() {
		return ""
	}

	return at.UTC().Format(time.RFC3339)
}

func escape(id string) string { return url.PathEscape(id) }
