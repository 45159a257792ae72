import type { AuditFilter, MemberFilter } from "./types";

/** The queries of the console, each with the parameters that decide what it loads. */
interface QueryParameters {
  readonly me: readonly [];
  readonly roles: readonly [];
  readonly sessions: readonly [];
  readonly organization: readonly [org: string];
  readonly members: readonly [org: string, filter: MemberFilter];
  readonly passing: readonly [list: QueryKey, status: string, size: number];
  readonly "member count": readonly [list: QueryKey, wanted: boolean];
  readonly "found people": readonly [org: string, text: string];
  readonly "searched people": readonly [org: string, text: string];
  readonly contacts: readonly [org: string];
  readonly member: readonly [org: string, user: string];
  readonly "member solutions": readonly [org: string, user: string];
  readonly solutions: readonly [org: string];
  readonly "all solutions": readonly [org: string];
  readonly "findable solutions": readonly [org: string, visible: boolean];
  readonly solution: readonly [org: string, solution: string];
  readonly assignments: readonly [org: string, solution: string];
  readonly "own assignment": readonly [org: string, solution: string];
  readonly "service accounts": readonly [org: string];
  readonly "account tokens": readonly [org: string, accounts: readonly string[]];
  readonly "audit event": readonly [org: string, entry: string | undefined];
  readonly "solution roles": readonly [org: string, solutions: readonly string[]];
  readonly code: readonly [view: string];
  readonly audit: readonly [org: string, filter: AuditFilter];
  readonly "own tokens": readonly [organizations: readonly string[]];
  readonly "tokens of an account": readonly [org: string, account: string];
  readonly "ended tokens": readonly [owner: string, included: boolean];
  readonly token: readonly [owner: string, token: string];
  readonly page: readonly [list: QueryKey, cursor: string | undefined];
}

/** Identifies what a query loads. Queries with the same key load the same. */
export type QueryKey = string & { readonly queryKey: never };

/** Returns the key of a query with these parameters. */
export function queryKey<N extends keyof QueryParameters>(name: N, ...parameters: QueryParameters[N]): QueryKey {
  return JSON.stringify([name, ...parameters]) as QueryKey;
}
