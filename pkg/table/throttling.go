package table

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// throttlingReasons holds the codes with which DynamoDB cancels a transaction because a table, an index, a partition or
// the account exceeds its throughput. The documentation of TransactionCanceledException lists ThrottlingError (on-demand
// tables) and ProvisionedThroughputExceeded. The other codes are those of the same conditions outside transactions.
var throttlingReasons = map[string]bool{
	"ThrottlingError":                        true,
	"ThrottlingException":                    true,
	"ProvisionedThroughputExceeded":          true,
	"ProvisionedThroughputExceededException": true,
	"RequestLimitExceeded":                   true,
}

// conflictCodes holds the errors with which DynamoDB rejects a single write because a transaction, or a write in another
// region, is changing the same item. The SDK treats them as final.
var conflictCodes = map[string]bool{
	"TransactionConflictException":     true,
	"ReplicatedWriteConflictException": true,
}

// The details of the refusals that a retry can overcome.
const (
	conflicting = "Another request is changing the same resource. Try again."
	overloaded  = "The database is busy. Try again."
	unreachable = "The database cannot be reached at present. Try again."
)

// busy returns the refusal of a request that DynamoDB throttled.
func busy(cause error) error {
	refusal := identity.Refuse(identity.Unavailable, overloaded)
	refusal.Cause = cause
	return refusal
}

// failure classifies an error of the SDK: one that may be temporary is Unavailable, and any other is an internal error. The
// detail of Unavailable says whether the item is contended, the table is overloaded, or neither is known.
func failure(operation string, err error) error {
	wrapped := fmt.Errorf("%s: %w", operation, err)
	detail := unreachable

	if api, ok := errors.AsType[smithy.APIError](err); ok {
		switch {
		case conflictCodes[api.ErrorCode()]:
			detail = conflicting
		case isThrottling(api, err):
			detail = overloaded
		case !isTemporary(api, err):
			return wrapped
		}
	}

	refusal := identity.Refuse(identity.Unavailable, "%s", detail)
	refusal.Cause = wrapped
	return refusal
}

// isThrottling reports whether DynamoDB rejected a request because it gets too many of them.
func isThrottling(api smithy.APIError, err error) bool {
	_, isKnown := retry.DefaultThrottleErrorCodes[api.ErrorCode()]
	response, ok := errors.AsType[*smithyhttp.ResponseError](err)
	isTooMany := ok && response.HTTPStatusCode() == http.StatusTooManyRequests
	return isKnown || throttlingReasons[api.ErrorCode()] || isTooMany
}

// isTemporary reports whether DynamoDB may accept the same request later, although neither a conflict nor its load was the
// reason: an error that the SDK retries, and every 5xx. The SDK has retried it by then.
func isTemporary(api smithy.APIError, err error) bool {
	if _, isRetryable := retry.DefaultRetryableErrorCodes[api.ErrorCode()]; isRetryable {
		return true
	}

	response, ok := errors.AsType[*smithyhttp.ResponseError](err)
	return ok && response.HTTPStatusCode() >= http.StatusInternalServerError
}

// writeOne makes a write of one item, again while another write is changing the item. written is false if the condition
// failed.
func writeOne(ctx context.Context, operation string, write func() error) (written bool, err error) {
	err = persist(ctx, operation, singleAttempts, func() (error, bool) {
		err := write()
		if err == nil || ifConditionFailed(err) {
			written = err == nil
			return nil, false
		}

		api, ok := errors.AsType[smithy.APIError](err)
		return failure(operation, err), ok && conflictCodes[api.ErrorCode()]
	})

	return written, err
}

const (
	// singleAttempts is the most attempts of a write of one item. The authorizer waits for such a write, so the pauses
	// take 140 ms at most.
	singleAttempts = 4

	// backoff is half of the longest random part of the pause after the first attempt. It doubles with each attempt.
	backoff = 10 * time.Millisecond
)

// persist calls attempt until it returns again = false, up to the given number of times, with a pause between calls. It
// returns the error of the last call.
func persist(ctx context.Context, operation string, attempts int, attempt func() (err error, again bool)) error {
	for n := 1; ; n++ {
		err, again := attempt()
		if !again || n == attempts {
			return err
		}

		if err := pause(ctx, operation, n); err != nil {
			return err
		}
	}
}

// pause waits after the n-th attempt for a random time, so that requests that collided do not collide again. It returns
// an error if ctx ends first.
func pause(ctx context.Context, operation string, n int) error {
	select {
	case <-ctx.Done():
		return failure(operation, ctx.Err())
	case <-time.After(backoff/2 + rand.N(backoff<<n)): //nolint:forbidigo // a pause between attempts
		return nil
	}
}
