package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// pattern is a ValidationExpression. The zero value matches every token.
type pattern struct{ expression *regexp.Regexp }

func compilePattern(expression string) (*pattern, error) {
	if expression == "" {
		return &pattern{}, nil
	}

	compiled, err := regexp.Compile(`\A(?:` + expression + `)\z`)
	if err != nil {
		return nil, fmt.Errorf("compile the ValidationExpression: %w", err)
	}

	return &pattern{compiled}, nil
}

func (p *pattern) matches(token string) bool {
	return p.expression == nil || p.expression.MatchString(token)
}

// authorize asks the named authorizer; "" admits every caller. On success it keeps the authorizer's context in the
// call.
func (g *Gateway) authorize(call *call, name string) *failure {
	if name == "" {
		return nil
	}

	authorizer := g.api.Authorizers[name]
	identity := g.protocol.identity(call, authorizer)
	if slices.Contains(identity, "") || authorizer.Type == "TOKEN" && !g.patterns[name].matches(identity[0]) {
		return &failure{kind: unauthorized}
	}

	began := time.Now()
	answer, failure := g.decision(call, authorizer, identity)
	if failure != nil {
		return failure
	}

	call.authorizer = g.protocol.authorizerContext(call, answer, time.Since(began))
	switch answer.on(call.methodARN()) {
	case allowed:
		return nil
	case denied:
		return deny("User is not authorized to access this resource with an explicit deny")
	default:
		return deny("User is not authorized to access this resource")
	}
}

func deny(message string) *failure { return &failure{kind: accessDenied, message: message} }

// decision returns the authorizer's answer, from the cache if it holds one for the same values of the identity sources.
func (g *Gateway) decision(call *call, authorizer template.Authorizer, identity []string) (*verdict, *failure) {
	key := authorizer.Name + "\x00" + strings.Join(identity, "\x00")
	keeps := authorizer.ReauthorizeEvery > 0 && len(identity) > 0
	if keeps {
		if kept := g.cache.get(key); kept != nil {
			return kept, nil
		}
	}

	answer, failure := g.ask(call, authorizer, identity)
	if failure == nil && keeps {
		g.cache.put(key, answer, authorizer.ReauthorizeEvery)
	}

	return answer, failure
}

// ask invokes the authorizer and parses its answer.
func (g *Gateway) ask(call *call, authorizer template.Authorizer, identity []string) (*verdict, *failure) {
	payload, err := json.Marshal(g.protocol.authorizerEvent(call, authorizer, identity))
	if err != nil {
		return nil, &failure{kind: authorizerFailure, cause: err}
	}

	ctx, cancel := context.WithTimeout(call.request.Context(), g.limits.authorizer)
	defer cancel()

	answer, err := g.invoker.Invoke(ctx, authorizer.Function, payload)
	var failed *lambda.Error
	if errors.As(err, &failed) && g.protocol.refuses(failed) {
		return nil, &failure{kind: unauthorized}
	}

	if err != nil {
		return nil, &failure{kind: authorizerFailure, cause: err}
	}

	parsed, err := g.protocol.verdict(authorizer, answer)
	if err != nil {
		cause := fmt.Errorf("malformed answer of %s: %w", authorizer.Function, err)
		return nil, &failure{kind: authorizerFailure, cause: cause}
	}

	return parsed, nil
}

// verdict is the answer of a Lambda authorizer: a policy or, as a simple response, a boolean.
type verdict struct {
	PrincipalID string         `json:"principalId"`
	Policy      *policy        `json:"policyDocument"`
	Simple      *bool          `json:"isAuthorized"`
	Context     map[string]any `json:"context"`
}

func parseVerdict(answer []byte) (*verdict, error) {
	var parsed *verdict
	decoder := json.NewDecoder(bytes.NewReader(answer))
	decoder.UseNumber()

	if err := decoder.Decode(&parsed); err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}

	if parsed == nil {
		return nil, errors.New("the answer is null")
	}

	return parsed, nil
}

// checkPolicy rejects an answer without a valid policy.
func (v *verdict) checkPolicy() error {
	v.Simple = nil
	if v.Policy == nil {
		return errors.New("there is no policyDocument")
	}

	return v.Policy.check()
}

// on returns the decision on a method and path.
func (v *verdict) on(methodARN string) decision {
	switch {
	case v.Simple == nil:
		return v.Policy.evaluate(methodARN)
	case *v.Simple:
		return allowed
	}

	return denied
}

// cache holds the answers of authorizers until they expire.
type cache struct {
	now   func() time.Time
	mutex sync.Mutex
	kept  map[string]keptVerdict
}

type keptVerdict struct {
	verdict *verdict
	until   time.Time
}

func newCache(now func() time.Time) *cache {
	return &cache{now: now, kept: map[string]keptVerdict{}}
}

func (c *cache) get(key string) *verdict {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	if kept, ok := c.kept[key]; ok && c.now().Before(kept.until) {
		return kept.verdict
	}

	return nil
}

func (c *cache) put(key string, verdict *verdict, lifetime time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	now := c.now()
	for other, kept := range c.kept {
		if !now.Before(kept.until) {
			delete(c.kept, other)
		}
	}

	c.kept[key] = keptVerdict{verdict, now.Add(lifetime)}
}
