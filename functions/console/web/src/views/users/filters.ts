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

/** Returns the filters as the API's query parameters. */
export function filterQuery({ q, role, status, solution }: Filters): MemberFilter {
  return {
    ...(q.trim() ? { q: q.trim() } : {}),
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

/** Returns why nobody is listed, by what the person filters by. */
export function nobodyWords(filters: Filters): string {
  const others = filters.role !== "" || filters.status !== "" || filters.solution !== "";
  if (filters.q === "") return "No members match these filters.";
  return others
    ? "No members match this search and these filters. The search looks at the beginnings of names and email addresses."
    : "The search looks at the beginnings of names and email addresses.";
}
