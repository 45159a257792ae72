// Command floor is the least that an authorizer in Go can do: it reads two items with one request, which it signs itself, over
// net/http, and compares a hash. It uses neither the AWS SDK nor a JSON decoder for what it reads, and it has no rules: no
// expiry, no role, no reason of a refusal. The benchmark compares Leasehold's authorizer with it.
package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/leasehold-dev/leasehold/pkg/secret"
)

func main() {
	f := floor{
		endpoint: os.Getenv("AWS_ENDPOINT_URL_DYNAMODB"),
		region:   os.Getenv("AWS_REGION"),
		table:    os.Getenv("TABLE_NAME"),
		id:       os.Getenv("AWS_ACCESS_KEY_ID"),
		key:      os.Getenv("AWS_SECRET_ACCESS_KEY"),
	}
	lambda.Start(f)
}

type floor struct{ endpoint, region, table, id, key string }

type event struct {
	AuthorizationToken string            `json:"authorizationToken"`
	MethodARN          string            `json:"methodArn"`
	Headers            map[string]string `json:"headers"`
}

// Invoke answers a TOKEN event, or a REQUEST event whose header is named Authorization.
func (f floor) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var e event
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, fmt.Errorf("decode the event: %w", err)
	}

	sent := e.AuthorizationToken + e.Headers["Authorization"]
	text := strings.TrimPrefix(sent, "Bearer ")
	token, ok := secret.Parse(text)
	if !ok {
		return answer(e, "nobody", "Deny"), nil
	}

	items, err := f.read(ctx, token)
	if err != nil {
		return nil, err
	}

	hash := sha256.Sum256([]byte(text))
	if !bytes.Contains(items, []byte(base64.StdEncoding.EncodeToString(hash[:]))) {
		return answer(e, "nobody", "Deny"), nil
	}

	return answer(e, string(token.User()), "Allow"), nil
}

func answer(e event, principal, effect string) []byte {
	return fmt.Appendf(nil, `{"principalId":%q,"policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke",`+
		`"Effect":%q,"Resource":%q}]},"context":{}}`, principal, effect, e.MethodARN)
}

// read returns the response of one BatchGetItem.
func (f floor) read(ctx context.Context, token secret.Token) ([]byte, error) {
	body := fmt.Appendf(nil, `{"RequestItems":{%q:{"ConsistentRead":true,"Keys":[`+
		`{"PK":{"S":"USER#%[2]s"},"SK":{"S":"TOKEN#%[3]s"}},{"PK":{"S":"USER#%[2]s"},"SK":{"S":"ORG#%[4]s"}}]}}}`,
		f.table, token.User(), token.TokenID(), token.Org())

	request, err := http.NewRequestWithContext(ctx, http.MethodPost, f.endpoint+"/", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}

	f.sign(request, body, time.Now().UTC())
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, fmt.Errorf("read the items: %w", err)
	}

	defer response.Body.Close()
	items, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("read the items: %s, %w", response.Status, err)
	}

	return items, nil
}

const signedHeaders = "content-type;host;x-amz-date;x-amz-target"

// sign adds a signature of AWS's version 4 to a request.
func (f floor) sign(request *http.Request, body []byte, now time.Time) {
	at, day := now.Format("20060102T150405Z"), now.Format("20060102")
	const kind, target = "application/x-amz-json-1.0", "DynamoDB_20120810.BatchGetItem"

	digest := sha256.Sum256(body)
	canonical := "POST\n/\n\ncontent-type:" + kind + "\nhost:" + request.Host + "\nx-amz-date:" + at + "\nx-amz-target:" + target +
		"\n\n" + signedHeaders + "\n" + hex.EncodeToString(digest[:])
	scope := day + "/" + f.region + "/dynamodb/aws4_request"
	hashed := sha256.Sum256([]byte(canonical))
	text := "AWS4-HMAC-SHA256\n" + at + "\n" + scope + "\n" + hex.EncodeToString(hashed[:])

	key := []byte("AWS4" + f.key)
	for _, part := range []string{day, f.region, "dynamodb", "aws4_request", text} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}

	request.Header = http.Header{
		"Content-Type":    {kind},
		"X-Amz-Date":      {at},
		"X-Amz-Target":    {target},
		"Accept-Encoding": {"identity"},
		"Authorization": {"AWS4-HMAC-SHA256 Credential=" + f.id + "/" + scope + ", SignedHeaders=" + signedHeaders + ", Signature=" +
			hex.EncodeToString(key)},
	}
}
