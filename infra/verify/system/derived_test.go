package system_test

import (
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/leasehold-dev/leasehold/pkg/secret"
)

func cmdDerive(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "derive NAME PARENT duration [scope…]")
	parent, ok := secret.Parse(ts.Getenv(args[1]))
	if !ok {
		ts.Fatalf("$%s is no token", args[1])
	}

	term, err := time.ParseDuration(args[2])
	ts.Check(err)

	derived, err := secret.Derive(parent, secret.Caveats{
		Expires: time.Now().Add(term),
		Scopes:  args[3:len(args):len(args)],
	})
	if len(args) == 3 {
		derived, err = secret.Derive(parent, secret.Caveats{Expires: time.Now().Add(term)})
	}

	ts.Check(err)
	ts.Setenv(args[0], derived.Reveal())
}
