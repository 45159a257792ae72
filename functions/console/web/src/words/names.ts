import type { Member, Membership, Permission, Role, SolutionRole, Token } from "../api/types";
import { isDeleted } from "./deletion";

export const roles: readonly Role[] = ["owner", "admin", "creator", "user", "deny"];
/** The roles that a service account can have. */
export const accountRoles: readonly Role[] = ["admin", "creator"];
/** What a service account with a role can do. It is less than what a person can do. */
export const accountRoleWords: Partial<Readonly<Record<Role, string>>> = {
  admin: "Sees all members, solutions and the audit log, and assigns people to solutions",
  creator: "Sees the members, and creates solutions",
};
export const solutionRoles: readonly SolutionRole[] = ["owner", "admin", "editor", "user", "deny"];

/** Returns a word with a capital initial: "creator" becomes "Creator". */
export function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

const plurals = new Intl.PluralRules("en");

/** Returns the words that agree with a number. */
export function plural(n: number, one: string, other: string): string {
  return plurals.select(n) === "one" ? one : other;
}

/** Returns a number with its noun: "1 solution", "6 solutions". */
export function count(n: number, noun: string, nouns = noun.concat("s")): string {
  return `${n.toLocaleString("en-GB")} ${plural(n, noun, nouns)}`;
}

/** Returns a number of people: "1 person", "6 people". */
export function people(n: number): string {
  return count(n, "person", "people");
}

/** Returns "an" before a vowel, otherwise "a". */
export function article(word: string): string {
  return /^[aeio]/i.test(word) ? "an" : "a";
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Returns the initials of the first and the last word of a name. An emoji of several code points is one initial. */
export function initials(name: string): string {
  const words = name.split(/[\s@.]+/).filter(Boolean);
  const last = words.length > 1 && !name.includes("@") ? words[words.length - 1] : undefined;
  return `${firstGrapheme(words[0] ?? "?")}${firstGrapheme(last ?? "")}`.toUpperCase();
}

function firstGrapheme(word: string): string {
  return graphemes.segment(word)[Symbol.iterator]().next().value?.segment ?? "";
}

/** Reports whether a membership has a permission. */
export function can(membership: Membership | undefined, permission: Permission): boolean {
  return membership?.permissions.includes(permission) ?? false;
}

/** Reports whether a membership gives access to the organization. */
export function hasAccess(membership: Membership): boolean {
  return membership.status === "active" && membership.role !== "deny" && !isDeleted(membership);
}

/** What decides who may manage a member. */
type Managed = Pick<Member, "role" | "serviceAccount">;

/**
 * Reports whether the actor may manage a member. Admins can't manage Owners, and a service account has a lower role than
 * those who manage it.
 */
export function canManage(actor: Membership, { role, serviceAccount }: Managed): boolean {
  if (!can(actor, "members:manage")) return false;
  return actor.role === "owner" || (serviceAccount ? outranks(actor.role, role) : role !== "owner");
}

/** Reports whether one role is higher than another one. */
function outranks(one: Role, other: Role): boolean {
  return roles.indexOf(one) < roles.indexOf(other);
}

/** Returns why the actor can't give a member a role, or undefined if they can. */
export function roleRefusal(actor: Membership, self: boolean, member: Managed, role: Role): string | undefined {
  if (!canManage(actor, member)) return whoManages(member);
  if (member.serviceAccount) return accountRoleRefusal(actor, role);
  if (role === "owner" && actor.role !== "owner") return "only an Owner can make an Owner";
  if (self && roles.indexOf(role) < roles.indexOf(actor.role)) return "you can't raise your own role";
  return undefined;
}

function whoManages({ role, serviceAccount }: Managed): string {
  if (role === "owner") return "only an Owner can change an Owner";
  return serviceAccount && role === "admin" ? "only an Owner can change it" : "only an Owner or Admin can change it";
}

/** Returns why the actor can't give a service account a role, or undefined if they can. */
export function accountRoleRefusal(actor: Membership, role: Role): string | undefined {
  if (!accountRoles.includes(role)) return "a service account is an Admin or a Creator";
  return outranks(actor.role, role) ? undefined : "only an Owner can make a service account an Admin";
}

/** Returns a token's prefix as the lists show it. */
export function tokenPrefix(token: Pick<Token, "prefix">): string {
  return `lhp_${token.prefix}…`;
}
