package template

import "strings"

// cors reads the Cors of a REST API, given as one origin or as a mapping.
func (p *properties) cors(auth map[string]any) *CORS {
	value := p.value("Cors")
	if value == nil {
		return nil
	}

	cors := &CORS{AllowOrigin: asText(value)}
	if details, ok := value.(map[string]any); ok {
		cors = &CORS{
			AllowOrigin:      asText(details["AllowOrigin"]),
			AllowHeaders:     asText(details["AllowHeaders"]),
			AllowMethods:     asText(details["AllowMethods"]),
			MaxAge:           asText(details["MaxAge"]),
			AllowCredentials: isTrue(details["AllowCredentials"]),
		}
	}

	if preflight, given := auth["AddDefaultAuthorizerToCorsPreflight"]; !given || isTrue(preflight) {
		cors.Authorizer = asText(auth["DefaultAuthorizer"])
	}

	return cors
}

// httpCORS reads the CorsConfiguration of an HTTP API: true allows all origins, and a mapping has the properties that SAM
// documents.
func (p *properties) httpCORS() *CORS {
	const name = "CorsConfiguration"
	value := p.value(name)

	details, isMapping := value.(map[string]any)
	switch {
	case value == nil || isFalse(value):
		return nil
	case !isMapping && isTrue(value):
		return &CORS{Origins: []string{"*"}}
	case !isMapping:
		p.fail(name, "the emulator does not support %q here: write true, or a mapping with AllowOrigins", asText(value))
		return nil
	}

	p.onlyKnown(name, name, details, "AllowCredentials", "AllowHeaders", "AllowMethods", "AllowOrigins", "ExposeHeaders", "MaxAge")
	return p.checkedCORS(name, &CORS{
		AllowCredentials: isTrue(details["AllowCredentials"]),
		Headers:          texts(details["AllowHeaders"]),
		Methods:          texts(details["AllowMethods"]),
		Origins:          texts(details["AllowOrigins"]),
		Exposed:          texts(details["ExposeHeaders"]),
		MaxAge:           asText(details["MaxAge"]),
	})
}

// definedCORS reads x-amazon-apigateway-cors of the definition of an HTTP API.
func (p *properties) definedCORS(details map[string]any) *CORS {
	const name = "x-amazon-apigateway-cors"
	p.onlyKnown("DefinitionBody", name, details,
		"allowCredentials", "allowHeaders", "allowMethods", "allowOrigins", "exposeHeaders", "maxAge")

	return p.checkedCORS("DefinitionBody", &CORS{
		AllowCredentials: isTrue(details["allowCredentials"]),
		Headers:          texts(details["allowHeaders"]),
		Methods:          texts(details["allowMethods"]),
		Origins:          texts(details["allowOrigins"]),
		Exposed:          texts(details["exposeHeaders"]),
		MaxAge:           asText(details["maxAge"]),
	})
}

// checkedCORS rejects what API Gateway does: credentials for all origins, which browsers ignore.
func (p *properties) checkedCORS(property string, cors *CORS) *CORS {
	for _, origin := range cors.Origins {
		if origin == "*" && cors.AllowCredentials {
			p.fail(property, "credentials can't be allowed for all origins: name the origins, or omit AllowCredentials")
		}
	}

	return cors
}

func isFalse(value any) bool { return strings.EqualFold(asText(value), "false") }
