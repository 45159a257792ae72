package main

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/leasehold-dev/leasehold/infra/local/signin"
	"github.com/leasehold-dev/leasehold/pkg/client"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
)

// members is the number of members of the organization that the programs list: an Owner and the people who are invited.
const members = 5

// world is what the clients work on: an organization with an Owner.
type world struct {
	*client.Client // with the Owner's session

	url, session, token, wrong            string
	organization, solution, user, account string
}

// environment returns the variables that tell the programs about the world.
func (w world) environment() []string {
	return []string{
		"LEASEHOLD_URL=" + w.url,
		"LEASEHOLD_SESSION=" + w.session,
		"LEASEHOLD_WRONG_SESSION=" + w.wrong,
		"LEASEHOLD_ORGANIZATION=" + w.organization,
	}
}

// parameters returns the configuration of schemathesis, which makes it ask about what exists.
func (w world) parameters() string {
	return fmt.Sprintf("[parameters]\n\"path.org\" = %q\n\"path.solution\" = %q\n\"path.user\" = %q\n\"path.account\" = %q\n",
		w.organization, w.solution, w.user, w.account)
}

// populate founds an organization at the API.
func populate(ctx context.Context, url string) (world, error) {
	signedIn, err := signin.Session(ctx, url, "ada@example.com")
	if err != nil {
		return world{}, err
	}

	wrong, err := secret.MintSession(rand.Reader, identity.UserID(signedIn.User.ID))
	if err != nil {
		return world{}, err
	}

	w := world{url: url, session: signedIn.Secret, wrong: wrong.Reveal()}
	if w.Client, err = client.New(url, w.session); err != nil {
		return world{}, err
	}

	// The name is not that of an example, with which an organization could be deleted.
	org, err := w.CreateOrganization(ctx, client.OrganizationCreate{Name: "Aurora Freight"})
	if err != nil {
		return world{}, err
	}

	w.organization = org.ID
	for i := range members - 1 {
		invitation := client.MemberInvite{Email: fmt.Sprintf("member-%d@example.com", i)}
		if _, err := w.InviteMember(ctx, w.organization, invitation); err != nil {
			return world{}, err
		}
	}

	choice := client.TokenCreate{OrganizationID: w.organization}
	for _, permission := range identity.Owner.Permissions() {
		choice.Scopes = append(choice.Scopes, string(permission))
	}

	token, err := w.CreateToken(ctx, choice)
	if err != nil {
		return world{}, err
	}

	w.token = token.Secret.Reveal()
	return w, nil
}

// addTargets adds what schemathesis asks about: a solution, a member, and a service account.
func (w *world) addTargets(ctx context.Context) error {
	member, err := signin.Session(ctx, w.url, "member-0@example.com")
	if err != nil {
		return err
	}

	solution, err := w.CreateSolution(ctx, w.organization, client.SolutionCreate{Name: "Route planner"})
	if err != nil {
		return err
	}

	account, err := w.CreateServiceAccount(ctx, w.organization, client.ServiceAccountCreate{
		Name: "Nightly export",
		Role: client.RoleCreator,
	})
	if err != nil {
		return err
	}

	w.user, w.solution, w.account = member.User.ID, solution.ID, account.ID
	return nil
}
