// Command dynamodblocal runs a command, the tests of the table as a rule, against AWS's own DynamoDB Local instead of the
// engine that tests start by themselves. It fetches DynamoDB Local once with Maven into .local/dynamodb-local, starts it in
// memory on a free port, runs the command with LEASEHOLD_TEST_DYNAMODB set to its address, and stops it whatever happens.
// It exits as the command does. It needs Java 17 and Maven, and fetches from Maven Central, or the mirror that
// ~/.m2/settings.xml names.
//
// usage: go run ./infra/verify/dynamodblocal [--] COMMAND [ARGUMENT ...]
//
//	go run ./infra/verify/dynamodblocal go test -count=1 ./pkg/table/... ./pkg/endpoint ./functions/authorizer ./functions/lease-sweep
//
// DynamoDB Local listens on every network interface, with no option to change that. It holds nothing but test tables.
//
// # Differences met
//
// Between dynoxide 1.2.1, on which tests run as a rule, and DynamoDB Local 2.6.1. All tests pass on both.
//
//   - An empty text as the value of a key in a key condition: DynamoDB Local refuses it with a ValidationException, as AWS
//     does; dynoxide takes it for the lowest key. Ours was the fault: lists of members by role or status asked that way and
//     would have failed on AWS. Queries now begin with the lowest key there is, and TestNoQuerySendsAnEmptyKey holds it.
//   - Consumed capacity of transactions: AWS asks two write units for each KB of each item, and one for each KB written to
//     an index. dynoxide reports that. DynamoDB Local reports four for a transaction of one item (eight with one index,
//     twelve with two), yet two an item for a transaction of several.
//   - Consumed capacity of reading nothing: AWS asks for one unit, as dynoxide reports; DynamoDB Local reports none for an
//     empty query or an absent item. Single writes and reads of what is there agree on both, so those of the authorizer do.
//     For both reasons infra/measure/cost measures with dynoxide, whose counts follow AWS's documentation.
//   - Tables by caller: DynamoDB Local keeps a set of tables for each access key and region, so it is started with -sharedDb.
//   - A request without credentials: DynamoDB Local answers 400 and a request id, by which its readiness is told; dynoxide
//     answers 200 with its version.
//   - Speed: DynamoDB Local takes seconds to start, and the tests above take four times as long (135 s against 35 s).
//
// No difference was met in anything else that the tests rely on: reserved words in expressions, the order of sort keys (the
// bytes of UTF-8), pages and their limits, conditions, cancellation reasons by index and the items that come with them, the
// idempotency of ClientRequestToken, transactions and batches of many items. No test relies on time to live.
package main
