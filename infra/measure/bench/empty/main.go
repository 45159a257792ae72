// Command empty is the least that a Lambda function in Go can be: a typed handler that does nothing. Other functions'
// start and size are compared with it.
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
