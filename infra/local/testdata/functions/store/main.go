// Store puts or gets an item of the table. With the query parameter "mail" it sends a mail instead.
package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	ses "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
)

var credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
	return aws.Credentials{
		AccessKeyID:     os.Getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    os.Getenv("AWS_SESSION_TOKEN"),
	}, nil
})

func main() { lambda.Start(answer) }

func answer(ctx context.Context, request events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	if to := request.QueryStringParameters["mail"]; to != "" {
		return send(ctx, to)
	}

	client := dynamodb.New(dynamodb.Options{
		Region:           os.Getenv("AWS_REGION"),
		BaseEndpoint:     aws.String(os.Getenv("AWS_ENDPOINT_URL_DYNAMODB")),
		Credentials:      credentials,
		RetryMaxAttempts: 1,
	})

	table := os.Getenv("TABLE_NAME")
	name := &types.AttributeValueMemberS{Value: request.PathParameters["key"]}
	if request.HTTPMethod == "PUT" {
		_, err := client.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: &table,
			Item: map[string]types.AttributeValue{
				"PK":   name,
				"SK":   name,
				"body": &types.AttributeValueMemberS{Value: request.Body},
			},
		})

		return events.APIGatewayProxyResponse{StatusCode: 204}, err
	}

	got, err := client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &table,
		Key:            map[string]types.AttributeValue{"PK": name, "SK": name},
		ConsistentRead: aws.Bool(true),
	})
	if err != nil || got.Item == nil {
		return events.APIGatewayProxyResponse{StatusCode: 404}, err
	}

	body := got.Item["body"].(*types.AttributeValueMemberS).Value
	return events.APIGatewayProxyResponse{StatusCode: 200, Body: body}, nil
}

func send(ctx context.Context, to string) (events.APIGatewayProxyResponse, error) {
	client := sesv2.New(sesv2.Options{
		Region:       os.Getenv("AWS_REGION"),
		BaseEndpoint: aws.String(os.Getenv("AWS_ENDPOINT_URL_SESV2")),
		Credentials:  credentials,
	})

	sent, err := client.SendEmail(ctx, &sesv2.SendEmailInput{
		FromEmailAddress: aws.String("no-reply@example.com"),
		Destination:      &ses.Destination{ToAddresses: []string{to}},
		Content: &ses.EmailContent{Simple: &ses.Message{
			Subject: &ses.Content{Data: aws.String("Hello & welcome")},
			Body: &ses.Body{
				Text: &ses.Content{Data: aws.String("plain")},
				Html: &ses.Content{Data: aws.String("<script>alert(1)</script><p>rich</p>")},
			},
		}},
	})
	if err != nil {
		return events.APIGatewayProxyResponse{}, err
	}

	return events.APIGatewayProxyResponse{StatusCode: 200, Body: *sent.MessageId}, nil
}
