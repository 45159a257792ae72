// Package demo adds people, organizations, solutions and tokens to a new local system. It creates them through sign-ins
// and calls to the running API, and ages the table in between to simulate the passage of time. It keeps a personal
// access token in a file, so that the curl command that it prints still works after a restart.
//
//	demo.go    Demo, and the data in the order of its creation
//	people.go  the names of people, organizations and solutions
//	caller.go  requests to the API
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
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Demo adds the demo data to a local system.
type Demo struct {
	// TokenFile is the file of the printed personal access token. Only its owner can read it.
	TokenFile string

	client *dynamodb.Client
	table  string
	orgs   map[string]string // name -> id
	calls  *caller
	secret string // the printed token
}

// Token returns the personal access token that Seed printed.
func (d *Demo) Token() string { return d.secret }

// Seed adds the demo data to the system at base, unless Ada is already a member of an organization there. It returns
// lines to print, which include a working curl command.
func (d *Demo) Seed(ctx context.Context, base string, client *dynamodb.Client, table string) ([]string, error) {
	d.client, d.table = client, table
	d.orgs = map[string]string{}
	d.calls = &caller{
		api:    base + "/v1",
		tokens: map[string]string{},
		ids:    map[string]string{},
	}

	token, err := d.token(ctx)
	if err != nil {
		return nil, err
	}

	d.secret = token
	return []string{
		"  Sign in to the console as Ada Lovelace or anyone else. You don't need a password.",
		"",
		"  Call the API with one of Ada's personal access tokens:",
		"",
		fmt.Sprintf("    curl -H 'Authorization: Bearer %s' %s/me", token, d.calls.api),
	}, nil
}

// token returns the token in TokenFile if the API accepts it. Otherwise it creates a token, and the demo data first if
// there is none.
func (d *Demo) token(ctx context.Context) (string, error) {
	kept, err := os.ReadFile(d.TokenFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read the demo token: %w", err)
	}

	token := strings.TrimSpace(string(kept))
	if token != "" && d.calls.accepts(ctx, token) {
		return token, nil
	}

	var me api.Profile
	if err := d.calls.do(ctx, ada, http.MethodGet, "/me", nil, &me); err != nil {
		return "", err
	}

	if len(me.Memberships) == 0 {
		if err := d.create(ctx); err != nil {
			return "", err
		}
	} else {
		d.orgs[aurora] = me.CurrentOrganization.ID
	}

	if token, err = d.createToken(ctx, "Laptop"); err != nil {
		return "", err
	}

	if err := os.WriteFile(d.TokenFile, []byte(token+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("write the demo token: %w", err)
	}

	return token, nil
}

// create creates the demo data of six weeks, so that the lists show members and tokens in every state.
func (d *Demo) create(ctx context.Context) error {
	steps := []func(context.Context) error{
		d.createOrganizations,
		d.addMembers,
		d.createSolutions,
		d.createUnusedTokens,
		d.addRecentActivity,
	}

	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}

	return nil
}

// createOrganizations creates the three organizations.
func (d *Demo) createOrganizations(ctx context.Context) error {
	for _, o := range []struct{ name, owner string }{
		{aurora, ada},
		{birch, "grace@example.com"},
		{copper, "katherine@example.com"},
	} {
		var created api.Organization
		request := api.OrganizationCreate{Name: o.name}
		if err := d.calls.do(ctx, o.owner, http.MethodPost, "/organizations", request, &created); err != nil {
			return err
		}

		d.orgs[o.name] = created.ID
	}

	return nil
}

// addMembers adds the members, except the one whose invitation stays open. It then disables one of them and gives
// another the role Deny.
func (d *Demo) addMembers(ctx context.Context) error {
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

	for i, name := range copperMembers {
		role := []api.Role{api.RoleUser, api.RoleUser, api.RoleCreator}[i%3]
		if err := d.join(ctx, copper, "katherine@example.com", address(name), role); err != nil {
			return err
		}
	}

	disable := d.memberPath(aurora, d.calls.userID("edsger@example.com")) + "/disable"
	if err := d.calls.do(ctx, ada, http.MethodPost, disable, nil, nil); err != nil {
		return err
	}

	deny := d.memberPath(aurora, d.calls.userID("charles@example.com")) + "/role"
	return d.calls.do(ctx, ada, http.MethodPut, deny, api.RoleUpdate{Role: api.RoleDeny}, nil)
}

// join invites a person and accepts the invitation by signing them in.
func (d *Demo) join(ctx context.Context, org, by, email string, role api.Role) error {
	if err := d.invite(ctx, org, by, email, role); err != nil {
		return err
	}
	if err := d.calls.signIn(ctx, email); err != nil {
		return err
	}

	return d.accept(ctx, org, email)
}

// accept accepts the invitation of an organization, unless the first sign-in has accepted it.
func (d *Demo) accept(ctx context.Context, org, email string) error {
	var open api.ReceivedInvitationList
	if err := d.calls.do(ctx, email, http.MethodGet, "/me/invitations", nil, &open); err != nil {
		return err
	}

	for _, i := range open.Items {
		if i.Organization.ID == d.orgs[org] {
			return d.calls.do(ctx, email, http.MethodPost, "/me/invitations/"+d.orgs[org]+"/accept", nil, nil)
		}
	}

	return nil
}

func (d *Demo) invite(ctx context.Context, org, by, email string, role api.Role) error {
	first, last := names(email)
	request := api.MemberInvite{
		Email:     email,
		Role:      &role,
		FirstName: &first,
		LastName:  &last,
	}

	return d.calls.do(ctx, by, http.MethodPost, "/organizations/"+d.orgs[org]+"/members", request, nil)
}

func (d *Demo) memberPath(org, user string) string {
	return "/organizations/" + d.orgs[org] + "/members/" + user
}

// createSolutions creates the solutions and assigns Ada and a few others to them.
func (d *Demo) createSolutions(ctx context.Context) error {
	creators := map[string]string{
		aurora: ada,
		birch:  "grace@example.com",
		copper: "katherine@example.com",
	}

	for org, by := range creators {
		path := "/organizations/" + d.orgs[org] + "/solutions"
		for i, name := range solutions[org] {
			var created api.Solution
			if err := d.calls.do(ctx, by, http.MethodPost, path, api.SolutionCreate{Name: name}, &created); err != nil {
				return err
			}

			for email, role := range assignees(org, i) {
				member := path + "/" + created.ID + "/members/" + d.calls.userID(email)
				if err := d.calls.do(ctx, by, http.MethodPut, member, api.AssignmentPut{Role: role}, nil); err != nil {
					return err
				}
			}
		}
	}

	return nil
}

// assignees returns the people to assign to the i-th solution of an organization, by their email address. The
// solution's creator is already assigned.
func assignees(org string, i int) map[string]api.SolutionRole {
	switch {
	case org == aurora && i < 2:
		return map[string]api.SolutionRole{
			"alan@example.com": api.SolutionRoleEditor,
			"mary@example.com": api.SolutionRoleUser,
		}

	case org == aurora:
		return map[string]api.SolutionRole{"grace@example.com": api.SolutionRoleAdmin}
	}

	return map[string]api.SolutionRole{ada: api.SolutionRoleEditor}
}

const day = 24 * time.Hour

// createUnusedTokens creates two tokens and ages the table, so that the lease of the first has lapsed and the lease of
// the second lapses in three days.
func (d *Demo) createUnusedTokens(ctx context.Context) error {
	for _, t := range []struct {
		description string
		age         time.Duration
	}{
		{"Old build server", 30 * day},
		{"Nightly export", 11 * day},
	} {
		if _, err := d.createToken(ctx, t.description); err != nil {
			return err
		}

		if err := d.age(ctx, t.age); err != nil {
			return err
		}
	}

	return nil
}

// age moves all stored times back and signs everybody out.
func (d *Demo) age(ctx context.Context, by time.Duration) error {
	d.calls.signOut()
	return ageing.Age(ctx, d.client, d.table, by)
}

// addRecentActivity adds an invitation that has been open for a day, and a token that has just been used.
func (d *Demo) addRecentActivity(ctx context.Context) error {
	if err := d.invite(ctx, aurora, ada, "annie@example.com", api.RoleCreator); err != nil {
		return err
	}

	if err := d.age(ctx, day); err != nil {
		return err
	}

	token, err := d.createToken(ctx, "Deploy pipeline")
	if err != nil {
		return err
	}

	if !d.calls.accepts(ctx, token) {
		return errors.New("the API rejects a token that was just created")
	}

	return nil
}

// demoScopes returns the scopes of the token that make run prints: what Ada's role allows, so that the developer can
// try every operation with it, and the scope that the examples of infra/stack require.
func demoScopes() []api.Scope {
	scopes := []api.Scope{"orders:read"}
	for _, permission := range identity.Owner.Permissions() {
		scopes = append(scopes, api.Scope(permission))
	}

	return scopes
}

// createToken creates a personal access token for Ada in Aurora Freight and returns its secret.
func (d *Demo) createToken(ctx context.Context, description string) (string, error) {
	var created api.TokenCreated
	request := api.TokenCreate{OrganizationID: d.orgs[aurora], Description: &description, Scopes: demoScopes()}
	err := d.calls.do(ctx, ada, http.MethodPost, "/me/tokens", request, &created)
	return created.Secret, err
}
