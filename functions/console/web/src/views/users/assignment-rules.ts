import type { Membership, Solution } from "../../api/types";
import { can } from "../../words/names";

/** Whether a person may assign people to a solution: by their role in the organization or in the solution. */
export function canAssign(membership: Membership, solution: Pick<Solution, "yourRole">): boolean {
  return can(membership, "solutions:assign") || solution.yourRole === "owner" || solution.yourRole === "admin";
}

/** Cuts a list into parts of at most `size`. */
export function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}
