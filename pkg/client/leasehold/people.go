package main

import (
	"context"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/leasehold-dev/leasehold/pkg/client"
)

// credentials names the kinds of token in words.
var credentials = map[string]string{
	"pat":     "personal access token",
	"session": "session",
	"derived": "derived token",
}

func (a *app) whoamiCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "whoami",
		Short: "Show who you are, and how long your credentials work",
		Args:  cobra.NoArgs,
		RunE:  func(command *cobra.Command, _ []string) error { return a.whoami(command.Context()) },
	}
}

func (a *app) whoami(ctx context.Context) error {
	c, secret, err := a.connect()
	if err != nil {
		return err
	}

	var response client.Response
	me, err := c.GetProfile(ctx, client.WithResponse(&response))
	if err != nil {
		return err
	}

	if a.json {
		return a.printJSON(response.Body)
	}

	credential := "unknown"
	if info, err := client.InspectToken(secret.Reveal()); err == nil {
		credential = credentials[info.Kind] + " " + info.ID
	}

	lease := c.Lease()
	fields := []field{
		{"name", me.DisplayName},
		{"email", me.Email},
		{"user", me.ID},
		{"credential", credential},
		{"lease ends", timestamp(&lease.LeaseExpiresAt)},
		{"expires", timestamp(&lease.ExpiresAt)},
	}

	for _, m := range me.Memberships {
		text := m.Organization.ID + " " + m.Organization.Name + " (" + string(m.Role) + ")"
		if me.CurrentOrganization != nil && me.CurrentOrganization.ID == m.Organization.ID {
			text += ", current"
		}

		fields = append(fields, field{"organization", text})
	}

	return a.describe(fields...)
}

var memberColumns = []column[client.Member]{
	{"ID", func(m client.Member) string { return m.ID }},
	{"NAME", func(m client.Member) string { return m.DisplayName }},
	{"EMAIL", func(m client.Member) string { return m.Email }},
	{"ROLE", func(m client.Member) string { return string(m.Role) }},
	{"STATUS", func(m client.Member) string { return string(m.Status) }},
}

func (a *app) membersCommand() *cobra.Command {
	filter := map[string]*string{}
	command := &cobra.Command{
		Use:   "members",
		Short: "List the members of an organization, by name",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			c, org, err := a.within(command.Context())
			if err != nil {
				return err
			}

			return list(command.Context(), a, c, org+"/members?"+encode(filter), memberColumns)
		},
	}

	for name, usage := range map[string]string{
		"q":        "only members whose name or email address begins with this text",
		"role":     "only members with this role: owner, admin, creator, user, or deny",
		"status":   "only members with this status: active, invited, or disabled",
		"solution": "only members who are assigned to the solution with this ID",
	} {
		filter[name] = command.Flags().String(name, "", usage)
	}

	return command
}

// encode returns the parameters that were given as a query.
func encode(given map[string]*string) string {
	values := url.Values{}
	for name, value := range given {
		if *value != "" {
			values.Set(name, *value)
		}
	}

	return values.Encode()
}

func (a *app) inviteCommand() *cobra.Command {
	var role string
	command := &cobra.Command{
		Use:   "invite EMAIL",
		Short: "Invite a person to an organization by mail",
		Args:  cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, arguments []string) error {
			return a.invite(command.Context(), arguments[0], client.Role(role))
		},
	}
	command.Flags().StringVar(&role, "role", "", "the role: admin, creator, or user (default user)")

	return command
}

func (a *app) invite(ctx context.Context, email string, role client.Role) error {
	c, org, err := a.within(ctx)
	if err != nil {
		return err
	}

	var invited client.Invitation
	var response client.Response
	request := client.MemberInvite{Email: email, Role: given(role)}
	err = c.Do(ctx, "POST", org+"/members", request, &invited, client.WithResponse(&response))
	if err != nil {
		return err
	}

	if a.json {
		return a.printJSON(response.Body)
	}

	for _, warning := range invited.Warnings {
		a.say("Warning: %s", warning.Detail)
	}

	a.say("Invited %s as %s (%s).", invited.Email, strings.ToLower(string(invited.Role)), invited.ID)
	return nil
}
