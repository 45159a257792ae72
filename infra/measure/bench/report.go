package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
)

// resultsDir holds the results of the parts that were run with --write, from which docs/performance.md is made.
const resultsDir = "infra/measure/bench/results"

// part is what one run of the bench has measured, and on what.
type part struct {
	// Name is the name of the part, and of its file in resultsDir.
	Name string
	// Date is the day of the run, in UTC.
	Date string
	// Commit is the abbreviated commit that was measured. It ends with "+" if files had been changed since.
	Commit string
	// Machine is the processor, the number of processors and the memory.
	Machine string
	// Note is a remark on the circumstances, such as other work on the machine; "" for none.
	Note string
	// Go and Engine are the versions of the Go toolchain and of the database engine.
	Go, Engine string

	Tables []figureTable
}

// figureTable is a table of figures.
type figureTable struct {
	Title string
	// Meaning says in Markdown what the figures are.
	Meaning string
	Columns []string
	Rows    [][]string
}

// report prints tables as soon as they are measured, and keeps them.
type report struct {
	out  io.Writer
	part part
}

// newReport begins the report of a part.
func newReport(ctx context.Context, out io.Writer, name, note string) *report {
	r := &report{out: out, part: part{
		Name:    name,
		Date:    time.Now().UTC().Format(time.DateOnly),
		Commit:  commit(ctx),
		Machine: machine(),
		Note:    note,
		Go:      fmt.Sprintf("%s %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH),
		Engine:  dynoxide.Version,
	}}

	fmt.Fprintf(out, "Leasehold bench: %s\n", r.part.conditions())
	return r
}

// conditions returns on what a part was measured, in one line.
func (p part) conditions() string {
	return fmt.Sprintf("commit %s, %s, %s, database engine dynoxide %s, %s",
		p.Commit, p.Machine, p.Go, p.Engine, p.Date)
}

// add prints a table and keeps it.
func (r *report) add(t figureTable) {
	r.part.Tables = append(r.part.Tables, t)
	t.print(r.out)
}

// print prints the table for a terminal.
func (t figureTable) print(out io.Writer) {
	fmt.Fprintf(out, "\n%s\n\n%s\n\n", t.Title, wrapped(t.Meaning))

	aligned := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	for _, row := range append([][]string{t.Columns}, t.Rows...) {
		fmt.Fprintln(aligned, strings.Join(row, "\t"))
	}

	_ = aligned.Flush()
}

// markdown returns the table as a section of a document.
func (t figureTable) markdown() string {
	var out strings.Builder
	fmt.Fprintf(&out, "### %s\n\n%s\n\n", t.Title, wrapped(t.Meaning))
	fmt.Fprintf(&out, "| %s |\n|%s\n", strings.Join(t.Columns, " | "), strings.Repeat("---|", len(t.Columns)))

	for _, row := range t.Rows {
		fmt.Fprintf(&out, "| %s |\n", strings.Join(row, " | "))
	}

	return out.String()
}

// wrapped breaks a paragraph into lines of at most 120 bytes, except for longer words.
func wrapped(paragraph string) string {
	var out strings.Builder
	length := 0
	for word := range strings.FieldsSeq(paragraph) {
		switch {
		case length == 0:
		case length+1+len(word) > 120:
			out.WriteString("\n")
			length = 0
		default:
			out.WriteString(" ")
			length++
		}

		out.WriteString(word)
		length += len(word)
	}

	return out.String()
}

// keep writes the results of the part to its file.
func (r *report) keep() error {
	text, err := json.MarshalIndent(r.part, "", "\t")
	if err != nil {
		return fmt.Errorf("encode the results: %w", err)
	}

	if err := os.MkdirAll(resultsDir, 0o755); err != nil {
		return fmt.Errorf("create the directory of the results: %w", err)
	}

	if err := os.WriteFile(filepath.Join(resultsDir, r.part.Name+".json"), append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the results: %w", err)
	}

	return nil
}

// commit returns the abbreviated commit of the working directory, with a "+" if tracked files differ from it.
func commit(ctx context.Context) string {
	hash, err := exec.CommandContext(ctx, "git", "rev-parse", "--short=7", "HEAD").Output()
	if err != nil {
		return "unknown"
	}

	changed := ""
	if exec.CommandContext(ctx, "git", "diff", "--quiet", "HEAD").Run() != nil {
		changed = "+"
	}

	return strings.TrimSpace(string(hash)) + changed
}

// machine describes the processors and the memory. It names the processor and the memory only on Linux.
func machine() string {
	described := fmt.Sprintf("%d processors", runtime.NumCPU())
	if model := field("/proc/cpuinfo", "model name"); model != "" {
		described += " (" + model + ")"
	}

	var kilobytes float64
	if _, err := fmt.Sscanf(field("/proc/meminfo", "MemTotal"), "%f kB", &kilobytes); err == nil {
		described += fmt.Sprintf(", %.0f GB of memory", kilobytes/(1<<20))
	}

	return described
}

// field returns the value of the first line "name: value" of a file; "" if there is none.
func field(path, name string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}

	defer file.Close()

	for lines := bufio.NewScanner(file); lines.Scan(); {
		if key, value, found := strings.Cut(lines.Text(), ":"); found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}

	return ""
}
