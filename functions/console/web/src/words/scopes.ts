import type { Permission, RoleMatrix, Token } from "../api/types";
import { count } from "./names";

/** What a permission lets a token do. A token manages people and the organization only if its owner chose that. */
const kinds: Readonly<Record<Permission, "read" | "change" | "manage">> = {
  "management:login": "read",
  "members:view": "read",
  "members:manage": "manage",
  "solutions:view-all": "read",
  "solutions:view-own": "read",
  "solutions:create": "change",
  "solutions:assign": "manage",
  "organization:manage": "manage",
  "profile:self": "read",
  "tokens:own": "change",
  "audit:view": "read",
};

/** The number of scopes of other APIs that a summary names. */
const MAX_OTHERS = 2;

/** What the owner of a new token chose for it. */
export type Access = "read-only" | "default" | "custom";

function isPermission(scope: string): scope is Permission {
  return Object.hasOwn(kinds, scope);
}

/** Reports whether a scope is a permission over other people or the organization. */
export function isManaging(scope: string): boolean {
  return isPermission(scope) && kinds[scope] === "manage";
}

/** Returns the permissions of a role with which a token can only read. */
export function readOnlyScopes(permissions: readonly Permission[]): readonly Permission[] {
  return permissions.filter((p) => kinds[p] === "read");
}

/** Returns the permissions of a role that a token has unless its owner chooses others. */
export function defaultScopes(permissions: readonly Permission[]): readonly Permission[] {
  return permissions.filter((p) => !isManaging(p));
}

/**
 * Returns what a token can be used for in a few words: its permissions, and the first scopes of other APIs. `permissions` are
 * those of its owner's role.
 */
export function accessSummary({ scopes }: Pick<Token, "scopes">, permissions: readonly Permission[]): string {
  if (!scopes) return "All of your permissions";
  const others = scopes.filter((scope) => !isPermission(scope));
  const words = [permissionSummary(scopes.filter(isPermission), permissions), ...others.slice(0, MAX_OTHERS)];
  if (others.length > MAX_OTHERS) words.push(`${others.length - MAX_OTHERS} more`);
  return words.filter(Boolean).join(", ") || "No permissions";
}

function permissionSummary(chosen: readonly Permission[], permissions: readonly Permission[]): string {
  if (chosen.length === 0) return "";
  if (chosen.every((p) => kinds[p] === "read")) return "Read only";
  if (sameSet(chosen, defaultScopes(permissions))) return "Default permissions";
  if (sameSet(chosen, permissions)) return "All of your permissions";
  return count(chosen.length, "permission") + (chosen.some(isManaging) ? ", including management" : "");
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
