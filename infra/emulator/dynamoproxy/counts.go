package dynamoproxy

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Call names a caller and an operation such as GetItem. Function is the name of a function, or the access key ID of
// another caller.
type Call struct{ Function, Operation string }

// Count is the cost of one kind of call so far.
type Count struct {
	// Requests is the number of requests, including failed ones.
	Requests int
	// Failed is the number of requests that got an error or no response.
	Failed int
	// ReadUnits and WriteUnits are the consumed capacity, as the engine reports it.
	ReadUnits, WriteUnits float64
}

// plus returns the sum of two costs.
func (c Count) plus(other Count) Count {
	return Count{
		Requests:   c.Requests + other.Requests,
		Failed:     c.Failed + other.Failed,
		ReadUnits:  c.ReadUnits + other.ReadUnits,
		WriteUnits: c.WriteUnits + other.WriteUnits,
	}
}

// Counts holds a Count for each Call.
type Counts map[Call]Count

// Of returns the sum of a function's calls. If operations are given, it counts only those.
func (c Counts) Of(function string, operations ...string) Count {
	var sum Count
	for call, count := range c {
		if call.Function == function && (len(operations) == 0 || slices.Contains(operations, call.Operation)) {
			sum = sum.plus(count)
		}
	}

	return sum
}

// Counts returns the counts since the start or the last Reset.
func (p *Proxy) Counts() Counts {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return maps.Clone(p.counts)
}

// Of returns the sum of a function's calls since the start or the last Reset.
func (p *Proxy) Of(function string) Count {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	return p.sums[function]
}

// Took returns the time that the engine has needed for a function's requests since the start.
func (p *Proxy) Took(function string) time.Duration {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.took[function]
}

// Reset sets all counts to zero.
func (p *Proxy) Reset() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.counts, p.sums = Counts{}, map[string]Count{}
}

// count adds one request, with the consumed capacity in its answer and the time that the engine took for it.
func (p *Proxy) count(call Call, answer []byte, took time.Duration, failed bool) {
	one := Count{Requests: 1}
	if failed {
		one.Failed = 1
	}

	if units := consumed(answer); isWrite(call.Operation) {
		one.WriteUnits = units
	} else {
		one.ReadUnits = units
	}

	p.mutex.Lock()
	defer p.mutex.Unlock()

	p.counts[call] = p.counts[call].plus(one)
	p.sums[call.Function] = p.sums[call.Function].plus(one)
	p.took[call.Function] += took
}

func isWrite(operation string) bool {
	switch operation {
	case "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems":
		return true
	}

	return false
}

// consumedField is how engines spell the field of an answer with its capacity.
var consumedField = []byte(`"ConsumedCapacity":`)

// consumed returns the sum of an answer's capacity units, for one table or several. It decodes only the value of the field if
// the name occurs once: the items around it are most of an answer.
func consumed(answer []byte) float64 {
	var value json.RawMessage
	if _, after, found := bytes.Cut(answer, consumedField); found && !bytes.Contains(after, consumedField) {
		if json.NewDecoder(bytes.NewReader(after)).Decode(&value) != nil {
			return 0
		}

		return units(value)
	}

	var body struct{ ConsumedCapacity json.RawMessage }
	if json.Unmarshal(answer, &body) != nil {
		return 0
	}

	return units(body.ConsumedCapacity)
}

// units returns the capacity units in the field ConsumedCapacity.
func units(value json.RawMessage) float64 {
	type capacity struct{ CapacityUnits float64 }

	var one capacity
	if json.Unmarshal(value, &one) == nil {
		return one.CapacityUnits
	}

	var many []capacity
	var sum float64
	if json.Unmarshal(value, &many) == nil {
		for _, each := range many {
			sum += each.CapacityUnits
		}
	}

	return sum
}
