package runner

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// createTables creates the tables of the template. It leaves existing tables as they are, except that it turns on a stream.
func (r *Runner) createTables(ctx context.Context) error {
	began := time.Now()
	for _, table := range r.loaded.Tables {
		if err := CreateTable(ctx, r.client, table, table.Name); err != nil {
			return err
		}

		if err := turnOnStream(ctx, r.client, table); err != nil {
			return err
		}
	}

	if len(r.loaded.Tables) > 0 {
		r.progress("tables", began)
	}

	return nil
}

// CreateTable creates a table as the template describes it, under the given name, and waits until it is active. It
// leaves an existing table of that name as it is.
func CreateTable(ctx context.Context, client *sdk.Client, table template.Table, name string) error {
	_, err := client.CreateTable(ctx, definition(table, name))
	if _, ok := errors.AsType[*types.ResourceInUseException](err); ok {
		return nil
	}

	if err != nil {
		return fmt.Errorf("create table %s: %w", name, err)
	}

	waiter := sdk.NewTableExistsWaiter(client, func(o *sdk.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 20*time.Millisecond, time.Second
	})
	if err := waiter.Wait(ctx, &sdk.DescribeTableInput{TableName: &name}, 30*time.Second); err != nil {
		return fmt.Errorf("wait for table %s: %w", name, err)
	}

	if table.TTLAttribute == "" {
		return nil
	}

	_, err = client.UpdateTimeToLive(ctx, &sdk.UpdateTimeToLiveInput{
		TableName:               &name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &table.TTLAttribute, Enabled: aws.Bool(true)},
	})
	if err != nil {
		return fmt.Errorf("set the time to live of table %s: %w", name, err)
	}

	return nil
}

// turnOnStream turns on the stream of a table that was created before the template described one.
func turnOnStream(ctx context.Context, client *sdk.Client, table template.Table) error {
	if table.StreamView == "" {
		return nil
	}

	found, err := client.DescribeTable(ctx, &sdk.DescribeTableInput{TableName: &table.Name})
	if err != nil {
		return fmt.Errorf("describe table %s: %w", table.Name, err)
	}

	if now := found.Table.StreamSpecification; now != nil && aws.ToBool(now.StreamEnabled) {
		return nil
	}

	_, err = client.UpdateTable(ctx, &sdk.UpdateTableInput{TableName: &table.Name, StreamSpecification: stream(table)})
	if err != nil {
		return fmt.Errorf("turn on the stream of table %s: %w", table.Name, err)
	}

	return nil
}

func stream(table template.Table) *types.StreamSpecification {
	return &types.StreamSpecification{
		StreamEnabled:  aws.Bool(true),
		StreamViewType: types.StreamViewType(table.StreamView),
	}
}

// definition returns the request that creates a table.
func definition(table template.Table, name string) *sdk.CreateTableInput {
	input := &sdk.CreateTableInput{
		TableName:   &name,
		BillingMode: types.BillingModePayPerRequest,
		KeySchema:   keySchema(table.Keys),
	}

	if table.StreamView != "" {
		input.StreamSpecification = stream(table)
	}

	attributes := make([]string, 0, len(table.Attributes))
	for attribute := range table.Attributes {
		attributes = append(attributes, attribute)
	}

	sort.Strings(attributes)

	for _, attribute := range attributes {
		input.AttributeDefinitions = append(input.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: aws.String(attribute),
			AttributeType: types.ScalarAttributeType(table.Attributes[attribute]),
		})
	}

	for _, index := range table.Indexes {
		input.GlobalSecondaryIndexes = append(input.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName:  aws.String(index.Name),
			KeySchema:  keySchema(index.Keys),
			Projection: projection(index),
		})
	}

	for _, index := range table.LocalIndexes {
		input.LocalSecondaryIndexes = append(input.LocalSecondaryIndexes, types.LocalSecondaryIndex{
			IndexName:  aws.String(index.Name),
			KeySchema:  keySchema(index.Keys),
			Projection: projection(index),
		})
	}

	return input
}

func keySchema(keys []template.Key) []types.KeySchemaElement {
	var schema []types.KeySchemaElement
	for _, key := range keys {
		schema = append(schema, types.KeySchemaElement{
			AttributeName: aws.String(key.Name),
			KeyType:       types.KeyType(key.Type),
		})
	}

	return schema
}

func projection(index template.Index) *types.Projection {
	return &types.Projection{
		ProjectionType:   types.ProjectionType(index.Projection),
		NonKeyAttributes: index.NonKey,
	}
}
