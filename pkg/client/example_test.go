package client_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/client"
)

// connect returns a client with the address and the token in the environment.
func connect() *client.Client {
	c, err := client.New(os.Getenv("LEASEHOLD_URL"), os.Getenv("LEASEHOLD_TOKEN"))
	if err != nil {
		fail(err)
	}

	return c
}

// fail stops the program. Programs of yours return the error, or log it.
func fail(err error) { panic(err) }

func Example() {
	c, err := client.New(os.Getenv("LEASEHOLD_URL"), os.Getenv("LEASEHOLD_TOKEN"))
	if err != nil {
		fail(err)
	}

	me, err := c.GetProfile(context.Background())
	if err != nil {
		fail(err)
	}

	fmt.Println(me.Email)
	// Output: ada@example.com
}

func ExampleClient_ListMembers() {
	ctx, c, org := context.Background(), connect(), os.Getenv("LEASEHOLD_ORG")

	for member, err := range c.ListMembers(ctx, org, client.ListMembersParams{Limit: 2}) {
		if err != nil {
			fail(err)
		}

		fmt.Println(member.Email, member.Role)
	}
	// Output:
	// ada@example.com owner
	// charles@example.com user
	// mary@example.com user
}

func ExampleClient_CreateToken() {
	ctx, c, org := context.Background(), connect(), os.Getenv("LEASEHOLD_ORG")

	created, err := c.CreateToken(ctx, client.TokenCreate{
		Description:    new("Nightly export"),
		ExpiresAt:      new(time.Now().AddDate(0, 3, 0)),
		OrganizationID: org,
		Scopes:         []client.Scope{"members:view"},
	})
	if err != nil {
		fail(err)
	}

	store := func(secret string) { fmt.Println(len(secret), "characters") }
	store(created.Secret.Reveal())
	// Output: 92 characters
}

func ExampleClient_UpdateToken() {
	ctx, c, org := context.Background(), connect(), os.Getenv("LEASEHOLD_ORG")
	created, err := c.CreateToken(ctx, client.TokenCreate{OrganizationID: org})
	if err != nil {
		fail(err)
	}

	for {
		token, err := c.GetToken(ctx, created.ID)
		if err != nil {
			fail(err)
		}

		token, err = c.UpdateToken(ctx, token.ID, token.Version, client.TokenUpdate{Description: new("Weekly export")})
		if errors.Is(err, client.ErrVersionMismatch) {
			continue // somebody has changed it since
		}

		if err != nil {
			fail(err)
		}

		fmt.Println(token.Description)
		break
	}
	// Output: Weekly export
}

func ExampleProblem() {
	ctx, c := context.Background(), connect()

	_, err := c.GetToken(ctx, "tok_AuMbJKZaqcw")

	var problem *client.Problem
	switch {
	case errors.Is(err, client.ErrNotFound):
		fmt.Println("there is no such token")
	case errors.As(err, &problem):
		fmt.Println(problem.Status, problem.Detail)
	case err != nil:
		fmt.Println("the API did not answer:", err)
	}
	// Output: there is no such token
}

func ExampleClient_Lease() {
	ctx, c := context.Background(), connect()
	if _, err := c.GetProfile(ctx); err != nil {
		fail(err)
	}

	if left := time.Until(c.Lease().ExpiresAt); left < 14*24*time.Hour {
		fmt.Println("the credentials expire within two weeks")
	}
	// Output: the credentials expire within two weeks
}

func ExampleWithIdempotencyKey() {
	ctx, c, org := context.Background(), connect(), os.Getenv("LEASEHOLD_ORG")
	key := "solution-of-order-1815-12-10"

	for range 2 {
		var response client.Response
		solution := client.SolutionCreate{Name: "Difference engine"}
		_, err := c.CreateSolution(ctx, org, solution, client.WithIdempotencyKey(key), client.WithResponse(&response))
		if err != nil {
			fail(err)
		}

		fmt.Println(response.Status, response.Replayed)
	}
	// Output:
	// 201 false
	// 201 true
}

func ExampleClient_RotateToken() {
	ctx, session, org := context.Background(), connect(), os.Getenv("LEASEHOLD_ORG")
	created, err := session.CreateToken(ctx, client.TokenCreate{OrganizationID: org, SelfRotate: new(true)})
	if err != nil {
		fail(err)
	}

	job, err := client.New(os.Getenv("LEASEHOLD_URL"), created.Secret.Reveal())
	if err != nil {
		fail(err)
	}

	next, err := job.RotateToken(ctx, created.ID, client.TokenRotate{OverlapSeconds: new(int64(3600))})
	if err != nil {
		fail(err)
	}

	fmt.Println(*next.Replaces == created.ID)
	// Output: true
}

func ExampleDeriveToken() {
	ctx, session, org := context.Background(), connect(), os.Getenv("LEASEHOLD_ORG")
	created, err := session.CreateToken(ctx, client.TokenCreate{OrganizationID: org})
	if err != nil {
		fail(err)
	}

	derived, err := client.DeriveToken(created.Secret, client.Caveats{
		Expires: time.Now().Add(time.Hour),
		Scopes:  []client.Scope{"profile:self"},
	})
	if err != nil {
		fail(err)
	}

	step, err := client.New(os.Getenv("LEASEHOLD_URL"), derived.Reveal())
	if err != nil {
		fail(err)
	}

	_, err = step.GetOrganization(ctx, org)
	fmt.Println(errors.Is(err, client.ErrInsufficientScope))
	// Output: true
}

func ExampleInspectToken() {
	text := "lhp_05McJmDgrvc08ZyuGEgsToBdvX8ZN7DDi08ZyuGEhDbzAdMSVQWyyUZ0m7AQFuv3B21SriWjc9EQS29cGdGZzyxX"
	info, err := client.InspectToken(text)
	if err != nil {
		fail(err)
	}

	fmt.Println(info.Kind, info.ID)
	// Output: pat tok_05McJmDgrvc
}
