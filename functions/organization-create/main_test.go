package main

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

func TestTwoCreatesUnderOneKeyMakeOneOrganizationAndGetTheSameAnswer(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	claims := table.Claims{Issuer: "https://issuer.example", Subject: "ada", Email: "ada@example.com"}
	ada, err := tabletest.SignIn(t.Context(), db, identity.Change{At: now}, claims, identity.NewUserID(now))
	if err != nil {
		t.Fatal(err)
	}

	handler, err := endpoint.Handler(db, operation(db), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}

	for round := 1; round <= 10; round++ {
		request := create(ada.ID, fmt.Sprintf("a key for round %d of ten", round))
		var (
			answers [4]events.APIGatewayProxyResponse
			errs    [4]error
			done    sync.WaitGroup
		)

		for i := range answers {
			done.Go(func() { answers[i], errs[i] = handler(t.Context(), request) })
		}

		done.Wait()

		for i, a := range answers {
			if errs[i] != nil || a.StatusCode != 201 || a.Body != answers[0].Body || location(a) != location(answers[0]) {
				t.Fatalf("%v, %+v; the first got %+v", errs[i], a, answers[0])
			}
		}

		page, err := db.OwnPage(t.Context(), identity.Caller{User: ada.ID, Kind: identity.SignedIn})
		if err != nil || len(page.Memberships) != round {
			t.Fatalf("%d organizations after %d rounds, %v", len(page.Memberships), round, err)
		}
	}
}

func location(a events.APIGatewayProxyResponse) string {
	return fmt.Sprint(a.MultiValueHeaders["Location"], a.MultiValueHeaders["Etag"])
}

func create(user identity.UserID, key string) events.APIGatewayProxyRequest {
	return events.APIGatewayProxyRequest{
		HTTPMethod:        "POST",
		Path:              "/organizations",
		Body:              `{"name":"Acme"}`,
		MultiValueHeaders: map[string][]string{"Content-Type": {"application/json"}, "Idempotency-Key": {key}},
		RequestContext: events.APIGatewayProxyRequestContext{
			Stage:      "v1",
			Path:       "/v1/organizations",
			RequestID:  "r",
			Authorizer: map[string]any{"userId": string(user), "kind": "session", "tokenId": "ses_00000000000"},
		},
	}
}
