import { MAX_PAGE_SIZE, type PageQuery } from "../../api/all-pages";
import { Problem } from "../../api/problem";
import type { AuditEntry, Page } from "../../api/types";
import { actionTitle, actorName } from "../../words/audit";
import { csvHead, csvLine } from "../../words/csv";

/** A format of an export: its media type, what its file begins with, and a line per event. */
interface Format {
  readonly name: string;
  readonly extension: string;
  readonly type: string;
  readonly head: string;
  readonly line: (entry: AuditEntry) => string;
}

// A file holds times in UTC and IDs, because other programs and people in other time zones read it.
const columns: readonly (readonly [string, (entry: AuditEntry) => string | undefined])[] = [
  ["time", (e) => e.at],
  ["event_id", (e) => e.id],
  ["action", (e) => e.action],
  ["action_in_words", (e) => actionTitle(e.action)],
  ["actor_name", actorName],
  ["actor_id", (e) => e.actor.userId],
  ["credential_kind", (e) => e.actor.kind],
  ["credential_id", (e) => e.actor.credentialId],
  ["target_type", (e) => e.target.type],
  ["target_id", (e) => e.target.id],
  ["target_name", (e) => e.target.name],
  ["before", (e) => e.before && JSON.stringify(e.before)],
  ["after", (e) => e.after && JSON.stringify(e.after)],
  ["ip_address", (e) => e.source.ip],
  ["client", (e) => e.source.userAgent],
  ["request_id", (e) => e.source.requestId],
];

/** The formats to choose from. */
export const formats: readonly Format[] = [
  {
    name: "CSV",
    extension: "csv",
    type: "text/csv;charset=utf-8",
    head: csvHead(columns.map(([column]) => column)),
    line: (entry) => csvLine(columns.map(([, value]) => value(entry) ?? "")),
  },
  {
    name: "JSON Lines",
    extension: "jsonl",
    type: "application/jsonl",
    head: "",
    line: (entry) => `${JSON.stringify(entry)}\n`,
  },
];

// The API allows a number of requests per second to everyone together.
const DELAYS = [1000, 2000, 4000, 8000, 16_000];

interface ExportOptions {
  readonly format: Format;
  readonly loadPage: (page: PageQuery) => Promise<Page<AuditEntry>>;
  /** Gets the number of events so far after each page. */
  readonly onProgress: (events: number) => void;
  /** Waits some milliseconds, and throws if the export has been canceled. */
  readonly wait: (delay: number) => Promise<void>;
}

/**
 * Returns the file with all events of a list, read page by page. A page becomes text at once, so that only the text of a large
 * log is kept. A request that fails because of the network or the load is repeated; any other problem is thrown.
 */
export async function exportEvents({ format, loadPage, onProgress, wait }: ExportOptions): Promise<Blob> {
  const parts: string[] = [format.head];
  let events = 0;
  let cursor: string | undefined;
  do {
    const query = { limit: MAX_PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) };
    const page = await persistently(() => loadPage(query), wait);
    parts.push(page.items.map(format.line).join(""));
    events += page.items.length;
    cursor = page.nextCursor;
    onProgress(events);
  } while (cursor !== undefined);
  return new Blob(parts, { type: format.type });
}

async function persistently<T>(request: () => Promise<T>, wait: (delay: number) => Promise<void>): Promise<T> {
  for (const delay of DELAYS) {
    try {
      return await request();
    } catch (thrown) {
      if (!(thrown instanceof Problem) || !isPassing(thrown)) throw thrown;
      await wait(delay);
    }
  }
  return request();
}

/** Reports whether the same request can succeed later: no response (0), too many requests (429) or unavailable (503). */
function isPassing({ status }: Problem): boolean {
  return status === 0 || status === 429 || status === 503;
}

/** Returns the name of an exported file, such as "audit-2026-12-07.csv", with today's date in local time. */
export function fileName({ extension }: Pick<Format, "extension">, now: number): string {
  const day = new Intl.DateTimeFormat("sv-SE").format(now);
  return `audit-${day}.${extension}`;
}
