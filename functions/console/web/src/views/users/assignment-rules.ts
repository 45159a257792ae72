import type { Membership, Solution } from "../../api/types";
import { can } from "../../words/names";

/** Reports whether a person's role in the organization or in the solution allows them to assign people to it. */
export function canAssign(membership: Membership, solution: Pick<Solution, "yourRole">): boolean {
  return can(membership, "solutions:assign") || solution.yourRole === "owner" || solution.yourRole === "admin";
}

/** Splits a list into chunks of at most `size` items. */
export function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}
