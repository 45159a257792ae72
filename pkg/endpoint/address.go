package endpoint

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/awslabs/aws-lambda-go-api-proxy/core"
)

// Address is where a request arrived, as API Gateway reports it. No part of it is a header that the client chose freely:
// API Gateway accepts only the domains of the API.
type Address struct {
	// Base is the URL of the API with its stage, such as https://api.example.com/v1. It is "" if the route has parameters.
	Base string
	// Route is the path of the route below the stage, such as /openapi.yaml or /docs/{proxy+}.
	Route string
}

// AddressOf returns where a request to ServeHTTP arrived; the zero Address for a request that no gateway has passed on.
func AddressOf(r *http.Request) Address {
	gateway, ok := core.GetAPIGatewayContextFromContext(r.Context())
	if !ok {
		return Address{}
	}

	// Behind a custom domain, the path begins with the base path mapping instead of the stage.
	path, found := strings.CutSuffix(strings.TrimRight(gateway.Path, "/"), gateway.ResourcePath)
	if !found {
		return Address{Route: gateway.ResourcePath}
	}

	return Address{Base: scheme(gateway.DomainName) + "://" + gateway.DomainName + path, Route: gateway.ResourcePath}
}

// scheme returns the scheme of an API's domain. API Gateway serves https only, and never at a loopback address.
func scheme(domain string) string {
	host, _, err := net.SplitHostPort(domain)
	if err != nil {
		host = domain
	}

	if address, err := netip.ParseAddr(host); host == "localhost" || err == nil && address.IsLoopback() {
		return "http"
	}

	return "https"
}
