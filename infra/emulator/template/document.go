package template

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v4"
)

// document is one template file with its parameters, before its references are resolved.
type document struct {
	file       string
	stack      string // the stack's name, followed by the logical IDs of nested stacks
	root       *yaml.Node
	parameters map[string]string
	imports    map[string]string // exports of other stacks
	foreign    bool              // whether functions are named after their resources
	resources  map[string]*yaml.Node
	conditions map[string]*yaml.Node
	mappings   map[string]*yaml.Node
	outputs    map[string]*yaml.Node
	nested     map[string]*document
	resolving  map[string]bool // the names being resolved, to reject circular references
}

// open reads a template file as the stack of that name. Parameters that are not given take their defaults.
func open(file, name string, stack Stack) (*document, error) {
	d, err := parse(file)
	if err != nil {
		return nil, err
	}

	d.stack, d.imports, d.foreign = name, stack.Imports, stack.Foreign
	d.resources, d.conditions = entries(d.section("Resources")), entries(d.section("Conditions"))
	d.mappings, d.outputs = entries(d.section("Mappings")), entries(d.section("Outputs"))
	if len(d.resources) == 0 {
		return nil, fmt.Errorf("%s is not a template: it has no Resources", file)
	}

	return d, d.settle(stack.Parameters)
}

func parse(file string) (*document, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}

	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, fmt.Errorf("%s is not YAML: %w", file, err)
	}

	if len(root.Content) == 0 || root.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s is not a template: it is not a mapping", file)
	}

	return &document{
		file:      file,
		root:      longForm(root.Content[0]),
		nested:    map[string]*document{},
		resolving: map[string]bool{},
	}, nil
}

func (d *document) section(name string) *yaml.Node { return child(d.root, name) }

// stackOf returns the nested stack that a resource describes. It reads each stack only once.
func (d *document) stackOf(id string) (*document, error) {
	if nested := d.nested[id]; nested != nil {
		return nested, nil
	}

	resource, where := d.resources[id], "Resources."+id
	properties := child(resource, "Properties")
	location := child(properties, "TemplateURL")
	if location == nil {
		location = child(properties, "Location")
	}

	if location == nil || location.Kind != yaml.ScalarNode || strings.Contains(location.Value, "://") {
		return nil, d.errorf(resource, where, "a nested stack needs the path of a local template")
	}

	given := map[string]string{}
	for name, node := range entries(child(properties, "Parameters")) {
		value, err := d.value(node, where+".Parameters."+name)
		if err != nil {
			return nil, err
		}

		if given[name], err = text(value); err != nil {
			return nil, d.errorf(node, where+".Parameters."+name, "%v", err)
		}
	}

	nested, err := open(filepath.Join(filepath.Dir(d.file), location.Value), d.stack+"-"+id, Stack{
		Parameters: given,
		Imports:    d.imports,
		Foreign:    d.foreign,
	})
	if err != nil {
		return nil, fmt.Errorf("nested stack %s: %w", id, err)
	}

	d.nested[id] = nested
	return nested, nil
}

// include resolves Fn::Transform with AWS::Include: the contents of another file, as if they were written here. On AWS the
// file is in S3, where sam package puts a local one.
func (d *document) include(argument *yaml.Node, where string) (any, error) {
	location, err := d.value(child(child(argument, "Parameters"), "Location"), where+".Location")
	if err != nil {
		return nil, err
	}

	if name := scalarText(orEmpty(child(argument, "Name"))); name != "AWS::Include" {
		return nil, d.errorf(argument, where, "the emulator does not support the macro %s: write in a copy what it makes", name)
	}

	path := asText(location)
	if path == "" || strings.Contains(path, "://") {
		return nil, d.errorf(argument, where, "AWS::Include needs a local file: download it and give its path as Location")
	}

	included, err := parse(filepath.Join(filepath.Dir(d.file), path))
	if err != nil {
		return nil, d.errorf(argument, where, "%v", err)
	}

	within := *d
	within.file = included.file

	return within.value(included.root, where)
}

// errorf returns an error that names the file, the line and the place.
func (d *document) errorf(node *yaml.Node, where, format string, arguments ...any) error {
	line := 0
	if node != nil {
		line = node.Line
	}

	return fmt.Errorf("%s:%d: %s: %s", d.file, line, where, fmt.Sprintf(format, arguments...))
}

// longForm rewrites the short forms of functions (!Ref x) to the long ones ({Ref: x}), and replaces aliases by their
// anchors.
func longForm(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return longForm(node.Alias)
	}

	for i := range node.Content {
		node.Content[i] = longForm(node.Content[i])
	}

	if !strings.HasPrefix(node.Tag, "!") || strings.HasPrefix(node.Tag, "!!") {
		return node
	}

	name := "Fn::" + node.Tag[1:]
	if node.Tag == "!Ref" || node.Tag == "!Condition" {
		name = node.Tag[1:]
	}

	argument := *node
	argument.Tag = ""
	key := &yaml.Node{
		Kind:  yaml.ScalarNode,
		Tag:   "!!str",
		Value: name,
		Line:  node.Line,
	}

	return &yaml.Node{
		Kind:    yaml.MappingNode,
		Tag:     "!!map",
		Line:    node.Line,
		Content: []*yaml.Node{key, &argument},
	}
}

// child returns the value of a key in a mapping; nil if there is none.
func child(node *yaml.Node, key string) *yaml.Node {
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}

	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}

	return nil
}

// entries returns the keys and values of a mapping.
func entries(node *yaml.Node) map[string]*yaml.Node {
	found := map[string]*yaml.Node{}
	if node == nil || node.Kind != yaml.MappingNode {
		return found
	}

	for i := 0; i+1 < len(node.Content); i += 2 {
		found[node.Content[i].Value] = node.Content[i+1]
	}

	return found
}

func scalarText(node *yaml.Node) string {
	if node.Kind != yaml.ScalarNode || node.Tag == "!!null" {
		return ""
	}
	return node.Value
}
