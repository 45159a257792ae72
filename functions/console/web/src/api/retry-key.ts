// A reply can get lost after the work was done. Asking again under the same Idempotency-Key gets the lost reply instead
// of a second token, invitation or extension. So the key of a request that failed on the way is kept and used again
// when the same request is made again.

const pending = new Map<string, string>();

/** The key for a request; the same one as before if that attempt's outcome is unknown. */
export function retryKey(request: string): string {
  const key = pending.get(request) ?? crypto.randomUUID();
  pending.set(request, key);
  return key;
}

/** Forgets the key of a request whose outcome is known. */
export function forgetRetryKey(request: string): void {
  pending.delete(request);
}
