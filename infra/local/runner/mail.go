package runner

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
)

// maxMail is the maximum size of an SES request in bytes.
const maxMail = 40 << 20

// checkedMail returns a handler that passes a function's mail to the mailbox only if the function's policies allow it,
// as SES does. It passes requests that no function signed.
func checkedMail(authorize dynamoproxy.Authorize, mailbox http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		function, isFunction := dynamoproxy.Signer(r.Header.Get("Authorization"))
		if !isFunction {
			mailbox.ServeHTTP(w, r)
			return
		}

		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMail))
		if err != nil {
			return // the client is gone, or the request is too large
		}

		// The mailbox answers a request that is not JSON.
		var request map[string]any
		if err := json.Unmarshal(body, &request); err == nil {
			if err := authorize(function, "ses:SendEmail", request); err != nil {
				denyMail(w, err)
				return
			}
		}

		r.Body = io.NopCloser(bytes.NewReader(body))
		mailbox.ServeHTTP(w, r)
	})
}

// denyMail answers as SES does when IAM denies a request.
func denyMail(w http.ResponseWriter, denied error) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
	w.WriteHeader(http.StatusForbidden)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": denied.Error()}) // an error means that the client is gone
}
