package settings

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// spareTerm is the longest time for which a connection that was opened ahead waits for its request. Lambda may stop a process
// after its initialization for much longer, and the other side closes the connection meanwhile.
const spareTerm = 10 * time.Second

// transport is the SDK's http.Transport, except that it can open one connection before a request needs it, and that it speaks
// HTTP/1.1 only.
type transport struct {
	*http.Transport

	spare chan spare // has room for one
}

// spare is a connection that was opened ahead.
type spare struct {
	net.Conn

	scheme, address string
	opened          time.Time // by the wall clock, which goes on while Lambda stops the process
}

// dial opens a connection, as http.Transport.DialContext does.
type dial func(ctx context.Context, network, address string) (net.Conn, error)

func newTransport() *transport {
	t := &transport{Transport: awshttp.NewBuildableClient().GetTransport(), spare: make(chan spare, 1)}
	t.ForceAttemptHTTP2 = false

	plain := &net.Dialer{Timeout: dialTimeout}
	secure := &tls.Dialer{NetDialer: plain, Config: t.TLSClientConfig} // the timeout includes the handshake
	t.DialContext = t.sparing("http", plain.DialContext)
	t.DialTLSContext = t.sparing("https", secure.DialContext)

	return t
}

// sparing returns a dial function that takes the spare connection if it has the scheme and the address, and opens one
// otherwise. It closes a spare connection that it doesn't take.
func (t *transport) sparing(scheme string, open dial) dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		select {
		case s := <-t.spare:
			if s.scheme == scheme && s.address == address && s.fresh() {
				return s.Conn, nil
			}

			_ = s.Close()

		default:
		}

		return open(ctx, network, address)
	}
}

// fresh reports whether the other side can be expected to have kept the connection.
func (s spare) fresh() bool {
	age := wallClock().Sub(s.opened)
	return age >= 0 && age < spareTerm
}

func wallClock() time.Time {
	return time.Now().Round(0) //nolint:forbidigo // the age of a connection
}

// Connect opens a connection to an endpoint, with TLS if its scheme is https, for the first request to it. It ignores an error,
// because that request reports it.
func (t *transport) Connect(ctx context.Context, endpoint *url.URL) {
	open, port := t.DialContext, "80"
	if endpoint.Scheme == "https" {
		open, port = t.DialTLSContext, "443"
	}

	if given := endpoint.Port(); given != "" {
		port = given
	}

	address := net.JoinHostPort(endpoint.Hostname(), port)
	conn, err := open(ctx, "tcp", address)
	if err != nil {
		return
	}

	select {
	case t.spare <- spare{Conn: conn, scheme: endpoint.Scheme, address: address, opened: wallClock()}:
	default:
		_ = conn.Close()
	}
}
