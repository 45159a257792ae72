package template

import (
	"strconv"
	"strings"
)

// Throttle limits the requests of routes.
type Throttle struct {
	// Method is the method of the routes; * means every method.
	Method string
	// Path is the path of the routes, as in Route; * means every path.
	Path string
	// Rate is the number of requests per second; a negative one means no limit.
	Rate float64
	// Burst is the number of requests that are accepted at once above Rate.
	Burst int
}

// The limits of an account, which apply where a template gives only one of the two.
const (
	accountRate  = 10_000
	accountBurst = 5_000
)

// limits reads the two limits in the settings of routes, and reports whether there is one.
func (p *properties) limits(property string, settings map[string]any) (throttle Throttle, limited bool) {
	rate, burst := settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]
	throttle = Throttle{Rate: accountRate, Burst: p.number(property, burst, accountBurst)}

	if text := asText(rate); text != "" {
		number, err := strconv.ParseFloat(text, 64)
		if err != nil {
			p.fail(property, "ThrottlingRateLimit %q is not a number of requests per second: write a number", text)
		}

		throttle.Rate = number
	}

	return throttle, rate != nil || burst != nil
}

// methodThrottles reads the MethodSettings of a REST API, in which a path spells a slash ~1, except the first.
func (p *properties) methodThrottles() []Throttle {
	const name = "MethodSettings"

	var throttles []Throttle
	for _, setting := range p.list(name) {
		details := asMapping(setting)
		throttle, limited := p.limits(name, details)
		if !limited {
			continue
		}

		throttle.Method = strings.ToUpper(asText(details["HttpMethod"]))
		throttle.Path = strings.ReplaceAll(asText(details["ResourcePath"]), "~1", "/")
		throttle.Path = "/" + strings.TrimLeft(throttle.Path, "/")

		if throttle.Path == "/*" {
			throttle.Path = "*"
		}

		throttles = append(throttles, throttle)
	}

	return throttles
}

// routeThrottles reads DefaultRouteSettings and RouteSettings of an HTTP API. The latter maps routes such as "GET /orders".
func (p *properties) routeThrottles() []Throttle {
	var throttles []Throttle
	if throttle, limited := p.limits("DefaultRouteSettings", p.mapping("DefaultRouteSettings")); limited {
		throttle.Method, throttle.Path = "*", "*"
		throttles = append(throttles, throttle)
	}

	for route, settings := range p.mapping("RouteSettings") {
		throttle, limited := p.limits("RouteSettings", asMapping(settings))
		if !limited {
			continue
		}

		method, path, found := strings.Cut(route, " ")
		if !found { // $default
			method, path = "ANY", route
		}

		throttle.Method, throttle.Path = strings.ToUpper(method), path
		throttles = append(throttles, throttle)
	}

	return throttles
}
