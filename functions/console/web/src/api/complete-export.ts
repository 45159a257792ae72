import type { ProfileExport } from "./types";

// One response holds up to 3,000 audit events.
const MAX_PARTS = 50;

/**
 * Returns a person's data with all their audit events, which can take several requests. fetchPart returns a document with
 * the events before a time. Parts can repeat events of the second in which they meet.
 */
export async function completeExport(
  fetchPart: (until: string | undefined) => Promise<ProfileExport>,
): Promise<ProfileExport> {
  const { auditEventsBefore, ...first } = await fetchPart(undefined);
  const events = new Map(first.auditEvents.map((event) => [event.id, event]));
  let until = auditEventsBefore;
  for (let part = 1; until !== undefined && part < MAX_PARTS; part += 1) {
    const next = await fetchPart(until);
    for (const event of next.auditEvents) events.set(event.id, event);
    if (next.auditEventsBefore === until) break;
    until = next.auditEventsBefore;
  }
  const auditEvents = [...events.values()];
  if (until !== undefined) return { ...first, auditEvents, auditEventsBefore: until };
  return { ...first, auditEvents, leftOut: first.leftOut.filter((list) => list !== "auditEvents") };
}

/** Returns the name of the file for a person's data, such as "leasehold-data-2026-11-27.json". */
export function exportFileName({ exportedAt }: Pick<ProfileExport, "exportedAt">): string {
  return `leasehold-data-${exportedAt.slice(0, 10)}.json`;
}

const listNames = {
  solutionRoles: "solution roles",
  invitations: "invitations",
  tokens: "tokens",
  sessions: "sessions",
  auditEvents: "audit events",
} as const;

/** Returns a sentence about the lists that are not complete, or undefined if all are. */
export function incompleteLists({ leftOut }: Pick<ProfileExport, "leftOut">): string | undefined {
  if (leftOut.length === 0) return undefined;
  return `These lists are too long to be complete in the file: ${leftOut.map((list) => listNames[list]).join(", ")}.`;
}
