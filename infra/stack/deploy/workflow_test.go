package main

import (
	"io"
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
