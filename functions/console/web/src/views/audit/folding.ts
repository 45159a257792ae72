import type { AuditEntry } from "../../api/types";
import type { AuditFilters } from "./audit-filters";

/** Events that follow each other within this time, in milliseconds, belong together. */
const CLOSE = 10 * 60_000;
/** The fewest events that are folded. Two rows are as quick to read as a fold that has to be opened. */
const FEWEST = 3;

/** A row of the list: one event, or several of one actor and action, the latest first. */
export type Row = readonly [AuditEntry, ...AuditEntry[]];

/**
 * Reports whether rows may be folded. They may not be while the list is filtered by text or by target: the filter hides what
 * happened in between, and a person who filters like that is looking for one event.
 */
export function mayFold({ q, target }: AuditFilters): boolean {
  return q === "" && target === "";
}

/** Returns the rows of a list, latest event first: neighbors of the same actor and action within a short time are one. */
export function fold(entries: readonly AuditEntry[]): readonly Row[] {
  const runs: [AuditEntry, ...AuditEntry[]][] = [];
  for (const entry of entries) {
    const run = runs.at(-1);
    const previous = run?.at(-1);
    if (run && previous && belongTogether(previous, entry)) run.push(entry);
    else runs.push([entry]);
  }
  return runs.flatMap((run): readonly Row[] => (run.length < FEWEST ? run.map((entry) => [entry] as const) : [run]));
}

function belongTogether(later: AuditEntry, earlier: AuditEntry): boolean {
  return (
    later.action === earlier.action &&
    later.actor.userId === earlier.actor.userId &&
    later.actor.kind === earlier.actor.kind &&
    Date.parse(later.at) - Date.parse(earlier.at) <= CLOSE
  );
}
