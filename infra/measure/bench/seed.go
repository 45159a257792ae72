package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/infra/local/ageing"
	"github.com/leasehold-dev/leasehold/infra/local/bulk"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/local/signin"
	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/secret"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

const (
	ownerEmail = "grace@example.com"
	// sampleName is the first name of the member whose items are copied. Package bulk gives it.
	sampleName = "Sample"
	// ownTokens is the number of tokens of the owner, each of which is used for the first time once.
	ownTokens = warmups + repeats
)

// seed is what a running system has stored for an organization with an owner, a member, tokens and a solution. Worlds
// are made of copies of it.
type seed struct {
	table        string
	at           time.Time
	organization string
	sampleUser   string
	session      string   // the secret of the owner's session
	tokens       []string // the secrets of the owner's tokens
	items        []storedItem
	patterns     patterns
}

// plant creates a seed through the API of a system that runs on the data in a directory.
func plant(ctx context.Context, functions, data string) (*seed, error) {
	running, err := runner.Start(ctx, runner.Options{Data: data, Functions: functions})
	if err != nil {
		return nil, err
	}

	defer running.Close()

	membership, _, err := bulk.CreateOrganization(ctx, running.Client(), running.TableName(), "Bench", table.Claims{
		Issuer:    "bench",
		Subject:   "grace",
		Email:     ownerEmail,
		FirstName: "Grace",
		LastName:  "Hopper",
	})
	if err != nil {
		return nil, err
	}

	s := &seed{table: running.TableName(), at: time.Now().UTC(), organization: string(membership.Org)}
	if err := s.grow(ctx, running); err != nil {
		return nil, err
	}

	if err := s.read(ctx, running.Client()); err != nil {
		return nil, err
	}

	return s, s.findPatterns(string(membership.User))
}

// grow creates a solution, and tokens whose first use is due.
func (s *seed) grow(ctx context.Context, running *runner.Runner) error {
	created, err := signin.Session(ctx, running.APIURL(), ownerEmail)
	if err != nil {
		return err
	}

	s.session = created.Secret
	var solution api.Solution
	path := "/organizations/" + s.organization + "/solutions"
	if err := s.post(ctx, running.APIURL(), path, map[string]string{"name": "Route planner"}, &solution); err != nil {
		return err
	}

	for range ownTokens {
		var token api.TokenCreated
		body := map[string]string{"organizationId": s.organization}
		if err := s.post(ctx, running.APIURL(), "/me/tokens", body, &token); err != nil {
			return err
		}

		s.tokens = append(s.tokens, token.Secret)
	}

	// The first use of a token is recorded at once if the token is older than the time between two records.
	if err := ageing.Age(ctx, running.Client(), s.table, time.Hour); err != nil {
		return err
	}

	// The session has become older, too.
	if created, err = signin.Session(ctx, running.APIURL(), ownerEmail); err != nil {
		return err
	}

	s.session = created.Secret
	return s.forgetNotices(ctx, running.Client())
}

// forgetNotices notes that the job that sends notices has walked the tokens that an earlier version made, as in a
// system that has run for some days.
func (s *seed) forgetNotices(ctx context.Context, client *dynamodb.Client) error {
	_, err := client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.table,
		Item: map[string]types.AttributeValue{
			table.AttrPK: &types.AttributeValueMemberS{Value: "NOTICES"},
			table.AttrSK: &types.AttributeValueMemberS{Value: "NOTICES"},
			"item_type":  &types.AttributeValueMemberS{Value: "notices"},
			"walk_count": &types.AttributeValueMemberN{Value: "2"},
		},
	})
	if err != nil {
		return fmt.Errorf("note the walks: %w", err)
	}

	return nil
}

// post sends a request of the owner and decodes the answer.
func (s *seed) post(ctx context.Context, url, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode the request: %w", err)
	}

	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+path, bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("send POST %s: %w", path, err)
	}

	request.Header.Set("Authorization", "Bearer "+s.session)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("send POST %s: %w", path, err)
	}

	defer response.Body.Close()

	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode/100 != 2 {
		return fmt.Errorf("send POST %s: got %s %s %w", path, response.Status, answer, err)
	}

	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("decode the answer of POST %s: %w", path, err)
	}

	return nil
}

// read reads all items of the table.
func (s *seed) read(ctx context.Context, client *dynamodb.Client) error {
	pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: &s.table})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("read the seed: %w", err)
		}

		for _, found := range page.Items {
			item := storedItem{}
			for name, value := range found {
				if item[name], err = plain(value); err != nil {
					return fmt.Errorf("read the attribute %s: %w", name, err)
				}
			}

			s.items = append(s.items, item)
		}
	}

	return nil
}

// plain returns an attribute's value in DynamoDB JSON.
func plain(value types.AttributeValue) (map[string]any, error) {
	switch value := value.(type) {
	case *types.AttributeValueMemberS:
		return map[string]any{"S": value.Value}, nil
	case *types.AttributeValueMemberN:
		return map[string]any{"N": value.Value}, nil
	case *types.AttributeValueMemberB:
		return map[string]any{"B": base64.StdEncoding.EncodeToString(value.Value)}, nil
	case *types.AttributeValueMemberBOOL:
		return map[string]any{"BOOL": value.Value}, nil
	case *types.AttributeValueMemberSS:
		return map[string]any{"SS": value.Value}, nil
	case *types.AttributeValueMemberM:
		fields := map[string]any{}
		for name, field := range value.Value {
			converted, err := plain(field)
			if err != nil {
				return nil, err
			}

			fields[name] = converted
		}

		return map[string]any{"M": fields}, nil
	}

	return nil, fmt.Errorf("its type %T is not supported", value)
}

// findPatterns finds the items to copy: those of the member, a token of the owner, the solution, and the organization's
// events. A world has the copies of the events only, so that they are the latest.
func (s *seed) findPatterns(owner string) error {
	token, _ := secret.Parse(s.tokens[0])
	id := string(token.TokenID())
	for _, item := range s.items {
		if name := item.text("first_name"); item.text("item_type") == "profile" && name == sampleName {
			s.sampleUser = strings.TrimPrefix(item.text(table.AttrPK), "USER#")
		}
	}

	for _, item := range s.items {
		partition, sort := item.text(table.AttrPK), item.text(table.AttrSK)
		kind, _, _ := strings.Cut(partition, "#")

		switch {
		case kind == "AUDIT" && strings.HasPrefix(partition, "AUDIT#"+s.organization):
			s.patterns.event = append(s.patterns.event, eventPattern(item, s.organization))

		case kind == "AUDIT", kind == "EMAIL", kind == "IDENTITY", strings.HasPrefix(sort, "SESSION#"):
			// What belongs to one person only.

		case partition == "USER#"+owner && (sort == "TOKEN#"+id || sort == "EXPIRY#"+id):
			kind, _, _ := strings.Cut(sort, "#")
			s.patterns.token = append(s.patterns.token, tokenPattern(item, kind))

		case strings.HasPrefix(sort, "SOLUTION#"):
			s.patterns.solution = append(s.patterns.solution, solutionPattern(item))

		case strings.Contains(partition+sort+item.text("user_id"), s.sampleUser):
			s.patterns.member = append(s.patterns.member, item.line())
		}
	}

	s.items = slices.DeleteFunc(s.items, func(item storedItem) bool {
		return strings.HasPrefix(item.text(table.AttrPK), "AUDIT#"+s.organization)
	})

	p := s.patterns
	if s.sampleUser == "" || len(p.member) == 0 || len(p.token) != 2 || len(p.solution) != 1 || len(p.event) == 0 {
		return errors.New("the seed lacks items of a kind")
	}

	return nil
}
