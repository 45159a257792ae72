import type { AuditAction, AuditFilter } from "../../api/types";
import { isAuditAction } from "../../words/audit";

/** The filters of the audit log; "" matches everything. Dates are days in local time, such as "2026-12-07". */
export interface AuditFilters {
  readonly action: AuditAction | "";
  readonly target: string;
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
  return {
    action: isAuditAction(action) ? action : "",
    target: read("target", (id) => /^((usr|org|sol)_[0-9a-z]{26}|(tok|ses)_[0-9A-Za-z]{11})$/.test(id)),
    since: read("since", isDay),
    until: read("until", isDay),
  };
}

/** Reports whether a text is a day of the calendar. The address can hold any text, such as "2026-99-99". */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const start = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(start) && new Date(start).toISOString().startsWith(text);
}

/** Returns the filters as the API's query parameters. The day of `until` is included. */
export function auditQuery({ action, target, since, until }: AuditFilters): AuditFilter {
  return {
    ...(action ? { action } : {}),
    ...(target ? { target } : {}),
    ...(since ? { since: wholeSeconds(new Date(`${since}T00:00:00`)) } : {}),
    ...(until ? { until: wholeSeconds(dayAfter(until)) } : {}),
  };
}

/** Returns the midnight after a day, which ends the day for the API's exclusive `until`. */
function dayAfter(day: string): Date {
  const midnight = new Date(`${day}T00:00:00`);
  midnight.setDate(midnight.getDate() + 1);
  return midnight;
}

function wholeSeconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}

const CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz";

/** Returns the query for the second in which an entry was written. Its ID is a ULID, which begins with the time. */
export function secondOf(id: string): { readonly since: string; readonly until: string } {
  const time = Array.from(id.slice(0, 10)).reduce((sum, letter) => sum * 32 + CROCKFORD.indexOf(letter), 0);
  // The time of the entry is rounded to seconds, up or down. `until` is exclusive.
  return { since: wholeSeconds(new Date(time - 1000)), until: wholeSeconds(new Date(time + 2000)) };
}
