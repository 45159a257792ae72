package runner

import (
	"context"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
)

// startDynamoDB starts the database engine, unless an endpoint is given, and the proxy in front of it.
func (r *Runner) startDynamoDB(ctx context.Context) error {
	endpoint := r.options.DynamoDB
	if endpoint == "" {
		if err := r.startEngine(ctx); err != nil {
			return err
		}

		endpoint = r.engine.URL()
	}

	proxy, err := dynamoproxy.Start(dynamoproxy.Options{Target: endpoint, Authorize: r.authorize})
	if err != nil {
		return err
	}

	r.proxy, r.endpoint = proxy, endpoint
	r.client = newClient(endpoint)
	return nil
}

// startEngine starts the database engine.
func (r *Runner) startEngine(ctx context.Context) error {
	began := time.Now()
	options := dynoxide.Options{Log: io.Discard}
	if r.options.Data != "" {
		options.DBPath = filepath.Join(r.options.Data, "dynamodb.sqlite")
	}

	// Binary shows the progress of a download in the runner's log. The engine's own output is dropped.
	if _, err := dynoxide.Binary(ctx, r.options.Log); err != nil {
		return fmt.Errorf("%w (or pass the URL of another DynamoDB endpoint with --dynamodb)", err)
	}

	started, err := dynoxide.Start(ctx, options)
	if err != nil {
		return err
	}

	r.engine = started
	r.progress("database engine", began)
	return nil
}

// newClient returns a client with the access key that the proxy uses for all callers.
func newClient(endpoint string) *sdk.Client {
	credentials := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: lambda.AccessKeyPrefix, SecretAccessKey: "local"}, nil
	})

	return sdk.New(sdk.Options{Region: lambda.Region, BaseEndpoint: &endpoint, Credentials: credentials})
}

// startFunctions starts the Lambda service. A function's process starts with its first invocation.
func (r *Runner) startFunctions(context.Context) error {
	var functions []lambda.Function
	for _, declared := range r.loaded.Functions {
		environment := map[string]string{
			"AWS_ENDPOINT_URL_DYNAMODB": r.proxy.URL(),
			"AWS_ENDPOINT_URL_SESV2":    r.BaseURL() + "/_local/ses",
		}

		maps.Copy(environment, declared.Environment)

		functions = append(functions, lambda.Function{
			Name:        declared.Name,
			Binary:      filepath.Join(r.options.Functions, declared.Name),
			Environment: environment,
			Timeout:     declared.Timeout,
			MemoryMB:    declared.MemoryMB,
		})
	}

	options := lambda.Options{
		Functions:   append(functions, r.prepared...),
		LogDir:      r.options.Logs,
		Concurrency: r.options.Concurrency,
	}
	if r.watcher != nil {
		options.Prepare = r.watcher.prepare
	}

	service, err := lambda.Start(options)
	r.functions = service
	return err
}
