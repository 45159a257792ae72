// A response can get lost after the API has made the change. Repeating the request with the same Idempotency-Key returns
// the lost response instead of creating a second token, invitation or extension. So the key of a request without a
// response is kept until the same request succeeds.

const pending = new Map<string, string>();

/** Returns the Idempotency-Key of a request. It reuses the key if the outcome of the last attempt is unknown. */
export function retryKey(request: string): string {
  const key = pending.get(request) ?? crypto.randomUUID();
  pending.set(request, key);
  return key;
}

/** Forgets the key of a request whose outcome is known. */
export function forgetRetryKey(request: string): void {
  pending.delete(request);
}
