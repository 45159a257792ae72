package dynamoproxy

import "net/http"

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
func (f Fault) storesNothing() bool { return f == InternalError || f == Throttle || f == HangUp }

// refuse performs a fault that stores nothing.
func (f Fault) refuse(w http.ResponseWriter) {
	switch f {
	case InternalError:
		refuse(w, http.StatusInternalServerError, typeInternalError,
			"The request processing has failed because of an unknown error, exception or failure.")

	case Throttle:
		refuse(w, http.StatusBadRequest, typeThrottled,
			"The level of configured provisioned throughput for the table was exceeded.")

	case HangUp:
		hangUp(w)
	default:
	}
}
