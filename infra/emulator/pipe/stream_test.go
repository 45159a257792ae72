package pipe_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/pipe"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// shards imitates a stream of two shards: the first one ends, and the second one continues it. It exists because the engine
// has one shard without an end, and iterators that never expire.
type shards struct {
	t       *testing.T
	expire  int // the number of the read that finds its iterator expired
	reads   int
	second  bool // the second shard exists
	renewed []string
}

// ServeHTTP answers a request to DynamoDB Streams. An iterator is the shard and the number of the next record.
func (s *shards) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var input struct{ ShardID, ShardIteratorType, SequenceNumber, ShardIterator string }
	if err := json.NewDecoder(r.Body).Decode(&input); err != nil {
		s.t.Error(err)
	}

	switch _, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), "."); operation {
	case "ListStreams":
		fmt.Fprint(w, `{"Streams":[{"StreamArn":"old","StreamLabel":"1"},{"StreamArn":"new","StreamLabel":"2"}]}`)
	case "DescribeStream":
		list := `{"ShardId":"a"}`
		if s.second {
			list += `,{"ShardId":"b"}`
		}

		fmt.Fprintf(w, `{"StreamDescription":{"Shards":[%s]}}`, list)
	case "GetShardIterator":
		at := "0"
		if input.ShardIteratorType == "AFTER_SEQUENCE_NUMBER" {
			at = input.SequenceNumber
			s.renewed = append(s.renewed, at)
		}

		fmt.Fprintf(w, `{"ShardIterator":"%s %s"}`, input.ShardID, at)
	case "GetRecords":
		s.serveRecords(w, input.ShardIterator)
	default:
		s.t.Errorf("unexpected operation %s", operation)
	}
}

// serveRecords answers with one record at a time. Shard a ends after its second record.
func (s *shards) serveRecords(w http.ResponseWriter, iterator string) {
	if s.reads++; s.reads == s.expire {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type":"com.amazonaws.dynamodb.v20120810#ExpiredIteratorException"}`)

		return
	}

	shard, number, _ := strings.Cut(iterator, " ")
	var n int
	_, _ = fmt.Sscan(number, &n)

	record := fmt.Sprintf(`{"dynamodb":{"SequenceNumber":"%d","NewImage":{"SK":{"S":"%s%d"}}}}`, n+1, shard, n+1)
	switch {
	case n == 2 && shard == "a":
		s.second = true
		fmt.Fprint(w, `{"Records":[]}`)
	case n == 2:
		fmt.Fprintf(w, `{"Records":[],"NextShardIterator":"%s %d"}`, shard, n)
	default:
		fmt.Fprintf(w, `{"Records":[%s],"NextShardIterator":"%s %d"}`, record, shard, n+1)
	}
}

// TestAStreamThatCannotBeReadIsLoggedOnce closes the endpoint and lets the pipe read many times.
func TestAStreamThatCannotBeReadIsLoggedOnce(t *testing.T) {
	server := httptest.NewServer(&shards{t: t})
	log, lines := newLines()
	started, err := pipe.Start(t.Context(), pipe.Options{
		Pipe:     template.Pipe{LogicalID: "Pipe", Table: "table"},
		Endpoint: server.URL,
		Put:      func([]pipe.Event) {},
		Log:      log,
		Poll:     time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}

	server.Close()
	<-lines

	for range 20 {
		if err := started.Drain(t.Context()); err == nil {
			t.Error("a stream without an endpoint was read")
		}
	}

	started.Close()

	if len(lines) > 0 {
		t.Errorf("the log has another line: %s", <-lines)
	}
}

// newLines returns a writer whose lines a channel receives.
func newLines() (writer, chan string) {
	lines := make(chan string, 100)
	return writer{lines}, lines
}

type writer struct{ lines chan string }

// Write passes a line on.
func (w writer) Write(line []byte) (int, error) {
	w.lines <- string(line)
	return len(line), nil
}

// TestAStreamIsReadToItsEndThroughAllShards lets the iterator of each read expire in turn.
func TestAStreamIsReadToItsEndThroughAllShards(t *testing.T) {
	for expire := range 6 {
		stream := &shards{t: t, expire: expire}
		server := httptest.NewServer(stream)
		defer server.Close()

		functions := &enricher{}
		started, err := pipe.Start(t.Context(), pipe.Options{
			Pipe:      template.Pipe{Table: "table", Enrichment: "enrich", DetailType: "$.action", BatchSize: 1},
			Endpoint:  server.URL,
			Functions: functions,
			Put:       func([]pipe.Event) {},
			Poll:      time.Hour,
		})
		if err != nil {
			t.Fatal(err)
		}

		defer started.Close()

		for range 2 {
			if err := started.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
		}

		want := [][]string{{"a1"}, {"a2"}, {"b1"}, {"b2"}}
		if !slices.EqualFunc(functions.batches, want, slices.Equal) {
			t.Errorf("with the read %d expired, the records are %v, want %v", expire, functions.batches, want)
		}

		if expire == 2 && !slices.Equal(stream.renewed, []string{"1"}) {
			t.Errorf("the iterator was renewed after %q, want after the last record, 1", stream.renewed)
		}
	}
}
