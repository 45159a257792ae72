package dynamoproxy_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
)

var endpoint string

func TestMain(m *testing.M) {
	started, err := dynoxide.Start(context.Background(), dynoxide.Options{Log: os.Stderr})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}

	endpoint = started.URL()
	code := m.Run()
	started.Close()
	os.Exit(code)
}

func open(t *testing.T, authorize dynamoproxy.Authorize) *dynamoproxy.Proxy {
	t.Helper()
	proxy, err := dynamoproxy.Start(dynamoproxy.Options{Target: endpoint, Authorize: authorize})
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(proxy.Close)
	return proxy
}

// client returns a client with an access key ID that makes one attempt per call.
func client(proxy *dynamoproxy.Proxy, accessKey string) *sdk.Client {
	return sdk.New(sdk.Options{
		Region:           "us-east-1",
		BaseEndpoint:     aws.String(proxy.URL()),
		RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: "x"}, nil
		}),
	})
}

// table creates a table named after the test.
func table(t *testing.T, client *sdk.Client) string {
	t.Helper()
	name := strings.NewReplacer("/", "-").Replace(t.Name())
	_, err := client.CreateTable(t.Context(), &sdk.CreateTableInput{
		TableName:            &name,
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("PK"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("PK"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		t.Fatal(err)
	}

	return name
}

func item(name string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: name}}
}

func put(t *testing.T, client *sdk.Client, table, name string) error {
	t.Helper()
	_, err := client.PutItem(t.Context(), &sdk.PutItemInput{TableName: &table, Item: item(name)})
	return err
}

func exists(t *testing.T, client *sdk.Client, table, name string) bool {
	t.Helper()
	got, err := client.GetItem(t.Context(), &sdk.GetItemInput{
		TableName:      &table,
		Key:            item(name),
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		t.Fatal(err)
	}

	return got.Item != nil
}

func TestRequestsAndCapacityAreCountedByFunctionAndOperation(t *testing.T) {
	proxy := open(t, nil)
	writer, reader := client(proxy, "LOCALtoken-create"), client(proxy, "LOCALauthorizer")
	name := table(t, client(proxy, "admin"))
	proxy.Reset()

	for _, each := range []string{"a", "b"} {
		if err := put(t, writer, name, each); err != nil {
			t.Fatal(err)
		}
	}

	exists(t, reader, name, "a")
	_, err := reader.BatchGetItem(t.Context(), &sdk.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		name: {Keys: []map[string]types.AttributeValue{item("a"), item("b")}, ConsistentRead: aws.Bool(true)},
	}})
	if err != nil {
		t.Fatal(err)
	}

	transaction := []types.TransactWriteItem{{Put: &types.Put{TableName: &name, Item: item("c")}}}
	_, err = writer.TransactWriteItems(t.Context(), &sdk.TransactWriteItemsInput{TransactItems: transaction})
	if err != nil {
		t.Fatal(err)
	}

	counts := proxy.Counts()
	for function, want := range map[string]dynamoproxy.Count{
		"token-create": {Requests: 3, WriteUnits: 4},
		"authorizer":   {Requests: 2, ReadUnits: 3},
		"nobody":       {},
	} {
		if got := counts.Of(function); got != want {
			t.Errorf("%s: got %+v, want %+v", function, got, want)
		}

		if got := proxy.Of(function); got != want {
			t.Errorf("%s: got %+v from the proxy, want %+v", function, got, want)
		}
	}

	if got, want := counts.Of("authorizer", "BatchGetItem"),
		(dynamoproxy.Count{Requests: 1, ReadUnits: 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}

	if got, want := counts[dynamoproxy.Call{Function: "token-create", Operation: "PutItem"}].Requests, 2; got != want {
		t.Errorf("got %d, want %d", got, want)
	}

	if proxy.Took("authorizer") <= 0 || proxy.Took("nobody") != 0 {
		t.Errorf("the authorizer's requests took %v and nobody's %v, want some time and none", proxy.Took("authorizer"), proxy.Took("nobody"))
	}

	proxy.Reset()

	if len(proxy.Counts()) != 0 || proxy.Of("authorizer") != (dynamoproxy.Count{}) {
		t.Error("Reset left counts")
	}
}

func TestAFaultBeforeForwardingStoresNothing(t *testing.T) {
	for fault, want := range map[dynamoproxy.Fault]any{
		dynamoproxy.InternalError: new(*types.InternalServerError),
		dynamoproxy.Throttle:      new(*types.ProvisionedThroughputExceededException),
		dynamoproxy.HangUp:        nil,
	} {
		t.Run(fmt.Sprint(fault), func(t *testing.T) {
			proxy := open(t, nil)
			caller := client(proxy, "LOCALf")
			name := table(t, caller)
			proxy.Fail(dynamoproxy.Rule{Function: "f", Operation: "PutItem", Fault: fault})
			err := put(t, caller, name, "a")
			if err == nil || want != nil && !errors.As(err, want) {
				t.Errorf("got the error %v, want one of the fault", err)
			}

			if exists(t, caller, name, "a") {
				t.Error("the item was stored")
			}

			if got := proxy.Counts().Of("f", "PutItem"); got.Failed != 1 {
				t.Errorf("got %+v, want 1 failed request", got)
			}
		})
	}
}

func TestALostReplyIsStored(t *testing.T) {
	proxy := open(t, nil)
	caller := client(proxy, "LOCALf")
	name := table(t, caller)
	proxy.Fail(dynamoproxy.Rule{Operation: "PutItem", Fault: dynamoproxy.LoseReply})

	if err := put(t, caller, name, "a"); err == nil {
		t.Error("the reply arrived, want it lost")
	}

	if !exists(t, caller, name, "a") {
		t.Error("the item was not stored")
	}
}

func TestARuleChoosesItsCalls(t *testing.T) {
	proxy := open(t, nil)
	caller, other := client(proxy, "LOCALf"), client(proxy, "LOCALg")
	name := table(t, caller)
	remove := proxy.Fail(dynamoproxy.Rule{
		Function:  "f",
		Operation: "PutItem",
		First:     2,
		Times:     1,
		Fault:     dynamoproxy.InternalError,
	})

	for i, fails := range []bool{false, true, false} {
		if err := put(t, other, name, "a"); err != nil {
			t.Errorf("a call of another function failed: %v", err)
		}

		exists(t, caller, name, "a")

		if err := put(t, caller, name, "a"); (err != nil) != fails {
			t.Errorf("call %d returned %v, want only call 2 to fail", i+1, err)
		}
	}

	remove()
	proxy.Fail(dynamoproxy.Rule{Fault: dynamoproxy.HangUp})()

	if err := put(t, caller, name, "a"); err != nil {
		t.Errorf("a call failed after its rule was removed: %v", err)
	}
}

func TestDownHangsUpOnEveryCall(t *testing.T) {
	proxy := open(t, nil)
	caller := client(proxy, "LOCALf")
	name := table(t, caller)
	proxy.Down(true)

	if err := put(t, caller, name, "a"); err == nil {
		t.Error("a call succeeded while DynamoDB was down")
	}

	proxy.Down(false)

	if err := put(t, caller, name, "a"); err != nil {
		t.Error(err)
	}
}

func TestOnlyFunctionsAreAuthorized(t *testing.T) {
	var asked []string
	proxy := open(t, func(function, action string, request map[string]any) error {
		asked = append(asked, fmt.Sprint(function, " ", action, " ", request["TableName"]))
		return errors.New("User is not authorized to perform: " + action)
	})

	admin, caller := client(proxy, "admin"), client(proxy, "LOCALf")
	name := table(t, admin)
	if err := put(t, admin, name, "a"); err != nil {
		t.Error(err)
	}

	err := put(t, caller, name, "b")
	if err == nil ||
		!strings.Contains(err.Error(), "AccessDeniedException: User is not authorized to perform: dynamodb:PutItem") {
		t.Errorf("got the error %v, want AccessDeniedException", err)
	}

	if exists(t, admin, name, "b") {
		t.Error("the item of a denied call was stored")
	}

	if want := "[f dynamodb:PutItem " + name + "]"; fmt.Sprint(asked) != want {
		t.Errorf("asked %v, want %s", asked, want)
	}
}

func TestTheCallerSeesTheEnginesAnswer(t *testing.T) {
	proxy := open(t, nil)
	caller := client(proxy, "LOCALf")
	name := table(t, caller)
	err := put(t, caller, "no-such-table", "a")
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); !ok {
		t.Errorf("got the error %v, want ResourceNotFoundException", err)
	}

	got, err := caller.PutItem(t.Context(), &sdk.PutItemInput{
		TableName:              &name,
		Item:                   item("a"),
		ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
	})
	if err != nil || got.ConsumedCapacity == nil || got.ConsumedCapacity.Table != nil {
		t.Errorf("got %+v, %v, want the capacity in the form TOTAL, as requested", got, err)
	}
}
