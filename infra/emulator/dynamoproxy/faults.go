package dynamoproxy

import (
	"encoding/json"
	"net/http"
)

// Fault is a way to fail.
type Fault int

// The ways to fail. LoseReply stores the request; the others don't.
const (
	none Fault = iota
	// InternalError answers 500 InternalServerError, which SDKs retry.
	InternalError
	// Throttle answers 400 ProvisionedThroughputExceededException, which SDKs retry.
	Throttle
	// HangUp closes the connection without forwarding the request.
	HangUp
	// LoseReply forwards the request, then closes the connection without a response.
	LoseReply
	// ThrottleOnDemand answers 400 ThrottlingException, as a table on demand does. SDKs retry it.
	ThrottleOnDemand
	// LimitRequests answers 400 RequestLimitExceeded, the throttling of an account. SDKs retry it.
	LimitRequests
	// InProgress answers 400 TransactionInProgressException. SDKs retry it.
	InProgress
	// Conflict answers 400 TransactionConflictException, as a write of one item gets while a transaction changes the
	// item. SDKs do not retry it.
	Conflict
	// CancelThrottled cancels a transaction with the reason ThrottlingError on its last item. SDKs do not retry it.
	CancelThrottled
	// CancelExceeded cancels a transaction with the reason ProvisionedThroughputExceeded on its last item. SDKs do not
	// retry it.
	CancelExceeded
	// CancelConflict cancels a transaction with the reason TransactionConflict on its last item. SDKs do not retry it.
	CancelConflict
	// LeaveUnprocessed answers a BatchGetItem with no item and with all keys as UnprocessedKeys.
	LeaveUnprocessed
)

// Rule chooses the calls that fail.
type Rule struct {
	// Function and Operation choose the calls; "" matches any.
	Function, Operation string
	// First is the number of the first chosen call that fails, counted from 1 when the rule is added; 0 means 1.
	First int
	// Times is the number of chosen calls that fail, beginning with First; 0 means all.
	Times int
	// Fault is the way they fail.
	Fault Fault
}

type activeRule struct {
	Rule
	seen int
}

// Fail adds a rule that applies until remove is called. The first rule that chooses a call decides. SDKs retry a failed
// call, and each attempt counts as a call.
func (p *Proxy) Fail(rule Rule) (remove func()) {
	active := &activeRule{Rule: rule}
	active.First = max(active.First, 1)
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.rules = append(p.rules, active)
	return func() {
		p.mutex.Lock()
		defer p.mutex.Unlock()

		for i, other := range p.rules {
			if other == active {
				p.rules = append(p.rules[:i:i], p.rules[i+1:]...)
				return
			}
		}
	}
}

// Down makes every call hang up, as if DynamoDB were unreachable, until it is called with false.
func (p *Proxy) Down(down bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.down = down
}

// faultFor returns how a call fails, and counts the call for the rules that choose it.
func (p *Proxy) faultFor(call Call) Fault {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	if p.down {
		return HangUp
	}

	fault := none
	for _, rule := range p.rules {
		if !rule.chooses(call) {
			continue
		}

		rule.seen++

		if fault == none && rule.seen >= rule.First && (rule.Times == 0 || rule.seen < rule.First+rule.Times) {
			fault = rule.Fault
		}
	}

	return fault
}

func (r *activeRule) chooses(call Call) bool {
	return (r.Function == "" || r.Function == call.Function) && (r.Operation == "" || r.Operation == call.Operation)
}

// storesNothing reports whether the fault refuses a request before it is forwarded.
func (f Fault) storesNothing() bool { return f != none && f != LoseReply }

// exception is an error response of DynamoDB, without its message.
type exception struct {
	status int
	kind   string
}

// exceptions holds the response of each fault that answers with an error.
var exceptions = map[Fault]exception{
	InternalError:    {http.StatusInternalServerError, typeInternalError},
	Throttle:         {http.StatusBadRequest, typeThrottled},
	ThrottleOnDemand: {http.StatusBadRequest, "com.amazonaws.dynamodb.v20120810#ThrottlingException"},
	LimitRequests:    {http.StatusBadRequest, "com.amazonaws.dynamodb.v20120810#RequestLimitExceeded"},
	InProgress:       {http.StatusBadRequest, "com.amazonaws.dynamodb.v20120810#TransactionInProgressException"},
	Conflict:         {http.StatusBadRequest, "com.amazonaws.dynamodb.v20120810#TransactionConflictException"},
}

// cancellations holds the reason of each fault that cancels a transaction.
var cancellations = map[Fault]string{
	CancelThrottled: "ThrottlingError",
	CancelExceeded:  "ProvisionedThroughputExceeded",
	CancelConflict:  "TransactionConflict",
}

// refuse performs a fault that stores nothing. body is the request.
func (f Fault) refuse(w http.ResponseWriter, body []byte) {
	if e, ok := exceptions[f]; ok {
		refuse(w, e.status, e.kind, "The fault "+e.kind+" was injected.")
		return
	}

	if reason := cancellations[f]; reason != "" {
		cancel(w, body, reason)
		return
	}

	if f == LeaveUnprocessed {
		leaveUnprocessed(w, body)
		return
	}

	hangUp(w)
}

// reason is an element of the CancellationReasons of a TransactionCanceledException.
type reason struct {
	Code    string
	Message string `json:",omitempty"`
}

// cancel answers a transaction with a TransactionCanceledException. Its last item has the given reason, and the others
// have None. It hangs up on any other request, which DynamoDB would not cancel.
func cancel(w http.ResponseWriter, body []byte, code string) {
	var request struct{ TransactItems []json.RawMessage }
	if json.Unmarshal(body, &request) != nil || len(request.TransactItems) == 0 {
		hangUp(w)
		return
	}

	reasons := make([]reason, len(request.TransactItems))
	for i := range reasons {
		reasons[i].Code = "None"
	}

	reasons[len(reasons)-1] = reason{code, "The fault " + code + " was injected."}
	answer(w, http.StatusBadRequest, map[string]any{
		"__type":              "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
		"Message":             "Transaction cancelled, please refer cancellation reasons for specific reasons",
		"CancellationReasons": reasons,
	})
}

// leaveUnprocessed answers a BatchGetItem without reading anything.
func leaveUnprocessed(w http.ResponseWriter, body []byte) {
	var request struct{ RequestItems map[string]json.RawMessage }
	if json.Unmarshal(body, &request) != nil || len(request.RequestItems) == 0 {
		hangUp(w)
		return
	}

	answer(w, http.StatusOK, map[string]any{
		"Responses":       map[string]any{},
		"UnprocessedKeys": request.RequestItems,
	})
}
