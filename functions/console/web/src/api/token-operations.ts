import type { PageQuery } from "./all-pages";
import { call } from "./client";
import type { NewToken, Page, Token, TokenCreated, TokenExtended } from "./types";

/** The operations on the tokens of one owner. Each throws the Problem with which the API refuses it. */
export interface TokenOperations {
  readonly list: (page: PageQuery, includeExpired: boolean, signal: AbortSignal) => Promise<Page<Token>>;
  readonly get: (id: string, signal: AbortSignal) => Promise<Token>;
  readonly create: (organizationId: string, token: NewToken) => Promise<TokenCreated>;
  readonly rename: (id: string, description: string, version: number) => Promise<Token>;
  /** Extends the lease that ends at `leaseExpiresAt`. */
  readonly extend: (id: string, leaseExpiresAt: string) => Promise<TokenExtended>;
  readonly rotate: (id: string, overlapSeconds: number) => Promise<TokenCreated>;
  readonly remove: (id: string) => Promise<void>;
}

/** The operations on the person's own tokens, in all organizations. */
export const ownTokenOperations: TokenOperations = {
  list: (page, includeExpired, signal) => call("get", "/me/tokens", { query: { ...page, includeExpired }, signal }),
  get: (token, signal) => call("get", "/me/tokens/{token}", { path: { token }, signal }),
  create: (organizationId, body) => call("post", "/me/tokens", { body: { organizationId, ...body } }),
  rename: (token, description, version) =>
    call("patch", "/me/tokens/{token}", { path: { token }, body: { description }, version }),
  extend: (token, leaseExpiresAt) =>
    call("post", "/me/tokens/{token}/extend", { path: { token }, body: { leaseExpiresAt } }),
  rotate: (token, overlapSeconds) =>
    call("post", "/me/tokens/{token}/rotate", { path: { token }, body: { overlapSeconds } }),
  remove: (token) => call("delete", "/me/tokens/{token}", { path: { token } }),
};

const accountTokens = "/organizations/{org}/service-accounts/{account}/tokens";
const accountToken = "/organizations/{org}/service-accounts/{account}/tokens/{token}";

/** Returns the operations on the tokens of a service account, which act in its organization only. */
export function accountTokenOperations(org: string, account: string): TokenOperations {
  const path = { org, account };
  return {
    list: (page, includeExpired, signal) =>
      call("get", accountTokens, { path, query: { ...page, includeExpired }, signal }),
    get: (token, signal) => call("get", accountToken, { path: { ...path, token }, signal }),
    create: (_, body) => call("post", accountTokens, { path, body }),
    rename: (token, description, version) =>
      call("patch", accountToken, { path: { ...path, token }, body: { description }, version }),
    extend: (token, leaseExpiresAt) =>
      call("post", `${accountToken}/extend`, { path: { ...path, token }, body: { leaseExpiresAt } }),
    rotate: (token, overlapSeconds) =>
      call("post", `${accountToken}/rotate`, { path: { ...path, token }, body: { overlapSeconds } }),
    remove: (token) => call("delete", accountToken, { path: { ...path, token } }),
  };
}
