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

// Neighbour is an API of another template, served beside the runner's own on a port of its own.
type Neighbour struct {
	// Template is the path of the template, as Options.With has it.
	Template string
	// API is the API as it was read.
	API template.API

	listener net.Listener
}

// URL is where the API answers, with its stage, such as http://127.0.0.1:3001/v1.
func (n *Neighbour) URL() string {
	base := "http://" + n.listener.Addr().String()
	if n.API.Stage == template.DefaultStage {
		return base
	}

	return base + "/" + n.API.Stage
}

// Example is the URL of a route that can be got as it is; that of the API when there is none.
func (n *Neighbour) Example() string {
	for _, route := range n.API.Routes {
		if (route.Method == http.MethodGet || route.Method == "ANY") && strings.HasPrefix(route.Path, "/") && !strings.Contains(route.Path, "{") {
			return n.URL() + route.Path
		}
	}

	return n.URL() + "/"
}

// Neighbours are the APIs of the other templates, in the order in which their ports follow.
func (r *Runner) Neighbours() []*Neighbour { return r.neighbours }

// loadNeighbours reads the other templates, which may import what the runner's own exports, takes a port for each of their
// APIs and makes their functions ready.
func (r *Runner) loadNeighbours(ctx context.Context) error {
	var declared []template.Function
	for _, path := range r.options.With {
		stack := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		loaded, err := template.LoadStack(path, template.Stack{Name: stack, Imports: r.loaded.Exports})
		if err != nil {
			return fmt.Errorf("the template of --with is wrong: %w", err)
		}

		if err := servable(path, loaded); err != nil {
			return err
		}

		declared = append(declared, loaded.Functions...)

		for _, api := range loaded.APIs {
			if err := r.settle(&Neighbour{Template: path, API: api}); err != nil {
				return err
			}
		}
	}

	return r.prepareInline(ctx, declared)
}

// prepareInline puts the code of the neighbours' functions in place.
func (r *Runner) prepareInline(ctx context.Context, declared []template.Function) error {
	if len(declared) == 0 {
		return nil
	}

	interpreter, err := python.Interpreter(ctx)
	if err != nil {
		return err
	}

	names := map[string]bool{}
	for _, function := range r.loaded.Functions {
		names[function.Name] = true
	}

	for _, function := range declared {
		if names[function.Name] {
			return fmt.Errorf("two functions have the name %s, which is the template's file name and theirs: give one of the files of --with another name", function.Name)
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

// servable refuses what of another template the runner would leave out.
func servable(path string, loaded *template.Template) error {
	for _, function := range loaded.Functions {
		if function.InlineCode == "" {
			return fmt.Errorf("%s: %s has its code in %s: of another template the local runner runs functions with InlineCode only", path, function.LogicalID, function.Dir)
		}
	}

	switch {
	case len(loaded.Tables) > 0:
		return fmt.Errorf("%s describes the table %s: of another template the local runner serves APIs only", path, loaded.Tables[0].LogicalID)
	case len(loaded.Schedules) > 0:
		return fmt.Errorf("%s has the schedule %s: of another template the local runner serves APIs only", path, loaded.Schedules[0].Rule)
	case len(loaded.Unserved) > 0:
		return fmt.Errorf("%s has the %s: of another template the local runner serves APIs only", path, loaded.Unserved[0])
	case len(loaded.APIs) == 0:
		return fmt.Errorf("%s describes no API: there is nothing to serve", path)
	}

	return nil
}

// settle gives a neighbour the next port, or any when the runner itself took any.
func (r *Runner) settle(neighbour *Neighbour) error {
	port := r.options.Port
	if port != 0 {
		port += 1 + len(r.neighbours)
	}

	listener, err := listen(port)
	if err != nil {
		return fmt.Errorf("%s of %s: %w", neighbour.API.LogicalID, neighbour.Template, err)
	}

	neighbour.listener = listener
	r.neighbours = append(r.neighbours, neighbour)
	return nil
}

// serveNeighbours answers on the neighbours' ports. Their authorizer is whichever function they name: Leasehold's own, in
// the very process that Leasehold's API asks.
func (r *Runner) serveNeighbours(context.Context) error {
	for _, neighbour := range r.neighbours {
		served, err := gateway.New(neighbour.API, r.functions, gateway.Options{Log: r.options.Log})
		if err != nil {
			return fmt.Errorf("the template of --with is wrong: %w", err)
		}

		r.answer(neighbour.listener, onlyLoopback(served))
	}

	return nil
}
