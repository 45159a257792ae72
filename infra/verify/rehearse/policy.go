package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v4"
)

// role is the template of the role with which a pipeline deploys.
const role = "infra/stack/examples/deploy-role.yml"

// ofStandIn are the requests that only sam.py makes, because the stand-in for sam deploy has a bucket of its own.
var ofStandIn = []string{"s3:ListAllMyBuckets"}

// allowedActions returns the actions that the policies of a template allow, in lowercase, because IAM ignores case.
func allowedActions(text []byte) (map[string]bool, error) {
	var template struct {
		Resources map[string]struct {
			Properties struct {
				PolicyDocument struct {
					Statement []struct {
						Action yaml.Node `yaml:"Action"`
					} `yaml:"Statement"`
				} `yaml:"PolicyDocument"`
			} `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(text, &template); err != nil {
		return nil, fmt.Errorf("read the policies: %w", err)
	}

	allowed := map[string]bool{}
	for _, resource := range template.Resources {
		for _, statement := range resource.Properties.PolicyDocument.Statement {
			for _, action := range append(statement.Action.Content, &statement.Action) {
				allowed[strings.ToLower(action.Value)] = true
			}
		}
	}

	return allowed, nil
}

// actions returns the actions that the stand-in has printed.
func actions(log string) []string {
	var found []string
	for line := range strings.SplitSeq(log, "\n") {
		if action, ok := strings.CutPrefix(line, "action: "); ok {
			found = append(found, action)
		}
	}

	return found
}

// missing returns the actions that a policy does not allow, in the order of actions.
func missing(actions []string, allowed map[string]bool) []string {
	var missing []string
	for _, action := range actions {
		// The actions of API Gateway have the names of HTTP methods.
		name := action
		if strings.HasPrefix(action, "apigateway:Get") {
			name = "apigateway:GET"
		}

		if !allowed[strings.ToLower(name)] {
			missing = append(missing, action)
		}
	}

	return missing
}

// checkPolicy checks that the role of the example workflow may do everything that the programs of make deploy and
// make status did.
func (c *cloud) checkPolicy() error {
	log, err := os.ReadFile(c.log.Name())
	if err != nil {
		return fmt.Errorf("read the stand-in's log: %w", err)
	}

	text, err := os.ReadFile(filepath.Join(c.root, role))
	if err != nil {
		return fmt.Errorf("read the role: %w", err)
	}

	allowed, err := allowedActions(text)
	if err != nil {
		return err
	}

	for _, action := range ofStandIn {
		allowed[strings.ToLower(action)] = true
	}

	done := actions(string(log))
	if len(done) == 0 {
		return errors.New("the stand-in has printed no actions")
	}

	return compare("actions that "+role+" does not allow", missing(done, allowed), []string(nil))
}
