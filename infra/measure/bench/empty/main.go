// Command empty is a minimal Lambda function in Go: a typed handler that returns its event. The benchmark compares the
// start and the size of other functions with it.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
)

type event struct {
	Name string `json:"name"`
}

func main() {
	lambda.Start(func(_ context.Context, e event) (event, error) { return e, nil })
}
