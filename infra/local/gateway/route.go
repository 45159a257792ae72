package gateway

import (
	"net/url"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/local/template"
)

// route is a declared route with its path cut in segments.
type route struct {
	template.Route
	segments []string
}

func compile(declared template.Route) route {
	return route{Route: declared, segments: segments(declared.Path)}
}

// segments cuts a path at its slashes; a trailing slash adds none.
func segments(path string) []string {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

func isParameter(segment string) bool {
	return strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}")
}

func isGreedy(segment string) bool { return isParameter(segment) && strings.HasSuffix(segment, "+}") }

func parameterName(segment string) string {
	return strings.TrimSuffix(strings.Trim(segment, "{}"), "+")
}

// match finds the route of a method and an encoded path, with the decoded path parameters; nil when there is none. API
// Gateway picks the resource by its path first, and only then looks for the method on it.
func match(routes []route, method, path string) (*route, map[string]string) {
	best := matchPath(routes, path)
	if best == nil {
		return nil, nil
	}
	var any *route
	for i := range routes {
		candidate := &routes[i]
		if candidate.Path != best.Path {
			continue
		}
		if candidate.Method == method {
			return candidate, candidate.parameters(path)
		}
		if candidate.Method == "ANY" {
			any = candidate
		}
	}
	if any == nil {
		return nil, nil
	}
	return any, any.parameters(path)
}

// matchPath finds the most special route whose path matches: a fixed segment beats a parameter, which beats {proxy+}.
func matchPath(routes []route, path string) *route {
	given := segments(path)
	var best *route
	for i := range routes {
		if routes[i].matches(given) && (best == nil || routes[i].beats(best)) {
			best = &routes[i]
		}
	}
	return best
}

func (r *route) matches(given []string) bool {
	for i, segment := range r.segments {
		switch {
		case i >= len(given):
			return false
		case isGreedy(segment):
			return true
		case isParameter(segment):
			if given[i] == "" {
				return false
			}
		case segment != given[i]:
			return false
		}
	}
	return len(given) == len(r.segments)
}

func (r *route) beats(other *route) bool {
	for i := 0; i < len(r.segments) && i < len(other.segments); i++ {
		if mine, theirs := rank(r.segments[i]), rank(other.segments[i]); mine != theirs {
			return mine < theirs
		}
	}
	return len(r.segments) > len(other.segments)
}

func rank(segment string) int {
	switch {
	case isGreedy(segment):
		return 2
	case isParameter(segment):
		return 1
	}
	return 0
}

// parameters are the decoded values of a matching path's parameters; nil when the route has none.
func (r *route) parameters(path string) map[string]string {
	var values map[string]string
	given := segments(path)
	for i, segment := range r.segments {
		if !isParameter(segment) {
			continue
		}
		if values == nil {
			values = map[string]string{}
		}
		value := given[i]
		if isGreedy(segment) {
			value = strings.Join(given[i:], "/")
		}
		if decoded, err := url.PathUnescape(value); err == nil {
			value = decoded
		}
		values[parameterName(segment)] = value
	}
	return values
}
