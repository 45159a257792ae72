package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// TestParametersOfOneRegionStayThere: a key or a certificate of another region would fail the deployment there.
func TestParametersOfOneRegionStayThere(t *testing.T) {
	options := portable(map[string]string{
		"ThrottleRate":   "77",
		"KmsKeyArn":      "arn:aws:kms:eu-central-1:123456789012:key/k",
		"CertificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/c",
		"ConsoleUrl":     "https://abc.execute-api.eu-central-1.amazonaws.com/v1/console",
		"RestoredTable":  "",
	})

	if want := []string{"--set", "RestoredTable=" + restored, "--set", "ThrottleRate=77"}; !slices.Equal(options, want) {
		t.Errorf("the options are %q, want %q", options, want)
	}

	text, err := os.ReadFile("../../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}

	for _, name := range notPortable {
		if !regexp.MustCompile(`(?m)^  ` + name + `:\n    Type: String$`).Match(text) {
			t.Errorf("%s is not a parameter of template.yaml", name)
		}
	}
}

func TestACopyOfATableHasItsKeysIndexesAndItems(t *testing.T) {
	client, source := tabletest.Fresh(t)
	target := source + "-copy"
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

	for _, name := range []string{"a", "b"} {
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &source, Item: map[string]types.AttributeValue{
			table.AttrPK:     text("USER#" + name),
			table.AttrSK:     text("PROFILE"),
			table.AttrGSI1PK: text("ORG#o"),
			table.AttrGSI1SK: text("MEMBER#" + name),
		}})
		if err != nil {
			t.Fatal(err)
		}
	}

	if err := copyTable(t.Context(), client, client, source, target); err != nil {
		t.Fatal(err)
	}

	index, condition := table.Index1, table.AttrGSI1PK+" = :org"
	found, err := client.Query(t.Context(), &dynamodb.QueryInput{
		TableName:                 &target,
		IndexName:                 &index,
		KeyConditionExpression:    &condition,
		ExpressionAttributeValues: map[string]types.AttributeValue{":org": text("ORG#o")},
	})
	if err != nil {
		t.Fatal(err)
	}

	var keys []string
	for _, item := range found.Items {
		keys = append(keys, item[table.AttrPK].(*types.AttributeValueMemberS).Value)
	}

	if got := strings.Join(keys, " "); got != "USER#a USER#b" {
		t.Errorf("the copy has the items %q, want USER#a USER#b", got)
	}
}
