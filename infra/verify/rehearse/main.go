// Command rehearse deploys the built stack to a stand-in for AWS on loopback (moto) and checks the result with the
// AWS CLI. It deploys with the program of `make deploy`, without a terminal:
//
//   - a first deployment that fails half way, and again
//   - the table, functions, policies, routes, schedule and queue
//   - the same deployment again, changes of parameters, a custom domain
//   - a restore with the commands of docs/operating.md, and the way back
//   - a second region with a copy of the table, and the way back
//   - an upgrade from an earlier commit
//   - a tear-down that keeps the data, and a deployment that adopts it
//   - the commands of docs/operating.md that remove data
//
// It calls the authorizer with tokens after each of these that concerns the table or the code. The stand-in runs no
// functions, so the rehearsal runs the code that was uploaded, with the environment that the stand-in stores.
//
// At the end it lists what the stand-in can't show.
//
// usage: go run ./infra/verify/rehearse
//
// Run it at the repository's root. It exits with status 1 if a check fails. It ends within 45 minutes and leaves
// nothing running. The built functions, the packaged template and the translated template stay in .local/rehearse.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const (
	stackName = "leasehold"
	// timeout limits the whole rehearsal. The first build of the functions takes about three minutes, and that of the
	// earlier commit as long again.
	timeout = 45 * time.Minute
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	err := rehearse(ctx)
	cancel()

	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func rehearse(ctx context.Context) (err error) {
	root, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("find the repository: %w", err)
	}

	work := filepath.Join(root, ".local", "rehearse")
	if err := os.MkdirAll(work, 0o755); err != nil {
		return fmt.Errorf("create the working directory: %w", err)
	}

	tools, current := tools{root: root, work: work, region: mainRegion}, release{sources: root, work: work}
	fmt.Println("Building the stack with sam build ...")
	if err := tools.build(ctx, current); err != nil {
		return err
	}

	earlier, err := tools.previous(ctx, current)
	if err != nil {
		return err
	}

	fmt.Println("Building an earlier commit ...")
	if err := tools.build(ctx, earlier); err != nil {
		return err
	}

	cloud, err := start(ctx, tools)
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, cloud.stop()) }()

	cloud.release = current
	if err := cloud.check(ctx, earlier); err != nil {
		return err
	}

	return cloud.printGaps()
}
