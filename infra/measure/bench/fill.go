package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

const (
	// leaseHours is the number of hours over which the leases of the live tokens lapse.
	leaseHours = 10 * 24
	// quietHours is the number of hours in which none lapses. No notice of any is due.
	quietHours = (identity.LapseNoticeDays + 1) * 24
)

// storedItem is an item in DynamoDB JSON.
type storedItem = map[string]map[string]string

// sampleToken creates a token through package table and returns its item.
func (w *workload) sampleToken(ctx context.Context) (storedItem, error) {
	if _, err := w.tokens(ctx, 1, time.Now()); err != nil {
		return nil, err
	}

	got, err := w.client.Query(ctx, &dynamodb.QueryInput{
		TableName:              aws.String(tableName),
		Limit:                  aws.Int32(1),
		KeyConditionExpression: aws.String("PK = :pk AND begins_with(SK, :sk)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":pk": &types.AttributeValueMemberS{Value: "USER#" + string(w.members[0].User)},
			":sk": &types.AttributeValueMemberS{Value: "TOKEN#"},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("read the sample token: %w", err)
	}

	if len(got.Items) == 0 {
		return nil, errors.New("read the sample token: the table has no such item")
	}

	item := storedItem{}
	for name, value := range got.Items[0] {
		switch value := value.(type) {
		case *types.AttributeValueMemberS:
			item[name] = map[string]string{"S": value.Value}
		case *types.AttributeValueMemberN:
			item[name] = map[string]string{"N": value.Value}
		case *types.AttributeValueMemberB:
			item[name] = map[string]string{"B": base64.StdEncoding.EncodeToString(value.Value)}
		default:
			return nil, fmt.Errorf("the token attribute %s has the unsupported type %T", name, value)
		}
	}

	return item, nil
}

// randomToken returns the item of a live token of another, random person. Nobody has its secret.
func randomToken(sample storedItem) storedItem {
	var random [32]byte
	_, _ = rand.Read(random[:])
	number := binary.BigEndian.Uint64(random[:])
	id := fmt.Sprintf("tok_%011d", number%1e11)
	until := time.Now().Add(time.Duration(number%leaseHours+quietHours) * time.Hour)
	item := make(storedItem, len(sample))
	maps.Copy(item, sample)

	for name, text := range map[string]string{
		table.AttrPK:     "USER#" + string(identity.UserIDOf([16]byte(random[8:]))),
		table.AttrSK:     "TOKEN#" + id,
		table.AttrGSI2PK: fmt.Sprintf("LEASE#%x", number%table.LeaseShards),
		table.AttrGSI2SK: until.UTC().Format("2006-01-02T15") + "#" + id,
	} {
		item[name] = map[string]string{"S": text}
	}

	item["lease_until"] = map[string]string{"N": fmt.Sprint(until.Unix())}
	item["purge_at"] = map[string]string{"N": fmt.Sprint(until.Add(identity.Retention).Unix())}
	item["secret_hash"] = map[string]string{"B": base64.StdEncoding.EncodeToString(random[:])}
	return item
}

// importTokens creates a database file whose table has n live tokens. It writes a DynamoDB export and imports it with
// the engine's own command, which is ten times as fast as BatchWriteItem requests.
func importTokens(ctx context.Context, dir string, sample storedItem, n int) (file string, took time.Duration, err error) {
	began := time.Now()
	source := filepath.Join(dir, fmt.Sprintf("export-%d", n))
	defer os.RemoveAll(source)

	if err := export(filepath.Join(source, tableName, "data"), sample, n); err != nil {
		return "", 0, err
	}

	schema := filepath.Join(dir, "schema.json")
	if err := describe(schema); err != nil {
		return "", 0, err
	}

	binary, err := dynoxide.Binary(ctx, os.Stderr)
	if err != nil {
		return "", 0, err
	}

	file = filepath.Join(dir, fmt.Sprintf("tokens-%d.db", n))
	command := exec.CommandContext(ctx, binary, "import", "--source", source, "--schema", schema, "--output", file)
	if output, err := command.CombinedOutput(); err != nil {
		return "", 0, fmt.Errorf("import %d tokens: %w: %s", n, err, output)
	}

	return file, time.Since(began), nil
}

// export writes n random tokens to a directory in the format of a DynamoDB export.
func export(dir string, sample storedItem, n int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("create the export: %w", err)
	}

	file, err := os.Create(filepath.Join(dir, "tokens.json.gz"))
	if err != nil {
		return fmt.Errorf("create the export: %w", err)
	}

	defer file.Close()

	compressed, err := gzip.NewWriterLevel(file, gzip.BestSpeed)
	if err != nil {
		return fmt.Errorf("compress the export: %w", err)
	}

	buffered := bufio.NewWriterSize(compressed, 1<<20)
	lines := json.NewEncoder(buffered)
	for range n {
		if err := lines.Encode(map[string]storedItem{"Item": randomToken(sample)}); err != nil {
			return fmt.Errorf("write the export: %w", err)
		}
	}

	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("write the export: %w", err)
	}

	if err := compressed.Close(); err != nil {
		return fmt.Errorf("write the export: %w", err)
	}

	return nil
}

// describe writes a DescribeTable response for the template's table to a file.
func describe(file string) error {
	loaded, err := template.Load("template.yaml", nil)
	if err != nil {
		return err
	}

	described := loaded.Tables[0]
	var attributes, indexes []map[string]any
	for name, kind := range described.Attributes {
		attributes = append(attributes, map[string]any{"AttributeName": name, "AttributeType": kind})
	}

	for _, index := range described.Indexes {
		indexes = append(indexes, map[string]any{
			"IndexName":  index.Name,
			"KeySchema":  keySchema(index.Keys),
			"Projection": map[string]any{"ProjectionType": index.Projection},
		})
	}

	text, err := json.Marshal(map[string]any{"Table": map[string]any{
		"TableName":              tableName,
		"KeySchema":              keySchema(described.Keys),
		"AttributeDefinitions":   attributes,
		"GlobalSecondaryIndexes": indexes,
		"BillingModeSummary":     map[string]any{"BillingMode": "PAY_PER_REQUEST"},
	}})
	if err != nil {
		return fmt.Errorf("describe the table: %w", err)
	}

	if err := os.WriteFile(file, text, 0o644); err != nil {
		return fmt.Errorf("describe the table: %w", err)
	}

	return nil
}

func keySchema(keys []template.Key) []map[string]any {
	var schema []map[string]any
	for _, key := range keys {
		schema = append(schema, map[string]any{"AttributeName": key.Name, "KeyType": key.Type})
	}

	return schema
}
