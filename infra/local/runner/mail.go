package runner

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
)

// maxMail is the most, in bytes, that SES takes as one request.
const maxMail = 40 << 20

// mailJudged lets a function's mail through to the mailbox only where its policy does, as SES would.
func mailJudged(authorize dynamoproxy.Authorize, mailbox http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		function, isFunction := dynamoproxy.Signer(r.Header.Get("Authorization"))
		if authorize == nil || !isFunction {
			mailbox.ServeHTTP(w, r)
			return
		}

		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMail))
		if err != nil {
			return // the caller is gone, or sends no end
		}

		var request map[string]any
		if err := json.Unmarshal(body, &request); err == nil { // else the mailbox says what is wrong with it
			if err := authorize(function, "ses:SendEmail", request); err != nil {
				denyMail(w, err)
				return
			}
		}

		r.Body = io.NopCloser(bytes.NewReader(body))
		mailbox.ServeHTTP(w, r)
	})
}

// denyMail answers as SES does to whom IAM gives nothing.
func denyMail(w http.ResponseWriter, denied error) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
	w.WriteHeader(http.StatusForbidden)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": denied.Error()}) // the caller may be gone
}
