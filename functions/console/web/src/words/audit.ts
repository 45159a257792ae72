import type { AuditAction, AuditEntry } from "../api/types";
import { capitalize } from "./names";
import { moment } from "./time";

/**
 * The verb phrase of each action, between the actor's name and the target's. The type holds it to the actions of
 * openapi.yaml: one too few or too many does not compile. The filter offers these actions in this order.
 */
const phrases: Readonly<Record<AuditAction, string>> = {
  "member.invite": "invited",
  "member.join": "joined",
  "invitation.resend": "sent the invitation again to",
  "invitation.decline": "declined the invitation to",
  "member.role-update": "changed the role of",
  "member.disable": "disabled",
  "member.enable": "enabled",
  "member.remove": "removed",
  "member.tokens-revoke": "revoked the tokens of",
  "token.create": "created the token",
  "token.extend": "extended the lease of the token",
  "token.delete": "deleted the token",
  "token.rename": "renamed the token",
  "token.rotate": "rotated the token",
  "token.reuse": "used, after it was replaced, the token",
  "token.lapsed": "retired the unused token",
  "token.expired": "retired the expired token",
  "token.report": "found and reported the token",
  "assignment.create": "assigned a solution to",
  "assignment.update": "changed a solution role of",
  "assignment.delete": "took a solution from",
  "solution.create": "created the solution",
  "solution.update": "changed the solution",
  "solution.delete": "deleted the solution",
  "member.sign-in-refused": "was refused a sign-in with the email address of",
  "organization.create": "created the organization",
  "organization.update": "changed the settings of",
  "organization.delete": "deleted the organization",
  "organization.restore": "restored the organization",
  "service-account.create": "created the service account",
  "service-account.update": "changed the service account",
};

/** The actions to filter by, those about people first. */
export const actions = Object.keys(phrases) as readonly AuditAction[];

/** Reports whether this version of the console knows an action. */
export function isAuditAction(action: string): action is AuditAction {
  return Object.hasOwn(phrases, action);
}

/** Returns an action as a heading: "member.role-update" becomes "Member: role update". */
export function actionName(action: string): string {
  const [noun = "", verb = ""] = action.split(".");
  return `${noun.charAt(0).toUpperCase()}${noun.slice(1).replaceAll("-", " ")}: ${verb.replaceAll("-", " ")}`;
}

/** Returns the name of the actor. */
export function actorName({ actor }: AuditEntry): string {
  if (actor.kind === "schedule") return "The lease sweep";
  if (actor.kind === "provider") return "The identity provider";
  if (actor.kind === "finder") return "Somebody";
  const name = actor.displayName || actor.userId || "Someone";
  return actor.serviceAccount ? `${name} (service account)` : name;
}

/** Returns the words that follow the actor's name in the sentence about an entry, with those to emphasize marked. */
export function auditSentence(
  entry: AuditEntry,
  solutionNames: ReadonlyMap<string, string>,
): readonly { text: string; strong: boolean }[] {
  const { action, actor, target, before, after } = entry;
  const solution = after?.solutionId ?? before?.solutionId;
  const words = [{ text: isAuditAction(action) ? phrases[action] : `did “${actionName(action)}” to`, strong: false }];
  // Removing somebody who has not accepted yet cancels the invitation.
  if (action === "member.remove" && before?.status === "invited")
    words.splice(0, 1, { text: "canceled the invitation to", strong: false });
  if (solution !== undefined) words.splice(0, 1, ...assignment(action, solutionNames.get(solution) ?? "a solution"));
  if (action !== "member.join")
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
  }[action] ?? ["changed the role in", "of"];
  return [
    { text: verb ?? "", strong: false },
    { text: solution, strong: true },
    { text: preposition ?? "", strong: false },
  ];
}

/** Returns one row per changed field, sorted by name. */
export function changes({ before = {}, after = {} }: AuditEntry): { field: string; before: string; after: string }[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().map((field) => ({
    field: fieldName(field),
    before: text(field, before[field]),
    after: text(field, after[field]),
  }));
}

/** Returns a field name as a label: "displayName" becomes "Display name", "tokenPolicy.networks" "Token policy: networks". */
function fieldName(field: string): string {
  return capitalize(field.replace(".", ": ").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
}

function text(field: string, value: unknown): string {
  if (value === undefined || value === "") return "–";
  if (typeof value !== "string") return JSON.stringify(value);
  if (field === "role" || field === "status") return capitalize(value);
  return field.endsWith("At") ? moment(value) : value;
}
