import type { AuditEntry } from "../api/types";

/** What each operation did, between who and to what. */
const verbs: Readonly<Record<string, string>> = {
  "session-create": "signed in",
  "session-delete": "signed out",
  "profile-update": "edited the profile of",
  "organization-create": "created the organization",
  "organization-update": "changed the settings of",
  "organization-default": "chose another default organization for",
  "member-invite": "invited",
  "member-join": "accepted the invitation of",
  "member-remove": "removed",
  "member-role-update": "changed the role of",
  "member-disable": "disabled",
  "member-enable": "enabled",
  "invitation-resend": "sent the invitation again to",
  "member-tokens-revoke": "revoked the tokens of",
  "token-create": "created the token",
  "token-delete": "deleted the token",
  "token-extend": "extended the lease of the token",
  "token-lapse": "retired the token",
  "lease-sweep": "retired the token",
  "solution-create": "created the solution",
  "solution-update": "changed the solution",
  "solution-delete": "deleted the solution",
  "assignment-put": "changed an assignment of",
  "assignment-update": "changed assignments of",
  "assignment-delete": "took someone off",
};

/** Actions to filter by, most asked for first. */
export const actions: readonly string[] = [
  "member-invite", "member-role-update", "member-disable", "member-enable", "member-remove", "member-tokens-revoke", "invitation-resend",
  "token-create", "token-extend", "token-delete", "solution-create", "solution-update", "solution-delete", "assignment-put", "assignment-update",
  "assignment-delete", "organization-create", "organization-update",
];

/** "member-role-update" -> "Member role update" */
export function actionName(action: string): string {
  const words = action.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Who acted, as a name. */
export function actorName({ actor }: AuditEntry): string {
  return actor.kind === "schedule" ? "The lease sweep" : actor.displayName || actor.userId || "Someone";
}

/** What was done, without who and to what. */
export function deed(entry: AuditEntry): string {
  return verbs[entry.action] ?? `did “${actionName(entry.action).toLowerCase()}” on`;
}

/** To what it was done, as a name. */
export function targetName({ target }: AuditEntry): string {
  return target.name || target.id;
}

/** What changed in a few words, for the fields worth it: "user → admin". */
export function change({ before, after }: AuditEntry): string {
  const role = [before?.["role"], after?.["role"]].filter((v): v is string => typeof v === "string");
  return role.length > 0 ? role.join(" → ") : "";
}

/** One row for each field that changed. */
export function changes({ before = {}, after = {} }: AuditEntry): { field: string; was: string; is: string }[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().map((field) => ({ field, was: text(before[field]), is: text(after[field]) }));
}

function text(value: unknown): string {
  if (value === undefined || value === "") return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}
