package gateway

import (
	"golang.org/x/time/rate"

	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// limiterOf returns the token bucket of a route; nil if it has no limit. No two routes share a bucket, also if their
// limits are those of all routes. The most specific limits count: the route's own, then those of its path and method, of
// its path, of its method, and of all routes.
func limiterOf(declared template.Route, throttles []template.Throttle) *rate.Limiter {
	if declared.Throttle != nil {
		throttles = []template.Throttle{{
			Method: declared.Method,
			Path:   declared.Path,
			Rate:   declared.Throttle.Rate,
			Burst:  declared.Throttle.Burst,
		}}
	}

	var best *template.Throttle
	known := -1
	for i, throttle := range throttles {
		ofPath, ofMethod := throttle.Path == declared.Path, throttle.Method == declared.Method
		if !ofPath && throttle.Path != "*" || !ofMethod && throttle.Method != "*" {
			continue
		}

		specific := 0
		if ofPath {
			specific += 2
		}

		if ofMethod {
			specific++
		}

		if specific > known {
			best, known = &throttles[i], specific
		}
	}

	if best == nil || best.Rate < 0 {
		return nil
	}

	return rate.NewLimiter(rate.Limit(best.Rate), best.Burst)
}

// throttle takes a request out of the bucket of its route, or returns the failure of one beyond the limit. That this comes
// before the authorizer is assumed.
func (g *Gateway) throttle(call *call) *failure {
	if limiter := call.route.limiter; limiter != nil && !limiter.AllowN(call.at, 1) {
		return &failure{kind: throttled}
	}

	return nil
}
