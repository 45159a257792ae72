// Package api holds the types of Leasehold's requests and responses as JSON, generated from pkg/api/openapi.yaml, which
// is written first and is the truth. An optional field is a pointer, absent when nil; a required list must be empty
// rather than nil, or it would be rendered as null. Times are in UTC and whole seconds.
package api

//go:generate go tool -modfile=../../infra/verify/tools/go.mod oapi-codegen -config codegen/oapi-codegen.yaml openapi.yaml
