package lambda

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// routes returns the handler of the Runtime API. The first two segments of a path identify the calling process, because
// its AWS_LAMBDA_RUNTIME_API ends with /<function>/<instance>.
func (s *Service) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, handler := range map[string]func(*instance, http.ResponseWriter, *http.Request){
		"GET /{function}/{instance}/2018-06-01/runtime/invocation/next":           (*instance).serveNext,
		"POST /{function}/{instance}/2018-06-01/runtime/invocation/{id}/response": (*instance).serveResponse,
		"POST /{function}/{instance}/2018-06-01/runtime/invocation/{id}/error":    (*instance).serveError,
		"POST /{function}/{instance}/2018-06-01/runtime/init/error":               (*instance).serveInitError,
		"POST /{function}/{instance}/2020-01-01/extension/register":               (*instance).serveRegister,
		"GET /{function}/{instance}/2020-01-01/extension/event/next":              (*instance).serveExtensionNext,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			instance := s.find(r.PathValue("function"), r.PathValue("instance"))
			if instance == nil {
				http.Error(w, `{"errorType":"InvalidRuntime","errorMessage":"no such instance"}`, http.StatusForbidden)
				return
			}

			handler(instance, w, r)
		})
	}

	return mux
}

// serveNext waits for the next invocation and responds with its event.
func (i *instance) serveNext(w http.ResponseWriter, r *http.Request) {
	i.mutex.Lock()
	if !i.isPolled {
		i.isPolled = true
		close(i.polled)
	}

	i.mutex.Unlock()

	select {
	case <-r.Context().Done():
	case <-i.retired:
		<-r.Context().Done() // the process is killed when its invocations in flight have ended
	case invocation := <-i.queue:
		i.begin(invocation)
		header := w.Header()
		header.Set("Content-Type", "application/json")
		header.Set("Content-Length", strconv.Itoa(len(invocation.payload)))
		header.Set("Lambda-Runtime-Aws-Request-Id", invocation.id)
		header.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(invocation.deadline.UnixMilli(), 10))
		header.Set("Lambda-Runtime-Invoked-Function-Arn", ARN(i.function.Name))
		header.Set("Lambda-Runtime-Trace-Id",
			fmt.Sprintf("Root=1-%08x-000000000000000000000000;Sampled=0", invocation.deadline.Unix()))

		if _, err := w.Write(invocation.payload); err != nil {
			message := "RequestId: " + invocation.id + " Error: Runtime hung up"
			i.end(invocation.id, result{err: &Error{Type: "Runtime.ExitError", Message: message}})
		}
	}
}

// serveResponse ends an invocation with the function's answer.
func (i *instance) serveResponse(w http.ResponseWriter, r *http.Request) {
	payload, err := io.ReadAll(io.LimitReader(r.Body, maxResponse+1))
	streamError := r.Trailer.Get("Lambda-Runtime-Function-Error-Type")
	outcome := result{payload: payload}
	switch {
	case err != nil:
		outcome = result{err: &Error{Type: "Runtime.TruncatedResponse", Message: err.Error()}}
	case streamError != "":
		outcome = result{err: &Error{Type: streamError, Message: "the function failed while it wrote its response"}}
	case len(payload) > maxResponse:
		message := fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", maxResponse)
		outcome = result{err: &Error{Type: "Function.ResponseSizeTooLarge", Message: message}}
	}

	i.answer(w, i.end(r.PathValue("id"), outcome))
}

// serveError ends an invocation with the function's error.
func (i *instance) serveError(w http.ResponseWriter, r *http.Request) {
	err, panicked := readError(r)
	if panicked { // aws-lambda-go exits the process after a panic
		i.answer(w, i.endLast(r.PathValue("id"), result{err: err}))
		return
	}

	i.answer(w, i.end(r.PathValue("id"), result{err: err}))
}

// answer responds to a report of the process. It responds with an error if the invocation was not in flight.
func (i *instance) answer(w http.ResponseWriter, inFlight bool) {
	if !inFlight {
		http.Error(w, `{"errorType":"InvalidRequestID","errorMessage":"Invalid request ID"}`, http.StatusBadRequest)
		return
	}

	accepted(w)
}

// serveInitError keeps the error of a function that can't initialize. The process exits after the report.
func (i *instance) serveInitError(w http.ResponseWriter, r *http.Request) {
	err, _ := readError(r)
	i.mutex.Lock()
	i.initError = err
	i.mutex.Unlock()
	accepted(w)
}

// readError parses the error that a function reports. Only a panic has a stack trace.
func readError(r *http.Request) (err *Error, panicked bool) {
	var body struct {
		ErrorMessage, ErrorType string
		StackTrace              []json.RawMessage
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, maxPayload)).Decode(&body); err != nil {
		return &Error{Type: "Runtime.Unknown", Message: "the function reported an error that is not JSON"}, false
	}

	return &Error{Type: body.ErrorType, Message: body.ErrorMessage}, len(body.StackTrace) > 0
}

// accepted responds that a report was accepted.
func accepted(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	fmt.Fprint(w, `{"status":"OK"}`)
}

// serveRegister registers the internal extension of aws-lambda-go. A function with an extension receives SIGTERM.
func (i *instance) serveRegister(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Lambda-Extension-Identifier", requestID())
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"functionName":%q,"functionVersion":"$LATEST","handler":%q}`, i.function.Name, i.function.Handler)
}

// serveExtensionNext never answers: the internal extension subscribes to no events.
func (i *instance) serveExtensionNext(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
