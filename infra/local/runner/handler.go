package runner

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/emulator/gateway"
	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/local/issuer"
	"github.com/leasehold-dev/leasehold/infra/local/mailbox"
	"github.com/leasehold-dev/leasehold/infra/local/requests"
)

// handler returns the handler of the API's stages, of the Lambda API, and of the runner's own pages under /_local/.
func (r *Runner) handler() (http.Handler, error) {
	provider, err := issuer.New(issuer.Options{
		URL:      r.IssuerURL(),
		ClientID: ClientID,
		KeyFile:  filepath.Join(r.dataDir(), "issuer-key.pem"),
		People:   r.options.People,

		BackChannelLogout: r.APIURL() + "/sessions/back-channel-logout",
	})
	if err != nil {
		return nil, err
	}

	r.issuer = provider

	if r.mailbox, err = mailbox.New(filepath.Join(r.dataDir(), "mail"), "/_local"); err != nil {
		return nil, err
	}

	r.requests = requests.New(r.functions, r.proxy)
	stages := map[string]http.Handler{}
	for _, api := range r.loaded.APIs {
		served, err := gateway.New(api, r.requests, gateway.Options{Log: r.options.Log})
		if err != nil {
			return nil, fmt.Errorf("the template is wrong: %w", err)
		}

		stages[api.Stage] = r.requests.Observe(served)
	}

	own := http.NewServeMux()
	own.Handle("/_local/oidc/", provider)
	own.Handle("/_local/mail", r.mailbox)
	own.Handle("/_local/mail.json", r.mailbox)
	own.Handle("/_local/mail/", r.mailbox)
	own.Handle("/_local/ses/", checkedMail(r.authorize, r.mailbox))

	if r.events != nil {
		pages := r.events.Handler("/_local")
		own.Handle("/_local/events", pages)
		own.Handle("/_local/events.json", pages)
		own.Handle("/_local/events.js", pages)
		own.Handle("/_local/events/", pages)
	}

	own.Handle("GET /_local/requests", r.requests)
	own.Handle("GET /_local/requests.json", r.requests)
	own.HandleFunc("POST /_local/age", r.serveAge)
	own.HandleFunc("POST /_local/sweep", r.serveSweep)
	own.HandleFunc("GET /_local/{$}", r.serveIndex)
	own.HandleFunc("/_local/", serveMissing)

	invoke := r.functions.InvokeAPI(r.options.Log)

	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if strings.HasPrefix(request.URL.Path, lambda.InvokePath) {
			invoke.ServeHTTP(w, request)
			return
		}

		route(w, request, onlyOwnPages(own), stages)
	}), nil
}

// onlyOwnPages rejects requests that can change something if a browser sends them for a page of another origin. A page of a
// client on this machine may use the issuer.
func onlyOwnPages(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reads := r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions
		client := strings.HasPrefix(r.URL.Path, "/_local/oidc/") && isLocalOrigin(r.Header.Get("Origin"))

		if !reads && !client && !isOwnPage(r) {
			answer(w, http.StatusForbidden, map[string]string{"error": "only this runner's own pages can send this request"})
			return
		}

		handler.ServeHTTP(w, r)
	})
}

// isOwnPage reports whether a request comes from a program or from a page of the origin that it is sent to. Browsers send
// the origin "null" for forms of the runner's pages, which ask for no referrer, and for sandboxed pages of other sites.
// The header Sec-Fetch-Site distinguishes the two.
func isOwnPage(r *http.Request) bool {
	site, origin := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Origin")

	switch site {
	case "same-origin":
		return origin == "" || origin == "null" || origin == "http://"+r.Host
	case "", "none":
		return origin == "" || origin == "http://"+r.Host
	}

	return false
}

// isLocalOrigin reports whether an Origin header names a page that this machine serves.
func isLocalOrigin(origin string) bool {
	page, err := url.Parse(origin)
	return err == nil && page.Host != "" && isLoopback(page.Host)
}

// onlyLoopback rejects requests whose Host header does not name this machine.
func onlyLoopback(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if !isLoopback(request.Host) {
			message := "the local runner answers only on the names of this machine, such as 127.0.0.1 and localhost"
			http.Error(w, message, http.StatusMisdirectedRequest)
			return
		}

		handler.ServeHTTP(w, request)
	})
}

// route passes a request to the stage or the page that the first segment of its path names. It does not use an
// http.ServeMux, which would clean the path: the gateway needs it as it was sent. Several slashes may precede a stage.
func route(w http.ResponseWriter, r *http.Request, own http.Handler, stages map[string]http.Handler) {
	path := r.URL.EscapedPath()
	first, _, _ := strings.Cut(strings.TrimLeft(path, "/"), "/")
	switch {
	case first == "_local" && strings.HasPrefix(path, "/_local"):
		own.ServeHTTP(w, r)
	case stages[first] != nil:
		stages[first].ServeHTTP(w, r)
	case r.URL.Path == "/":
		http.Redirect(w, r, "/_local/", http.StatusSeeOther)
	default: // API Gateway's response for a stage that does not exist
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"message":"Forbidden"}`)
	}
}

// isLoopback reports whether a Host header names this machine. It stops DNS rebinding: a page of another site whose
// name resolves to 127.0.0.1 still sends that name.
//
// The host must be one in a URL, too, because the gateway passes it to the functions as domainName, and they make links of it.
// AWS documents that domainName is the same as the Host header, and it serves no host other than the domains of an API.
func isLoopback(host string) bool {
	address, err := url.Parse("http://" + host)
	if err != nil || address.Host != host {
		return false
	}

	name := address.Hostname()
	if strings.EqualFold(name, "localhost") {
		return true
	}

	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}
