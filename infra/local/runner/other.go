package runner

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/emulator/gateway"
	"github.com/leasehold-dev/leasehold/infra/emulator/python"
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
	var declared []template.Function
	for _, with := range r.options.With {
		path := with.Template
		loaded, err := template.LoadStack(path, template.Stack{
			Name:       strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)),
			Parameters: with.Parameters,
			Imports:    r.loaded.Exports,
		})
		if err != nil {
			return fmt.Errorf("a template of --with is wrong: %w", err)
		}

		if err := checkOther(path, loaded); err != nil {
			return err
		}

		declared = append(declared, loaded.Functions...)

		for _, api := range loaded.APIs {
			if err := r.open(&OtherAPI{Template: path, API: api}); err != nil {
				return err
			}
		}
	}

	return r.prepareInline(ctx, declared)
}

// prepareInline writes the code of the other templates' functions to the data directory.
func (r *Runner) prepareInline(ctx context.Context, declared []template.Function) error {
	if len(declared) == 0 {
		return nil
	}

	interpreter, err := python.Interpreter(ctx)
	if err != nil {
		return fmt.Errorf("%w, or omit --with", err)
	}

	names := map[string]bool{}
	for _, function := range r.loaded.Functions {
		names[function.Name] = true
	}

	for _, function := range declared {
		if names[function.Name] {
			return fmt.Errorf("two functions have the name %s, which consists of the names of the template's file and the resource: "+
				"rename one of the files of --with", function.Name)
		}

		names[function.Name] = true
		ready, err := python.Function(function, interpreter, filepath.Join(r.dataDir(), "inline"))
		if err != nil {
			return err
		}

		r.inline = append(r.inline, ready)
	}

	return nil
}

// checkOther rejects everything that the runner would ignore in another template.
func checkOther(path string, loaded *template.Template) error {
	for _, function := range loaded.Functions {
		if function.InlineCode == "" {
			return fmt.Errorf("%s: %s has its code in %s, but functions in a template of --with must have InlineCode",
				path, function.LogicalID, function.Dir)
		}
	}

	const onlyAPIs = "the local runner serves only APIs of a template of --with"
	switch {
	case len(loaded.Tables) > 0:
		return fmt.Errorf("%s describes the table %s, but %s", path, loaded.Tables[0].LogicalID, onlyAPIs)
	case len(loaded.Schedules) > 0:
		return fmt.Errorf("%s has the schedule %s, but %s", path, loaded.Schedules[0].Rule, onlyAPIs)
	case len(loaded.Unserved) > 0:
		return fmt.Errorf("%s has the %s, but %s", path, loaded.Unserved[0], onlyAPIs)
	case len(loaded.APIs) == 0:
		return fmt.Errorf("%s describes no API: there is nothing to serve", path)
	}

	return nil
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
		served, err := gateway.New(other.API, r.functions, gateway.Options{Log: r.options.Log})
		if err != nil {
			return fmt.Errorf("a template of --with is wrong: %w", err)
		}

		r.answer(other.listener, onlyLoopback(served))
	}

	return nil
}
