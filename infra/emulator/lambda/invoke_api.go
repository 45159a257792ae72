package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/emulator/loopback"
)

// InvokePath begins the paths of the Invoke operation.
const InvokePath = "/2015-03-31/functions/"

// maxEvent is the longest payload of an asynchronous invocation in bytes.
const maxEvent = 1 << 20

// InvokeAPI returns a handler of Lambda's Invoke operation, POST /2015-03-31/functions/NAME/invocations, for SDKs, the AWS CLI
// and other emulators. It accepts any credentials and qualifier, and sends no log. It invokes an event once, while Lambda
// retries an event whose function fails. It rejects requests of web pages; the server in front of it has to reject other
// hosts. log receives a line for each event whose function fails.
func (s *Service) InvokeAPI(log io.Writer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+InvokePath+"{name}/invocations", func(w http.ResponseWriter, r *http.Request) {
		if loopback.FromPage(r) {
			refuse(w, http.StatusForbidden, "AccessDeniedException", "web pages can't invoke functions: send the request with a program")
			return
		}

		s.serveInvoke(w, r, log)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, "UnknownOperationException",
			"the emulator supports only the operation Invoke: POST "+InvokePath+"NAME/invocations")
	})

	return mux
}

// serveInvoke serves one Invoke request.
func (s *Service) serveInvoke(w http.ResponseWriter, r *http.Request, log io.Writer) {
	w.Header().Set("X-Amzn-Requestid", requestID())

	name := nameOf(r.PathValue("name"))
	if s.functions[name] == nil {
		refuse(w, http.StatusNotFound, "ResourceNotFoundException", "Function not found: "+ARN(name))
		return
	}

	kind := r.Header.Get("X-Amz-Invocation-Type")
	limit := maxPayload
	switch kind {
	case "", "RequestResponse", "DryRun":
	case "Event":
		limit = maxEvent
	default:
		refuse(w, http.StatusBadRequest, "InvalidParameterValueException",
			fmt.Sprintf("the invocation type %q is none of RequestResponse, Event and DryRun", kind))

		return
	}

	payload, err := io.ReadAll(io.LimitReader(r.Body, int64(limit)+1))
	switch {
	case err != nil:
		return // the client is gone
	case len(payload) == 0:
		payload = []byte("{}")
	case len(payload) > limit:
		refuse(w, http.StatusRequestEntityTooLarge, "RequestTooLargeException",
			fmt.Sprintf("the payload is longer than %d bytes", limit))

		return
	case !json.Valid(payload):
		refuse(w, http.StatusBadRequest, "InvalidRequestContentException", "Could not parse request body into json")
		return
	}

	switch kind {
	case "DryRun":
		w.WriteHeader(http.StatusNoContent)
	case "Event":
		s.events.Go(func() {
			if _, err := s.Invoke(context.WithoutCancel(r.Context()), name, payload); err != nil {
				fmt.Fprintf(log, "the event for %s failed: %v\n", name, err)
			}
		})
		w.WriteHeader(http.StatusAccepted)
	default:
		s.respond(w, r, name, payload)
	}
}

// respond invokes a function and sends its answer. The failure of a function is a success of the operation.
func (s *Service) respond(w http.ResponseWriter, r *http.Request, name string, payload []byte) {
	answer, err := s.Invoke(r.Context(), name, payload)

	if failed, ok := errors.AsType[*Error](err); ok {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		answer, err = json.Marshal(map[string]string{"errorType": failed.Type, "errorMessage": failed.Message})
	}

	if err != nil {
		refuse(w, http.StatusInternalServerError, "ServiceException", err.Error())
		return
	}

	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amz-Executed-Version", "$LATEST")
	_, _ = w.Write(answer) // an error means that the client is gone
}

// nameOf returns the function that the FunctionName of a request means: a name or an ARN, whole or beginning with the account,
// and each with or without a qualifier.
func nameOf(given string) string {
	if _, after, found := strings.Cut(given, "function:"); found {
		given = after
	}

	name, _, _ := strings.Cut(given, ":")
	return name
}

// refuse sends an error in the format of the Lambda API.
func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Errortype", kind)
	w.WriteHeader(status)

	who := "User"
	if status >= http.StatusInternalServerError {
		who = "Service"
	}

	body, _ := json.Marshal(map[string]string{"Type": who, "Message": message})
	_, _ = w.Write(body) // an error means that the client is gone
}
