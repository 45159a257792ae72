import type { MemberFilter, MembershipStatus, Role } from "../../api/types";
import { roles, statuses } from "../../words/names";

/** The filters of the list of users; "" matches everything. */
export interface Filters {
  readonly q: string;
  readonly role: Role | "";
  readonly status: MembershipStatus | "";
  readonly solution: string;
}

/** Returns the filters in a query string. It ignores values that are not valid. */
export function readFilters(search: string): Filters {
  const query = new URLSearchParams(search);
  return {
    q: (query.get("q") ?? "").slice(0, 100),
    role: roles.find((r) => r === query.get("role")) ?? "",
    status: statuses.find((s) => s === query.get("status")) ?? "",
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
    ...(status ? { status } : {}),
    ...(solution ? { solution } : {}),
  };
}
