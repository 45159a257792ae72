import { expect, it, vi } from "vitest";
import type { PageQuery } from "../../api/all-pages";
import { Problem } from "../../api/problem";
import type { AuditEntry, Page } from "../../api/types";
import { exportEvents, fileName, formats } from "./export";

const event = (n: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  id: `event${n}`,
  at: "2026-12-07T12:00:00Z",
  action: "member.invite",
  actor: { userId: "usr_1", displayName: "=cmd|' /C calc'!A0", kind: "session", credentialId: "ses_1" },
  target: { type: "user", id: "usr_2", name: "Grace" },
  after: { role: "user" },
  source: { ip: "192.0.2.1", requestId: "r" },
  ...more,
});
const [csv, lines] = formats as [(typeof formats)[number], (typeof formats)[number]];

/** Returns pages of events, and what asked for them. */
function pages(...all: (readonly AuditEntry[])[]) {
  return vi.fn((query: PageQuery): Promise<Page<AuditEntry>> => {
    const page = Number(query.cursor ?? 0);
    return Promise.resolve({
      items: all[page] ?? [],
      ...(page + 1 < all.length ? { nextCursor: String(page + 1) } : {}),
    });
  });
}

it("an export has the events of all pages, also behind an empty one, and reports its progress", async () => {
  const loadPage = pages([event(1), event(2)], [], [event(3)]);
  const onProgress = vi.fn();
  const file = await exportEvents({ format: lines, loadPage, onProgress, wait: vi.fn() });
  const text = await file.text();
  expect(
    text
      .split("\n")
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as AuditEntry).id),
  ).toEqual(["event1", "event2", "event3"]);
  expect(text.endsWith("\n")).toBe(true);
  expect(onProgress.mock.calls).toEqual([[2], [2], [3]]);
  expect(loadPage.mock.calls.map(([query]) => query)).toEqual([
    { limit: 100 },
    { limit: 100, cursor: "1" },
    { limit: 100, cursor: "2" },
  ]);
});

it("an export as CSV has a line of names and a line per event, without formulas", async () => {
  const file = await exportEvents({ format: csv, loadPage: pages([event(1)]), onProgress: vi.fn(), wait: vi.fn() });
  const [head, line, end] = (await file.text()).split("\r\n");
  expect(head).toMatch(/^\ufeff?"time","event_id","action"/);
  expect(line).toBe(
    [
      "2026-12-07T12:00:00Z",
      "event1",
      "member.invite",
      "Invited a person",
      "'=cmd|' /C calc'!A0",
      "usr_1",
      "session",
      "ses_1",
      "user",
      "usr_2",
      "Grace",
      "",
      '{""role"":""user""}',
      "192.0.2.1",
      "",
      "r",
    ]
      .map((cell) => `"${cell}"`)
      .join(","),
  );
  expect(end).toBe("");
});

it.each([
  new Problem("offline", 0, "", ""),
  new Problem("rate-limited", 429, "", ""),
  new Problem("unavailable", 503, "", ""),
])("an export goes on after a failure that passes: $status", async (problem) => {
  const wait = vi.fn(() => Promise.resolve());
  const loadPage = pages([event(1)])
    .mockRejectedValueOnce(problem)
    .mockRejectedValueOnce(problem);
  const file = await exportEvents({ format: lines, loadPage, onProgress: vi.fn(), wait });
  expect((await file.text()).match(/event1/g)).toHaveLength(1);
  expect(wait.mock.calls).toEqual([[1000], [2000]]);
});

it("an export ends with a problem that stays, and with one that does not pass", async () => {
  const wait = vi.fn(() => Promise.resolve());
  const forbidden = new Problem("forbidden", 403, "", "");
  const refused = pages([]).mockRejectedValue(forbidden);
  await expect(exportEvents({ format: csv, loadPage: refused, onProgress: vi.fn(), wait })).rejects.toBe(forbidden);
  expect(refused).toHaveBeenCalledTimes(1);
  const busy = new Problem("rate-limited", 429, "", "");
  const overloaded = pages([]).mockRejectedValue(busy);
  await expect(exportEvents({ format: csv, loadPage: overloaded, onProgress: vi.fn(), wait })).rejects.toBe(busy);
  expect(overloaded).toHaveBeenCalledTimes(6);
});

it("an export that is canceled while it waits reads no more", async () => {
  const loadPage = pages([]).mockRejectedValue(new Problem("offline", 0, "", ""));
  const wait = () => Promise.reject(new Error("canceled"));
  await expect(exportEvents({ format: csv, loadPage, onProgress: vi.fn(), wait })).rejects.toThrow("canceled");
  expect(loadPage).toHaveBeenCalledTimes(1);
});

it("the name of an exported file has the day", () =>
  expect(fileName({ extension: "csv" }, new Date(2026, 11, 7, 12).getTime())).toBe("audit-2026-12-07.csv"));
