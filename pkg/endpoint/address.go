package endpoint

import (
	"net"
	"net/url"
	"strings"
)

// address returns the URL of a path and a query of this API. Its domain is the one in the request context, which API
// Gateway fills in. The headers Host, Forwarded and X-Forwarded-Host have no influence, because a client can set them.
//
// API Gateway serves HTTPS only. The local runner, whose domain is a loopback address, serves HTTP only. Without a domain
// the result is relative.
func (x *exchange) address(path string, query url.Values) string {
	address := url.URL{Path: path, RawQuery: query.Encode()}
	if domain := x.gateway.DomainName; domain != "" {
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
