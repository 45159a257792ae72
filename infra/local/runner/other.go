package runner

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/emulator/gateway"
	"github.com/leasehold-dev/leasehold/infra/emulator/interpreted"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// OtherAPI is an API of another template, served on its own port.
type OtherAPI struct {
	// Template is the path of the template, as given in Options.With.
	Template string

	// API is the API as the template describes it.
	API template.API

	listener net.Listener
}

// URL returns the address of the API with its stage, such as http://127.0.0.1:3001/v1.
func (o *OtherAPI) URL() string {
	base := "http://" + o.listener.Addr().String()
	if o.API.Stage == template.DefaultStage {
		return base
	}

	return base + "/" + o.API.Stage
}

// Example returns the URL of a route that GET reaches, in which organization stands for the path parameter of that name.
// If every route has other parameters, it returns the API's URL.
func (o *OtherAPI) Example(organization string) string {
	for _, route := range o.API.Routes {
		readable := route.Method == http.MethodGet || route.Method == "ANY"
		path := strings.ReplaceAll(route.Path, "{organization}", organization)
		fixed := strings.HasPrefix(path, "/") && !strings.Contains(path, "{")
		if readable && fixed {
			return o.URL() + path
		}
	}

	return o.URL() + "/"
}

// loadOthers reads the templates of Options.With with the main template's exports as their imports, opens a port for
// each of their APIs, and prepares their functions.
func (r *Runner) loadOthers(ctx context.Context) error {
	names, programs := map[string]bool{}, &interpreted.Programs{}
	for _, function := range r.loaded.Functions {
		names[function.Name] = true
	}

	for _, with := range r.options.With {
		loaded, err := r.loadOther(with)
		if err != nil {
			return fmt.Errorf("a template of --with is wrong: %w", err)
		}

		for _, function := range loaded.Functions {
			if names[function.Name] {
				return fmt.Errorf("two functions have the name %s, which consists of the names of the template and the resource: "+
					"rename one of the files of --with", function.Name)
			}

			names[function.Name] = true
			if err := r.prepareOther(ctx, with.Template, function, programs); err != nil {
				return fmt.Errorf("a template of --with is wrong: %s: %w", with.Template, err)
			}
		}

		for _, api := range loaded.APIs {
			if err := r.open(&OtherAPI{Template: with.Template, API: api}); err != nil {
				return err
			}
		}
	}

	return nil
}

// loadOther reads a template. It rejects one without an API, and reports what is not served of one with an API.
func (r *Runner) loadOther(with Other) (*template.Template, error) {
	loaded, err := template.LoadStack(with.Template, template.Stack{
		Name:       stackName(with.Template),
		Parameters: with.Parameters,
		Imports:    r.loaded.Exports,
		Foreign:    true,
	})
	if err != nil {
		return nil, err
	}

	if len(loaded.APIs) == 0 {
		return nil, fmt.Errorf("%s describes no API: name a template with an AWS::Serverless::Api or an AWS::Serverless::HttpApi, "+
			"or a function with Api or HttpApi events", with.Template)
	}

	for _, what := range ignored(loaded) {
		fmt.Fprintf(r.options.Log, "  %s: %s\n", with.Template, what)
	}

	return loaded, nil
}

// ignored describes what the runner leaves out of another template: it serves only the APIs and their functions.
func ignored(loaded *template.Template) []string {
	var lines []string
	for _, table := range loaded.Tables {
		lines = append(lines, "the table "+table.LogicalID+" is not created")
	}

	for _, schedule := range loaded.Schedules {
		lines = append(lines, "the schedule "+schedule.Rule+" of "+schedule.Function+" does not run")
	}

	for _, event := range loaded.Unserved {
		lines = append(lines, "nothing sends the "+event)
	}

	for _, function := range loaded.Functions {
		if function.Layers > 0 {
			lines = append(lines, "the layers of "+function.LogicalID+" are absent: put what they hold in its directory")
		}
	}

	return lines
}

// notInNames matches what the name of a stack can't contain.
var notInNames = regexp.MustCompile(`[^A-Za-z0-9-]+`)

// stackName returns the name of the stack of another template: the name of its file or, for the usual template.yaml, of its
// directory. What sam build makes has the name of the directory that it was made in.
func stackName(path string) string {
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	if absolute, err := filepath.Abs(path); err == nil && name == "template" {
		dir := strings.TrimSuffix(filepath.Dir(absolute), filepath.FromSlash("/.aws-sam/build"))
		name = filepath.Base(dir)
	}

	return strings.Trim(notInNames.ReplaceAllString(name, "-"), "-")
}

// prepareOther prepares a function of another template.
func (r *Runner) prepareOther(ctx context.Context, path string, declared template.Function, programs *interpreted.Programs) error {
	prepared, err := programs.Prepare(ctx, declared, filepath.Dir(path), filepath.Join(r.dataDir(), "others"))
	r.prepared = append(r.prepared, prepared)
	return err
}

// open opens the next port for an API, or any free one if Options.Port is 0.
func (r *Runner) open(other *OtherAPI) error {
	port := r.options.Port
	if port != 0 {
		port += 1 + len(r.others)
	}

	listener, err := listen(port)
	if err != nil {
		return fmt.Errorf("%s of %s: %w", other.API.LogicalID, other.Template, err)
	}

	other.listener = listener
	r.others = append(r.others, other)
	return nil
}

// serveOthers serves the other APIs. Those that name the main template's authorizer share its process.
func (r *Runner) serveOthers(context.Context) error {
	for _, other := range r.others {
		served, err := gateway.New(other.API, r.requests, gateway.Options{Log: r.options.Log})
		if err != nil {
			return fmt.Errorf("a template of --with is wrong: %w", err)
		}

		r.answer(other.listener, onlyLoopback(r.requests.Observe(served)))
	}

	return nil
}
