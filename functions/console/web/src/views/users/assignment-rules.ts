import type { Membership, Solution, SolutionRole } from "../../api/types";
import { article, can, capitalize, count, people, solutionRoles } from "../../words/names";
import { sentence } from "../../words/sentence";

/** Reports whether a person's role in the organization or in the solution allows them to assign people to it. */
export function canAssign(membership: Membership, solution: Pick<Solution, "yourRole">): boolean {
  return can(membership, "solutions:assign") || solution.yourRole === "owner" || solution.yourRole === "admin";
}

/** Reports whether a person's role in the organization or in the solution allows them to change its name and description. */
export function canEdit(membership: Membership, solution: Pick<Solution, "yourRole">): boolean {
  return canAssign(membership, solution) || solution.yourRole === "editor";
}

/** Splits a list into chunks of at most `size` items. */
export function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}

/** A person who can be assigned. */
export interface Person {
  readonly id: string;
  readonly displayName: string;
}

/** The solution roles of people, by user ID. People who are not assigned are not in it. */
export type SolutionRoles = ReadonlyMap<string, SolutionRole>;

/** What happens to one person in one solution. Without a role, the person is not assigned. */
export interface RoleChange {
  readonly person: Person;
  readonly from: SolutionRole | undefined;
  readonly to: SolutionRole | undefined;
}

/** Returns the people whose role in a solution is higher than `role`, which assigning that role would lower. */
export function higherRoles(
  people: readonly Person[],
  present: SolutionRoles,
  role: SolutionRole,
): readonly RoleChange[] {
  return people
    .map((person) => ({ person, from: present.get(person.id), to: role }))
    .filter(({ from }) => from !== undefined && solutionRoles.indexOf(from) < solutionRoles.indexOf(role));
}

/** Returns the changes that give people a role in a solution. Higher roles stay, except those of `lowered`, by user ID. */
export function plannedChanges(
  people: readonly Person[],
  present: SolutionRoles,
  role: SolutionRole,
  lowered: readonly string[],
): readonly RoleChange[] {
  const kept = new Set(higherRoles(people, present, role).map(({ person }) => person.id));
  for (const id of lowered) kept.delete(id);
  return people
    .filter(({ id }) => present.get(id) !== role && !kept.has(id))
    .map((person) => ({ person, from: present.get(person.id), to: role }));
}

/** Returns the changes that undo others. */
export function reversed(changes: readonly RoleChange[]): readonly RoleChange[] {
  return changes.map(({ person, from, to }) => ({ person, from: to, to: from }));
}

/** The changes in one solution. */
export interface SolutionChanges {
  readonly solution: Pick<Solution, "id" | "name">;
  readonly changes: readonly RoleChange[];
}

/** Returns what changes did, as a sentence: "Mary Somerville is now a User of Weld log." */
export function outcome(done: readonly SolutionChanges[], role: SolutionRole): string {
  const changed = done.filter(({ changes }) => changes.length > 0);
  const affected = new Map(changed.flatMap(({ changes }) => changes.map(({ person }) => [person.id, person] as const)));
  const [first] = affected.values();
  const [only] = changed;
  if (!first || !only) return "Nothing changed. Everyone has this role or a higher one.";
  const solutions = changed.length === 1 ? only.solution.name : count(changed.length, "solution");
  if (role === "deny")
    return sentence`Denied ${affected.size === 1 ? first.displayName : people(affected.size)} access to ${solutions}.`;
  return affected.size === 1
    ? sentence`${first.displayName} is now ${article(role)} ${capitalize(role)} of ${solutions}.`
    : sentence`${people(affected.size)} now have the role ${capitalize(role)} in ${solutions}.`;
}
