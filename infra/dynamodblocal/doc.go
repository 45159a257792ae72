// Command dynamodblocal runs a command against AWS's own DynamoDB Local.
package main
