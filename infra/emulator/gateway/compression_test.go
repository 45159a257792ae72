package gateway

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"strings"
	"testing"
)

// large is a body that is worth compressing.
var large = strings.Repeat("lease ", 200)

func compressing(t *testing.T, from int, answer string) *system {
	t.Helper()
	return serve(t, func(s *system) {
		s.api.CompressFrom = &from
		s.answer["work"] = says(answer)
	})
}

func answering(body string) string { return fmt.Sprintf(`{"statusCode":200,"body":%q}`, body) }

func unzipped(t *testing.T, text string) string {
	t.Helper()
	reader, err := gzip.NewReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}

	plain, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}

	return string(plain)
}

func TestABodyIsCompressedIfTheClientAcceptsIt(t *testing.T) {
	s := compressing(t, len(large), answering(large))
	for _, takes := range []string{"gzip", "br, GZIP;q=0.5, deflate", "gzip;q=1.000"} {
		got := s.do(t, "GET", "/open", "", "Accept-Encoding", takes)
		if got.header.Get("Content-Encoding") != "gzip" || unzipped(t, got.body) != large {
			t.Errorf("Accept-Encoding %s: the headers are %v, want a body in gzip", takes, got.header)
		}
	}

	got := s.do(t, "GET", "/open", "", "Accept-Encoding", "deflate")
	reader, err := zlib.NewReader(strings.NewReader(got.body))
	if err != nil {
		t.Fatal(err)
	}

	if plain, err := io.ReadAll(reader); err != nil ||
		string(plain) != large ||
		got.header.Get("Content-Encoding") != "deflate" {
		t.Errorf("got the body %q (%v) with the headers %v, want the original in deflate", plain, err, got.header)
	}
}

func TestABodyIsNotCompressed(t *testing.T) {
	for name, c := range map[string]struct {
		from          int
		answer, takes string
	}{
		"for *":                           {0, answering(large), "*"},
		"for unknown codings":             {0, answering(large), "br, identity"},
		"for codings with weight 0":       {0, answering(large), "gzip;q=0, deflate; q=0.000"},
		"when it is small":                {len(large) + 1, answering(large), "gzip"},
		"when the function compressed it": {0, fmt.Sprintf(`{"statusCode":200,"headers":{"content-encoding":"br"},"body":%q}`, large), "gzip"},
	} {
		t.Run(name, func(t *testing.T) {
			compressing(t, c.from, c.answer).do(t, "GET", "/open", "", "Accept-Encoding", c.takes).want(t, 200, large)
		})
	}

	off := serve(t, func(s *system) { s.answer["work"] = says(answering(large)) })
	off.do(t, "GET", "/open", "", "Accept-Encoding", "gzip").want(t, 200, large)
}

func TestAFunctionReceivesACompressedRequestUnpacked(t *testing.T) {
	s := serve(t, nil)
	var zipped bytes.Buffer
	writer := gzip.NewWriter(&zipped)
	if _, err := writer.Write([]byte(`{"name":"x"}`)); err != nil {
		t.Fatal(err)
	}

	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}

	s.do(t, "POST", "/open", zipped.String(), "Content-Encoding", "gzip").want(t, 200, "fine")
	var event struct {
		Body    string
		Headers map[string]string
	}

	s.last(t, "work", &event)

	if event.Body != `{"name":"x"}` || event.Headers["Content-Encoding"] != "" {
		t.Errorf("the event is %+v, want the unpacked body and no Content-Encoding", event)
	}

	s.do(t, "POST", "/open", "plain", "Content-Encoding", "identity").want(t, 200, "fine")
}

func TestARequestThatCannotBeUnpackedIs415(t *testing.T) {
	s := serve(t, nil)
	for _, coding := range []string{"br", "gzip", "deflate", "gzip, gzip"} {
		s.do(t, "POST", "/open", "plain", "Content-Encoding", coding).want(t, 415, `{"message":"Unsupported Media Type"}`)
	}

	if s.calls("work") != 0 {
		t.Error("the function was called")
	}
}

func TestARequestThatUnpacksToOverTenMegabytesIs413(t *testing.T) {
	s := serve(t, nil)
	var zipped bytes.Buffer
	writer := gzip.NewWriter(&zipped)
	if _, err := io.Copy(writer, io.LimitReader(zeros{}, maxBody+1)); err != nil {
		t.Fatal(err)
	}

	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}

	s.do(t, "POST", "/open", zipped.String(), "Content-Encoding", "gzip").want(t, 413, `{"message":"Request Too Long"}`)
}

type zeros struct{}

func (zeros) Read(into []byte) (int, error) {
	clear(into)
	return len(into), nil
}
