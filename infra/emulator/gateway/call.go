package gateway

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

const (
	apiID      = "local"
	deployment = "local"

	requestTime = "02/Jan/2006:15:04:05 +0000"
)

// call is one request on its way through the gateway.
type call struct {
	request    *http.Request
	id         string
	extendedID string
	at         time.Time
	stage      string
	ofStage    bool   // whether the path begins with the API's stage
	path       string // encoded, without the stage
	sent       string // the path behind the stage as it was sent; "" if the stage ends the path
	route      *route
	parameters map[string]string
	body       []byte
	headers    map[string][]string
	query      url.Values
	sourceIP   string
	authorizer map[string]any // the authorizer's context, nil if none was asked
}

func (g *Gateway) newCall(r *http.Request) *call {
	c := &call{
		request:    r,
		id:         uuid(),
		extendedID: base64.StdEncoding.EncodeToString([]byte(uuid()[:12])),
		at:         g.options.Now(),
		stage:      g.api.Stage,
	}

	c.path, c.sent, c.ofStage = g.split(r.URL.EscapedPath())
	c.query, _ = url.ParseQuery(r.URL.RawQuery) // drops what can't be parsed
	c.sourceIP, _, _ = net.SplitHostPort(r.RemoteAddr)
	c.headers = forwarded(r, c.sourceIP)
	return c
}

// split returns the path without its stage, in the form that routes match and as it was sent, and whether the path began
// with the stage. The default stage of an HTTP API appears in no path. A REST API reads several slashes at the start of the
// path, or behind the stage, as one.
func (g *Gateway) split(path string) (plain, sent string, ofStage bool) {
	if g.api.Stage == template.DefaultStage {
		return path, path, true
	}

	if g.api.Protocol != template.HTTP {
		path = oneSlash(path)
	}

	sent, ofStage = strings.CutPrefix(path, "/"+g.api.Stage)
	switch {
	case sent == "":
		return "/", sent, ofStage
	case sent[0] != '/':
		return sent, sent, false
	case g.api.Protocol != template.HTTP:
		return oneSlash(sent), sent, ofStage
	}

	return sent, sent, ofStage
}

// oneSlash returns the path with one slash at its start.
func oneSlash(path string) string { return "/" + strings.TrimLeft(path, "/") }

// hopByHop are the headers that end at the gateway.
var hopByHop = map[string]bool{
	"Connection":        true,
	"Expect":            true,
	"Keep-Alive":        true,
	"Proxy-Connection":  true,
	"Te":                true,
	"Trailer":           true,
	"Transfer-Encoding": true,
	"Upgrade":           true,
}

// forwarded returns the headers that a function sees.
func forwarded(r *http.Request, sourceIP string) map[string][]string {
	dropped := map[string]bool{}
	for _, list := range r.Header.Values("Connection") {
		for name := range strings.SplitSeq(list, ",") {
			dropped[textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name))] = true
		}
	}

	headers := map[string][]string{}
	for name, values := range r.Header {
		if !hopByHop[name] && !dropped[name] {
			headers[name] = values
		}
	}

	headers["Host"] = []string{r.Host}

	chain := append(append([]string{}, r.Header.Values("X-Forwarded-For")...), sourceIP)
	headers["X-Forwarded-For"] = []string{strings.Join(chain, ", ")}
	headers["X-Forwarded-Proto"] = []string{"http"}

	_, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		port = "80"
	}

	headers["X-Forwarded-Port"] = []string{port}
	if !strings.Contains(r.Header.Get("X-Amzn-Trace-Id"), "Root=") {
		headers["X-Amzn-Trace-Id"] = []string{fmt.Sprintf("Root=1-%08x-%s", time.Now().Unix(), randomHex(24))}
	}

	return headers
}

// last returns the last value of each name, as in the single-value mappings of events; nil if there is none.
func last(values map[string][]string) map[string]string {
	if len(values) == 0 {
		return nil
	}

	single := map[string]string{}
	for name, all := range values {
		single[name] = all[len(all)-1]
	}

	return single
}

// orNil returns nil instead of an empty map, which encodes as null.
func orNil(values map[string][]string) map[string][]string {
	if len(values) == 0 {
		return nil
	}
	return values
}

// header returns the last value of a request header; "" if it is absent.
func (c *call) header(name string) string {
	values := c.headers[textproto.CanonicalMIMEHeaderKey(name)]
	if len(values) == 0 {
		return ""
	}

	return values[len(values)-1]
}

// plainPath returns the decoded path without the stage.
func (c *call) plainPath() string {
	plain, err := url.PathUnescape(c.path)
	if err != nil {
		return c.path
	}

	return plain
}

// methodARN returns the ARN that policies allow or deny. It holds the decoded path, as IAM sees it.
func (c *call) methodARN() string {
	api := "arn:aws:execute-api:" + lambda.Region + ":" + lambda.AccountID + ":" + apiID
	return api + "/" + c.stage + "/" + c.request.Method + "/" + strings.TrimPrefix(c.plainPath(), "/")
}

// orNull returns nil instead of an empty string, which encodes as null.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// randomHex returns random hexadecimal digits, 32 at most.
func randomHex(digits int) string { return strings.ReplaceAll(uuid(), "-", "")[32-digits:] }

// uuid returns a random UUID (RFC 9562, version 4).
func uuid() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
