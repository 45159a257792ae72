// Package tabletest creates a fresh table for each test on a real DynamoDB-compatible engine. Only tests import it.
package tabletest

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

// EndpointVariable is the environment variable with the URL of another engine to test against.
const EndpointVariable = "LEASEHOLD_TEST_DYNAMODB"

// Open creates a fresh table on the engine that all tests of the process share. It fails the test if the engine can't be
// started.
func Open(t testing.TB) *table.DB {
	t.Helper()
	client, name := Fresh(t)
	return table.New(client, name)
}

var tables atomic.Int64

// Fresh creates a table like Open and returns the client and the table's name, for tests that bypass package table.
func Fresh(t testing.TB) (*dynamodb.Client, string) {
	t.Helper()
	client := Client(t, Endpoint(t))
	name := fmt.Sprintf("test-%d-%d", os.Getpid(), tables.Add(1))
	if _, err := client.CreateTable(t.Context(), Schema(name)); err != nil {
		t.Fatalf("create the table %s: %v", name, err)
	}

	waiter := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay = 20 * time.Millisecond
	})
	if err := waiter.Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &name}, time.Minute); err != nil {
		t.Fatalf("wait for the table %s: %v", name, err)
	}

	t.Cleanup(func() {
		_, _ = client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &name})
	})

	return client, name
}

// Client returns a client for the engine at a URL.
func Client(t testing.TB, url string) *dynamodb.Client {
	t.Helper()
	return dynamodb.New(dynamodb.Options{
		Region:       "eu-west-1",
		BaseEndpoint: &url,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = 3
			o.MaxBackoff = 50 * time.Millisecond
		}),
	})
}

// SignIn records a sign-in, as the operation session-create does, and returns the person.
func SignIn(
	ctx context.Context,
	db *table.DB,
	c identity.Change,
	claims table.Claims,
	created identity.UserID,
) (profile identity.Profile, err error) {
	err = identity.RetryStale(ctx, func() error {
		found, err := db.FindPerson(ctx, claims, created, c.At)
		if err != nil {
			return err
		}

		profile = found.Profile
		return db.RecordSignIn(found)(ctx, c)
	})

	return profile, err
}

// SessionID is the ID of the session that Session stores.
const SessionID identity.SessionID = "ses_0"

// Session stores a session of a person that does not end, because changes of tokens and sessions require that the caller's
// session exists. It returns the caller that the session makes of the person. A person has one such session.
func Session(t testing.TB, db *table.DB, u identity.UserID) identity.Caller {
	t.Helper()
	caller := identity.Caller{User: u, Kind: identity.SignedIn, Credential: string(SessionID)}
	if _, found, err := db.Session(t.Context(), u, SessionID); err != nil || found {
		if err != nil {
			t.Fatal(err)
		}

		return caller
	}

	end := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	session := identity.Session{ID: SessionID, User: u, CreatedAt: time.Unix(1, 0).UTC(), Lease: identity.Lease{Until: end, Expires: end}}
	change := identity.Change{Caller: caller, At: time.Unix(1, 0)}
	if err := db.CreateSession(session, identity.IDToken{Digest: identity.Digest(string(u))})(t.Context(), change); err != nil {
		t.Fatalf("store a session: %v", err)
	}

	return caller
}

var shared struct {
	sync.Once
	url string
	err error
}

// Endpoint returns the value of EndpointVariable, if it is set. Otherwise it returns the URL of an engine that starts on
// first use and stops with the process.
func Endpoint(t testing.TB) string {
	t.Helper()
	shared.Do(func() {
		if shared.url = os.Getenv(EndpointVariable); shared.url != "" {
			return
		}

		var engine *dynoxide.Engine
		engine, shared.err = dynoxide.Start(context.Background(), dynoxide.Options{Log: io.Discard})
		if shared.err == nil {
			shared.url = engine.URL()
		}
	})

	if shared.err != nil {
		t.Fatalf("start the engine: %v", shared.err)
	}

	return shared.url
}

// Schema returns the table as the templates deploy it. A test compares the two.
func Schema(name string) *dynamodb.CreateTableInput {
	attribute := func(name string) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: &name, AttributeType: types.ScalarAttributeTypeS}
	}

	keys := func(pk, sk string) []types.KeySchemaElement {
		return []types.KeySchemaElement{
			{AttributeName: &pk, KeyType: types.KeyTypeHash},
			{AttributeName: &sk, KeyType: types.KeyTypeRange},
		}
	}

	index := func(name, pk, sk string, projection types.ProjectionType) types.GlobalSecondaryIndex {
		return types.GlobalSecondaryIndex{
			IndexName:  &name,
			KeySchema:  keys(pk, sk),
			Projection: &types.Projection{ProjectionType: projection},
		}
	}

	return &dynamodb.CreateTableInput{
		TableName:   &name,
		BillingMode: types.BillingModePayPerRequest,
		KeySchema:   keys(table.AttrPK, table.AttrSK),
		AttributeDefinitions: []types.AttributeDefinition{
			attribute(table.AttrPK),
			attribute(table.AttrSK),
			attribute(table.AttrGSI1PK),
			attribute(table.AttrGSI1SK),
			attribute(table.AttrGSI2PK),
			attribute(table.AttrGSI2SK),
		},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{
			index(table.Index1, table.AttrGSI1PK, table.AttrGSI1SK, types.ProjectionTypeAll),
			index(table.Index2, table.AttrGSI2PK, table.AttrGSI2SK, types.ProjectionTypeKeysOnly),
		},
	}
}
