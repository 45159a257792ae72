package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/client"
)

// connect returns a client with the address and the token in the environment.
func connect() *client.Client {
	c, err := client.New(os.Getenv("LEASEHOLD_URL"), os.Getenv("LEASEHOLD_TOKEN"))
	if err != nil {
		log.Fatal(err)
	}

	return c
}

func Example() {
	c, err := client.New(os.Getenv("LEASEHOLD_URL"), os.Getenv("LEASEHOLD_TOKEN"))
	if err != nil {
		log.Fatal(err)
	}

	me, err := c.GetProfile(context.Background())
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(me.Email)
	// Output: ada@example.com
}

func ExampleClient_ListMembers() {
	ctx, c, org := context.Background(), connect(), os.Getenv("LEASEHOLD_ORG")

	for member, err := range c.ListMembers(ctx, org, client.ListMembersParams{Limit: 2}) {
		if err != nil {
			log.Fatal(err)
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
		log.Fatal(err)
	}

	store := func(secret string) { fmt.Println(len(secret), "characters") }
	store(created.Secret.Reveal())
	// Output: 92 characters
}

func ExampleClient_UpdateToken() {
	ctx, c, org := context.Background(), connect(), os.Getenv("LEASEHOLD_ORG")
	created, err := c.CreateToken(ctx, client.TokenCreate{OrganizationID: org})
	if err != nil {
		log.Fatal(err)
	}

	for {
		token, err := c.GetToken(ctx, created.ID)
		if err != nil {
			log.Fatal(err)
		}

		token, err = c.UpdateToken(ctx, token.ID, token.Version, client.TokenUpdate{Description: new("Weekly export")})
		if errors.Is(err, client.ErrVersionMismatch) {
			continue // somebody has changed it since
		}

		if err != nil {
			log.Fatal(err)
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
		log.Fatal(err)
	}

	if left := time.Until(c.Lease().ExpiresAt); left < 14*24*time.Hour {
		fmt.Println("the credentials expire within two weeks")
	}
	// Output: the credentials expire within two weeks
}

func ExampleWithIdempotencyKey() {
	ctx, c, org := context.Background(), connect(), os.Getenv("LEASEHOLD_ORG")
	key := "solution-of-order-1815-12-10"

	var first, second client.Response
	solution := client.SolutionCreate{Name: "Difference engine"}
	if _, err := c.CreateSolution(ctx, org, solution, client.WithIdempotencyKey(key), client.WithResponse(&first)); err != nil {
		log.Fatal(err)
	}

	if _, err := c.CreateSolution(ctx, org, solution, client.WithIdempotencyKey(key), client.WithResponse(&second)); err != nil {
		log.Fatal(err)
	}

	fmt.Println(first.Replayed, second.Replayed)
	// Output: false true
}

func ExampleClient_RotateToken() {
	ctx, session, org := context.Background(), connect(), os.Getenv("LEASEHOLD_ORG")
	created, err := session.CreateToken(ctx, client.TokenCreate{OrganizationID: org, SelfRotate: new(true)})
	if err != nil {
		log.Fatal(err)
	}

	job, err := client.New(os.Getenv("LEASEHOLD_URL"), created.Secret.Reveal())
	if err != nil {
		log.Fatal(err)
	}

	next, err := job.RotateToken(ctx, created.ID, client.TokenRotate{OverlapSeconds: new(int64(3600))})
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(*next.Replaces == created.ID)
	// Output: true
}

func ExampleDeriveToken() {
	ctx, session, org := context.Background(), connect(), os.Getenv("LEASEHOLD_ORG")
	created, err := session.CreateToken(ctx, client.TokenCreate{OrganizationID: org})
	if err != nil {
		log.Fatal(err)
	}

	derived, err := client.DeriveToken(created.Secret, client.Caveats{
		Expires: time.Now().Add(time.Hour),
		Scopes:  []client.Scope{"profile:self"},
	})
	if err != nil {
		log.Fatal(err)
	}

	step, err := client.New(os.Getenv("LEASEHOLD_URL"), derived.Reveal())
	if err != nil {
		log.Fatal(err)
	}

	_, err = step.GetOrganization(ctx, org)
	fmt.Println(errors.Is(err, client.ErrInsufficientScope))
	// Output: true
}

func ExampleInspectToken() {
	info, err := client.InspectToken("lhp_05McJmDgrvc08ZyuGEgsToBdvX8ZN7DDi08ZyuGEhDbzAdMSVQWyyUZ0m7AQFuv3B21SriWjc9EQS29cGdGZzyxX")
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(info.Kind, info.ID)
	// Output: pat tok_05McJmDgrvc
}
