// Package loopback keeps web pages away from servers that only programs of this machine should reach. A page of any site
// can make a browser send requests to a loopback port, and a site whose name resolves to 127.0.0.1 can read the answers.
package loopback

import (
	"net"
	"net/http"
)

// FromPage reports whether a browser sent a request for a web page. Browsers add the origin of the page, or how the site of
// the page relates to the address, and a page can set neither: both are forbidden request-headers of the Fetch Standard.
// SDKs and command-line tools send neither header.
func FromPage(r *http.Request) bool {
	return r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != ""
}

// OnlyPrograms returns a handler that answers 403 to requests of web pages, and to requests for another host than that of
// the listener. Its responses never allow a page of another origin to read them.
func OnlyPrograms(listener net.Listener, handler http.Handler) http.Handler {
	host := listener.Addr().String()

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if FromPage(r) || r.Host != host {
			http.Error(w, "only programs on this machine can send requests to this address", http.StatusForbidden)
			return
		}

		handler.ServeHTTP(w, r)
	})
}
