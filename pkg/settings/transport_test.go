package settings

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// server is a server that notes its connections.
type server struct {
	*httptest.Server

	endpoint *url.URL

	mutex    sync.Mutex
	opened   int
	versions []string // of the protocol, one per request
}

func startServer(t *testing.T, scheme string) *server {
	t.Helper()

	s := &server{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.versions = append(s.versions, r.Proto)
	}))
	s.EnableHTTP2 = true
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		if state == http.StateNew {
			s.opened++
		}
	}

	start := s.Start
	if scheme == "https" {
		start = s.StartTLS
	}

	start()
	t.Cleanup(s.Close)

	var err error
	if s.endpoint, err = url.Parse(s.URL); err != nil {
		t.Fatal(err)
	}

	return s
}

// transportTo returns a transport that trusts servers.
func transportTo(servers ...*server) *transport {
	t := newTransport()
	trusted := x509.NewCertPool()
	for _, s := range servers {
		if s.Certificate() != nil {
			trusted.AddCert(s.Certificate())
		}
	}

	t.TLSClientConfig.RootCAs = trusted
	return t
}

func (t *transport) mustAnswer(test *testing.T, s *server) {
	test.Helper()
	request, err := http.NewRequestWithContext(test.Context(), http.MethodGet, s.URL, http.NoBody)
	if err != nil {
		test.Fatal(err)
	}

	response, err := (&http.Client{Transport: t}).Do(request)
	if err != nil {
		test.Fatal(err)
	}

	_ = response.Body.Close()
}

func (s *server) mustHaveOpened(t *testing.T, want int) {
	t.Helper()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.opened != want {
		t.Errorf("%d connections were opened, want %d", s.opened, want)
	}
}

func TestTheFirstRequestTakesTheConnectionThatWasOpenedAhead(t *testing.T) {
	for _, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			s := startServer(t, scheme)
			transport := transportTo(s)

			transport.Connect(t.Context(), s.endpoint)
			if len(transport.spare) != 1 {
				t.Fatal("no connection was opened")
			}

			transport.mustAnswer(t, s)
			transport.mustAnswer(t, s)
			s.mustHaveOpened(t, 1)

			transport.CloseIdleConnections()
			transport.mustAnswer(t, s)
			s.mustHaveOpened(t, 2)
		})
	}
}

func TestAConnectionThatWaitedTooLongIsClosedAndNotUsed(t *testing.T) {
	for _, age := range []time.Duration{spareTerm, 24 * time.Hour, -time.Minute} {
		s := startServer(t, "https")
		transport := transportTo(s)
		transport.Connect(t.Context(), s.endpoint)

		waiting := <-transport.spare
		waiting.opened = waiting.opened.Add(-age)
		transport.spare <- waiting

		transport.mustAnswer(t, s)
		s.mustHaveOpened(t, 2)
		if _, err := waiting.Write([]byte("x")); err == nil {
			t.Errorf("the connection of an age of %s is open", age)
		}
	}
}

func TestAConnectionIsOnlyForItsAddressAndScheme(t *testing.T) {
	one, other := startServer(t, "https"), startServer(t, "https")
	transport := transportTo(one, other)
	transport.Connect(t.Context(), one.endpoint)
	transport.mustAnswer(t, other)
	one.mustHaveOpened(t, 1)
	other.mustHaveOpened(t, 1)

	plain := startServer(t, "http")
	transport = transportTo(one)
	transport.Connect(t.Context(), plain.endpoint)
	waiting := <-transport.spare
	waiting.address = one.Listener.Addr().String()
	transport.spare <- waiting
	transport.mustAnswer(t, one)
	one.mustHaveOpened(t, 2)
}

func TestConnectingTwiceLeavesOneConnection(t *testing.T) {
	s := startServer(t, "https")
	transport := transportTo(s)
	transport.Connect(t.Context(), s.endpoint)
	transport.Connect(t.Context(), s.endpoint)
	transport.mustAnswer(t, s)
	s.mustHaveOpened(t, 1)
}

func TestAnEndpointThatCannotBeReachedLeavesNoConnection(t *testing.T) {
	s := startServer(t, "https")
	distrusting := newTransport()
	distrusting.TLSClientConfig.RootCAs = x509.NewCertPool()
	distrusting.Connect(t.Context(), s.endpoint)
	if len(distrusting.spare) != 0 {
		t.Error("there is a connection to a server that is not trusted")
	}

	s.Close()
	transport := transportTo(s)
	transport.Connect(t.Context(), s.endpoint)
	if len(transport.spare) != 0 {
		t.Error("there is a connection to a server that is closed")
	}
}

func TestTheTransportSpeaksHTTP1OverTLS12OrNewer(t *testing.T) {
	s := startServer(t, "https")
	transport := transportTo(s)
	transport.Connect(t.Context(), s.endpoint)
	transport.mustAnswer(t, s)
	transport.CloseIdleConnections()
	transport.mustAnswer(t, s)

	for _, version := range s.versions {
		if version != "HTTP/1.1" {
			t.Errorf("a request arrived by %s", version)
		}
	}

	if least := transport.TLSClientConfig.MinVersion; least < tls.VersionTLS12 {
		t.Errorf("the least version of TLS is %x", least)
	}
}
