import type { Permission, PermissionKind, Role, RoleMatrix, Token } from "../api/types";
import { count } from "./names";

/** The number of scopes of other APIs that a summary names. */
const MAX_OTHERS = 2;

/** What was chosen for a new token. */
export type Access = "read-only" | "default" | "custom";

/** Returns what a permission lets a token do, or undefined for the scope of another API. */
function kindOf(scope: string, matrix: RoleMatrix): PermissionKind | undefined {
  return matrix.permissions.find(({ name }) => name === scope)?.kind;
}

/** Reports whether a scope is a permission over other people or the organization. A token has it only if that was chosen. */
export function isManaging(scope: string, matrix: RoleMatrix): boolean {
  return kindOf(scope, matrix) === "manage";
}

/** Returns the permissions with which a token can only read. */
export function readOnlyScopes(permissions: readonly Permission[], matrix: RoleMatrix): readonly Permission[] {
  return permissions.filter((p) => kindOf(p, matrix) === "read");
}

/** Returns the permissions that a token has unless others were chosen. */
export function defaultScopes(permissions: readonly Permission[], matrix: RoleMatrix): readonly Permission[] {
  return permissions.filter((p) => !isManaging(p, matrix));
}

/** Returns the permissions of a service account with a role. They are fewer than those of a person. */
export function accountPermissions(role: Role, matrix: RoleMatrix): readonly Permission[] {
  const withRole = matrix.roles.find((r) => r.role === role)?.permissions ?? [];
  return withRole.filter((p) => matrix.permissions.find(({ name }) => name === p)?.serviceAccounts);
}

/**
 * Returns what a token can be used for in a few words: its permissions, and the first scopes of other APIs. `permissions` are
 * those that its owner has, and `all` says that it has all of them. Without the matrix, the words are empty.
 */
export function accessSummary(
  { scopes }: Pick<Token, "scopes">,
  permissions: readonly Permission[],
  matrix: RoleMatrix | undefined,
  all: string,
): string {
  if (!scopes) return all;
  if (!matrix) return "";
  const chosen = scopes.filter((scope) => kindOf(scope, matrix) !== undefined);
  const others = scopes.filter((scope) => kindOf(scope, matrix) === undefined);
  const words = [permissionSummary(chosen, permissions, matrix, all), ...others.slice(0, MAX_OTHERS)];
  if (others.length > MAX_OTHERS) words.push(`${others.length - MAX_OTHERS} more`);
  return words.filter(Boolean).join(", ") || "No permissions";
}

function permissionSummary(
  chosen: readonly string[],
  permissions: readonly Permission[],
  matrix: RoleMatrix,
  all: string,
): string {
  if (chosen.length === 0) return "";
  if (chosen.every((p) => kindOf(p, matrix) === "read")) return "Read only";
  if (sameSet(chosen, defaultScopes(permissions, matrix))) return "Default permissions";
  if (sameSet(chosen, permissions)) return all;
  const manages = chosen.some((p) => isManaging(p, matrix));
  return count(chosen.length, "permission") + (manages ? ", including management" : "");
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name));
}

/** Returns the description of a permission, or undefined for the scope of another API. */
export function scopeDescription(scope: string, matrix: RoleMatrix | undefined): string | undefined {
  return matrix?.permissions.find(({ name }) => name === scope)?.description;
}

/** Returns the non-empty lines of a text, for example one network each. */
export function lines(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}
