package runner

import (
	"context"
	"fmt"
	"maps"

	"github.com/leasehold-dev/leasehold/infra/emulator/schedule"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// loadTemplate reads the template and rejects what the runner can't serve.
func (r *Runner) loadTemplate(context.Context) error {
	parameters, err := r.parameters()
	if err != nil {
		return fmt.Errorf("the template is wrong: %w", err)
	}

	loaded, err := template.Load(r.options.Template, parameters)
	if err != nil {
		return fmt.Errorf("the template is wrong: %w", err)
	}

	if err := checkMain(loaded); err != nil {
		return fmt.Errorf("the template is wrong: %w", err)
	}

	for _, scheduled := range loaded.Schedules {
		if _, _, err := schedule.Every(scheduled.Expression); err != nil {
			return fmt.Errorf("the template is wrong: %s: %w", scheduled.Function, err)
		}
	}

	r.loaded = loaded
	return nil
}

// parameters returns the given parameters, and local values for those that name this runner's own addresses.
func (r *Runner) parameters() (map[string]string, error) {
	parameters := map[string]string{}
	maps.Copy(parameters, r.options.Parameters)

	stage := parameters["StageName"]
	if stage == "" {
		stage = "v1"
	}

	local := map[string]string{
		"OidcIssuer":   r.IssuerURL(),
		"OidcClientId": ClientID,
		"MailSender":   "no-reply@leasehold.localhost",
		"ApiScopes":    "orders:read orders:write", // of the APIs in infra/stack/examples
		"Events":       "on",
		"ConsoleUrl":   r.BaseURL() + "/" + stage + "/console",
	}

	for name, value := range local {
		declared, err := template.Declares(r.options.Template, name)
		if err != nil {
			return nil, err
		}

		if _, given := parameters[name]; declared[name] && !given {
			parameters[name] = value
		}
	}

	return parameters, nil
}

// checkMain rejects HTTP APIs and InlineCode, which the runner supports only in the templates of Options.With.
func checkMain(loaded *template.Template) error {
	for _, api := range loaded.APIs {
		if api.Protocol == template.HTTP {
			return fmt.Errorf("%s is an HTTP API: move it to another template and serve that one with --with", api.LogicalID)
		}
	}

	for _, function := range loaded.Functions {
		if function.InlineCode != "" {
			return fmt.Errorf("%s has InlineCode: move it to another template and serve that one with --with", function.LogicalID)
		}
	}

	return nil
}
