// Echo answers with its event, or misbehaves as the query parameter "do" requests.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

func main() { lambda.Start(answer) }

func answer(ctx context.Context, event json.RawMessage) (any, error) {
	var request events.APIGatewayProxyRequest
	if err := json.Unmarshal(event, &request); err != nil {
		return nil, err
	}

	switch request.QueryStringParameters["do"] {
	case "fail":
		return nil, errors.New("as asked")
	case "panic":
		panic("as asked")
	case "exit":
		os.Exit(3)
	case "sleep":
		<-ctx.Done()
		time.Sleep(time.Minute) //nolint:forbidigo // a function that ignores its deadline

	case "pause":
		time.Sleep(200 * time.Millisecond) //nolint:forbidigo // a function that is slow on purpose
	case "malformed":
		return map[string]string{"hello": "world"}, nil
	case "text":
		return "no response at all", nil
	case "image":
		return events.APIGatewayProxyResponse{
			StatusCode:      200,
			Headers:         map[string]string{"Content-Type": "image/png"},
			Body:            base64.StdEncoding.EncodeToString([]byte("\x89PNG")),
			IsBase64Encoded: true,
		}, nil

	case "headers":
		return events.APIGatewayProxyResponse{
			StatusCode: 201,
			Headers: map[string]string{
				"WWW-Authenticate": "Bearer",
				"X-One":            "1",
				"Set-Cookie":       "lost=1",
			},
			MultiValueHeaders: map[string][]string{"Set-Cookie": {"a=1", "b=2"}},
			Body:              "made",
		}, nil

	case "environment":
		text, err := json.Marshal(os.Environ())
		return events.APIGatewayProxyResponse{StatusCode: 200, Body: string(text)}, err
	}

	return events.APIGatewayProxyResponse{
		StatusCode: 200,
		Headers:    map[string]string{"Content-Type": "application/json"},
		Body:       string(event),
	}, nil
}
