package gateway

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
)

// KeepHeaderNames makes a server keep the names of headers as clients spell them, which net/http forgets and the events of a
// REST API contain. It changes the server's handler and ConnContext, and returns the listener for Serve. Without it, and over
// HTTP/2, events contain canonical names.
func KeepHeaderNames(server *http.Server, listener net.Listener) net.Listener {
	handler := server.Handler
	server.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(ctx, connectionKey{}, conn)
	}

	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, ok := r.Context().Value(connectionKey{}).(*listeningConn); ok {
			names := conn.take(r.Method + " " + r.RequestURI + " ")
			r = r.WithContext(context.WithValue(r.Context(), namesKey{}, names))
		}

		handler.ServeHTTP(w, r)
	})

	return keepingListener{listener}
}

type (
	connectionKey struct{}
	namesKey      struct{}
)

// sentNames returns the names of a request's headers as they were sent, by their canonical form. It returns nil if the
// server does not keep them.
func sentNames(r *http.Request) map[string]string {
	names, _ := r.Context().Value(namesKey{}).(map[string]string)
	return names
}

type keepingListener struct{ net.Listener }

// Accept returns a connection that remembers the heads of the requests that it reads.
func (l keepingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}

	return &listeningConn{Conn: conn}, nil
}

// listeningConn is a connection that follows the requests of HTTP/1.1 in what the server reads.
type listeningConn struct {
	net.Conn
	mutex  sync.Mutex
	parser parser
	heads  []head // that the server has read, but not yet handled
}

// head is a request line and the names of the headers below it.
type head struct {
	line  string
	names map[string]string
}

// Read reads for the server.
func (c *listeningConn) Read(into []byte) (int, error) {
	n, err := c.Conn.Read(into)

	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.heads = append(c.heads, c.parser.read(into[:n])...)
	return n, err //nolint:wrapcheck // net/http compares the error
}

// take returns the names of the first request whose line begins so, and forgets those before it: the server answers
// requests of a connection in order, some without a handler.
func (c *listeningConn) take(line string) map[string]string {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	for i, head := range c.heads {
		if strings.HasPrefix(head.line, line) {
			c.heads = c.heads[i+1:]
			return head.names
		}
	}

	return nil
}

// parser finds the heads in the bytes of a connection (RFC 9112). It gives up at what net/http would reject.
type parser struct {
	line    []byte // that has begun
	head    head
	chunked bool // the message that has begun has a chunked body
	length  int  // the bytes of its body, if it has another one
	skip    int  // the bytes of a body or a chunk to skip
	inBody  bool // the next line belongs to a chunked body
	inEnd   bool // the next line belongs to the trailers
	lost    bool
}

// maxLine limits what the parser keeps. It is more than the server accepts in a head.
const maxLine = 1 << 20

// read follows some bytes and returns the heads that end in them.
func (p *parser) read(text []byte) (ended []head) {
	for len(text) > 0 && !p.lost {
		if skipped := min(p.skip, len(text)); skipped > 0 {
			p.skip -= skipped
			text = text[skipped:]
			continue
		}

		rest, after, found := bytes.Cut(text, []byte("\n"))
		p.line = append(p.line, rest...)
		p.lost = len(p.line) > maxLine
		if !found {
			break
		}

		text = after
		line := strings.TrimSuffix(string(p.line), "\r")
		p.line = p.line[:0]
		if p.next(line) {
			ended = append(ended, p.head)
			p.finish()
		}
	}

	return ended
}

// next follows one line and reports whether it ends a head.
func (p *parser) next(line string) bool {
	switch {
	case p.inEnd:
		p.inEnd = line != ""
	case p.inBody:
		p.chunk(line)
	case p.head.line == "":
		p.head = head{line: line, names: map[string]string{}} // empty lines may precede a request
	case line == "":
		return true
	default:
		p.header(line)
	}

	return false
}

// header follows a line of a head.
func (p *parser) header(line string) {
	name, value, _ := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	canonical := textproto.CanonicalMIMEHeaderKey(name)
	if p.head.names[canonical] == "" {
		p.head.names[canonical] = name
	}

	switch canonical {
	case "Transfer-Encoding":
		p.chunked = true
	case "Content-Length":
		length, err := strconv.Atoi(value)
		p.length, p.lost = length, p.lost || err != nil || length < 0
	}
}

// chunk follows the line that begins a chunk. The last chunk is empty, and trailers follow it.
func (p *parser) chunk(line string) {
	digits, _, _ := strings.Cut(line, ";")
	size, err := strconv.ParseInt(strings.TrimSpace(digits), 16, 32)
	switch {
	case err != nil || size < 0:
		p.lost = true
	case size == 0:
		p.inBody, p.inEnd = false, true
	default:
		p.skip = int(size) + len("\r\n")
	}
}

// finish leaves a head for the body of its message.
func (p *parser) finish() {
	p.inBody = p.chunked
	if !p.chunked {
		p.skip = p.length
	}

	p.head, p.chunked, p.length = head{}, false, 0
}
