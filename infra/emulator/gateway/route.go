package gateway

import (
	"strings"

	"golang.org/x/time/rate"

	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// route is a declared route with its path split into segments.
type route struct {
	template.Route
	segments []string
	limiter  *rate.Limiter // nil for no limit
}

func compile(declared template.Route, throttles []template.Throttle) route {
	return route{Route: declared, segments: segments(declared.Path), limiter: limiterOf(declared, throttles)}
}

// segments splits a path at its slashes. It ignores a trailing slash.
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

// matches reports whether the route's path matches a path given as segments.
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

// beats reports whether the route's path is more specific: a fixed segment beats a parameter, which beats {proxy+}.
func (r *route) beats(other *route) bool {
	for i := 0; i < len(r.segments) && i < len(other.segments); i++ {
		if mine, theirs := rank(r.segments[i]), rank(other.segments[i]); mine != theirs {
			return mine < theirs
		}
	}

	return len(r.segments) > len(other.segments)
}

// choose returns the route of a request: of the routes that match the path and have the method or ANY, the one with the most
// specific path, and of two with that path the one with the exact method. It returns nil if there is none.
func choose(routes []route, method string, given []string) *route {
	var best *route
	for i := range routes {
		candidate := &routes[i]
		switch {
		case candidate.Path == template.DefaultRoute: // matches no path
		case candidate.Method != method && candidate.Method != "ANY" || !candidate.matches(given):
		case best == nil || candidate.beats(best) || candidate.Path == best.Path && best.Method == "ANY":
			best = candidate
		}
	}

	return best
}

// rank orders segments by how specific they are, the most specific first.
func rank(segment string) int {
	switch {
	case isGreedy(segment):
		return 2
	case isParameter(segment):
		return 1
	}

	return 0
}

// parameters returns the values of the path parameters, still encoded as in given. It returns nil if the route has
// none. The path must match.
func (r *route) parameters(given []string) map[string]string {
	var values map[string]string
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

		values[parameterName(segment)] = value
	}

	return values
}
