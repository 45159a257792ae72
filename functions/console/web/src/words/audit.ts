import type { AuditAction, AuditEntry } from "../api/types";
import { capitalize } from "./names";
import { moment } from "./time";

/** The groups that the filter offers actions in. */
export const actionGroups = ["People", "Roles", "Solutions", "Tokens", "Organization"] as const;
export type ActionGroup = (typeof actionGroups)[number];

/** The words of a group as a filter. */
const groupTitles: Readonly<Record<ActionGroup, string>> = {
  People: "Everything about people",
  Roles: "Everything about roles",
  Solutions: "Everything about solutions",
  Tokens: "Everything about tokens",
  Organization: "Everything about the organization",
};

/** The words about an action. */
interface ActionWords {
  readonly group: ActionGroup;
  /** The action as a heading and as a filter. */
  readonly title: string;
  /** A sentence with placeholders: {actor}, {target}, {solution} and {roles}, which is empty without a role. */
  readonly says: string;
  /** The sentence if people did it to themselves. Without one, {target} becomes "themselves". */
  readonly self?: string;
  /** What the actor did in several events, with # for their number. */
  readonly many: string;
}

/**
 * The words of each action. The type holds it to the actions of openapi.yaml: one too few or too many does not compile. The
 * filter offers the actions of a group in this order.
 */
const words: Readonly<Record<AuditAction, ActionWords>> = {
  "member.invite": {
    group: "People",
    title: "Invited a person",
    says: "{actor} invited {target} {roles}",
    many: "{actor} invited # people",
  },
  "invitation.resend": {
    group: "People",
    title: "Sent an invitation again",
    says: "{actor} sent the invitation to {target} again",
    many: "{actor} sent # invitations again",
  },
  "invitation.decline": {
    group: "People",
    title: "Declined an invitation",
    says: "{actor} declined the invitation to {target}",
    self: "{actor} declined the invitation",
    many: "{actor} declined # invitations",
  },
  "member.join": {
    group: "People",
    title: "Joined the organization",
    says: "{actor} joined {roles}",
    many: "{actor} joined # times",
  },
  "member.disable": {
    group: "People",
    title: "Disabled a member",
    says: "{actor} disabled {target}",
    many: "{actor} disabled # members",
  },
  "member.enable": {
    group: "People",
    title: "Re-enabled a member",
    says: "{actor} re-enabled {target}",
    many: "{actor} re-enabled # members",
  },
  "member.remove": {
    group: "People",
    title: "Removed a member, left, or canceled an invitation",
    says: "{actor} removed {target}",
    self: "{actor} left the organization",
    many: "{actor} removed # members or invitations",
  },
  "member.sign-in-refused": {
    group: "People",
    title: "Was refused a sign-in",
    says: "{actor} was refused a sign-in with the email address of {target}",
    self: "{actor} was refused a sign-in with their email address",
    many: "{actor} was refused # sign-ins",
  },
  "service-account.create": {
    group: "People",
    title: "Created a service account",
    says: "{actor} created the service account {target} {roles}",
    many: "{actor} created # service accounts",
  },
  "service-account.update": {
    group: "People",
    title: "Changed a service account",
    says: "{actor} changed the service account {target} {roles}",
    many: "{actor} made # changes to service accounts",
  },
  "member.role-update": {
    group: "Roles",
    title: "Changed a role in the organization",
    says: "{actor} changed the role of {target} {roles}",
    self: "{actor} changed their own role {roles}",
    many: "{actor} changed # roles",
  },
  "assignment.create": {
    group: "Roles",
    title: "Assigned a member to a solution",
    says: "{actor} assigned {target} to {solution} {roles}",
    many: "{actor} made # assignments to solutions",
  },
  "assignment.update": {
    group: "Roles",
    title: "Changed a role in a solution",
    says: "{actor} changed the role of {target} in {solution} {roles}",
    self: "{actor} changed their own role in {solution} {roles}",
    many: "{actor} changed # roles in solutions",
  },
  "assignment.delete": {
    group: "Roles",
    title: "Removed a member from a solution",
    says: "{actor} removed {target} from {solution}",
    many: "{actor} removed # assignments to solutions",
  },
  "solution.create": {
    group: "Solutions",
    title: "Created a solution",
    says: "{actor} created the solution {target}",
    many: "{actor} created # solutions",
  },
  "solution.update": {
    group: "Solutions",
    title: "Changed a solution",
    says: "{actor} changed the solution {target}",
    many: "{actor} made # changes to solutions",
  },
  "solution.delete": {
    group: "Solutions",
    title: "Deleted a solution",
    says: "{actor} deleted the solution {target}",
    many: "{actor} deleted # solutions",
  },
  "token.create": {
    group: "Tokens",
    title: "Created a token",
    says: "{actor} created the token {target}",
    many: "{actor} created # tokens",
  },
  "token.extend": {
    group: "Tokens",
    title: "Extended a lease",
    says: "{actor} extended the lease of the token {target}",
    many: "{actor} extended leases # times",
  },
  "token.rename": {
    group: "Tokens",
    title: "Renamed a token",
    says: "{actor} renamed the token {target}",
    many: "{actor} renamed tokens # times",
  },
  "token.rotate": {
    group: "Tokens",
    title: "Rotated a token",
    says: "{actor} rotated the token {target}",
    many: "{actor} rotated # tokens",
  },
  "token.delete": {
    group: "Tokens",
    title: "Deleted a token",
    says: "{actor} deleted the token {target}",
    many: "{actor} deleted # tokens",
  },
  "token.reuse": {
    group: "Tokens",
    title: "Used a replaced token",
    says: "{actor} used the token {target} after it was replaced",
    many: "{actor} used replaced tokens # times",
  },
  "token.report": {
    group: "Tokens",
    title: "Found and reported a token",
    says: "{actor} found and reported the token {target}",
    many: "{actor} found and reported # tokens",
  },
  "member.tokens-revoke": {
    group: "Tokens",
    title: "Revoked the tokens of a member",
    says: "{actor} revoked the tokens of {target}",
    self: "{actor} revoked their own tokens",
    many: "{actor} revoked the tokens of members # times",
  },
  "token.lapsed": {
    group: "Tokens",
    title: "A token expired because it was unused",
    says: "The token {target} expired because it was unused",
    many: "# tokens expired because they were unused",
  },
  "token.expired": {
    group: "Tokens",
    title: "A token reached its end date",
    says: "The token {target} reached its end date",
    many: "# tokens reached their end dates",
  },
  "organization.create": {
    group: "Organization",
    title: "Created the organization",
    says: "{actor} created the organization {target}",
    many: "{actor} created # organizations",
  },
  "organization.update": {
    group: "Organization",
    title: "Changed the organization’s settings",
    says: "{actor} changed the settings of {target}",
    many: "{actor} changed the settings # times",
  },
  "organization.delete": {
    group: "Organization",
    title: "Deleted the organization",
    says: "{actor} deleted the organization {target}",
    many: "{actor} deleted the organization # times",
  },
  "organization.restore": {
    group: "Organization",
    title: "Restored the organization",
    says: "{actor} restored the organization {target}",
    many: "{actor} restored the organization # times",
  },
};

/** The actions to filter by. */
export const actions = Object.keys(words) as readonly AuditAction[];

/** Reports whether this version of the console knows an action. */
export function isAuditAction(action: string): action is AuditAction {
  return Object.hasOwn(words, action);
}

/** Returns the actions of a group, with their titles. */
export function actionsOf(group: ActionGroup): readonly (readonly [AuditAction, string])[] {
  return actions.filter((a) => words[a].group === group).map((a) => [a, words[a].title] as const);
}

/** Reports whether a text is a group of actions. */
export function isActionGroup(text: string): text is ActionGroup {
  return Object.hasOwn(groupTitles, text);
}

/** Returns an action, or a group of them, as a filter. */
export function filterTitle(filter: AuditAction | ActionGroup): string {
  return isActionGroup(filter) ? groupTitles[filter] : actionTitle(filter);
}

/** Returns an action as a heading, such as "Re-enabled a member". An action that this version does not know has its code. */
export function actionTitle(action: string): string {
  return isAuditAction(action) ? words[action].title : `Made the change “${action}”`;
}

/** Returns what an event did as a heading. It is exact where one action stands for several things. */
export function entryTitle(entry: AuditEntry): string {
  if (entry.action !== "member.remove") return actionTitle(entry.action);
  if (isCanceledInvitation(entry)) return "Canceled an invitation";
  return isSelf(entry) ? "Left the organization" : "Removed a member";
}

/** Removing a person who has not accepted yet cancels the invitation. */
function isCanceledInvitation({ action, before }: AuditEntry): boolean {
  return action === "member.remove" && before?.status === "invited";
}

function isSelf({ actor, target }: AuditEntry): boolean {
  return actor.userId !== undefined && actor.userId === target.id;
}

/** Returns the name of the actor. The log has names of present members only. */
export function actorName({ actor }: AuditEntry): string {
  if (actor.kind === "schedule") return "The lease sweep";
  if (actor.kind === "provider") return "The identity provider";
  if (actor.kind === "finder" || !actor.userId) return "Someone";
  if (!actor.displayName) return `Former member ${actor.userId}`;
  return actor.serviceAccount ? `${actor.displayName} (service account)` : actor.displayName;
}

/** A part of a sentence. What it names, if anything, is emphasized and may be a link. */
export interface SentencePart {
  readonly text: string;
  readonly names?: "actor" | "target" | "solution";
}

/** The names of the organization's solutions by ID, or undefined until they have loaded. */
export type SolutionNames = ReadonlyMap<string, string> | undefined;

/** Returns the ID of the solution that an assignment is about. */
export function solutionOf({ before, after }: AuditEntry): string | undefined {
  const id: unknown = after?.solutionId ?? before?.solutionId;
  return typeof id === "string" ? id : undefined;
}

/** Returns the sentence about an event in parts. Events about people hold only the IDs of solutions. */
export function auditSentence(entry: AuditEntry, solutionNames: SolutionNames): readonly SentencePart[] {
  const { target } = entry;
  const values: Readonly<Record<string, SentencePart>> = {
    actor: { text: actorName(entry), names: "actor" },
    target: isSelf(entry) ? { text: "themselves" } : { text: target.name || target.id, names: "target" },
    solution: solutionPart(solutionOf(entry), solutionNames),
    roles: { text: rolesText(entry) },
  };
  return template(entry)
    .split(/ ?\{(\w+)\}/)
    .map((piece, i): SentencePart => (i % 2 === 0 ? { text: piece.trim() } : (values[piece] ?? { text: "" })))
    .filter(({ text: words_ }) => words_ !== "");
}

function template(entry: AuditEntry): string {
  if (!isAuditAction(entry.action)) return `{actor} made the change “${entry.action as string}” to {target}`;
  if (isCanceledInvitation(entry)) return "{actor} canceled the invitation to {target}";
  const { says, self } = words[entry.action];
  return (isSelf(entry) ? self : undefined) ?? says;
}

function solutionPart(id: string | undefined, names: SolutionNames): SentencePart {
  const name = id === undefined ? undefined : names?.get(id);
  if (name !== undefined) return { text: name, names: "solution" };
  return { text: names ? "a deleted solution" : "a solution" };
}

function rolesText({ before, after }: AuditEntry): string {
  const roles = [before?.role, after?.role].filter((role) => typeof role === "string").map(capitalize);
  if (roles.length === 2) return roles[0] === roles[1] ? "" : `from ${roles.join(" to ")}`;
  return roles.map((role) => `as ${role}`).join("");
}

/** Returns the sentence about several events of one actor and action in parts: "Ada Lovelace", "invited 40 people". */
export function manySentence(entry: AuditEntry, number: number): readonly SentencePart[] {
  const many = isAuditAction(entry.action)
    ? words[entry.action].many
    : `{actor} made the change “${entry.action as string}” # times`;
  const text = many.replace("{actor} ", "").replace("#", number.toLocaleString("en-GB"));
  return many.startsWith("{actor}") ? [{ text: actorName(entry), names: "actor" }, { text }] : [{ text }];
}

/** What a table of changes shows for a field without a value. */
const NO_VALUE = "–";

/** A field that an event changed, with its values in words. */
interface Change {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** Returns one row per changed field, sorted by name. */
export function changes({ before = {}, after = {} }: AuditEntry): Change[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().map((field) => ({
    field: fieldName(field),
    before: text(field, before[field]),
    after: text(field, after[field]),
  }));
}

/** Returns the columns of a table of changes. What was created has no values from before, and what was deleted none after. */
export function changeColumns(rows: readonly Change[]): readonly ["before" | "after", string][] {
  const columns: ["before" | "after", string][] = [
    ["before", "Before"],
    ["after", "After"],
  ];
  const filled = columns.filter(([column]) => rows.some((row) => row[column] !== NO_VALUE));
  return filled.length > 0 ? filled : columns;
}

/** Returns a field name as a label: "displayName" becomes "Display name", "tokenPolicy.networks" "Token policy: networks". */
function fieldName(field: string): string {
  return capitalize(field.replace(".", ": ").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
}

function text(field: string, value: unknown): string {
  if (value === undefined || value === "") return NO_VALUE;
  if (typeof value !== "string") return JSON.stringify(value);
  if (field === "role" || field === "status") return capitalize(value);
  return field.endsWith("At") ? moment(value) : value;
}
