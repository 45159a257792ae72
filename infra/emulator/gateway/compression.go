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

// coding is a content coding that REST APIs know (RFC 9110, 8.4.1).
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

// compressed is a function's body as the caller takes it, with the coding told in header. It is compressed for who names a
// coding, from the API's size on, unless the function says that it did so itself.
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

// accepted is the first coding of ours that is named and not refused; a star names none.
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

// unpack gives the function a body as it was before the caller compressed it. AWS does not say whether the
// function sees the header; here it does not, as it no longer holds.
func (a *restAPI) unpack(call *call) error {
	name := strings.ToLower(strings.TrimSpace(call.header("Content-Encoding")))
	if name == "" || name == "identity" {
		return nil
	}

	known, ok := codings[name]
	if !ok {
		return fmt.Errorf("the content coding %q is none of API Gateway's", name)
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
