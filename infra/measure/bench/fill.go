package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
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

// leases is over how many hours the leases of live tokens end.
const leases = 14 * 24

// wire is an item as DynamoDB's JSON has it.
type wire = map[string]map[string]string

// pattern is the item of a token that was stored by the table itself.
func (w *workload) pattern(ctx context.Context) (wire, error) {
	if _, err := w.tokens(ctx, 1, time.Now()); err != nil {
		return nil, err
	}

	got, err := w.client.Query(ctx, &dynamodb.QueryInput{
		TableName:              aws.String(tableName),
		Limit:                  aws.Int32(1),
		KeyConditionExpression: aws.String("PK = :pk AND begins_with(SK, :sk)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":pk": &types.AttributeValueMemberS{Value: "USER#" + string(w.members[0].User)}, ":sk": &types.AttributeValueMemberS{Value: "TOKEN#"},
		},
	})
	if err != nil || len(got.Items) == 0 {
		return nil, fmt.Errorf("read a token's item: %w", err)
	}

	item := wire{}
	for name, value := range got.Items[0] {
		switch value := value.(type) {
		case *types.AttributeValueMemberS:
			item[name] = map[string]string{"S": value.Value}
		case *types.AttributeValueMemberN:
			item[name] = map[string]string{"N": value.Value}
		case *types.AttributeValueMemberB:
			item[name] = map[string]string{"B": base64.StdEncoding.EncodeToString(value.Value)}
		default:
			return nil, fmt.Errorf("a token's attribute %s is of type %T, which the bench cannot write", name, value)
		}
	}

	return item, nil
}

// another is the item of another live token of another person's, whose secret nobody holds.
func another(pattern wire) wire {
	var random [32]byte
	_, _ = rand.Read(random[:])
	chance := binary.BigEndian.Uint64(random[:])
	id := fmt.Sprintf("tok_%011d", chance%1e11)
	until := time.Now().Add(time.Duration(chance%leases+2) * time.Hour)
	item := make(wire, len(pattern))
	maps.Copy(item, pattern)

	for name, text := range map[string]string{
		table.AttrPK: "USER#" + string(identity.UserIDOf([16]byte(random[8:]))), table.AttrSK: "TOKEN#" + id,
		table.AttrGSI2PK: fmt.Sprintf("LEASE#%x", chance%table.LeaseShards), table.AttrGSI2SK: until.UTC().Format("2006-01-02T15") + "#" + id,
	} {
		item[name] = map[string]string{"S": text}
	}

	item["lease_until"] = map[string]string{"N": fmt.Sprint(until.Unix())}
	item["purge_at"] = map[string]string{"N": fmt.Sprint(until.Add(identity.Retention).Unix())}
	item["secret_hash"] = map[string]string{"B": base64.StdEncoding.EncodeToString(random[:])}
	return item
}

// imported makes a database file with n live tokens in the table: an export such as DynamoDB writes, read by the engine's
// own import, which is ten times as fast as writing them one batch after the other.
func imported(ctx context.Context, dir string, pattern wire, n int) (file string, took time.Duration, err error) {
	began := time.Now()
	source := filepath.Join(dir, fmt.Sprintf("export-%d", n))
	defer os.RemoveAll(source)

	if err := export(filepath.Join(source, tableName, "data"), pattern, n); err != nil {
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

func export(dir string, pattern wire, n int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the export: %w", err)
	}

	file, err := os.Create(filepath.Join(dir, "tokens.json.gz"))
	if err != nil {
		return fmt.Errorf("make the export: %w", err)
	}

	defer file.Close()
	packed, err := gzip.NewWriterLevel(file, gzip.BestSpeed)
	if err != nil {
		return fmt.Errorf("pack the export: %w", err)
	}

	buffered := bufio.NewWriterSize(packed, 1<<20)
	lines := json.NewEncoder(buffered)
	for range n {
		if err := lines.Encode(map[string]wire{"Item": another(pattern)}); err != nil {
			return fmt.Errorf("write the export: %w", err)
		}
	}

	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("write the export: %w", err)
	}

	if err := packed.Close(); err != nil {
		return fmt.Errorf("write the export: %w", err)
	}

	return nil
}

// describe writes the table as DescribeTable would answer, from the template.
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
			"IndexName": index.Name, "KeySchema": keySchema(index.Keys), "Projection": map[string]any{"ProjectionType": index.Projection},
		})
	}

	text, err := json.Marshal(map[string]any{"Table": map[string]any{
		"TableName": tableName, "KeySchema": keySchema(described.Keys), "AttributeDefinitions": attributes, "GlobalSecondaryIndexes": indexes,
		"BillingModeSummary": map[string]any{"BillingMode": "PAY_PER_REQUEST"},
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
