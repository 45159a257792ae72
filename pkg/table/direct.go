package table

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/wire"
)

// direct reads items with one signed request and without the SDK's middleware, which makes most of the allocations of an
// authorization. It makes one attempt. Whatever is not a complete answer is an error without a cause: the caller reads the
// items with the SDK then, which retries and classifies errors.
//
// It takes the endpoint, the credentials and the connections of the SDK's client, so that a connection that one of them opened
// serves the other.
type direct struct {
	endpoint    *url.URL
	region      string
	credentials aws.CredentialsProvider
	transport   http.RoundTripper
	signer      *v4.Signer
	quotedName  string // the table's name in JSON
}

// newDirect returns nil if the client's connections can't be shared.
func newDirect(client *dynamodb.Client, tableName string) *direct {
	options := client.Options()
	shared, ok := options.HTTPClient.(*http.Client)
	if !ok || shared.Transport == nil || options.Credentials == nil || options.EndpointResolverV2 == nil {
		return nil
	}

	resolved, err := options.EndpointResolverV2.ResolveEndpoint(context.Background(), dynamodb.EndpointParameters{
		Region:   &options.Region,
		Endpoint: options.BaseEndpoint,
	})
	if err != nil {
		return nil
	}

	endpoint := resolved.URI
	if endpoint.Path == "" {
		endpoint.Path = "/"
	}

	return &direct{
		endpoint:    &endpoint,
		region:      options.Region,
		credentials: options.Credentials,
		transport:   shared.Transport,
		signer:      v4.NewSigner(),
		quotedName:  strconv.Quote(tableName),
	}
}

// directTimeout bounds the attempt, connecting included.
const directTimeout = 1500 * time.Millisecond

var errDirect = errors.New("the direct read was not answered")

// batch reads items strongly consistently and passes the attributes of each to found, in no order. The memory of values is
// reused, and their texts share the memory of the response.
func (d *direct) batch(ctx context.Context, keys []key, found func(values []wireValue) error) error {
	body := make([]byte, 0, 512)
	body = append(body, `{"RequestItems":{`...)
	body = append(body, d.quotedName...)
	body = append(body, `:{"ConsistentRead":true,"Keys":[`...)
	for i, k := range keys {
		if i > 0 {
			body = append(body, ',')
		}

		body = k.appendJSON(body)
	}

	text, err := d.post(ctx, "DynamoDB_20120810.BatchGetItem", append(body, `]}}}`...))
	if err != nil {
		return err
	}

	return readBatch(text, found)
}

// session reads a session strongly consistently; found is false if there is none.
func (d *direct) session(ctx context.Context, k key) (session identity.Session, found bool, err error) {
	body := make([]byte, 0, 256)
	body = append(body, `{"TableName":`...)
	body = append(body, d.quotedName...)
	body = append(body, `,"ConsistentRead":true,"Key":`...)
	body = append(k.appendJSON(body), '}')

	text, err := d.post(ctx, "DynamoDB_20120810.GetItem", body)
	if err != nil {
		return identity.Session{}, false, err
	}

	var values []wireValue
	s := wire.NewScanner(text)
	s.Object(func(name string) {
		if name != "Item" {
			s.Raw()
			return
		}

		found = true
		values = scanItem(&s, make([]wireValue, 0, 24))
	})

	if s.Err() != nil || !found {
		return identity.Session{}, false, s.Err()
	}

	item, err := fromWire[sessionItem](sessionLayout(), values)
	if err != nil {
		return identity.Session{}, false, err
	}

	return item.session(), true, nil
}

// appendJSON appends the key of an item as an object in DynamoDB JSON. Keys of credentials are printable ASCII, which Go and JSON
// quote alike.
func (k key) appendJSON(to []byte) []byte {
	to = append(to, `{"PK":{"S":`...)
	to = strconv.AppendQuote(to, k.PK)
	to = append(to, `},"SK":{"S":`...)
	to = strconv.AppendQuote(to, k.SK)

	return append(to, `}}`...)
}

// readBatch reads the response of BatchGetItem. It returns an error if keys are unprocessed.
func readBatch(text string, found func(values []wireValue) error) error {
	s := wire.NewScanner(text)
	values := make([]wireValue, 0, 40)
	var failed error

	s.Object(func(name string) {
		switch name {
		case "Responses":
			s.Object(func(string) {
				s.Array(func() {
					if values = scanItem(&s, values); failed == nil && s.Err() == nil {
						failed = found(values)
					}
				})
			})
		case "UnprocessedKeys":
			s.Object(func(string) { s.Fail() })
		default:
			s.Raw()
		}
	})

	return cmp.Or(failed, s.Err())
}

// post sends a request of an operation and returns the body of a response with the status 200.
func (d *direct) post(ctx context.Context, operation string, body []byte) (string, error) {
	// Only the timer cancels, or the end of the call: net/http can close the connection of a request that is canceled right
	// after its response was read.
	ctx, cancel := context.WithCancel(ctx)
	timer := time.AfterFunc(directTimeout, cancel) //nolint:forbidigo // bounds an attempt
	defer timer.Stop()

	request, err := d.signed(ctx, operation, body)
	if err != nil {
		return "", err
	}

	response, err := d.transport.RoundTrip(request)
	if err != nil {
		return "", errDirect
	}

	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", errDirect
	}

	read, err := readAll(response)
	if err != nil {
		return "", errDirect
	}

	if sum := response.Header.Get("X-Amz-Crc32"); sum != "" && sum != strconv.FormatUint(uint64(crc32.ChecksumIEEE(read)), 10) {
		return "", errDirect
	}

	return string(read), nil
}

// readAll returns the body of a response. It reads a body of a known length without growing its memory.
func readAll(response *http.Response) ([]byte, error) {
	if response.ContentLength < 0 {
		return io.ReadAll(response.Body)
	}

	read := make([]byte, response.ContentLength)
	_, err := io.ReadFull(response.Body, read)
	return read, err
}

// signed returns the request with its signature.
func (d *direct) signed(ctx context.Context, operation string, body []byte) (*http.Request, error) {
	credentials, err := d.credentials.Retrieve(ctx)
	if err != nil {
		return nil, errDirect
	}

	endpoint := *d.endpoint
	request := (&http.Request{
		Method: http.MethodPost,
		URL:    &endpoint,
		Host:   d.endpoint.Host,
		Header: http.Header{
			"Content-Type":    {"application/x-amz-json-1.0"},
			"X-Amz-Target":    {operation},
			"Accept-Encoding": {"identity"},
			"User-Agent":      {"leasehold"},
		},
		Body:          io.NopCloser(bytes.NewReader(body)),
		GetBody:       func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
		ContentLength: int64(len(body)),
	}).WithContext(ctx)

	digest := sha256.Sum256(body)
	now := time.Now() //nolint:forbidigo // AWS compares the time of a signature with its clock
	err = d.signer.SignHTTP(ctx, credentials, request, hex.EncodeToString(digest[:]), "dynamodb", d.region, now)
	if err != nil {
		return nil, errDirect
	}

	return request, nil
}

// The layouts of the items of authorization. They are made when they are first used, because other functions never do.
var (
	tokenLayout      = sync.OnceValue(layoutOf[tokenItem])
	membershipLayout = sync.OnceValue(layoutOf[membershipItem])
	sessionLayout    = sync.OnceValue(layoutOf[sessionItem])
	orgLayout        = sync.OnceValue(layoutOf[orgItem])
)

// nouns reads the items of an authorization.
func (d *direct) nouns(ctx context.Context, keys []key) (nouns, error) {
	var n nouns
	err := d.batch(ctx, keys, n.add)
	return n, err
}

// add decodes the attributes of one item of authorization. It ignores items of other types.
func (n *nouns) add(values []wireValue) error {
	switch wireText(values, "item_type") {
	case "token":
		return addOnto(&n.tokens, tokenLayout(), values, tokenItem.token)
	case "membership":
		return addOnto(&n.memberships, membershipLayout(), values, membershipItem.membership)
	case "organization":
		return addOnto(&n.organizations, orgLayout(), values, func(i orgItem) identity.Organization {
			o := i.organization()
			o.ID = identity.OrgID(strings.Clone(string(o.ID))) // copies of it outlive the response
			o.TokenPolicy.Networks = identity.Networks(strings.Clone(string(o.TokenPolicy.Networks)))

			return o
		})
	}

	return nil
}

func addOnto[Item, Noun any](list *[]Noun, l layout, values []wireValue, noun func(Item) Noun) error {
	item, err := fromWire[Item](l, values)
	if err == nil {
		*list = append(*list, noun(item))
	}

	return err
}
