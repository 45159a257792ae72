// Package api holds the JSON types of Leasehold's requests and responses. They are generated from openapi.yaml, which is
// written first.
//
// An optional field is a pointer, absent when nil. A required list must be empty rather than nil, or it is rendered as
// null. Times are in UTC and whole seconds.
package api

//go:generate go tool -modfile=../../infra/verify/tools/go.mod oapi-codegen -config codegen/oapi-codegen.yaml openapi.yaml
