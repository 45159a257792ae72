import type { Token } from "./types";

/**
 * Returns the newer of what is shown and of the response to a change. The responses to two changes can arrive in any
 * order, so an older one must not undo the newer change.
 */
export function newest<T extends { readonly version: number }>(shown: T, response: T): T {
  return response.version < shown.version ? shown : response;
}

/**
 * Returns a token with what is newer in what is shown and in the response to a change. The version counts changes of the
 * description only, and a lease never gets shorter.
 */
export function newestToken(shown: Token, response: Token): Token {
  const { description, version } = newest(shown, response);
  const leaseExpiresAt =
    Date.parse(response.leaseExpiresAt) < Date.parse(shown.leaseExpiresAt)
      ? shown.leaseExpiresAt
      : response.leaseExpiresAt;
  return { ...response, description, version, leaseExpiresAt };
}
