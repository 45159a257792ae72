package pipe

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
)

// stream reads the records of a table's stream. It is not safe for concurrent use. It sends its own requests, because the
// SDK would decode the records, and a pipe passes them on as JSON.
type stream struct {
	endpoint string
	arn      string
	client   http.Client
	// shards are the known shards, in the order of their parents.
	shards []*shard
	known  map[string]bool
}

// shard is a part of a stream.
type shard struct {
	id string
	// next is the iterator of what was not read; "" at the end.
	next string
	// last is the sequence number of the last record that was read; "" for none.
	last string
}

// The places in a shard at which reading begins.
const (
	atTheEnd       = "LATEST"
	atTheBeginning = "TRIM_HORIZON"
	after          = "AFTER_SEQUENCE_NUMBER"
)

// readTimeout bounds one request.
const readTimeout = 10 * time.Second

// openStream finds the stream of a table and goes to its end.
func openStream(ctx context.Context, endpoint, table string) (*stream, error) {
	s := &stream{endpoint: endpoint, client: http.Client{Timeout: readTimeout}, known: map[string]bool{}}

	var found struct {
		Streams []struct{ StreamArn, StreamLabel string }
	}
	if err := s.call(ctx, "ListStreams", map[string]any{"TableName": table}, &found); err != nil {
		return nil, err
	}

	latest := ""
	for _, each := range found.Streams {
		if each.StreamLabel >= latest {
			latest, s.arn = each.StreamLabel, each.StreamArn
		}
	}

	if s.arn == "" {
		return nil, fmt.Errorf("the table %s has no stream: use an endpoint that supports DynamoDB Streams", table)
	}

	return s, s.discover(ctx, atTheEnd)
}

// discover adds the shards that are not known yet, and reads them from a place on.
func (s *stream) discover(ctx context.Context, from string) error {
	var answer struct {
		StreamDescription struct {
			Shards []struct{ ShardID string }
		}
	}
	if err := s.call(ctx, "DescribeStream", map[string]any{"StreamArn": s.arn}, &answer); err != nil {
		return err
	}

	for _, each := range answer.StreamDescription.Shards {
		if s.known[each.ShardID] {
			continue
		}

		found := &shard{id: each.ShardID}
		if err := s.place(ctx, found, from); err != nil {
			return err
		}

		s.known[each.ShardID] = true
		s.shards = append(s.shards, found)
	}

	return nil
}

// place sets the iterator of a shard to a place.
func (s *stream) place(ctx context.Context, at *shard, from string) error {
	input := map[string]any{"StreamArn": s.arn, "ShardId": at.id, "ShardIteratorType": from}
	if from == after {
		input["SequenceNumber"] = at.last
	}

	var iterator struct{ ShardIterator string }
	if err := s.call(ctx, "GetShardIterator", input, &iterator); err != nil {
		return err
	}

	at.next = iterator.ShardIterator

	return nil
}

// renew replaces an iterator that has expired, as it does when the machine sleeps for a quarter of an hour. It returns any
// other error as it is.
func (s *stream) renew(ctx context.Context, at *shard, err error) error {
	if !strings.Contains(err.Error(), "ExpiredIteratorException") {
		return err
	}

	if at.last == "" {
		return s.place(ctx, at, atTheBeginning)
	}

	return s.place(ctx, at, after)
}

// read calls use with the records that are in the stream, in the order of each shard. It reads a batch again that use
// returned an error for.
func (s *stream) read(ctx context.Context, use func([]json.RawMessage) error) error {
	if err := s.discover(ctx, atTheBeginning); err != nil {
		return err
	}

	for _, each := range s.shards {
		for more := true; more && each.next != ""; {
			var err error
			if more, err = s.readOnce(ctx, each, use); err != nil {
				return err
			}
		}
	}

	return nil
}

// readOnce reads records of a shard. It reports whether there may be more.
func (s *stream) readOnce(ctx context.Context, at *shard, use func([]json.RawMessage) error) (more bool, err error) {
	var answer struct {
		Records           []json.RawMessage
		NextShardIterator string
	}
	if err := s.call(ctx, "GetRecords", map[string]any{"ShardIterator": at.next}, &answer); err != nil {
		return true, s.renew(ctx, at, err)
	}

	if len(answer.Records) == 0 {
		at.next = answer.NextShardIterator
		return false, nil
	}

	if err := use(answer.Records); err != nil {
		return false, err
	}

	var last struct {
		DynamoDB struct{ SequenceNumber string }
	}
	if err := json.Unmarshal(answer.Records[len(answer.Records)-1], &last); err != nil {
		return false, fmt.Errorf("read a record of the stream: %w", err)
	}

	at.next, at.last = answer.NextShardIterator, last.DynamoDB.SequenceNumber

	return true, nil
}

// call sends a request to DynamoDB Streams, signed as all programs of the emulator sign.
func (s *stream) call(ctx context.Context, operation string, input, output any) error {
	body, err := json.Marshal(input)
	if err != nil {
		return fmt.Errorf("write the request %s: %w", operation, err)
	}

	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.endpoint, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("make the request %s: %w", operation, err)
	}

	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Target", "DynamoDBStreams_20120810."+operation)
	digest := sha256.Sum256(body)
	credentials := aws.Credentials{AccessKeyID: lambda.AccessKeyPrefix, SecretAccessKey: "local"}

	err = v4.NewSigner().SignHTTP(ctx, credentials, request, hex.EncodeToString(digest[:]), "dynamodb", lambda.Region, time.Now())
	if err != nil {
		return fmt.Errorf("sign the request %s: %w", operation, err)
	}

	response, err := s.client.Do(request)
	if err != nil {
		return fmt.Errorf("send the request %s: %w", operation, err)
	}

	defer response.Body.Close()

	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("read the answer of %s: %w", operation, err)
	}

	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s: %s", operation, response.Status, strings.TrimSpace(string(answer)))
	}

	return json.Unmarshal(answer, output)
}
