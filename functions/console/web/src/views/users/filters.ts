import type { MembershipStatus, Role } from "../../api/types";
import { roles, statuses } from "../../words/names";

/** What the list of users is narrowed to; "" for no matter what. */
export interface Filters {
  readonly q: string;
  readonly role: Role | "";
  readonly status: MembershipStatus | "";
  readonly solution: string;
}

/** Reads filters from an address; what makes no sense is ignored. */
export function readFilters(search: string): Filters {
  const query = new URLSearchParams(search);
  return {
    q: (query.get("q") ?? "").slice(0, 100),
    role: roles.find((r) => r === query.get("role")) ?? "",
    status: statuses.find((s) => s === query.get("status")) ?? "",
    solution: /^sol_[0-9a-z]{26}$/.test(query.get("solution") ?? "") ? (query.get("solution") ?? "") : "",
  };
}

/** Whether the list is narrowed at all. */
export function isFiltered(filters: Filters): boolean {
  return Object.values(filters).some((value) => value !== "");
}

/** The filters as the API's query parameters. */
export function filterQuery({ q, role, status, solution }: Filters) {
  return {
    ...(q.trim() ? { q: q.trim() } : {}),
    ...(role ? { role } : {}),
    ...(status ? { status } : {}),
    ...(solution ? { solution } : {}),
  };
}
