package gateway

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// coding is a content coding that REST APIs support (RFC 9110, section 8.4.1).
type coding struct {
	pack   func(io.Writer) io.WriteCloser
	unpack func(io.Reader) (io.ReadCloser, error)
}

var codings = map[string]coding{
	"gzip": {
		func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) },
	},
	"deflate": {func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, zlib.NewReader},
}

// compressed returns a function's body as the client accepts it. It compresses the body and sets Content-Encoding if
// the client names a known coding, the body has at least the API's minimum size, and the function has not encoded it
// itself.
func (a *restAPI) compressed(call *call, header http.Header, body []byte) []byte {
	name := accepted(call.headers["Accept-Encoding"])
	if name == "" || a.api.CompressFrom == nil || len(body) < *a.api.CompressFrom || header.Get("Content-Encoding") != "" {
		return body
	}

	var packed bytes.Buffer
	writer := codings[name].pack(&packed)
	_, err := writer.Write(body)
	if errors.Join(err, writer.Close()) != nil {
		return body
	}

	header.Set("Content-Encoding", name)
	return packed.Bytes()
}

// accepted returns the first known coding that Accept-Encoding names with a weight above 0. It ignores "*".
func accepted(values []string) string {
	for item := range strings.SplitSeq(strings.Join(values, ","), ",") {
		name, weight, _ := strings.Cut(item, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		weight = strings.TrimRight(strings.ReplaceAll(weight, " ", ""), "0")
		if _, known := codings[name]; known && weight != "q=" && weight != "q=0." {
			return name
		}
	}

	return ""
}

// unpack decompresses the request's body. It also removes Content-Encoding, which no longer describes the body; AWS
// does not document whether a function sees the header.
func (a *restAPI) unpack(call *call) error {
	name := strings.ToLower(strings.TrimSpace(call.header("Content-Encoding")))
	if name == "" || name == "identity" {
		return nil
	}

	known, ok := codings[name]
	if !ok {
		return fmt.Errorf("API Gateway does not support the content coding %q", name)
	}

	reader, err := known.unpack(bytes.NewReader(call.body))
	if err != nil {
		return fmt.Errorf("unpack the body: %w", err)
	}

	plain, err := io.ReadAll(io.LimitReader(reader, maxBody+1))
	if err = errors.Join(err, reader.Close()); err != nil {
		return fmt.Errorf("unpack the body: %w", err)
	}

	call.body = plain
	delete(call.headers, "Content-Encoding")
	return nil
}
