package iam

import (
	"fmt"
	"net/mail"
	"regexp"
)

// request is one action on one resource, with the partition keys in the request or the sender of the mail.
type request struct {
	action   string
	resource string
	keys     []string
	sender   string
}

// Schema names the partition key of the table, under "", and of each index, under its name.
type Schema map[string]string

// requests splits a call into the requests that IAM judges. It judges a transaction item by item.
func (s Schema) requests(action string, body map[string]any) ([]request, error) {
	switch action {
	case "SendEmail":
		from, _ := body["FromEmailAddress"].(string)
		sender := bareAddress(from)
		sent := []request{{action: "ses:SendEmail", resource: "identity/" + sender, sender: sender}}
		if set, _ := body["ConfigurationSetName"].(string); set != "" {
			sent = append(sent, request{action: "ses:SendEmail", resource: "configuration-set/" + set, sender: sender})
		}

		return sent, nil

	case "TransactWriteItems", "TransactGetItems":
		return s.transaction(body)
	case "BatchGetItem", "BatchWriteItem":
		return s.batch(action, body)
	}

	single, err := s.single(action, body)
	if err != nil {
		return nil, err
	}

	return []request{single}, nil
}

// bareAddress returns an address without its display name, which IAM judges by another key (ses:FromDisplayName).
func bareAddress(from string) string {
	if parsed, err := mail.ParseAddress(from); err == nil {
		return parsed.Address
	}
	return from
}

// itemActions maps the parts of a transaction to the actions that IAM checks for them.
var itemActions = map[string]string{
	"Get":            "GetItem",
	"Put":            "PutItem",
	"Update":         "UpdateItem",
	"Delete":         "DeleteItem",
	"ConditionCheck": "ConditionCheckItem",
}

func (s Schema) transaction(body map[string]any) ([]request, error) {
	items, ok := body["TransactItems"].([]any)
	if !ok || len(items) == 0 {
		return nil, fmt.Errorf("the transaction has no items")
	}

	var requests []request
	for i, raw := range items {
		item, _ := raw.(map[string]any)
		for name, raw := range item {
			part, _ := raw.(map[string]any)
			action, known := itemActions[name]
			if !known || part == nil {
				return nil, fmt.Errorf("item %d of the transaction has the unknown operation %s", i, name)
			}

			single, err := s.single(action, part)
			if err != nil {
				return nil, fmt.Errorf("item %d of the transaction: %w", i, err)
			}

			requests = append(requests, single)
		}
	}

	return requests, nil
}

func (s Schema) batch(action string, body map[string]any) ([]request, error) {
	tables, ok := body["RequestItems"].(map[string]any)
	if !ok || len(tables) == 0 {
		return nil, fmt.Errorf("the batch names no table")
	}

	var requests []request
	for table, raw := range tables {
		r := request{action: "dynamodb:" + action, resource: tableResource(table)}
		for _, item := range batchItems(raw) {
			key, err := s.partition(item)
			if err != nil {
				return nil, fmt.Errorf("batch on %s: %w", table, err)
			}

			r.keys = append(r.keys, key)
		}

		requests = append(requests, r)
	}

	return requests, nil
}

// batchItems returns the keys of a batch read, or the keys and items of a batch write.
func batchItems(raw any) []any {
	if read, ok := raw.(map[string]any); ok {
		return list(read["Keys"])
	}

	var items []any
	for _, raw := range list(raw) {
		write, _ := raw.(map[string]any)
		if put, ok := write["PutRequest"].(map[string]any); ok {
			items = append(items, put["Item"])
		}

		if gone, ok := write["DeleteRequest"].(map[string]any); ok {
			items = append(items, gone["Key"])
		}
	}

	return items
}

// single returns a request on one table or index. An action without a key, such as Scan, has no keys to judge.
func (s Schema) single(action string, body map[string]any) (request, error) {
	r := request{action: "dynamodb:" + action}
	table, _ := body["TableName"].(string)
	r.resource = tableResource(table)
	index, _ := body["IndexName"].(string)
	if index != "" {
		r.resource += "/index/" + index
	}

	var key string
	var err error
	switch action {
	case "GetItem", "UpdateItem", "DeleteItem", "ConditionCheckItem":
		key, err = s.partition(body["Key"])
	case "PutItem":
		key, err = s.partition(body["Item"])
	case "Query":
		key, err = s.queried(index, body)
	default:
		return r, nil
	}

	r.keys = []string{key}
	return r, err
}

// tableResource returns the resource of a table that a request gives by name or by ARN.
func tableResource(table string) string {
	name := shortResource(table)
	if name == table {
		return "table/" + name
	}

	return name
}

// partition returns the partition key of an item or a key in DynamoDB's JSON.
func (s Schema) partition(raw any) (string, error) {
	attributes, _ := raw.(map[string]any)
	return text(s[""], attributes[s[""]])
}

// text returns the value of a string attribute in DynamoDB's JSON.
func text(name string, raw any) (string, error) {
	value, _ := raw.(map[string]any)
	key, ok := value["S"].(string)
	if !ok {
		return "", fmt.Errorf("the request has no string as its partition key %s", name)
	}

	return key, nil
}

var equality = regexp.MustCompile(`(#?\w+)\s*=\s*(:\w+)`)

// queried returns the partition key of a query: the value that its key condition compares with = to that attribute.
func (s Schema) queried(index string, body map[string]any) (string, error) {
	attribute, known := s[index]
	if !known {
		return "", fmt.Errorf("there is no index %q", index)
	}

	expression, _ := body["KeyConditionExpression"].(string)
	names, _ := body["ExpressionAttributeNames"].(map[string]any)
	values, _ := body["ExpressionAttributeValues"].(map[string]any)
	for _, match := range equality.FindAllStringSubmatch(expression, -1) {
		name := match[1]
		if full, ok := names[name].(string); ok {
			name = full
		}

		if name == attribute {
			return text(attribute, values[match[2]])
		}
	}

	return "", fmt.Errorf("the key condition %q does not name %s", expression, attribute)
}
