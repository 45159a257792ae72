// Command oapicodegen uses the client that oapi-codegen generates.
package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/verify/clients/go/flow"
	"github.com/leasehold-dev/leasehold/infra/verify/clients/go/oapicodegen/api"
)

func main() { flow.Main(run) }

// connect returns a client that sends a bearer token.
func connect(url, token string) (*api.ClientWithResponses, error) {
	return api.NewClientWithResponses(url, api.WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+token)
		return nil
	}))
}

func run(ctx context.Context, in flow.Input, report *flow.Report) error {
	client, err := connect(in.URL, in.Session)
	if err != nil {
		return err
	}

	if err := list(ctx, client, in, report); err != nil {
		return err
	}

	if err := use(ctx, client, in, report); err != nil {
		return err
	}

	wrong, err := connect(in.URL, in.Wrong)
	if err != nil {
		return err
	}

	answer, err := wrong.ProfileGetWithResponse(ctx)
	if err != nil {
		return err
	}

	if answer.ApplicationproblemJSON401 == nil {
		return fmt.Errorf("get the profile with a wrong token: %s", answer.Status())
	}

	report.Unauthorized = flow.Kind(answer.ApplicationproblemJSON401.Type)
	return nil
}

func list(ctx context.Context, client *api.ClientWithResponses, in flow.Input, report *flow.Report) error {
	limit := 2
	params := &api.MemberListParams{Limit: &limit}
	for {
		answer, err := client.MemberListWithResponse(ctx, in.Organization, params)
		if err != nil {
			return err
		}

		page := answer.JSON200
		if page == nil {
			return fmt.Errorf("list members: %s", answer.Status())
		}

		report.Pages++
		report.Members += len(page.Items)

		if params.Cursor = page.NextCursor; params.Cursor == nil {
			return nil
		}
	}
}

func use(ctx context.Context, client *api.ClientWithResponses, in flow.Input, report *flow.Report) error {
	created, err := client.TokenCreateWithResponse(ctx, nil, api.TokenCreate{OrganizationId: in.Organization})
	if err != nil {
		return err
	}

	token := created.JSON201
	if token == nil {
		return fmt.Errorf("create a token: %s", created.Status())
	}

	report.Secret = strings.HasPrefix(token.Secret, "lhp_")

	extended, err := client.TokenExtendWithResponse(ctx, token.Id, nil, api.TokenExtend{LeaseExpiresAt: token.LeaseExpiresAt})
	if err != nil {
		return err
	}

	if extended.JSON200 == nil {
		return fmt.Errorf("extend the token: %s", extended.Status())
	}

	report.Extended = flow.Later(token.LeaseExpiresAt, extended.JSON200.LeaseExpiresAt)

	rotated, err := client.TokenRotateWithResponse(ctx, token.Id, nil, api.TokenRotate{})
	if err != nil {
		return err
	}

	next := rotated.JSON201
	if next == nil {
		return fmt.Errorf("rotate the token: %s", rotated.Status())
	}

	report.Rotated = next.Id != token.Id && next.Secret != token.Secret
	return end(ctx, client, next, report)
}

// end deletes a token and tries to extend it.
func end(ctx context.Context, client *api.ClientWithResponses, token *api.TokenCreated, report *flow.Report) error {
	deletion, err := client.TokenDeleteWithResponse(ctx, token.Id, nil)
	if err != nil {
		return err
	}

	if deletion.StatusCode() != http.StatusNoContent {
		return fmt.Errorf("delete the token: %s", deletion.Status())
	}

	deleted, err := client.TokenGetWithResponse(ctx, token.Id)
	if err != nil {
		return err
	}

	report.Deleted = deleted.JSON200 != nil && deleted.JSON200.Status == api.Deleted

	refusal, err := client.TokenExtendWithResponse(ctx, token.Id, nil, api.TokenExtend{LeaseExpiresAt: token.LeaseExpiresAt})
	if err != nil {
		return err
	}

	if refusal.ApplicationproblemJSON409 == nil {
		return fmt.Errorf("extend the deleted token: %s", refusal.Status())
	}

	report.Refused = flow.Kind(refusal.ApplicationproblemJSON409.Type)
	return nil
}
