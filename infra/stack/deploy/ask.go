package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// errNoAnswer is the error of a question that nobody answers.
var errNoAnswer = errors.New("nobody answers: run it in a terminal, or add --yes")

// terminal asks questions.
type terminal struct {
	lines *bufio.Scanner
	out   io.Writer
	// interactive reports whether somebody can answer.
	interactive bool
}

// newTerminal returns the terminal that a file is, or one on which nobody answers.
func newTerminal(in *os.File, out io.Writer) *terminal {
	about, err := in.Stat()
	interactive := err == nil && about.Mode()&os.ModeCharDevice != 0
	return &terminal{lines: bufio.NewScanner(in), out: out, interactive: interactive}
}

// answer prints a question and returns the answer, or fallback if the answer is empty.
func (t *terminal) answer(question, fallback string) (string, error) {
	if !t.interactive {
		return "", fmt.Errorf("%q: %w", question, errNoAnswer)
	}

	fmt.Fprintf(t.out, "%s [%s]: ", question, fallback)
	if !t.lines.Scan() {
		return "", fmt.Errorf("%q: %w", question, errNoAnswer)
	}

	if text := strings.TrimSpace(t.lines.Text()); text != "" {
		return text, nil
	}

	return fallback, nil
}

// agrees asks a question that can be answered with yes or no. Enter means no.
func (t *terminal) agrees(question string) (bool, error) {
	answer, err := t.answer(question+" (y/n)", "n")
	if err != nil {
		return false, err
	}

	return strings.EqualFold(answer, "y") || strings.EqualFold(answer, "yes"), nil
}

// empty is the answer that empties a value, because Enter keeps it.
const empty = "-"

// ask asks for the values of parameters until each is allowed. Enter keeps a value.
func (t *terminal) ask(parameters []parameter, values map[string]string) error {
	fmt.Fprintf(t.out, "\nEnter keeps the value in brackets. Enter %s to empty a value.\n", empty)

	for _, p := range parameters {
		// The console's address is set below, because it follows from other parameters.
		if p.Name == consoleParameter {
			continue
		}

		fmt.Fprintf(t.out, "\n%s\n", strings.TrimSpace(p.Description))

		for {
			answer, err := t.answer(p.Name, values[p.Name])
			if err != nil {
				return err
			}

			if answer == empty {
				answer = ""
			}

			if err := p.check(answer); err != nil {
				fmt.Fprintln(t.out, err)
				continue
			}

			values[p.Name] = answer
			break
		}
	}

	fmt.Fprintln(t.out)

	return nil
}
