// Command codegen rewrites the comments of the generated client as Go's documentation has them. The generator puts the name
// of a type or field in front of its description: "ID ID of the token." Run go generate in pkg/client.
package main

import (
	"fmt"
	"go/format"
	"os"
	"regexp"
	"slices"
	"strings"
)

// width is the length of the comments' lines, in columns. A tab has four.
const width = 118

func main() {
	if len(os.Args) != 2 { //nolint:forbidigo // a generator has arguments
		fmt.Fprintln(os.Stderr, "usage: codegen FILE")
		os.Exit(2)
	}

	if err := rewrite(os.Args[1]); err != nil { //nolint:forbidigo // a generator has arguments
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func rewrite(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read the generated client: %w", err)
	}

	text, err = format.Source([]byte(comments(string(text))))
	if err != nil {
		return fmt.Errorf("format the generated client: %w", err)
	}

	if err := os.WriteFile(file, text, 0o644); err != nil {
		return fmt.Errorf("write the generated client: %w", err)
	}

	return nil
}

// described matches a comment that the generator made of a name and a description.
var described = regexp.MustCompile(`^(\t*)// (\w+) (.+)$`)

// comments returns the text of a file with its comments rewritten.
func comments(text string) string {
	lines := strings.Split(text, "\n")
	var out []string
	for i, line := range lines {
		line = strings.Replace(line, " `yaml:\",inline\"`", "", 1)
		match := described.FindStringSubmatch(line)

		switch {
		case strings.Contains(line, "// Embedded struct"):
			continue // it names a part of the description instead of what is embedded
		case strings.Contains(line, "// Embedded fields"):
			out = append(out, "")
			continue
		case match == nil:
			out = append(out, line)
			continue
		}

		indent, name, description := match[1], match[2], match[3]
		declaration := declared(lines[i+1:])

		switch {
		case indent == "" && strings.HasPrefix(declaration, "type "+name+" "):
			line = "// " + name + " " + sentence(description)
		case indent != "" && strings.HasPrefix(declaration, indent+name+" "):
			line = indent + "// " + description
		}

		out = append(out, wrap(line)...)
	}

	return strings.Join(out, "\n")
}

// declared returns the line that a comment belongs to.
func declared(after []string) string {
	i := slices.IndexFunc(after, func(line string) bool { return !strings.HasPrefix(strings.TrimSpace(line), "//") })
	return after[max(i, 0)]
}

// verbs has the verb that makes a sentence of the name of a type and of a description that begins with a word.
var verbs = map[string]string{
	"A":          "is a",
	"All":        "lists all",
	"An":         "is an",
	"Changes":    "has changes",
	"Everything": "has everything",
	"How":        "says how",
	"ID":         "is the ID",
	"Members":    "lists members",
	"One":        "is one",
	"Something":  "is something",
	"The":        "is the",
	"Version":    "is the version",
	"What":       "says what",
	"Where":      "says where",
	"Whether":    "says whether",
}

// sentence returns a description that continues a sentence which begins with a name.
func sentence(description string) string {
	first, rest, _ := strings.Cut(description, " ")
	if verb := verbs[first]; verb != "" {
		return verb + " " + rest
	}

	return description
}

// wrap breaks a comment into lines of at most width columns. It returns other lines as they are.
func wrap(line string) []string {
	text := strings.TrimLeft(line, "\t")
	columns := 4 * (len(line) - len(text))
	if !strings.HasPrefix(text, "// ") || columns+len([]rune(text)) <= width {
		return []string{line}
	}

	start := strings.Repeat("\t", columns/4) + "//"
	var lines []string
	current, length := start, columns+2
	for word := range strings.FieldsSeq(strings.TrimPrefix(text, "//")) {
		if size := len([]rune(word)) + 1; length+size > width {
			lines, current, length = append(lines, current), start, columns+2
		}

		current += " " + word
		length += len([]rune(word)) + 1
	}

	return append(lines, current)
}
