package main

import (
	"io"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// TestTheExampleWorkflow checks that the workflow stores no keys, pins its actions by commit, and runs `make deploy` with
// options that exist.
func TestTheExampleWorkflow(t *testing.T) {
	text, err := os.ReadFile("../examples/deploy-workflow.yml")
	if err != nil {
		t.Fatal(err)
	}

	var workflow struct {
		Jobs map[string]struct {
			Permissions map[string]string
			Steps       []struct{ Uses, Run string }
		}
	}
	if err := yaml.Unmarshal(text, &workflow); err != nil {
		t.Fatal(err)
	}

	job := workflow.Jobs["deploy"]
	if job.Permissions["id-token"] != "write" || len(job.Permissions) != 2 || strings.Contains(string(text), "secrets.") {
		t.Errorf("the job has the permissions %v, want contents and id-token, and no secrets", job.Permissions)
	}

	pinned := regexp.MustCompile(`^[a-z-]+/[a-z-]+@[0-9a-f]{40}$`)
	deploys := false
	for _, step := range job.Steps {
		if step.Uses != "" && !pinned.MatchString(step.Uses) {
			t.Errorf("%s is not pinned by commit", step.Uses)
		}

		if arguments, found := strings.CutPrefix(step.Run, `make deploy ARGS="`); found {
			deploys = true
			if _, err := parse("deploy", strings.Fields(strings.TrimSuffix(arguments, `"`)), io.Discard); err != nil {
				t.Errorf("%s: %v", step.Run, err)
			}
		}
	}

	if !deploys {
		t.Error("no step runs make deploy")
	}
}

// TestTheRoleOfTheWorkflow checks that the role trusts one environment of one repository only.
func TestTheRoleOfTheWorkflow(t *testing.T) {
	text, err := os.ReadFile("../examples/deploy-role.yml")
	if err != nil {
		t.Fatal(err)
	}

	var template struct {
		Resources struct {
			Role struct {
				Properties struct {
					AssumeRolePolicyDocument struct {
						Statement []struct {
							Condition map[string]map[string]string `yaml:"Condition"`
						} `yaml:"Statement"`
					} `yaml:"AssumeRolePolicyDocument"`
				} `yaml:"Properties"`
			} `yaml:"Role"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}

	trust := template.Resources.Role.Properties.AssumeRolePolicyDocument.Statement
	if len(trust) != 1 || len(trust[0].Condition) != 1 {
		t.Fatalf("the role trusts %+v, want one statement with one kind of condition", trust)
	}

	const issuer = "token.actions.githubusercontent.com:"
	want := map[string]string{
		issuer + "aud": "sts.amazonaws.com",
		issuer + "sub": "repo:${Repository}:environment:${Environment}",
	}
	if got := trust[0].Condition["StringEquals"]; !maps.Equal(got, want) {
		t.Errorf("the role requires %v, want %v", got, want)
	}
}
