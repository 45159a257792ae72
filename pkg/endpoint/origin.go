package endpoint

import (
	"context"
	"net/http"

	"github.com/awslabs/aws-lambda-go-api-proxy/core"
)

// originVariable is the stage variable with the origin whose pages may call the API: an origin, or everyOrigin. Without it, no
// page of another origin may. The template sets it from the parameter CorsAllowedOrigin, and API Gateway itself answers
// preflights and adds the headers to its own responses.
const (
	originVariable = "allowedOrigin"
	everyOrigin    = "any" // a stage variable can't hold *
)

// exposed lists the headers of answers that pages of another origin can read, next to those that the Fetch Standard safelists.
const exposed = "Content-Disposition,ETag,Leasehold-Expires-At,Leasehold-Lease-Expires-At,Link,Location,Retry-After"

// allowOrigin adds the headers of the CORS protocol (Fetch Standard) to an answer if the stage allows an origin. No answer
// depends on cookies, so none allows credentials. The origin is the same in all answers, so Vary is not needed.
func allowOrigin(ctx context.Context, header http.Header) {
	variables, _ := core.GetStageVarsFromContext(ctx)
	origin := variables[originVariable]

	switch origin {
	case "":
		return
	case everyOrigin:
		origin = "*"
	}

	header.Set("Access-Control-Allow-Origin", origin)
	header.Set("Access-Control-Expose-Headers", exposed)
}
