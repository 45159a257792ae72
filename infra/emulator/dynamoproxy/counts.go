package dynamoproxy

import (
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

// Counts holds a Count for each Call.
type Counts map[Call]Count

// Of returns the sum of a function's calls. If operations are given, it counts only those.
func (c Counts) Of(function string, operations ...string) Count {
	var sum Count
	for call, count := range c {
		if call.Function == function && (len(operations) == 0 || slices.Contains(operations, call.Operation)) {
			sum.Requests += count.Requests
			sum.Failed += count.Failed
			sum.ReadUnits += count.ReadUnits
			sum.WriteUnits += count.WriteUnits
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

	return p.counts.Of(function)
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
	p.counts = Counts{}
}

// count adds one request, with the consumed capacity in its answer and the time that the engine took for it.
func (p *Proxy) count(call Call, answer []byte, took time.Duration, failed bool) {
	units := consumed(answer)
	p.mutex.Lock()
	defer p.mutex.Unlock()

	count := p.counts[call]
	p.took[call.Function] += took
	count.Requests++

	if failed {
		count.Failed++
	}

	if isWrite(call.Operation) {
		count.WriteUnits += units
	} else {
		count.ReadUnits += units
	}

	p.counts[call] = count
}

func isWrite(operation string) bool {
	switch operation {
	case "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems":
		return true
	}

	return false
}

// consumed returns the sum of an answer's capacity units, for one table or several.
func consumed(answer []byte) float64 {
	type capacity struct{ CapacityUnits float64 }
	var body struct{ ConsumedCapacity json.RawMessage }
	if json.Unmarshal(answer, &body) != nil || len(body.ConsumedCapacity) == 0 {
		return 0
	}

	var one capacity
	if json.Unmarshal(body.ConsumedCapacity, &one) == nil {
		return one.CapacityUnits
	}

	var many []capacity
	var sum float64
	if json.Unmarshal(body.ConsumedCapacity, &many) == nil {
		for _, each := range many {
			sum += each.CapacityUnits
		}
	}

	return sum
}
