import type { Member, MemberFilter, MembershipStatus, Role } from "../../api/types";
import { roles } from "../../words/names";

/** A status to filter by. The API does not tell invitations that can be accepted from others; the console does. */
export type StatusFilter = MembershipStatus | "invitation-ended";

/** The statuses to filter by, with their labels. */
export const statusFilters: readonly (readonly [StatusFilter, string])[] = [
  ["active", "Active"],
  ["invited", "Invited"],
  ["invitation-ended", "Invitation expired or withdrawn"],
  ["disabled", "Disabled"],
];

/** The filters of the list of users; "" matches everything. */
export interface Filters {
  readonly q: string;
  readonly role: Role | "";
  readonly status: StatusFilter | "";
  readonly solution: string;
}

/** Returns the filters in a query string. It ignores values that are not valid. */
export function readFilters(search: string): Filters {
  const query = new URLSearchParams(search);
  return {
    q: (query.get("q") ?? "").slice(0, 100),
    role: roles.find((r) => r === query.get("role")) ?? "",
    status: statusFilters.find(([status]) => status === query.get("status"))?.[0] ?? "",
    solution: /^sol_[0-9a-z]{26}$/.test(query.get("solution") ?? "") ? (query.get("solution") ?? "") : "",
  };
}

/** Reports whether any filter is set. */
export function isFiltered(filters: Filters): boolean {
  return Object.values(filters).some((value) => value !== "");
}

/** The numbers of members per page to choose from. The first one is the default. */
export const pageSizes: readonly number[] = [25, 50, 100];

/** Returns the number of members per page in a query string. */
export function readPageSize(search: string): number {
  const size = Number(new URLSearchParams(search).get("size"));
  return pageSizes.find((s) => s === size) ?? 25;
}

/** Returns filters and the number of members per page as the address keeps them. */
export function addressQuery(filters: Filters, size: number): Readonly<Record<string, string>> {
  return { ...filters, size: size === pageSizes[0] ? "" : String(size) };
}

/** Returns the filters as the API's query parameters. A search finds its text anywhere in the names and the address. */
export function filterQuery({ q, role, status, solution }: Filters): MemberFilter {
  return {
    ...(q.trim() ? { q: q.trim(), match: "anywhere" as const } : {}),
    ...(role ? { role } : {}),
    ...(status ? { status: status === "invitation-ended" ? ("invited" as const) : status } : {}),
    ...(solution ? { solution } : {}),
  };
}

/** Reports whether a member passes the part of the filters that the API does not know. */
export function passes({ status }: Filters, { invitationState = "open" }: Pick<Member, "invitationState">): boolean {
  if (status === "invited") return invitationState === "open";
  return status !== "invitation-ended" || invitationState !== "open";
}

/** Reports whether the filters exclude some of the members that the API returns, which makes its total too high. */
export function passesSome({ status }: Filters): boolean {
  return status === "invited" || status === "invitation-ended";
}
