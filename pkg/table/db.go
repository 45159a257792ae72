package table

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// DB is the table. It is safe for concurrent use.
type DB struct {
	client    *dynamodb.Client
	direct    *direct // nil if the client's connections can't be shared
	name      string
	standings *standings
	keepAudit time.Duration
	// directFailed is called after a direct read without a complete answer. It is nil unless OnDirectFailure set it.
	directFailed func()
	// custody is set by InCustody.
	custody *custody
}

// New returns the table with this name. Its audit events are kept forever.
func New(client *dynamodb.Client, name string) *DB {
	return &DB{client: client, direct: newDirect(client, name), name: name, standings: newStandings(maxStandings)}
}

// KeepingAudit returns the table such that the audit events that it stores are removed after a duration; 0 keeps them
// forever. Events that are stored already keep the time that they were stored with.
func (db *DB) KeepingAudit(keep time.Duration) *DB {
	kept := *db
	kept.keepAudit = keep

	return &kept
}

// OnDirectFailure returns the table such that failed is called each time a direct read has no complete answer and the items are
// read with the SDK instead. Neither the caller's answer nor the table's units tell, so somebody should count. Reads may be
// concurrent.
func (db *DB) OnDirectFailure(failed func()) *DB {
	watched := *db
	watched.directFailed = failed

	return &watched
}

// noteDirectFailure calls the function that OnDirectFailure set, if any.
func (db *DB) noteDirectFailure() {
	if db.directFailed != nil {
		db.directFailed()
	}
}

// Connector is the transport of a client that can open a connection before a request needs it.
type Connector interface {
	http.RoundTripper
	// Connect opens a connection to an endpoint, with TLS if its scheme is https, for the first request to it.
	Connect(ctx context.Context, endpoint *url.URL)
}

// Connect opens the connection of the first request if the client's transport is a Connector. It returns no error: a request
// to a table that can't be reached does.
func (db *DB) Connect(ctx context.Context) {
	if db.direct == nil {
		return
	}

	if connector, ok := db.direct.transport.(Connector); ok {
		connector.Connect(ctx, db.direct.endpoint)
	}
}

type attributes = map[string]types.AttributeValue

func (k key) values() attributes {
	return attributes{
		AttrPK: &types.AttributeValueMemberS{Value: k.PK},
		AttrSK: &types.AttributeValueMemberS{Value: k.SK},
	}
}

// get reads one item strongly consistently into out; found is false if there is none.
func (db *DB) get(ctx context.Context, k key, out any, options ...func(*dynamodb.Options)) (found bool, err error) {
	got, err := db.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &db.name,
		Key:            k.values(),
		ConsistentRead: aws.Bool(true),
	}, options...)
	if err != nil {
		return false, failure("get "+k.SK, err)
	}

	if got.Item == nil {
		return false, nil
	}

	return true, decode(got.Item, out)
}

// batchAttempts is the most calls in a row in which batch reads nothing. The pauses between them take 140 ms at most.
const batchAttempts = 4

// batch reads up to maxBatch items strongly consistently, in no order. It leaves out keys that have no item. DynamoDB
// leaves keys unprocessed if the answer is too large or a partition is throttled. batch asks for them again, and returns
// Unavailable if batchAttempts calls in a row return nothing.
func (db *DB) batch(ctx context.Context, keys []key, options ...func(*dynamodb.Options)) ([]attributes, error) {
	asked := make([]attributes, len(keys))
	for i, k := range keys {
		asked[i] = k.values()
	}

	var items []attributes
	for idle := 0; len(asked) > 0; {
		got, err := db.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{db.name: {Keys: asked, ConsistentRead: aws.Bool(true)}},
		}, options...)
		if err != nil {
			return nil, failure("get a batch", err)
		}

		items = append(items, got.Responses[db.name]...)
		left := got.UnprocessedKeys[db.name].Keys
		idle++
		if len(left) < len(asked) {
			idle, asked = 0, left
			continue
		}

		if idle == batchAttempts {
			return nil, busy(errors.New("get a batch: DynamoDB left every key unprocessed"))
		}

		if err := pause(ctx, "get a batch", idle); err != nil {
			return nil, err
		}
	}

	return items, nil
}

// span is a range of sort keys, both ends included, in one partition of the table or of an index.
type span struct {
	index    string // "" for the table itself
	pk       string
	from, to string // from "" is the first
	backward bool
	limit    int // the most items to read; 0 for all
}

// query reads the span: strongly consistently from the table, eventually consistently from an index. A span that ends
// before it begins is empty; DynamoDB would reject it.
func (db *DB) query(ctx context.Context, s span) ([]attributes, error) {
	if s.from > s.to {
		return nil, nil
	}

	in := db.queryInput(s)
	var items []attributes
	for {
		got, err := db.client.Query(ctx, in)
		if err != nil {
			return nil, failure("query "+s.from, err)
		}

		items = append(items, got.Items...)
		if got.LastEvaluatedKey == nil || s.limit > 0 && len(items) >= s.limit {
			return items, nil
		}

		in.ExclusiveStartKey = got.LastEvaluatedKey
	}
}

// behind returns the first sort key after that of a position; the prefix itself for no position.
func behind(prefix, position string) string {
	if position == "" {
		return prefix
	}

	return prefix + position + "\x00"
}

func (db *DB) queryInput(s span) *dynamodb.QueryInput {
	pk, sk := AttrPK, AttrSK
	in := &dynamodb.QueryInput{TableName: &db.name, ScanIndexForward: aws.Bool(!s.backward)}
	if s.index == "" {
		in.ConsistentRead = aws.Bool(true)
	} else {
		in.IndexName, pk, sk = &s.index, s.index+AttrPK, s.index+AttrSK
	}

	if s.limit > 0 {
		in.Limit = aws.Int32(int32(s.limit))
	}

	in.KeyConditionExpression = aws.String(pk + " = :pk AND " + sk + " BETWEEN :from AND :to")
	in.ExpressionAttributeValues = values{":pk": s.pk, ":from": max(s.from, lowest), ":to": s.to}.attributes()
	return in
}

// textMap returns a map of texts as DynamoDB stores it.
func textMap(m map[string]string) *types.AttributeValueMemberM {
	out := make(attributes, len(m))
	for name, value := range m {
		out[name] = &types.AttributeValueMemberS{Value: value}
	}

	return &types.AttributeValueMemberM{Value: out}
}

// values are the named values of an expression: strings, whole numbers, booleans, times, maps of strings, and sets of
// strings.
type values map[string]any

func (v values) attributes() attributes {
	if len(v) == 0 {
		return nil
	}

	out := make(attributes, len(v))
	for name, value := range v {
		switch value := value.(type) {
		case string:
			out[name] = &types.AttributeValueMemberS{Value: value}
		case int64:
			out[name] = &types.AttributeValueMemberN{Value: strconv.FormatInt(value, 10)}
		case int:
			out[name] = &types.AttributeValueMemberN{Value: strconv.Itoa(value)}
		case bool:
			out[name] = &types.AttributeValueMemberBOOL{Value: value}
		case []string:
			out[name] = &types.AttributeValueMemberSS{Value: value}
		case map[string]string:
			out[name] = textMap(value)
		case time.Time:
			out[name] = &types.AttributeValueMemberN{Value: strconv.FormatInt(value.Unix(), 10)}
		default:
			panic(fmt.Sprintf("a value of type %T in an expression", value))
		}
	}

	return out
}

func decode(item attributes, out any) error {
	if err := attributevalue.UnmarshalMap(item, out); err != nil {
		return fmt.Errorf("decode an item: %w", err)
	}

	return nil
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}

	return otherwise
}

// isNotFound reports whether an error is the refusal of a read that found nothing.
func isNotFound(err error) bool {
	refusal, ok := errors.AsType[*identity.Error](err)
	return ok && refusal.Problem == identity.NotFound
}
