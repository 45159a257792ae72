// The queries of the console: a hook for each operation that answers at once, and a list for each that answers in pages
// (see usePagedList). Views never write keys.
import { allPages, fullPage, MAX_PAGE_SIZE, type PageQuery } from "./all-pages";
import { call } from "./client";
import { useLoad, type Loaded } from "./load";
import { readMe } from "./me";
import { inPool } from "./pool";
import { Problem } from "./problem";
import { queryKey, type QueryKey } from "./query-key";
import type { TokenOperations } from "./token-operations";
import type {
  Assignment,
  AuditEntry,
  AuditFilter,
  Member,
  MemberFilter,
  MemberSolution,
  MemberTokens,
  Organization,
  OwnSession,
  Page,
  Profile,
  ServiceAccount,
  Solution,
  SolutionRole,
  Token,
} from "./types";

/** The number of requests for the tokens of an account that run at a time. */
const MAX_REQUESTS = 4;
const MAX_ASSIGNED = 10_000;

/** A list that the API returns in pages. The key does not include the page. */
export interface ListQuery<T> {
  readonly key: QueryKey;
  readonly load: (page: PageQuery, signal: AbortSignal) => Promise<Page<T>>;
}

/** Loads the signed-in person's profile. */
export function useMe(): Loaded<Profile> {
  return useLoad({ key: queryKey("me"), load: readMe });
}

/** Loads the person's sessions. */
export function useSessions(): Loaded<Page<OwnSession>> {
  return useLoad({ key: queryKey("sessions"), load: (signal) => call("get", "/me/sessions", { signal }) });
}

/** Loads an organization. */
export function useOrganization(org: string): Loaded<Organization> {
  return useLoad({
    key: queryKey("organization", org),
    load: (signal) => call("get", "/organizations/{org}", { path: { org }, signal }),
  });
}

/** Returns the list of an organization's members that match all filters. */
export function memberList(org: string, filter: MemberFilter): ListQuery<Member> {
  return {
    key: queryKey("members", org, filter),
    load: (page, signal) =>
      call("get", "/organizations/{org}/members", { path: { org }, query: { ...filter, ...page }, signal }),
  };
}

/** The most members of a list that are counted one by one. */
const MAX_COUNTED = 1000;

/**
 * Loads how many members a list has, if that is wanted. A list of which the API knows only a part of the filter (`parts`) is
 * counted page by page. The number is undefined if it is not known.
 */
export function useMemberCount(
  org: string,
  filter: MemberFilter,
  { list, parts, wanted }: { readonly list: ListQuery<Member>; readonly parts: boolean; readonly wanted: boolean },
): number | undefined {
  const loaded = useLoad<{ readonly total: number | undefined }>({
    key: queryKey("member count", list.key, wanted),
    load: async (signal) => {
      if (!wanted) return { total: undefined };
      if (parts) {
        const { items, nextCursor } = await fullPage((page) => list.load(page, signal), MAX_COUNTED, {
          maxPageSize: MAX_PAGE_SIZE,
        });
        return { total: nextCursor === undefined ? items.length : undefined };
      }
      const query = { ...filter, limit: 1, count: true };
      const { total } = await call("get", "/organizations/{org}/members", { path: { org }, query, signal });
      return { total };
    },
  });
  return loaded.data?.total;
}

/** Loads at most `limit` members whose name or email address matches a text. The previous ones stay meanwhile. */
export function useFoundPeople(org: string, text: string, limit: number): Loaded<Page<Member>> {
  const query = { limit, ...(text ? { q: text, match: "anywhere" as const } : {}) };
  return useLoad(
    {
      key: queryKey("found people", org, text),
      load: (signal) => call("get", "/organizations/{org}/members", { path: { org }, query, signal }),
    },
    { keep: true },
  );
}

/** Loads at most `limit` members whose name or email address matches a text, and nobody without a text. */
export function useSearchedPeople(org: string, text: string, limit: number): Loaded<Page<Member>> {
  return useLoad({
    key: queryKey("searched people", org, text),
    load: (signal) =>
      text === ""
        ? Promise.resolve({ items: [] })
        : call("get", "/organizations/{org}/members", { path: { org }, query: { q: text, limit }, signal }),
  });
}

/** Loads the first active members, to choose a service account's contact from. */
export function useContacts(org: string): Loaded<Page<Member>> {
  return useLoad({
    key: queryKey("contacts", org),
    load: (signal) =>
      call("get", "/organizations/{org}/members", { path: { org }, query: { status: "active", limit: 100 }, signal }),
  });
}

/** Loads a member. */
export function useMember(org: string, user: string): Loaded<Member> {
  return useLoad({
    key: queryKey("member", org, user),
    load: (signal) => call("get", "/organizations/{org}/members/{user}", { path: { org, user }, signal }),
  });
}

/** Returns the list of a member's solutions in an organization. */
export function memberSolutionList(org: string, user: string): ListQuery<MemberSolution> {
  return {
    key: queryKey("member solutions", org, user),
    load: (page, signal) =>
      call("get", "/organizations/{org}/members/{user}/solutions", { path: { org, user }, query: page, signal }),
  };
}

/** Loads the person's own assignment to a solution, or null if they are not assigned. They see it whatever their role. */
export function useOwnAssignment(org: string, user: string, solution: string): Loaded<MemberSolution | null> {
  return useLoad<MemberSolution | null>({
    key: queryKey("own assignment", org, solution),
    load: async (signal) => {
      const all = await allPages((page) => memberSolutionList(org, user).load(page, signal), MAX_ASSIGNED);
      return all.find(({ id }) => id === solution) ?? null;
    },
  });
}

/** Returns the list of an organization's solutions that the person can see. */
export function solutionList(org: string): ListQuery<Solution> {
  return {
    key: queryKey("solutions", org),
    load: (page, signal) => call("get", "/organizations/{org}/solutions", { path: { org }, query: page, signal }),
  };
}

/** Loads the solutions of an organization that the person can see, at most 1,000 of them. */
export function useAllSolutions(org: string): Loaded<readonly Solution[]> {
  return useLoad({
    key: queryKey("all solutions", org),
    load: (signal) => allPages((page) => solutionList(org).load(page, signal)),
  });
}

/** Loads the solutions of an organization if the person can see any. */
export function useFindableSolutions(org: string, visible: boolean): Loaded<readonly Solution[]> {
  return useLoad({
    key: queryKey("findable solutions", org, visible),
    load: (signal) =>
      visible ? allPages((page) => solutionList(org).load(page, signal)) : Promise.resolve<readonly Solution[]>([]),
  });
}

/** Loads a solution. */
export function useSolution(org: string, solution: string): Loaded<Solution> {
  return useLoad({
    key: queryKey("solution", org, solution),
    load: (signal) => call("get", "/organizations/{org}/solutions/{solution}", { path: { org, solution }, signal }),
  });
}

/** Returns the list of the people assigned to a solution. */
export function assignmentList(org: string, solution: string): ListQuery<Assignment> {
  return {
    key: queryKey("assignments", org, solution),
    load: (page, signal) =>
      call("get", "/organizations/{org}/solutions/{solution}/members", {
        path: { org, solution },
        query: page,
        signal,
      }),
  };
}

/** Loads the service accounts of an organization. */
export function useServiceAccounts(org: string): Loaded<Page<ServiceAccount>> {
  return useLoad({
    key: queryKey("service accounts", org),
    load: (signal) => call("get", "/organizations/{org}/service-accounts", { path: { org }, signal }),
  });
}

/** Loads how many tokens service accounts have, by their IDs. Only the answer about one member says that. */
export function useTokenCounts(org: string, accounts: readonly string[]): Loaded<ReadonlyMap<string, MemberTokens>> {
  return useLoad<ReadonlyMap<string, MemberTokens>>({
    key: queryKey("account tokens", org, accounts),
    load: async (signal) => {
      const tokens = await inPool(accounts, MAX_REQUESTS, async (user) => {
        try {
          const member = await call("get", "/organizations/{org}/members/{user}", { path: { org, user }, signal });
          return member.tokens;
        } catch (thrown) {
          // It may have been removed since the list was loaded.
          if (thrown instanceof Problem && thrown.status === 404) return undefined;
          throw thrown;
        }
      });
      return new Map(accounts.flatMap((id, i) => (tokens[i] ? [[id, tokens[i]] as const] : [])));
    },
  });
}

/** Returns the list of an organization's audit entries that match all filters. */
export function auditList(org: string, filter: AuditFilter): ListQuery<AuditEntry> {
  return {
    key: queryKey("audit", org, filter),
    load: (page, signal) =>
      call("get", "/organizations/{org}/audit", { path: { org }, query: { ...filter, ...page }, signal }),
  };
}

/**
 * Loads the audit entry with an ID, or nothing without one. The API has no operation for one entry, so it is looked for in the
 * seconds in which it was written.
 */
export function useAuditEntry(
  org: string,
  id: string | undefined,
  seconds: AuditFilter,
): Loaded<AuditEntry | undefined> {
  return useLoad<AuditEntry | undefined>({
    key: queryKey("audit event", org, id),
    load: async (signal) => {
      if (id === undefined) return undefined;
      return (await allPages((page) => auditList(org, seconds).load(page, signal))).find((entry) => entry.id === id);
    },
  });
}

/** Reads who is assigned to a solution, with which role, by user ID. */
export async function readSolutionRoles(
  org: string,
  solution: string,
  signal = new AbortController().signal,
): Promise<ReadonlyMap<string, SolutionRole>> {
  const assignments = await allPages((page) => assignmentList(org, solution).load(page, signal), MAX_ASSIGNED);
  return new Map(assignments.map(({ user, role }) => [user.id, role]));
}

/** Loads who is assigned to solutions, with which role, by solution ID and user ID. The previous ones stay meanwhile. */
export function useSolutionRoles(
  org: string,
  solutions: readonly string[],
): Loaded<ReadonlyMap<string, ReadonlyMap<string, SolutionRole>>> {
  return useLoad<ReadonlyMap<string, ReadonlyMap<string, SolutionRole>>>(
    {
      key: queryKey("solution roles", org, solutions),
      load: async (signal) =>
        new Map(
          await Promise.all(solutions.map(async (id) => [id, await readSolutionRoles(org, id, signal)] as const)),
        ),
    },
    { keep: true },
  );
}

/** Loads a token. `owner` identifies whose operations these are. onLoaded gets each response that is shown. */
export function useToken(
  owner: string,
  operations: Pick<TokenOperations, "get">,
  id: string,
  onLoaded: (token: Token) => void,
): Loaded<Token> {
  return useLoad({ key: queryKey("token", owner, id), load: (signal) => operations.get(id, signal), onLoaded });
}

/** Loads an owner's ended tokens if they are included. */
export function useEndedTokens(
  owner: string,
  operations: Pick<TokenOperations, "list">,
  included: boolean,
  hasEnded: (token: Token) => boolean,
): Loaded<readonly Token[]> {
  return useLoad<readonly Token[]>({
    key: queryKey("ended tokens", owner, included),
    load: async (signal) => {
      if (!included) return [];
      return (await allPages((page) => operations.list(page, true, signal))).filter(hasEnded);
    },
  });
}
