package template

import (
	"path"
	"path/filepath"
	"strings"
	"time"
)

// functionName returns the last element of CodeUri. For a function with InlineCode, and for every function of a stack with
// Stack.Foreign, it returns stack and logical ID, as in the names that CloudFormation generates. A function of such a stack can
// also have a FunctionName.
func (d *document) functionName(id string) (string, error) {
	if node := child(child(d.resources[id], "Properties"), "FunctionName"); d.foreign && node != nil {
		name, err := d.guarded("Resources."+id+".FunctionName", node)
		if text, ok := name.(string); ok || err != nil {
			return text, err
		}
	}

	if d.foreign || child(child(d.resources[id], "Properties"), "InlineCode") != nil {
		return d.stack + "-" + id, nil
	}

	code, err := d.codeURI(id)
	if err != nil {
		return "", err
	}

	return path.Base(path.Clean(code)), nil
}

// codeURI returns the CodeUri of a function. It rejects one that is not a local directory. Without one, sam build takes the
// directory of the template.
func (d *document) codeURI(id string) (string, error) {
	properties := d.properties(id, "Function")
	if d.foreign && properties.value("PackageType") == "Image" {
		properties.fail("PackageType", "a container image can't run here: run the function with another tool, and let that "+
			"invoke the authorizer")
		return "", properties.err
	}

	value := properties.value("CodeUri")
	if value == nil && d.foreign {
		value = "."
	}

	code := strings.TrimSpace(asText(value))
	if code == "" || strings.Contains(code, "://") {
		properties.fail("CodeUri", "the function needs a local directory: download its code and name the directory here")
	}

	return code, properties.err
}

// collectFunction adds a function with its routes and schedules.
func (d *document) collectFunction(id string, into *Template, routes map[string][]Route) error {
	name, err := d.functionName(id)
	if err != nil {
		return err
	}

	properties := d.properties(id, "Function")
	function := Function{
		LogicalID:   id,
		Name:        name,
		Environment: map[string]string{},
		InlineCode:  properties.text("InlineCode"),
		Runtime:     properties.text("Runtime"),
		Handler:     properties.text("Handler"),
		Timeout:     time.Duration(properties.number("Timeout", properties.value("Timeout"), 3)) * time.Second,
		MemoryMB:    properties.number("MemorySize", properties.value("MemorySize"), 128),
		Layers:      len(properties.list("Layers")),
	}

	if !d.foreign {
		function.Policies = properties.value("Policies")
	}

	if function.InlineCode == "" {
		code, err := d.codeURI(id)
		if err != nil {
			return err
		}

		function.Dir = filepath.Join(filepath.Dir(d.file), code)
	}

	for variable, value := range asMapping(properties.mapping("Environment")["Variables"]) {
		function.Environment[variable] = properties.asText("Environment", value)
	}

	logging := properties.mapping("LoggingConfig")
	setIfGiven(function.Environment, "AWS_LAMBDA_LOG_FORMAT", asText(logging["LogFormat"]))
	setIfGiven(function.Environment, "AWS_LAMBDA_LOG_LEVEL", asText(logging["ApplicationLogLevel"]))

	into.Functions = append(into.Functions, function)
	d.collectEvents(properties, name, into, routes)
	return properties.err
}

func setIfGiven(environment map[string]string, name, value string) {
	if value != "" {
		environment[name] = value
	}
}
