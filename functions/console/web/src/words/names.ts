import type { Member, Membership, MembershipStatus, Permission, Role, SolutionRole, Token } from "../api/types";

export const roles: readonly Role[] = ["owner", "admin", "creator", "user", "deny"];
export const solutionRoles: readonly SolutionRole[] = ["owner", "admin", "editor", "user", "deny"];
export const statuses: readonly MembershipStatus[] = ["active", "invited", "disabled"];

/** "creator" -> "Creator" */
export function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** "1 solution", "6 solutions" */
export function count(n: number, noun: string): string {
  return `${n.toLocaleString("en-GB")} ${noun}${n === 1 ? "" : "s"}`;
}

/** "a", or "an" before a vowel. */
export function article(word: string): string {
  return /^[aeio]/i.test(word) ? "an" : "a";
}

/** Initials for an avatar: of the first and the last word. */
export function initials(name: string): string {
  const words = name.split(/[\s@.]+/).filter(Boolean);
  const last = words.length > 1 && !name.includes("@") ? words[words.length - 1] : undefined;
  return `${words[0]?.charAt(0) ?? "?"}${last?.charAt(0) ?? ""}`.toUpperCase();
}

/** Whether a person may do something in an organization. */
export function can(membership: Membership | undefined, permission: Permission): boolean {
  return membership?.permissions.includes(permission) ?? false;
}

/** Whether a membership opens the organization at all. */
export function hasAccess(membership: Membership): boolean {
  return membership.status === "active" && membership.role !== "deny";
}

/** Whether a person of a role may act on a member: an admin never touches an owner. */
export function canManage(actor: Membership, member: Pick<Member, "role">): boolean {
  return can(actor, "members:manage") && (actor.role === "owner" || member.role !== "owner");
}

/** Why an actor cannot give a member a role, as a sentence; undefined when they can. */
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

/** What the list shows of a token's prefix. */
export function tokenPrefix(token: Pick<Token, "prefix">): string {
  return `lhp_${token.prefix}…`;
}
