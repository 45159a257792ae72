package template

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
)

// noValue is the value of AWS::NoValue: a property that has it is absent.
type noValue struct{}

// value resolves a node to a string, a []any, a map[string]any or nil. Every scalar becomes a string, as in
// CloudFormation's parameters. where is the node's place, for errors.
func (d *document) value(node *yaml.Node, where string) (any, error) {
	switch {
	case node == nil:
		return nil, nil
	case node.Kind == yaml.ScalarNode && node.Tag == "!!null":
		return nil, nil
	case node.Kind == yaml.ScalarNode:
		return node.Value, nil
	case node.Kind == yaml.SequenceNode:
		return d.list(node, where)
	case len(node.Content) == 2 && isFunction(node.Content[0].Value):
		return d.call(node.Content[0].Value, node.Content[1], where)
	}

	values := map[string]any{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		name := node.Content[i].Value
		value, err := d.value(node.Content[i+1], where+"."+name)
		if err != nil {
			return nil, err
		}

		if value != (noValue{}) {
			values[name] = value
		}
	}

	return values, nil
}

func (d *document) list(node *yaml.Node, where string) ([]any, error) {
	values := []any{}
	for i, item := range node.Content {
		value, err := d.value(item, where+"["+strconv.Itoa(i)+"]")
		if err != nil {
			return nil, err
		}

		if value != (noValue{}) {
			values = append(values, value)
		}
	}

	return values, nil
}

// isFunction reports whether a key is the long form of an intrinsic function.
func isFunction(key string) bool { return key == "Ref" || strings.HasPrefix(key, "Fn::") }

// call resolves an intrinsic function.
func (d *document) call(function string, argument *yaml.Node, where string) (any, error) {
	if function == "Fn::If" {
		return d.choose(argument, where)
	}

	if function == "Fn::Sub" {
		return d.substitute(argument, where)
	}

	if function == "Fn::Transform" {
		return d.include(argument, where)
	}

	resolved, err := d.value(argument, where)
	if err != nil {
		return nil, err
	}

	var result any
	switch function {
	case "Ref":
		name, _ := resolved.(string)
		result, err = d.ref(name)
	case "Fn::GetAtt":
		result, err = d.attributeOf(resolved)
	case "Fn::Join":
		result, err = join(resolved)
	case "Fn::Select":
		result, err = choice(resolved)
	case "Fn::Split":
		result, err = split(resolved)
	case "Fn::ImportValue":
		result, err = d.imported(asText(resolved))
	case "Fn::FindInMap":
		return d.lookUp(resolved, argument, where)
	case "Fn::Base64":
		plain, _ := resolved.(string)
		result = base64.StdEncoding.EncodeToString([]byte(plain))
	default:
		err = fmt.Errorf("the emulator does not support %s", function)
	}

	if err != nil {
		return nil, d.errorf(argument, where, "%v", err)
	}

	return result, nil
}

// imported resolves Fn::ImportValue from the exports of other stacks.
func (d *document) imported(name string) (any, error) {
	value, found := d.imports[name]
	if !found {
		return nil, fmt.Errorf("no known stack exports %q", name)
	}

	return value, nil
}

// ref returns the value of a parameter, a pseudo parameter or a resource.
func (d *document) ref(name string) (any, error) {
	if value, ok := d.parameters[name]; ok && d.isList(name) {
		return items(value), nil
	} else if ok {
		return value, nil
	}

	switch name {
	case "AWS::NoValue":
		return noValue{}, nil
	case "AWS::Region":
		return lambda.Region, nil
	case "AWS::AccountId":
		return lambda.AccountID, nil
	case "AWS::Partition":
		return "aws", nil
	case "AWS::URLSuffix":
		return "amazonaws.com", nil
	case "AWS::StackName":
		return d.stack, nil
	case "AWS::StackId":
		return "arn:aws:cloudformation:" + lambda.Region + ":" + lambda.AccountID + ":stack/" + d.stack +
			"/00000000-0000-4000-8000-000000000000", nil
	}

	if d.resources[name] != nil {
		return d.physicalName(name)
	}

	if d.generated(name) {
		return d.generatedRef(name)
	}

	return nil, fmt.Errorf("there is no parameter or resource %q", name)
}

// generated reports whether SAM generates a resource of that name, such as a role, a stage or an alias, for one of the
// template's resources.
func (d *document) generated(name string) bool {
	if name == "ServerlessDeploymentApplication" { // of CodeDeploy, for all functions with a DeploymentPreference
		return true
	}

	for _, suffix := range []string{"Role", "Stage", ".Stage", "Deployment", ".Deployment", ".Version", ".Alias"} {
		if base, found := strings.CutSuffix(name, suffix); found && d.resources[base] != nil {
			return true
		}
	}

	return d.isEventRule(name) || d.aliased(name) != ""
}

// aliased returns the function whose alias SAM generates under that name: the logical ID of the function, Alias, and the name
// in AutoPublishAlias. It returns "" if there is none.
func (d *document) aliased(name string) string {
	for id, resource := range d.resources {
		alias, found := strings.CutPrefix(name, id+"Alias")
		if found && scalarText(orEmpty(child(child(resource, "Properties"), "AutoPublishAlias"))) == alias && alias != "" {
			return id
		}
	}

	return ""
}

// isEventRule reports whether SAM generates a rule of that name for an event of a function: the logical ID of the function
// and the name of the event.
func (d *document) isEventRule(name string) bool {
	for id, resource := range d.resources {
		event, found := strings.CutPrefix(name, id)
		if found && child(child(child(resource, "Properties"), "Events"), event) != nil {
			return true
		}
	}

	return false
}

// generatedRef returns the value of a reference to a generated resource: the ARN of an alias or a version, or the name
// of another resource.
func (d *document) generatedRef(name string) (any, error) {
	if id := d.aliased(name); id != "" {
		function, err := d.functionName(id)
		return lambda.ARN(function) + ":" + strings.TrimPrefix(name, id+"Alias"), err
	}

	base, qualifier, dotted := strings.Cut(name, ".")
	if !dotted || scalarText(orEmpty(child(d.resources[base], "Type"))) != "AWS::Serverless::Function" {
		return d.stack + "-" + name, nil
	}

	function, err := d.functionName(base)
	return lambda.ARN(function) + ":" + qualifier, err
}

// nameProperties maps types of resources to the property that sets the resource's name.
var nameProperties = map[string]string{
	"AWS::DynamoDB::Table":       "TableName",
	"AWS::DynamoDB::GlobalTable": "TableName",
	"AWS::Events::EventBus":      "Name",
}

// The ARNs of local tables, of their streams, and of event buses, without the name.
const (
	tableARN     = "arn:aws:dynamodb:" + lambda.Region + ":" + lambda.AccountID + ":table/"
	streamSuffix = "/stream/local"
	busARN       = "arn:aws:events:" + lambda.Region + ":" + lambda.AccountID + ":event-bus/"
)

// physicalName returns the name of a resource: the one that its properties set, or stack and logical ID.
func (d *document) physicalName(id string) (string, error) {
	kind := scalarText(orEmpty(child(d.resources[id], "Type")))
	if kind == "AWS::Serverless::Function" {
		return d.functionName(id)
	}

	if node := child(child(d.resources[id], "Properties"), nameProperties[kind]); node != nil {
		value, err := d.guarded("Resources."+id, node)
		if name, ok := value.(string); ok && err == nil {
			return name, nil
		}

		if err != nil {
			return "", err
		}
	}

	return d.stack + "-" + id, nil
}

func orEmpty(node *yaml.Node) *yaml.Node {
	if node == nil {
		return &yaml.Node{}
	}
	return node
}

// guarded resolves a node that others may refer to, and rejects a circular reference.
func (d *document) guarded(name string, node *yaml.Node) (any, error) {
	if d.resolving[name] {
		return nil, errors.New("the reference is circular")
	}

	d.resolving[name] = true
	defer delete(d.resolving, name)
	return d.value(node, name)
}

// attributeOf resolves Fn::GetAtt, given as "Resource.Attribute" or [Resource, Attribute].
func (d *document) attributeOf(argument any) (any, error) {
	var id, attribute string
	switch argument := argument.(type) {
	case string:
		id, attribute, _ = strings.Cut(argument, ".")
	case []any:
		if len(argument) == 2 {
			id, _ = argument[0].(string)
			attribute, _ = argument[1].(string)
		}
	}

	return d.attribute(id, attribute)
}

// attribute returns the value of a resource's attribute.
func (d *document) attribute(id, attribute string) (any, error) {
	resource := d.resources[id]
	if resource == nil && d.generated(id) {
		return "arn:aws:local:" + lambda.Region + ":" + lambda.AccountID + ":" + id + "/" + attribute, nil
	}

	if resource == nil {
		return nil, fmt.Errorf("there is no resource %q", id)
	}

	kind := scalarText(orEmpty(child(resource, "Type")))
	if output, found := strings.CutPrefix(attribute, "Outputs."); found && isStack(kind) {
		return d.output(id, output)
	}

	name, err := d.physicalName(id)
	if err != nil {
		return nil, err
	}

	switch {
	case kind == "AWS::Serverless::Function" && attribute == "Arn":
		return lambda.ARN(name), nil
	case kind == "AWS::DynamoDB::Table" && attribute == "Arn":
		return tableARN + name, nil
	case kind == "AWS::DynamoDB::Table" && attribute == "StreamArn":
		return tableARN + name + streamSuffix, nil
	case kind == "AWS::Events::EventBus" && attribute == "Arn":
		return busARN + name, nil
	}

	// No such resource is created, so its attributes only have to be distinct.
	return "arn:aws:local:" + lambda.Region + ":" + lambda.AccountID + ":" + name + "/" + attribute, nil
}

func isStack(kind string) bool {
	return kind == "AWS::CloudFormation::Stack" || kind == "AWS::Serverless::Application"
}

// output returns the value of a nested stack's output.
func (d *document) output(stack, output string) (any, error) {
	nested, err := d.stackOf(stack)
	if err != nil {
		return nil, err
	}

	node := child(nested.outputs[output], "Value")
	if node == nil {
		return nil, fmt.Errorf("nested stack %s has no output %q", stack, output)
	}

	return nested.guarded("Outputs."+output, node)
}

var placeholder = regexp.MustCompile(`\$\{[^}]*\}`)

// substitute resolves Fn::Sub, given as a string or as [string, {name: value}].
func (d *document) substitute(argument *yaml.Node, where string) (any, error) {
	pattern, own := argument, map[string]*yaml.Node{}
	if argument.Kind == yaml.SequenceNode && len(argument.Content) == 2 {
		pattern, own = argument.Content[0], entries(argument.Content[1])
	}

	if pattern.Kind != yaml.ScalarNode {
		return nil, d.errorf(argument, where, "Fn::Sub needs a string")
	}

	var failed error
	result := placeholder.ReplaceAllStringFunc(pattern.Value, func(match string) string {
		name := strings.TrimSpace(match[2 : len(match)-1])
		if strings.HasPrefix(name, "!") {
			return "${" + name[1:] + "}"
		}

		value, err := d.named(name, own, where)
		if err != nil && failed == nil {
			failed = d.errorf(pattern, where, "${%s}: %v", name, err)
		}

		return value
	})

	return result, failed
}

// named resolves one placeholder of Fn::Sub: a name in the function's own mapping, an attribute or a reference.
func (d *document) named(name string, own map[string]*yaml.Node, where string) (string, error) {
	var value any
	var err error
	switch id, attribute, dotted := strings.Cut(name, "."); {
	case own[name] != nil:
		value, err = d.value(own[name], where+"."+name)
	case dotted && !d.generated(name):
		value, err = d.attribute(id, attribute)
	default:
		value, err = d.ref(name)
	}

	if err != nil {
		return "", err
	}

	return text(value)
}

// text returns a value as a string. It joins a list with commas and rejects a mapping.
func text(value any) (string, error) {
	switch value := value.(type) {
	case string:
		return value, nil
	case nil, noValue:
		return "", nil
	case []any: // CommaDelimitedList parameters of nested stacks
		parts := make([]string, len(value))
		for i, item := range value {
			part, err := text(item)
			if err != nil {
				return "", err
			}

			parts[i] = part
		}

		return strings.Join(parts, ","), nil
	}

	return "", errors.New("a string is needed here")
}
