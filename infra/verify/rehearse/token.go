package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

// client returns a client of the stand-in's DynamoDB.
func (c *cloud) client() *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:       c.region,
		BaseEndpoint: &c.endpoint,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: rehearsal, SecretAccessKey: rehearsal}, nil
		}),
	})
}

// owner is a person with an organization, signed in, who makes tokens.
type owner struct {
	member identity.Membership
	change identity.Change
}

// hire stores a new owner in a table, as the operations session-create and organization-create do.
func (c *cloud) hire(ctx context.Context, tableName, name string) (owner, error) {
	db, now := table.New(c.client(), tableName), time.Now().UTC()
	claims := table.Claims{
		Issuer:    "https://issuer.example",
		Subject:   name,
		Email:     name + "@example.com",
		FirstName: name,
	}

	found, err := db.FindPerson(ctx, claims, identity.NewUserID(now), now)
	if err != nil {
		return owner{}, fmt.Errorf("sign in: %w", err)
	}

	if err := db.RecordSignIn(found)(ctx, identity.Change{At: now}); err != nil {
		return owner{}, fmt.Errorf("sign in: %w", err)
	}

	person := found.Profile
	session := identity.Session{
		ID:        "ses_0",
		User:      person.ID,
		CreatedAt: now,
		Lease:     identity.Lease{Until: now.Add(time.Hour), Expires: now.Add(time.Hour)},
	}
	caller := identity.Caller{User: person.ID, Kind: identity.SignedIn, Credential: string(session.ID)}
	o := owner{change: identity.Change{Caller: caller, At: now}}

	err = db.CreateSession(session, identity.IDToken{Digest: identity.Digest(name)})(ctx, o.change)
	if err != nil {
		return owner{}, fmt.Errorf("create a session: %w", err)
	}

	o.member = identity.Membership{
		User:       person.ID,
		Org:        identity.NewOrgID(now),
		OrgName:    "Rehearsal",
		Role:       identity.Owner,
		Status:     identity.Active,
		TokenEpoch: identity.NewEpoch(now),
		JoinedAt:   now,
		Person:     person.Person,
		Version:    1,
	}
	organization := identity.Organization{
		ID:        o.member.Org,
		Name:      o.member.OrgName,
		Owners:    1,
		Members:   1,
		CreatedAt: now,
		Version:   1,
	}

	if err := db.CreateOrganization(organization, o.member)(ctx, o.change); err != nil {
		return owner{}, fmt.Errorf("create an organization: %w", err)
	}

	return o, nil
}

// mint stores a new token of an owner in a table, and returns its secret.
func (c *cloud) mint(ctx context.Context, tableName string, o owner) (string, error) {
	minted, err := secret.MintPAT(rand.Reader, o.member.User, o.member.Org)
	if err != nil {
		return "", fmt.Errorf("mint a token: %w", err)
	}

	token := identity.Token{
		ID:          minted.TokenID(),
		User:        o.member.User,
		Org:         o.member.Org,
		Description: "rehearsal",
		Hash:        minted.Hash(),
		Epoch:       o.member.TokenEpoch,
		CreatedAt:   o.change.At,
		Lease:       identity.PATTerms.Grant(o.change.At),
	}

	err = table.New(c.client(), tableName).CreateToken(token)(ctx, o.change)
	if err != nil {
		return "", fmt.Errorf("create a token: %w", err)
	}

	return minted.Reveal(), nil
}

// newToken stores a new owner in a table, and returns the owner and the secret of their first token.
func (c *cloud) newToken(ctx context.Context, tableName, name string) (owner, string, error) {
	o, err := c.hire(ctx, tableName, name)
	if err != nil {
		return owner{}, "", err
	}

	token, err := c.mint(ctx, tableName, o)
	return o, token, err
}

// live returns the version of the authorizer that API Gateway calls.
func (c *cloud) live(ctx context.Context) (function, error) {
	var live function
	err := c.aws(ctx, &live, "lambda", "get-function-configuration",
		"--function-name", stackName+"-authorizer", "--qualifier", "live")
	return live, err
}

// checkTokens calls the live version of the authorizer with tokens, and checks for each whether it is admitted. The
// stand-in runs no functions, so checkTokens runs the code that was uploaded, with the environment that the stand-in
// stores for the version. Its table is the stand-in's. Lambda's programs run on Linux only, so on another system
// checkTokens builds the authorizer for it.
func (c *cloud) checkTokens(ctx context.Context, admitted map[string]bool) (err error) {
	live, err := c.live(ctx)
	if err != nil {
		return err
	}

	binary, err := c.download(ctx, live)
	if err == nil && runtime.GOOS != "linux" {
		binary, err = c.authorizerOf(ctx, c.release, runtime.GOOS)
	}

	if err != nil {
		return err
	}

	environment := map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": c.endpoint}
	for name, value := range live.Environment.Variables {
		environment[name] = variable(value)
	}

	service, err := lambda.Start(lambda.Options{
		Functions: []lambda.Function{{
			Name:        "authorizer",
			Binary:      binary,
			Environment: environment,
			Timeout:     time.Duration(live.Timeout) * time.Second,
			MemoryMB:    live.MemorySize,
		}},
		LogDir: c.work,
		Region: c.region,
	})
	if err != nil {
		return fmt.Errorf("run the authorizer: %w", err)
	}

	defer service.Close()

	var problems []error
	for token, want := range admitted {
		got, err := authorize(ctx, service, token)
		problems = append(problems, err, compare("whether "+token[:8]+" is admitted", got, want))
	}

	return errors.Join(problems...)
}

// variable returns the text of an environment variable. The stand-in returns some as numbers.
func variable(value any) string {
	if number, ok := value.(float64); ok {
		return strconv.FormatFloat(number, 'f', -1, 64)
	}

	return fmt.Sprint(value)
}

// authorize calls the authorizer with a request of a REST API, and reports whether it admits the request.
func authorize(ctx context.Context, service *lambda.Service, token string) (bool, error) {
	answer, err := service.InvokeJSON(ctx, "authorizer", map[string]any{
		"type":           "REQUEST",
		"methodArn":      "arn:aws:execute-api:" + mainRegion + ":123456789012:rehearsal/v1/GET/me",
		"httpMethod":     "GET",
		"path":           "/me",
		"headers":        map[string]string{"Authorization": "Bearer " + token},
		"requestContext": map[string]any{"identity": map[string]string{"sourceIp": "192.0.2.1"}},
	})
	if err != nil {
		return false, fmt.Errorf("call the authorizer: %w", err)
	}

	var policy struct {
		PolicyDocument struct{ Statement []struct{ Effect string } }
	}
	if err := json.Unmarshal(answer, &policy); err != nil {
		return false, fmt.Errorf("read the authorizer's answer: %w", err)
	}

	statements := policy.PolicyDocument.Statement
	if len(statements) == 0 {
		return false, fmt.Errorf("the authorizer's answer %s has no statement", answer)
	}

	return statements[0].Effect == "Allow", nil
}

// download stores the code of a version of a function in the working directory, and returns the path of its program.
func (c *cloud) download(ctx context.Context, version function) (string, error) {
	var code struct{ Code struct{ Location string } }
	err := c.aws(ctx, &code, "lambda", "get-function", "--function-name", version.FunctionName, "--qualifier", version.Version)
	if err != nil {
		return "", err
	}

	zipped := filepath.Join(c.work, "authorizer.zip")
	err = c.aws(ctx, nil, "s3", "cp", "s3://rehearsal/"+last(code.Code.Location, "/"), zipped, "--only-show-errors")
	if err != nil {
		return "", err
	}

	content, err := os.ReadFile(zipped)
	if err != nil {
		return "", fmt.Errorf("read the code: %w", err)
	}

	digest := sha256.Sum256(content)
	if got := base64.StdEncoding.EncodeToString(digest[:]); got != version.CodeSha256 {
		return "", fmt.Errorf("the code of version %s has the digest %s, want %s", version.Version, got, version.CodeSha256)
	}

	binary, err := unzip(content, "bootstrap")
	if err != nil {
		return "", err
	}

	path := filepath.Join(c.work, "bootstrap")
	err = errors.Join(os.RemoveAll(path), os.WriteFile(path, binary, 0o700))
	return path, err
}

// unzip returns a file of an archive.
func unzip(archive []byte, name string) ([]byte, error) {
	reader, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, fmt.Errorf("open the code: %w", err)
	}

	file, err := reader.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open the code: %w", err)
	}

	content, err := io.ReadAll(file)
	return content, errors.Join(err, file.Close())
}
