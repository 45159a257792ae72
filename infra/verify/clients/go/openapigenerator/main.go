// Command openapigenerator uses the Go client that OpenAPI Generator generates.
package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/verify/clients/go/flow"
	api "github.com/leasehold-dev/leasehold/infra/verify/clients/go/openapigenerator/api"
)

func main() { flow.Main(run) }

func run(ctx context.Context, in flow.Input, report *flow.Report) error {
	configuration := api.NewConfiguration()
	configuration.Servers = api.ServerConfigurations{{URL: in.URL}}
	client := api.NewAPIClient(configuration)

	wrong := context.WithValue(ctx, api.ContextAccessToken, in.Wrong)
	ctx = context.WithValue(ctx, api.ContextAccessToken, in.Session)

	if err := list(ctx, client, in, report); err != nil {
		return err
	}

	if err := use(ctx, client, in, report); err != nil {
		return err
	}

	_, _, err := client.ProfileAPI.ProfileGet(wrong).Execute()
	report.Unauthorized = kind(err)
	return nil
}

// kind returns the end of the type of the problem that an error holds, or the error's text.
func kind(err error) string {
	var refusal *api.GenericOpenAPIError
	if errors.As(err, &refusal) {
		if problem, ok := refusal.Model().(api.Problem); ok {
			return flow.Kind(problem.Type)
		}
	}

	return fmt.Sprint(err)
}

func list(ctx context.Context, client *api.APIClient, in flow.Input, report *flow.Report) error {
	request := client.MembersAPI.MemberList(ctx, in.Organization).Limit(2)
	for {
		page, _, err := request.Execute()
		if err != nil {
			return fmt.Errorf("list members: %s", kind(err))
		}

		report.Pages++
		report.Members += len(page.Items)

		if !page.HasNextCursor() {
			return nil
		}

		request = request.Cursor(page.GetNextCursor())
	}
}

func use(ctx context.Context, client *api.APIClient, in flow.Input, report *flow.Report) error {
	tokens := client.TokensAPI
	token, _, err := tokens.TokenCreate(ctx).TokenCreate(*api.NewTokenCreate(in.Organization)).Execute()
	if err != nil {
		return fmt.Errorf("create a token: %s", kind(err))
	}

	report.Secret = strings.HasPrefix(token.Secret, "lhp_")

	extended, _, err := tokens.TokenExtend(ctx, token.Id).TokenExtend(*api.NewTokenExtend(token.LeaseExpiresAt)).Execute()
	if err != nil {
		return fmt.Errorf("extend the token: %s", kind(err))
	}

	report.Extended = flow.Later(token.LeaseExpiresAt, extended.LeaseExpiresAt)

	next, _, err := tokens.TokenRotate(ctx, token.Id).TokenRotate(*api.NewTokenRotate()).Execute()
	if err != nil {
		return fmt.Errorf("rotate the token: %s", kind(err))
	}

	report.Rotated = next.Id != token.Id && next.Secret != token.Secret

	if _, err := tokens.TokenDelete(ctx, next.Id).Execute(); err != nil {
		return fmt.Errorf("delete the token: %s", kind(err))
	}

	deleted, _, err := tokens.TokenGet(ctx, next.Id).Execute()
	if err != nil {
		return fmt.Errorf("get the token: %s", kind(err))
	}

	report.Deleted = deleted.Status == api.DELETED

	_, _, err = tokens.TokenExtend(ctx, next.Id).TokenExtend(*api.NewTokenExtend(next.LeaseExpiresAt)).Execute()
	report.Refused = kind(err)
	return nil
}
