package client_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/local/signin"
	"github.com/leasehold-dev/leasehold/pkg/client"
)

// TestMain runs the examples against the local runner, in an organization with three members.
func TestMain(m *testing.M) {
	running, err := runner.Start(context.Background(), runner.Options{Log: os.Stderr})
	if err == nil {
		err = populate(context.Background(), running.APIURL())
	}

	code := 1
	if err == nil {
		code = m.Run()
	} else {
		fmt.Fprintln(os.Stderr, err)
	}

	if running != nil {
		running.Close()
	}

	os.Exit(code)
}

// populate signs Ada in, creates her organization, and sets the variables that the examples read.
func populate(ctx context.Context, url string) error {
	session, err := signin.Session(ctx, url, "ada@example.com")
	if err != nil {
		return err
	}

	c, err := client.New(url, session.Secret)
	if err != nil {
		return err
	}

	organization, err := c.CreateOrganization(ctx, client.OrganizationCreate{Name: "Analytical Engines"})
	if err != nil {
		return err
	}

	for _, email := range []string{"charles@example.com", "mary@example.com"} {
		if _, err := c.InviteMember(ctx, organization.ID, client.MemberInvite{Email: email}); err != nil {
			return err
		}
	}

	return errors.Join(
		os.Setenv("LEASEHOLD_URL", url),
		os.Setenv("LEASEHOLD_TOKEN", session.Secret),
		os.Setenv("LEASEHOLD_ORG", organization.ID),
	)
}
