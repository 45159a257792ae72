package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestOperatingHasTheCommands finds the commands in docs/operating.md and checks their syntax, so that a heading or a block
// that moved fails here and not only in make rehearse, which runs the commands.
func TestOperatingHasTheCommands(t *testing.T) {
	document := tools{root: "../../.."}
	for _, c := range []struct {
		heading string
		block   int
		first   string
		last    string
	}{
		{"Restore", 0, "PATH=$PWD/.local/venv/bin:$PATH", "# repeat it if it gives up"},
		{"A second region", 0, "   for region in FIRST SECOND; do", "done"},
		{"A second region", 1, "   aws backup create-backup-plan ", `table/TABLE"]}'`},
		{"A second region", 2, "   aws backup list-recovery-points-by-backup-vault ", "# repeat it if it gives up"},
		{"A second region", 3, "   make deploy ", `ARGS="--region SECOND"`},
		{"A second region", 4, "   aws apigateway get-domain-name ", `regionalHostedZoneId]"`},
		{"Tear down", 0, "PATH=$PWD/.local/venv/bin:$PATH", "sam delete --stack-name " + stackName},
		{"Tear down", 1, "aws dynamodb update-table --table-name TABLE", "# for each nested stack that is left"},
	} {
		commands, err := document.commands(c.heading, c.block)
		if err != nil {
			t.Error(err)
			continue
		}

		if !strings.HasPrefix(commands, c.first) || !strings.HasSuffix(strings.TrimSpace(commands), c.last) {
			t.Errorf("block %d under %s is\n%s\nwant it to start with %q and to end with %q",
				c.block, c.heading, commands, c.first, c.last)
		}

		syntax := exec.Command("bash", "-n")
		syntax.Stdin = strings.NewReader(commands)
		if output, err := syntax.CombinedOutput(); err != nil {
			t.Errorf("block %d under %s has a syntax error: %v: %s", c.block, c.heading, err, output)
		}
	}

	restore, err := document.commands("Restore", 0)
	if err != nil || !strings.Contains(restore, "NEW="+restored+"\n") {
		t.Errorf("the commands under Restore do not restore into %s, the table that the rehearsal checks (error %v)",
			restored, err)
	}

	if commands, err := document.commands("Restore", 9); err == nil {
		t.Errorf("block 9 under Restore does not exist, but commands returned %q, want an error", commands)
	}
}
