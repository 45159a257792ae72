/** What the audit log is narrowed to; "" for no matter what. Dates are days, "2026-12-07", in local time. */
export interface AuditFilters {
  readonly action: string;
  readonly target: string;
  readonly since: string;
  readonly until: string;
}

/** Reads filters from an address; what makes no sense is ignored. */
export function readAuditFilters(search: string): AuditFilters {
  const query = new URLSearchParams(search);
  const read = (name: string, pattern: RegExp) => (pattern.test(query.get(name) ?? "") ? (query.get(name) ?? "") : "");
  return {
    action: read("action", /^[a-z]+\.[a-z]+(-[a-z]+)*$/),
    target: read("target", /^((usr|org|sol)_[0-9a-z]{26}|(tok|ses)_[0-9A-Za-z]{11})$/),
    since: read("since", /^\d{4}-\d{2}-\d{2}$/),
    until: read("until", /^\d{4}-\d{2}-\d{2}$/),
  };
}

/** The filters as the API's query parameters; `until` includes its day. */
export function auditQuery({ action, target, since, until }: AuditFilters) {
  return {
    ...(action ? { action } : {}),
    ...(target ? { target } : {}),
    ...(since ? { since: wholeSeconds(new Date(`${since}T00:00:00`)) } : {}),
    ...(until ? { until: wholeSeconds(new Date(`${until}T23:59:59`)) } : {}),
  };
}

function wholeSeconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}
