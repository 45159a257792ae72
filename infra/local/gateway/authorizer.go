package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/leasehold-dev/leasehold/infra/local/lambda"
	"github.com/leasehold-dev/leasehold/infra/local/template"
)

// pattern is a ValidationExpression; nil takes everything.
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

// authorize asks the named authorizer; "" lets everybody in. On success the call holds what the authorizer told.
func (g *Gateway) authorize(call *call, name string) *failure {
	if name == "" {
		return nil
	}
	authorizer := g.api.Authorizers[name]
	identity, complete := identityOf(call, authorizer)
	if !complete || authorizer.Type == "TOKEN" && !g.patterns[name].matches(identity) {
		return &failure{kind: unauthorized}
	}
	began := time.Now()
	answer, failure := g.verdict(call, authorizer, identity)
	if failure != nil {
		return failure
	}
	call.authorizer = answer.flat(time.Since(began))
	switch answer.Policy.evaluate(call.methodARN()) {
	case allowed:
		return nil
	case denied:
		return deny("User is not authorized to access this resource with an explicit deny")
	}
	return deny("User is not authorized to access this resource")
}

func deny(message string) *failure { return &failure{kind: accessDenied, message: message} }

// identityOf joins the identity sources, and tells whether each is there.
func identityOf(call *call, authorizer template.Authorizer) (identity string, complete bool) {
	var values []string
	for _, name := range authorizer.Headers {
		values = append(values, call.header(name))
	}
	for _, name := range authorizer.QueryStrings {
		values = append(values, call.query.Get(name))
	}
	for _, value := range values {
		if value == "" {
			return "", false
		}
	}
	return strings.Join(values, "\x00"), true
}

// verdict is the authorizer's answer, fresh or kept.
func (g *Gateway) verdict(call *call, authorizer template.Authorizer, identity string) (*verdict, *failure) {
	key := authorizer.Name + "\x00" + identity
	keeps := authorizer.ReauthorizeEvery > 0 && identity != ""
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

func (g *Gateway) ask(call *call, authorizer template.Authorizer, identity string) (*verdict, *failure) {
	event := call.requestEvent()
	if authorizer.Type == "TOKEN" {
		event = call.tokenEvent(identity)
	}
	payload, err := json.Marshal(event)
	if err != nil {
		return nil, &failure{kind: authorizerFailure, cause: err}
	}
	ctx, cancel := context.WithTimeout(call.request.Context(), g.options.IntegrationTimeout)
	defer cancel()
	answer, err := g.invoker.Invoke(ctx, authorizer.Function, payload)
	var failed *lambda.Error
	if errors.As(err, &failed) && failed.Message == "Unauthorized" {
		return nil, &failure{kind: unauthorized}
	}
	if err != nil {
		return nil, &failure{kind: authorizerFailure, cause: err}
	}
	parsed, err := parseVerdict(answer)
	if err != nil {
		return nil, &failure{kind: authorizerFailure, cause: fmt.Errorf("malformed answer of %s: %w", authorizer.Function, err)}
	}
	return parsed, nil
}

// verdict is what a Lambda authorizer answers.
type verdict struct {
	PrincipalID string         `json:"principalId"`
	Policy      *policy        `json:"policyDocument"`
	Context     map[string]any `json:"context"`
}

func parseVerdict(answer []byte) (*verdict, error) {
	var parsed *verdict
	decoder := json.NewDecoder(bytes.NewReader(answer))
	decoder.UseNumber()
	if err := decoder.Decode(&parsed); err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	switch {
	case parsed == nil || parsed.Policy == nil:
		return nil, errors.New("there is no policyDocument")
	case parsed.PrincipalID == "":
		return nil, errors.New("there is no principalId")
	}
	for name, value := range parsed.Context {
		switch value.(type) {
		case string, bool, json.Number, nil:
		default:
			return nil, fmt.Errorf("context key %s is neither a string, a number nor a boolean", name)
		}
	}
	return parsed, parsed.Policy.check()
}

// flat is requestContext.authorizer: every value of the context as a string, the principal and the authorizer's latency
// in milliseconds.
func (v *verdict) flat(took time.Duration) map[string]any {
	values := map[string]any{}
	for name, value := range v.Context {
		if value != nil {
			values[name] = fmt.Sprint(value)
		}
	}
	values["principalId"] = v.PrincipalID
	values["integrationLatency"] = took.Milliseconds()
	return values
}

// cache keeps the answers of authorizers.
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
