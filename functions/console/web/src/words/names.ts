import type { Member, Membership, MembershipStatus, Permission, Role, SolutionRole, Token } from "../api/types";
import { isDeleted } from "./deletion";

export const roles: readonly Role[] = ["owner", "admin", "creator", "user", "deny"];
export const solutionRoles: readonly SolutionRole[] = ["owner", "admin", "editor", "user", "deny"];
export const statuses: readonly MembershipStatus[] = ["active", "invited", "disabled"];

/** Returns a word with a capital initial: "creator" becomes "Creator". */
export function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Returns a number with its noun: "1 solution", "6 solutions". */
export function count(n: number, noun: string): string {
  return `${n.toLocaleString("en-GB")} ${noun}${n === 1 ? "" : "s"}`;
}

/** Returns "an" before a vowel, otherwise "a". */
export function article(word: string): string {
  return /^[aeio]/i.test(word) ? "an" : "a";
}

/** Returns the initials of the first and the last word of a name. */
export function initials(name: string): string {
  const words = name.split(/[\s@.]+/).filter(Boolean);
  const last = words.length > 1 && !name.includes("@") ? words[words.length - 1] : undefined;
  return `${words[0]?.charAt(0) ?? "?"}${last?.charAt(0) ?? ""}`.toUpperCase();
}

/** Reports whether a membership has a permission. */
export function can(membership: Membership | undefined, permission: Permission): boolean {
  return membership?.permissions.includes(permission) ?? false;
}

/** Reports whether a membership gives access to the organization. */
export function hasAccess(membership: Membership): boolean {
  return membership.status === "active" && membership.role !== "deny" && !isDeleted(membership);
}

/** Reports whether the actor may manage a member. Admins can't manage Owners. */
export function canManage(actor: Membership, member: Pick<Member, "role">): boolean {
  return can(actor, "members:manage") && (actor.role === "owner" || member.role !== "owner");
}

/** Returns why the actor can't give a member a role, or undefined if they can. */
export function roleRefusal(
  actor: Membership,
  self: boolean,
  member: Pick<Member, "role">,
  role: Role,
): string | undefined {
  if (!canManage(actor, member))
    return member.role === "owner" ? "only an Owner can change an Owner" : "only an Owner or Admin can change it";
  if (role === "owner" && actor.role !== "owner") return "only an Owner can make an Owner";
  if (self && roles.indexOf(role) < roles.indexOf(actor.role)) return "nobody raises their own role";
  return undefined;
}

/** Returns a token's prefix as the lists show it. */
export function tokenPrefix(token: Pick<Token, "prefix">): string {
  return `lhp_${token.prefix}…`;
}
