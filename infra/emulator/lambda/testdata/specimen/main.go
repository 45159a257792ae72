// Specimen is a function for the tests of package lambda. It behaves as its event requests.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

var (
	meeting = make(chan struct{})
	waiter  = make(chan struct{})
	present sync.WaitGroup
	once    sync.Once
)

func main() {
	if os.Getenv("REFUSE") != "" {
		os.Exit(9)
	}

	present.Add(4)
	marker := os.Getenv("MARKER")
	if marker == "" {
		lambda.Start(behave)
	}

	lambda.StartWithOptions(behave, lambda.WithEnableSIGTERM(func() {
		_ = os.WriteFile(marker, nil, 0o600)
		os.Exit(0)
	}))
}

func behave(ctx context.Context, event struct{ Do string }) (any, error) {
	switch event.Do {
	case "fail":
		return nil, errors.New("as asked")
	case "panic":
		panic("as asked")
	case "exit":
		os.Exit(3)
	case "leave":
		os.Exit(0)
	case "sleep":
		select {}
	case "wait":
		close(waiter)
		select {}
	case "await-waiter":
		<-waiter
	case "meet":
		present.Done()
		once.Do(func() {
			go func() {
				present.Wait()
				close(meeting)
			}()
		})

		<-meeting

	case "print":
		fmt.Println("printed by the specimen")
	case "six-megabytes":
		return strings.Repeat("x", 6<<20), nil
	case "seven-megabytes":
		return strings.Repeat("x", 7<<20), nil
	}

	lc, _ := lambdacontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	answer := map[string]any{
		"pid":       os.Getpid(),
		"text":      event.Do,
		"requestID": lc.AwsRequestID,
		"arn":       lc.InvokedFunctionArn,
		"deadline":  deadline,
	}

	if event.Do == "environment" {
		answer["environment"] = os.Environ()
	}

	return answer, nil
}
