// Command ogen uses the client that ogen generates.
package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ogen-go/ogen/ogenerrors"

	"github.com/leasehold-dev/leasehold/infra/verify/clients/go/flow"
	"github.com/leasehold-dev/leasehold/infra/verify/clients/go/ogen/api"
)

func main() { flow.Main(run) }

// session is a client's credential.
type session string

func (s session) SessionToken(context.Context, api.OperationName) (api.SessionToken, error) {
	return api.SessionToken{Token: string(s)}, nil
}

func (session) PersonalAccessToken(context.Context, api.OperationName) (api.PersonalAccessToken, error) {
	return api.PersonalAccessToken{}, ogenerrors.ErrSkipClientSecurity
}

func run(ctx context.Context, in flow.Input, report *flow.Report) error {
	client, err := api.NewClient(in.URL, session(in.Session))
	if err != nil {
		return err
	}

	if err := list(ctx, client, in, report); err != nil {
		return err
	}

	if err := use(ctx, client, in, report); err != nil {
		return err
	}

	wrong, err := api.NewClient(in.URL, session(in.Wrong))
	if err != nil {
		return err
	}

	answer, err := wrong.ProfileGet(ctx)
	if err != nil {
		return err
	}

	refusal, ok := answer.(*api.UnauthorizedHeaders)
	if !ok {
		return fmt.Errorf("get the profile with a wrong token: %T", answer)
	}

	report.Unauthorized = flow.Kind(refusal.Response.Type)
	return nil
}

func list(ctx context.Context, client *api.Client, in flow.Input, report *flow.Report) error {
	params := api.MemberListParams{Org: api.OrganizationId(in.Organization), Limit: api.NewOptInt(2)}
	for {
		answer, err := client.MemberList(ctx, params)
		if err != nil {
			return err
		}

		page, ok := answer.(*api.MemberListHeaders)
		if !ok {
			return fmt.Errorf("list members: %T", answer)
		}

		report.Pages++
		report.Members += len(page.Response.Items)

		if params.Cursor = page.Response.NextCursor; !params.Cursor.Set {
			return nil
		}
	}
}

func use(ctx context.Context, client *api.Client, in flow.Input, report *flow.Report) error {
	answer, err := client.TokenCreate(ctx, &api.TokenCreate{OrganizationId: api.OrganizationId(in.Organization)}, api.TokenCreateParams{})
	if err != nil {
		return err
	}

	created, ok := answer.(*api.TokenCreatedHeaders)
	if !ok {
		return fmt.Errorf("create a token: %T", answer)
	}

	token := created.Response
	report.Secret = strings.HasPrefix(token.Secret, "lhp_")

	seen := &api.TokenExtend{LeaseExpiresAt: token.LeaseExpiresAt}
	extension, err := client.TokenExtend(ctx, seen, api.TokenExtendParams{Token: token.ID})
	if err != nil {
		return err
	}

	extended, ok := extension.(*api.TokenExtendedHeaders)
	if !ok {
		return fmt.Errorf("extend the token: %T", extension)
	}

	report.Extended = flow.Later(time.Time(token.LeaseExpiresAt), time.Time(extended.Response.LeaseExpiresAt))

	rotation, err := client.TokenRotate(ctx, &api.TokenRotate{}, api.TokenRotateParams{Token: token.ID})
	if err != nil {
		return err
	}

	rotated, ok := rotation.(*api.TokenCreatedHeaders)
	if !ok {
		return fmt.Errorf("rotate the token: %T", rotation)
	}

	report.Rotated = rotated.Response.ID != token.ID && rotated.Response.Secret != token.Secret
	return end(ctx, client, rotated.Response, report)
}

// end deletes a token and tries to extend it.
func end(ctx context.Context, client *api.Client, token api.TokenCreated, report *flow.Report) error {
	deletion, err := client.TokenDelete(ctx, api.TokenDeleteParams{Token: token.ID})
	if err != nil {
		return err
	}

	if _, ok := deletion.(*api.TokenDeleteNoContent); !ok {
		return fmt.Errorf("delete the token: %T", deletion)
	}

	answer, err := client.TokenGet(ctx, api.TokenGetParams{Token: token.ID})
	if err != nil {
		return err
	}

	deleted, ok := answer.(*api.TokenHeaders)
	report.Deleted = ok && deleted.Response.Status == api.TokenStatusDeleted

	seen := &api.TokenExtend{LeaseExpiresAt: token.LeaseExpiresAt}
	extension, err := client.TokenExtend(ctx, seen, api.TokenExtendParams{Token: token.ID})
	if err != nil {
		return err
	}

	refusal, ok := extension.(*api.TokenDeadHeaders)
	if !ok {
		return fmt.Errorf("extend the deleted token: %T", extension)
	}

	report.Refused = flow.Kind(refusal.Response.Type)
	return nil
}
