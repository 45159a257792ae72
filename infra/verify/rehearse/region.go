package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// returned is the table in the main region that has the data of the second one.
const returned = "leasehold-restored-2"

// checkSecondRegion deploys the stack in a second region, with a copy of the table, and goes back with the data that
// was written there. It follows docs/operating.md, except that the stand-in has no AWS Backup: copyTable does what a
// restore of a copy does.
func (c *cloud) checkSecondRegion(ctx context.Context, tableName string) error {
	second := c.in(secondRegion)
	ada, early, err := c.newToken(ctx, tableName, "grace")
	if err != nil {
		return err
	}

	if err := copyTable(ctx, c.client(), second.client(), tableName, restored); err != nil {
		return err
	}

	late, err := c.mint(ctx, tableName, ada)
	if err != nil {
		return err
	}

	values, err := c.values(ctx)
	if err != nil {
		return err
	}

	if _, err := second.deploy(ctx, portable(values)...); err != nil {
		return err
	}

	if err := second.checkSecond(ctx, values); err != nil {
		return err
	}

	// The token that was made after the copy is lost.
	if err := second.checkTokens(ctx, map[string]bool{early: true, late: false}); err != nil {
		return fmt.Errorf("in the second region: %w", err)
	}

	return c.checkReturn(ctx, second, early)
}

// notPortable are the parameters that name things of one region.
var notPortable = []string{
	"Architecture",
	"CertificateArn",
	"ConsoleUrl",
	"HostedZoneId",
	"KmsKeyArn",
	"RestoredStreamArn",
	"RestoredTable",
}

// portable returns the options that deploy a stack's parameters in another region with the restored table.
func portable(values map[string]string) []string {
	options := []string{"--set", "RestoredTable=" + restored}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(notPortable, name) {
			options = append(options, "--set", name+"="+values[name])
		}
	}

	return options
}

// checkSecond checks the stack in the second region: its table, its status, and the parameters of the first region.
func (c *cloud) checkSecond(ctx context.Context, first map[string]string) error {
	status, err := c.leasehold(ctx, "status")
	if err != nil {
		return err
	}

	values, err := c.values(ctx)
	return errors.Join(
		err,
		c.checkUse(ctx, restored),
		c.checkComplete(ctx, restored),
		contains("the status", status, "region "+secondRegion),
		contains("the status", status, restored),
		compare("AlarmAddress", values["AlarmAddress"], first["AlarmAddress"]),
		contains("ConsoleUrl", values["ConsoleUrl"], ".execute-api."+secondRegion+".amazonaws.com/v1/console"),
	)
}

// checkReturn copies the second region's table back, and lets the stack in the main region use it. A token that was
// made in the second region must work there. Then the stack uses its own table again.
func (c *cloud) checkReturn(ctx context.Context, second *cloud, early string) error {
	_, abroad, err := second.newToken(ctx, restored, "edsger")
	if err != nil {
		return err
	}

	if err := copyTable(ctx, second.client(), c.client(), restored, returned); err != nil {
		return err
	}

	if _, err := c.deploy(ctx, "--set", "RestoredTable="+returned); err != nil {
		return err
	}

	err = errors.Join(
		c.checkUse(ctx, returned),
		c.checkComplete(ctx, returned),
		c.checkTokens(ctx, map[string]bool{early: true, abroad: true}),
	)
	if err != nil {
		return fmt.Errorf("after the return: %w", err)
	}

	_, err = c.deploy(ctx, "--set", "RestoredTable=")
	return err
}

// copyTable creates a table with the keys, indexes and items of another one, as restoring a backup does. The new
// table has none of the other settings.
func copyTable(ctx context.Context, from, to *dynamodb.Client, source, target string) error {
	described, err := from.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &source})
	if err != nil {
		return fmt.Errorf("describe the table to copy: %w", err)
	}

	indexes := make([]types.GlobalSecondaryIndex, len(described.Table.GlobalSecondaryIndexes))
	for i, index := range described.Table.GlobalSecondaryIndexes {
		indexes[i] = types.GlobalSecondaryIndex{
			IndexName:  index.IndexName,
			KeySchema:  index.KeySchema,
			Projection: index.Projection,
		}
	}

	_, err = to.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:              aws.String(target),
		BillingMode:            types.BillingModePayPerRequest,
		AttributeDefinitions:   described.Table.AttributeDefinitions,
		KeySchema:              described.Table.KeySchema,
		GlobalSecondaryIndexes: indexes,
	})
	if err != nil {
		return fmt.Errorf("create the copy: %w", err)
	}

	pages := dynamodb.NewScanPaginator(from, &dynamodb.ScanInput{TableName: &source})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("read the items to copy: %w", err)
		}

		for _, item := range page.Items {
			if _, err := to.PutItem(ctx, &dynamodb.PutItemInput{TableName: &target, Item: item}); err != nil {
				return fmt.Errorf("write an item of the copy: %w", err)
			}
		}
	}

	return nil
}
