package endpoint

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/awslabs/aws-lambda-go-api-proxy/core"
)

// address returns the URL of a path and a query of this API. Its domain is the one in the request context, which API
// Gateway fills in. The headers Host, Forwarded and X-Forwarded-Host have no influence, because a client can set them.
//
// API Gateway serves HTTPS only. The local runner, whose domain is a loopback address, serves HTTP only. Without a domain
// the result is relative.
func (x *exchange) address(path string, query url.Values) string {
	return absolute(x.gateway.DomainName, path, query)
}

func absolute(domain, path string, query url.Values) string {
	address := url.URL{Path: path, RawQuery: query.Encode()}
	if domain != "" {
		address.Scheme, address.Host = "https", domain
		if isLoopback(address.Hostname()) {
			address.Scheme = "http"
		}
	}

	return address.String()
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// base returns what precedes the route's path in the path of the request: the stage, or the base path of a custom domain,
// which can have another name than the stage, or none.
func (x *exchange) base() string {
	_, template, _ := strings.Cut(x.route, " ")
	segments := strings.Split(x.gateway.Path, "/")
	own := strings.Count(template, "/")

	if len(segments) <= own {
		return "/" + x.gateway.Stage
	}

	return strings.Join(segments[:len(segments)-own], "/")
}

// Arrival is where a request arrived, as API Gateway reports it.
type Arrival struct {
	// Base is the URL of the API with its stage, such as https://api.example.com/v1. It is "" if the route has parameters.
	Base string
	// Route is the path of the route below the stage, such as /openapi.yaml or /docs/{proxy+}.
	Route string
}

// ArrivalOf returns where a request to a handler of ServeHTTP arrived; the zero Arrival if no gateway has passed it on.
func ArrivalOf(r *http.Request) Arrival {
	gateway, ok := core.GetAPIGatewayContextFromContext(r.Context())
	if !ok {
		return Arrival{}
	}

	// Behind a custom domain, the path begins with the base path mapping instead of the stage.
	base, found := strings.CutSuffix(strings.TrimRight(gateway.Path, "/"), gateway.ResourcePath)
	if !found {
		return Arrival{Route: gateway.ResourcePath}
	}

	return Arrival{Base: absolute(gateway.DomainName, base, nil), Route: gateway.ResourcePath}
}
