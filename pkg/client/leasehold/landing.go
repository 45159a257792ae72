package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"time"
)

// landingPorts are the ports that the identity provider can redirect to. They are fixed because Amazon Cognito,
// unlike RFC 8252, section 7.3, compares the port. infra/stack/identity-provider.yaml and docs/operating.md list
// them.
var landingPorts = []int{28451, 28452, 28453}

// landing is the server that the identity provider redirects the browser to (RFC 8252, section 7.3).
type landing struct {
	port      int
	listeners []net.Listener
}

// listen opens the first of the ports that is free. The redirect names localhost, because Cognito accepts http for no
// other host. A browser can resolve that to either address family, so the command listens to both, if the machine has
// both.
func listen(ctx context.Context) (*landing, error) {
	var config net.ListenConfig
	var failures []error
	for _, port := range landingPorts {
		listener, err := config.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			failures = append(failures, err)
			continue
		}

		l := &landing{port: port, listeners: []net.Listener{listener}}
		if listener, err := config.Listen(ctx, "tcp6", net.JoinHostPort("::1", strconv.Itoa(port))); err == nil {
			l.listeners = append(l.listeners, listener)
		}

		return l, nil
	}

	return nil, misused("the ports %v are in use, and the sign-in needs one: %v", landingPorts, errors.Join(failures...))
}

func (l *landing) host() string { return "localhost:" + strconv.Itoa(l.port) }

func (l *landing) address() string { return "http://" + l.host() + "/signed-in" }

func (l *landing) close() {
	for _, listener := range l.listeners {
		_ = listener.Close()
	}
}

// landed is the answer of the identity provider.
type landed struct {
	code string
	err  error
}

// wait serves the landing page until the browser brings the answer to a request, and returns the code in it.
func (l *landing) wait(ctx context.Context, q authorization) (string, error) {
	answers, once := make(chan landed, 1), sync.Once{}
	server := &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			code, own, err := q.code(r.URL.Query())
			if r.Method != http.MethodGet || r.URL.Path != "/signed-in" || r.Host != l.host() || !own {
				http.Error(w, "This is not the answer that leasehold login waits for.", http.StatusBadRequest)
				return
			}

			page(w, err)
			once.Do(func() { answers <- landed{code, err} })
		}),
	}

	for _, listener := range l.listeners {
		go func() { _ = server.Serve(listener) }()
	}

	// Shutdown lets the page reach the browser.
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = server.Shutdown(ctx)
	}()

	select {
	case answer := <-answers:
		return answer.code, answer.err
	case <-ctx.Done():
		return "", fmt.Errorf("wait for the sign-in in the browser: %w", ctx.Err())
	}
}

// page answers the browser. It repeats nothing of the address.
func page(w http.ResponseWriter, err error) {
	text := "You are signed in. You can close this page and return to the terminal."
	if err != nil {
		text = "The sign-in failed. The terminal shows why. You can close this page."
	}

	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	_, _ = fmt.Fprintf(w, "<!doctype html><html lang=\"en\"><title>Leasehold</title><p>%s</p></html>\n", text)
}

// openBrowser opens an address in the browser of the user, or with the program in $BROWSER.
func openBrowser(ctx context.Context, getenv func(string) string, address string) error {
	name, arguments := "xdg-open", []string{address}
	switch {
	case getenv("BROWSER") != "":
		name = getenv("BROWSER")
	case runtime.GOOS == "darwin":
		name = "open"
	case runtime.GOOS == "windows":
		name, arguments = "rundll32", []string{"url.dll,FileProtocolHandler", address}
	}

	command := exec.CommandContext(ctx, name, arguments...)
	if err := command.Start(); err != nil {
		return fmt.Errorf("open the browser: %w", err)
	}

	go func() { _ = command.Wait() }()

	return nil
}
