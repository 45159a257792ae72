package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// document is the API's description in one format, cut where the address of the deployment belongs.
type document struct{ before, after string }

// unknown stands for the address while a description is converted. No text of the description contains it.
const unknown = "https://deployment.invalid"

// servers matches the description's list of servers, up to the next key at the top level.
var servers = regexp.MustCompile(`(?m)^servers:\n(?:[ #].*\n|\n)+`)

// asYAML returns the description with one server, the deployment that serves it, instead of those in the file.
func asYAML(description string) (document, error) {
	at := servers.FindStringIndex(description)
	if at == nil {
		return document{}, errors.New("cut the description: it has no servers")
	}

	return document{
		before: description[:at[0]] + "servers:\n  - url: ",
		after:  "\n    description: The deployment that serves this description.\n" + description[at[1]:],
	}, nil
}

// asJSON converts a description in YAML. Names keep their order, because pages and generators show operations in it.
func asJSON(description document) (document, error) {
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(description.at(unknown)), &root); err != nil {
		return document{}, fmt.Errorf("read the description: %w", err)
	}

	var text bytes.Buffer
	if err := writeJSON(&text, root.Content[0]); err != nil {
		return document{}, fmt.Errorf("convert the description: %w", err)
	}

	before, after, found := strings.Cut(text.String(), quoted(unknown))
	if !found {
		return document{}, errors.New("cut the description: it has no servers")
	}

	return document{before, after}, nil
}

// at returns the description of the deployment at an address.
func (d document) at(base string) string { return d.before + quoted(base) + d.after }

// quoted returns a text as a JSON string, which is also a YAML scalar.
func quoted(text string) string {
	quoted, _ := json.Marshal(text) // a string has no error
	return string(quoted)
}

// writeJSON writes a node of YAML as JSON.
func writeJSON(to *bytes.Buffer, node *yaml.Node) error {
	switch node.Kind {
	case yaml.MappingNode:
		return writeList(to, "{", "}", node.Content, ",:")
	case yaml.SequenceNode:
		return writeList(to, "[", "]", node.Content, ",")
	case yaml.ScalarNode:
		return writeScalar(to, node)
	default:
		return fmt.Errorf("line %d: the node is neither a mapping, a sequence nor a scalar", node.Line)
	}
}

// writeList writes nodes between two brackets. The separators alternate; the first one precedes every node but the first.
func writeList(to *bytes.Buffer, open, end string, nodes []*yaml.Node, separators string) error {
	to.WriteString(open)

	for i, node := range nodes {
		if i > 0 {
			to.WriteByte(separators[i%len(separators)])
		}

		if err := writeJSON(to, node); err != nil {
			return err
		}
	}

	to.WriteString(end)
	return nil
}

// writeScalar writes a text, number, boolean or null. A name in a mapping is a text whatever it looks like, and so the
// description quotes the ones that look like numbers.
func writeScalar(to *bytes.Buffer, node *yaml.Node) error {
	if node.Tag == "!!str" {
		to.WriteString(quoted(node.Value))
		return nil
	}

	var value any
	if err := node.Decode(&value); err != nil {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}

	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}

	to.Write(text)
	return nil
}
