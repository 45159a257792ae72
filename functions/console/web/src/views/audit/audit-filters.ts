import type { AuditAction, AuditFilter } from "../../api/types";
import { actionsOf, isActionGroup, isAuditAction, type ActionGroup } from "../../words/audit";

/** The ranges of days to choose from, with their labels and their number of days. Today is the last day of each. */
export const ranges = [
  ["today", "Today", 1],
  ["7d", "Last 7 days", 7],
  ["30d", "Last 30 days", 30],
] as const;

/** The name of a range in the address. */
export type Range = (typeof ranges)[number][0];

/** The filters of the audit log; "" matches everything. Dates are days in local time, such as "2026-12-07". */
export interface AuditFilters {
  readonly q: string;
  readonly actor: string;
  /** An action, or a group of them. */
  readonly action: AuditAction | ActionGroup | "";
  readonly target: string;
  /** A range that ends today. since and until are "" with it. */
  readonly range: Range | "";
  readonly since: string;
  readonly until: string;
}

/** Returns the filters in a query string. It ignores values that are not valid. */
export function readAuditFilters(search: string): AuditFilters {
  const query = new URLSearchParams(search);
  const action = query.get("action") ?? "";
  const read = (name: string, isValid: (value: string) => boolean) => {
    const value = query.get(name) ?? "";
    return isValid(value) ? value : "";
  };
  const range = ranges.find(([name]) => name === query.get("range"))?.[0] ?? "";
  const [since, until] = ordered(read("since", isDay), read("until", isDay));
  return {
    q: (query.get("q") ?? "").slice(0, 100),
    actor: read("actor", (id) => /^usr_[0-9a-z]{26}$/.test(id)),
    action: isAuditAction(action) || isActionGroup(action) ? action : "",
    target: read("target", (id) => /^((usr|org|sol)_[0-9a-z]{26}|(tok|ses)_[0-9A-Za-z]{11})$/.test(id)),
    range,
    since: range ? "" : since,
    until: range ? "" : until,
  };
}

/** Filters that match everything. */
export const noFilters = readAuditFilters("");

/** Returns two days, the earlier first. "" is no limit and stays where it is. */
function ordered(since: string, until: string): readonly [string, string] {
  return since !== "" && until !== "" && since > until ? [until, since] : [since, until];
}

/** Reports whether a text is a day of the calendar. The address can hold any text, such as "2026-99-99". */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const start = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(start) && new Date(start).toISOString().startsWith(text);
}

/** Returns the filters as the API's query parameters. The day of `until` is included. A range is the one that ends today. */
export function auditQuery({ q, actor, action, target, range, since, until }: AuditFilters, now: number): AuditFilter {
  const days = ranges.find(([name]) => name === range)?.[2];
  const start = days === undefined ? since && localMidnight(since, 0) : midnightBefore(now, days - 1);
  return {
    ...(q.trim() ? { q: q.trim() } : {}),
    ...(actor ? { actor } : {}),
    ...(action ? { action: actionsIn(action) } : {}),
    ...(target ? { target } : {}),
    ...(start ? { since: wholeSeconds(start) } : {}),
    ...(until ? { until: wholeSeconds(localMidnight(until, 1)) } : {}),
  };
}

function actionsIn(filter: AuditAction | ActionGroup): readonly AuditAction[] {
  return isActionGroup(filter) ? actionsOf(filter).map(([action]) => action) : [filter];
}

/**
 * Returns the first moment of the day that is some days after a day in local time. Where the clock skips midnight, the day begins
 * later.
 */
function localMidnight(day: string, after: number): Date {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + after);
}

/** Returns the first moment of the day that is some days before today in local time. Days can have 23 or 25 hours. */
function midnightBefore(now: number, days: number): Date {
  const today = new Date(now);
  return new Date(today.getFullYear(), today.getMonth(), today.getDate() - days);
}

function wholeSeconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}

/** Returns the reader's time zone, such as "Europe/Berlin". */
export function zoneName(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz";

/** Returns the query for the second in which an event was written. Its ID is a ULID, which begins with the time. */
export function secondOf(id: string): { readonly since: string; readonly until: string } {
  const time = Array.from(id.slice(0, 10)).reduce((sum, letter) => sum * 32 + CROCKFORD.indexOf(letter), 0);
  // The time of the event is rounded to seconds, up or down. `until` is exclusive.
  return { since: wholeSeconds(new Date(time - 1000)), until: wholeSeconds(new Date(time + 2000)) };
}
