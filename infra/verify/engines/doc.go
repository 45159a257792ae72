// Package engines lists the behaviors of DynamoDB that package table relies on, and tests them on the engine that stands in
// for DynamoDB: dynoxide, or another one whose URL is in LEASEHOLD_TEST_DYNAMODB.
//
//	go test ./infra/verify/engines
//	go run ./infra/verify/dynamodblocal -- go test -count=1 ./infra/verify/engines
//
// Each behavior names the page of AWS's documentation that describes it. A behavior that an engine does not have says so, and
// says why package table needs it from no engine. The test fails if an engine lacks another behavior, or has one that it is
// said to lack.
package engines
