import type { AuditEntry } from "../api/types";
import { capitalize } from "./names";
import { moment } from "./time";

/** What each action is, between who did it and to what. */
const verbs: Readonly<Record<string, string>> = {
  "user.create": "came to Leasehold",
  "user.link": "signed in for the first time",
  "session.create": "signed in",
  "session.delete": "signed out",
  "profile.update": "edited their profile",
  "organization.create": "created the organization",
  "organization.update": "changed the settings of",
  "organization.default": "chose another default organization",
  "organization.switch": "switched to",
  "member.invite": "invited",
  "member.join": "joined",
  "member.remove": "removed",
  "member.role-update": "changed the role of",
  "member.disable": "disabled",
  "member.enable": "enabled",
  "member.tokens-revoke": "revoked the tokens of",
  "invitation.resend": "sent the invitation again to",
  "token.create": "created the token",
  "token.delete": "deleted the token",
  "token.extend": "extended the lease of the token",
  "token.lapsed": "retired the token",
  "solution.create": "created the solution",
  "solution.update": "changed the solution",
  "solution.delete": "deleted the solution",
  "assignment.create": "assigned a solution to",
  "assignment.update": "changed a solution role of",
  "assignment.deny": "denied a solution to",
  "assignment.delete": "took a solution from",
};

/** What people do to nobody but themselves: no target is named. */
const withoutTarget: ReadonlySet<string> = new Set([
  "user.create",
  "user.link",
  "session.create",
  "session.delete",
  "member.join",
  "profile.update",
  "organization.default",
]);

/** Actions to filter by, those about people first. */
export const actions: readonly string[] = [
  "member.invite",
  "member.join",
  "invitation.resend",
  "member.role-update",
  "member.disable",
  "member.enable",
  "member.remove",
  "member.tokens-revoke",
  "token.create",
  "token.extend",
  "token.delete",
  "token.lapsed",
  "assignment.create",
  "assignment.update",
  "assignment.deny",
  "assignment.delete",
  "solution.create",
  "solution.update",
  "solution.delete",
  "organization.create",
  "organization.update",
];

/** "member.role-update" -> "Member: role update" */
export function actionName(action: string): string {
  const [noun = "", verb = ""] = action.split(".");
  return `${noun.charAt(0).toUpperCase()}${noun.slice(1)}: ${verb.replaceAll("-", " ")}`;
}

/** Who acted, as a name. */
export function actorName({ actor }: AuditEntry): string {
  return actor.kind === "schedule" ? "The lease sweep" : actor.displayName || actor.userId || "Someone";
}

/** What was done to what, in words, to follow the actor's name; what is to stand out is marked. */
export function auditSentence(
  entry: AuditEntry,
  solutionNames: ReadonlyMap<string, string>,
): readonly { text: string; strong: boolean }[] {
  const { action, actor, target, before, after } = entry;
  const solution = after?.solutionId ?? before?.solutionId;
  const words = [{ text: verbs[action] ?? `did “${actionName(action)}” to`, strong: false }];
  if (solution !== undefined) words.splice(0, 1, ...assignment(action, solutionNames.get(solution) ?? "a solution"));
  if (!withoutTarget.has(action))
    words.push({ text: actor.userId === target.id ? "themselves" : target.name || target.id, strong: true });
  const roles = [before?.role, after?.role].filter((role) => role !== undefined).map(capitalize);
  if (action !== "assignment.delete" && roles.length > 0)
    words.push({ text: `${roles.length > 1 ? "from" : "as"} ${roles.join(" to ")}`, strong: false });
  return words;
}

function assignment(action: string, solution: string): { text: string; strong: boolean }[] {
  const [verb, preposition] = {
    "assignment.create": ["assigned", "to"],
    "assignment.delete": ["took", "from"],
    "assignment.deny": ["denied", "to"],
  }[action] ?? ["changed the role in", "of"];
  return [
    { text: verb ?? "", strong: false },
    { text: solution, strong: true },
    { text: preposition ?? "", strong: false },
  ];
}

/** One row for each field that changed. */
export function changes({ before = {}, after = {} }: AuditEntry): { field: string; before: string; after: string }[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().map((field) => ({
    field: fieldName(field),
    before: text(field, before[field]),
    after: text(field, after[field]),
  }));
}

/** "displayName" -> "Display name" */
function fieldName(field: string): string {
  return capitalize(field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
}

function text(field: string, value: unknown): string {
  if (value === undefined || value === "") return "–";
  if (typeof value !== "string") return JSON.stringify(value);
  if (field === "role" || field === "status") return capitalize(value);
  return field.endsWith("At") ? moment(value) : value;
}
