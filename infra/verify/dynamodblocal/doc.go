// Command dynamodblocal runs a command, usually the tests of the table, against AWS's DynamoDB Local instead of the engine
// that tests start by default. It downloads DynamoDB Local once with Maven into .local/dynamodb-local, starts it in memory
// on a free port, runs the command with LEASEHOLD_TEST_DYNAMODB set to its address, and always stops it. It exits with the
// status of the command. It requires Java 17 and Maven. Maven downloads from Maven Central or from the mirror that
// ~/.m2/settings.xml names.
//
// usage: go run ./infra/verify/dynamodblocal [--] COMMAND [ARGUMENT ...]
//
//	go run ./infra/verify/dynamodblocal go test -count=1 ./infra/verify/engines ./pkg/table/...
//
// DynamoDB Local listens on every network interface and has no option to change that. It holds only test tables.
//
// # Known differences
//
// All tests pass on both dynoxide 1.2.1, the default engine, and DynamoDB Local 2.6.1. The two differ as follows:
//
//   - An empty string as a key value in a key condition: DynamoDB Local rejects it with a ValidationException, as AWS does.
//     dynoxide treats it as the lowest key. Lists of members by role or status sent such conditions and would have failed on
//     AWS. Queries now start with the lowest valid key, and TestNoQuerySendsAnEmptyKey checks that.
//   - A sort key of an index with more than 1024 bytes: DynamoDB Local rejects it, as AWS does. dynoxide accepts it.
//     TestTheLongestNamesFitIntoKeys checks that there is none.
//   - Consumed capacity of transactions: AWS charges two write units per KB of each item and one per KB written to an index.
//     dynoxide reports that. DynamoDB Local reports four for a transaction of one item (eight with one index, twelve with
//     two), but two per item for a transaction of several.
//   - Consumed capacity of reading nothing: AWS charges one unit, as dynoxide reports. DynamoDB Local reports none for an
//     empty query or an absent item.
//   - Tables per caller: DynamoDB Local keeps separate tables per access key and region unless it starts with -sharedDb.
//   - A request without credentials: DynamoDB Local answers 400 with a request ID, which serves as its readiness check.
//     dynoxide answers 200 with its version.
//   - Speed: DynamoDB Local takes seconds to start, and the tests above take four times as long (135 s instead of 35 s).
//
// Because of the two differences in capacity, infra/measure/cost measures with dynoxide, whose counts follow AWS's
// documentation. Single writes, and reads of items that exist, cost the same on both. The authorizer makes only these.
//
// The two agree on everything else that package table relies on. Package infra/verify/engines lists it, with the pages of
// AWS's documentation. No test relies on time to live.
package main
