// Package demo fills a new local system with people, organizations, solutions and tokens, all made by real sign-ins and
// calls to the running API; time in between is let pass by ageing the table. It keeps a personal access token beside the
// data, so that the curl line that it prints works again after a restart.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/leasehold-dev/leasehold/infra/local/ageing"
	"github.com/leasehold-dev/leasehold/pkg/api"
)

// Demo is what a run of the local runner seeds.
type Demo struct {
	// TokenFile keeps the personal access token that is printed; readable by its owner only.
	TokenFile string

	base   string
	client *dynamodb.Client
	table  string
	orgs   map[string]string // name -> id
	calls  *caller
	shown  string // the token that is printed
}

// Token is the personal access token that Seed printed.
func (d *Demo) Token() string { return d.shown }

// Seed fills the system behind base, unless it was filled before, and returns what to print: a curl line that works.
func (d *Demo) Seed(ctx context.Context, base string, client *dynamodb.Client, table string) ([]string, error) {
	d.base, d.client, d.table = base, client, table
	d.orgs, d.calls = map[string]string{}, &caller{api: base + "/v1", tokens: map[string]string{}}
	token, err := d.token(ctx)
	if err != nil {
		return nil, err
	}

	d.shown = token
	return []string{
		"  Sign in to the console as Ada Lovelace or anybody else: no password is asked for.",
		"",
		"  A personal access token of Ada's, and a first call:",
		"",
		fmt.Sprintf("    curl -H 'Authorization: Bearer %s' %s/me", token, d.calls.api),
	}, nil
}

// token is the kept token while it opens the API, else a new one, after filling what is empty.
func (d *Demo) token(ctx context.Context) (string, error) {
	kept, err := os.ReadFile(d.TokenFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read the demo's token: %w", err)
	}

	token := strings.TrimSpace(string(kept))
	if token != "" && d.calls.opens(ctx, token) {
		return token, nil
	}

	var me api.Profile
	if err := d.calls.do(ctx, ada, http.MethodGet, "/me", nil, &me); err != nil {
		return "", err
	}

	if len(me.Memberships) == 0 {
		if err := d.fill(ctx); err != nil {
			return "", err
		}
	} else {
		d.orgs[aurora] = me.CurrentOrganization.ID
	}

	if token, err = d.pat(ctx, "Laptop"); err != nil {
		return "", err
	}

	if err := os.WriteFile(d.TokenFile, []byte(token+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("keep the demo's token: %w", err)
	}

	return token, nil
}

// fill tells a story of six weeks, so that the lists show every state that there is.
func (d *Demo) fill(ctx context.Context) error {
	for _, act := range []func(context.Context) error{d.found, d.hire, d.deploy, d.forget, d.lately} {
		if err := act(ctx); err != nil {
			return err
		}
	}

	return nil
}

// found makes the three organizations.
func (d *Demo) found(ctx context.Context) error {
	for _, o := range []struct{ name, owner string }{{aurora, ada}, {birch, "grace@example.com"}, {copper, "katherine@example.com"}} {
		var made api.Organization
		if err := d.calls.do(ctx, o.owner, http.MethodPost, "/organizations", api.OrganizationCreate{Name: o.name}, &made); err != nil {
			return err
		}

		d.orgs[o.name] = made.ID
	}

	return nil
}

// hire invites everybody but the one whose invitation is to be open, and has them sign in; then one is disabled, one denied.
func (d *Demo) hire(ctx context.Context) error {
	for _, m := range []struct {
		org, by, email string
		role           api.Role
	}{
		{birch, "grace@example.com", ada, api.RoleAdmin},
		{copper, "katherine@example.com", ada, api.RoleCreator},
		{aurora, ada, "grace@example.com", api.RoleAdmin},
		{aurora, ada, "alan@example.com", api.RoleCreator},
		{aurora, ada, "mary@example.com", api.RoleUser},
		{aurora, ada, "edsger@example.com", api.RoleCreator},
		{aurora, ada, "charles@example.com", api.RoleUser},
	} {
		if err := d.join(ctx, m.org, m.by, m.email, m.role); err != nil {
			return err
		}
	}

	for i, name := range crew {
		email := strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@example.com"
		role := []api.Role{api.RoleUser, api.RoleUser, api.RoleCreator}[i%3]
		if err := d.join(ctx, copper, "katherine@example.com", email, role); err != nil {
			return err
		}
	}

	disable := d.member(aurora, d.calls.id("edsger@example.com")) + "/disable"
	if err := d.calls.do(ctx, ada, http.MethodPost, disable, nil, nil); err != nil {
		return err
	}

	deny := d.member(aurora, d.calls.id("charles@example.com")) + "/role"
	return d.calls.do(ctx, ada, http.MethodPut, deny, api.RoleUpdate{Role: api.RoleDeny}, nil)
}

func (d *Demo) join(ctx context.Context, org, by, email string, role api.Role) error {
	if err := d.invite(ctx, org, by, email, role); err != nil {
		return err
	}
	return d.calls.signIn(ctx, email)
}

func (d *Demo) invite(ctx context.Context, org, by, email string, role api.Role) error {
	first, last := names(email)
	return d.calls.do(ctx, by, http.MethodPost, "/organizations/"+d.orgs[org]+"/members",
		api.MemberInvite{
			Email:     email,
			Role:      &role,
			FirstName: &first,
			LastName:  &last,
		}, nil)
}

func (d *Demo) member(org, user string) string {
	return "/organizations/" + d.orgs[org] + "/members/" + user
}

// deploy makes the solutions and assigns Ada, and a few others, to them.
func (d *Demo) deploy(ctx context.Context) error {
	for org, by := range map[string]string{aurora: ada, birch: "grace@example.com", copper: "katherine@example.com"} {
		for i, name := range solutions[org] {
			var made api.Solution
			path := "/organizations/" + d.orgs[org] + "/solutions"
			if err := d.calls.do(ctx, by, http.MethodPost, path, api.SolutionCreate{Name: name}, &made); err != nil {
				return err
			}

			for email, role := range d.assigned(org, i) {
				at := path + "/" + made.ID + "/members/" + d.calls.id(email)
				if err := d.calls.do(ctx, by, http.MethodPut, at, api.AssignmentPut{Role: role}, nil); err != nil {
					return err
				}
			}
		}
	}

	return nil
}

// assigned says who besides its maker works with an organization's i-th solution.
func (d *Demo) assigned(org string, i int) map[string]api.SolutionRole {
	switch {
	case org == aurora && i < 2:
		return map[string]api.SolutionRole{"alan@example.com": api.SolutionRoleEditor, "mary@example.com": api.SolutionRoleUser}
	case org == aurora:
		return map[string]api.SolutionRole{"grace@example.com": api.SolutionRoleAdmin}
	}

	return map[string]api.SolutionRole{ada: api.SolutionRoleEditor}
}

// forget makes tokens that nobody uses, and lets time pass: one lapses, one is close to it.
func (d *Demo) forget(ctx context.Context) error {
	for _, t := range []struct {
		description string
		after       time.Duration
	}{{"Old build server", 30 * 24 * time.Hour}, {"Nightly export", 12 * 24 * time.Hour}} {
		if _, err := d.pat(ctx, t.description); err != nil {
			return err
		}

		if err := ageing.Age(ctx, d.client, d.table, t.after); err != nil {
			return err
		}

		d.calls.signOut()
	}

	return nil
}

// lately does what is still fresh: an open invitation, a token in use.
func (d *Demo) lately(ctx context.Context) error {
	if err := d.invite(ctx, aurora, ada, "annie@example.com", api.RoleCreator); err != nil {
		return err
	}

	token, err := d.pat(ctx, "Deploy pipeline")
	if err == nil && !d.calls.opens(ctx, token) {
		err = errors.New("a token that was just made does not open the API")
	}

	return err
}

// pat makes a personal access token of Ada's in Aurora Freight.
func (d *Demo) pat(ctx context.Context, description string) (string, error) {
	var made api.TokenCreated
	err := d.calls.do(ctx, ada, http.MethodPost, "/me/tokens",
		api.TokenCreate{OrganizationID: d.orgs[aurora], Description: &description}, &made)
	return made.Secret, err
}
