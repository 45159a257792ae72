// Package client calls the API of Leasehold.
//
// A [Client] has one method per operation. It is named after what it does, such as [Client.CreateToken], and returns
// what the operation returns:
//
//	c, err := client.New("https://leasehold.example.com/v1", os.Getenv("LEASEHOLD_TOKEN"))
//	if err != nil {
//		return err
//	}
//
//	me, err := c.GetProfile(ctx)
//
// docs/api.md describes the API, and docs/tokens.md its tokens.
//
// # Lists
//
// A method that iterates over a list requests one page at a time. It yields an error at most once, at the end:
//
//	for member, err := range c.ListMembers(ctx, org, client.ListMembersParams{}) {
//		if err != nil {
//			return err
//		}
//
//		fmt.Println(member.DisplayName)
//	}
//
// # Changes
//
// A method that changes something that has a version takes the version that you read. If it has changed since, the
// method returns [ErrVersionMismatch], and nothing is changed. Read it again and decide again:
//
//	token, err := c.GetToken(ctx, id)
//	…
//	token, err = c.UpdateToken(ctx, id, token.Version, client.TokenUpdate{Description: new("Nightly export")})
//
// # Retries
//
// A client sends a request up to four times. It waits as long as Retry-After says, and returns the error at once if
// that is more than 30 seconds. [WithRetries] changes both.
//
//	429                     always, because the request did nothing
//	502, 503, 504           if the request reads, or has an Idempotency-Key
//	no response             likewise
//
// Every change has an Idempotency-Key, which stays the same in its retries. So a change whose response was lost is
// made once, and the retry returns what the first request would have returned. Operations that need no credentials
// have no such key.
//
// # Errors
//
// An error response is a [*Problem]. Compare its kind with errors.Is, and read the rest with errors.As:
//
//	var problem *client.Problem
//	switch {
//	case errors.Is(err, client.ErrNotFound):
//		…
//	case errors.As(err, &problem):
//		fmt.Println(problem.Detail)
//	}
//
// All other errors mean that there was no response: the API can't be reached, the context has ended, or an argument
// is wrong.
//
// # Secrets
//
// The secret of a new token is a [Secret], which prints redacted. Call [Secret.Reveal] where you store it.
// [InspectToken] and [DeriveToken] work without a request.
//
// # The lease
//
// Each request renews the lease of its token. [Client.Lease] says when the lease ends and when the token expires, so
// that a job can warn in time.
package client

//go:generate go tool -modfile=../../infra/verify/tools/go.mod oapi-codegen -config codegen/oapi-codegen.yaml ../api/openapi.yaml
//go:generate go run ./codegen client.gen.go
