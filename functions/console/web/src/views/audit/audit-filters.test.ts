import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { auditQuery, readAuditFilters, secondOf } from "./audit-filters";

const now = Date.parse("2026-12-07T12:00:00Z");
const query = (search: string, at = now) => auditQuery(readAuditFilters(search), at);

afterEach(() => vi.unstubAllEnvs());

describe("the days of a filter", () => {
  beforeEach(() => void vi.stubEnv("TZ", "UTC"));

  it.each(["2026-99-99", "2026-02-31", "2026-00-10", "today", ""])("are ignored if they do not exist: %s", (day) => {
    expect(readAuditFilters(`?since=${day}&until=${day}`)).toMatchObject({ since: "", until: "" });
    expect(query(`?since=${day}&until=${day}`)).toEqual({});
  });

  it("are included, the last one as a whole", () => {
    expect(query("?since=2026-02-28&until=2026-12-07")).toEqual({
      since: "2026-02-28T00:00:00Z",
      until: "2026-12-08T00:00:00Z",
    });
    expect(query("?until=2026-12-07")).toEqual({ until: "2026-12-08T00:00:00Z" });
  });

  it("are put in order, because the API refuses a range that ends before it begins", () =>
    expect(query("?since=2026-12-07&until=2026-12-01")).toEqual({
      since: "2026-12-01T00:00:00Z",
      until: "2026-12-08T00:00:00Z",
    }));

  it.each([
    ["today", "2026-12-07T00:00:00Z"],
    ["7d", "2026-12-01T00:00:00Z"],
    ["30d", "2026-11-08T00:00:00Z"],
  ])("of the range %s end today and ignore other days", (range, since) => {
    expect(query(`?range=${range}`)).toEqual({ since });
    expect(query(`?range=${range}&since=2020-01-01&until=2020-01-02`)).toEqual({ since });
  });

  it("of a range that does not exist are ignored", () => expect(query("?range=90d")).toEqual({}));
});

describe("days are those of the reader's time zone", () => {
  it.each([
    // Clocks go forward on 29 March 2026 and back on 25 October 2026.
    ["Europe/Berlin", "?since=2026-03-29&until=2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"],
    ["Europe/Berlin", "?since=2026-10-25&until=2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"],
    // On 8 September 2019 midnight did not exist in Santiago: the day began at one o'clock.
    ["America/Santiago", "?since=2019-09-08&until=2019-09-08", "2019-09-08T04:00:00Z", "2019-09-09T03:00:00Z"],
    ["Asia/Kolkata", "?since=2026-12-07&until=2026-12-07", "2026-12-06T18:30:00Z", "2026-12-07T18:30:00Z"],
    ["Pacific/Kiritimati", "?since=2026-12-07&until=2026-12-07", "2026-12-06T10:00:00Z", "2026-12-07T10:00:00Z"],
  ])("%s %s", (zone, search, since, until) => {
    vi.stubEnv("TZ", zone);
    expect(query(search)).toEqual({ since, until });
  });

  it.each([
    ["Europe/Berlin", "today", "2026-03-29T21:59:00Z", "2026-03-28T23:00:00Z"],
    ["Europe/Berlin", "7d", "2026-03-30T10:00:00Z", "2026-03-23T23:00:00Z"],
    ["Europe/Berlin", "30d", "2026-10-26T10:00:00Z", "2026-09-26T22:00:00Z"],
    ["America/Los_Angeles", "today", "2026-12-07T05:00:00Z", "2026-12-06T08:00:00Z"],
  ])("%s, range %s at %s", (zone, range, at, since) => {
    vi.stubEnv("TZ", zone);
    expect(query(`?range=${range}`, Date.parse(at))).toEqual({ since });
  });
});

it("all filters combine, and those that are not valid are ignored", () => {
  const user = `usr_${"0".repeat(26)}`;
  expect(query(`?q=+grace+&actor=${user}&action=member.invite&target=tok_3kTz8LqaB1x`)).toEqual({
    q: "grace",
    actor: user,
    action: ["member.invite"],
    target: "tok_3kTz8LqaB1x",
  });
  expect(query("?actor=ada&action=nonsense&target=nonsense&q=+")).toEqual({});
});

it("the ID of an event says when it was written", () => {
  // 01kas4m6z8 is the time of this ULID in milliseconds: 2025-11-23T18:28:43.240Z.
  const time = Array.from("01kas4m6z8").reduce((sum, c) => sum * 32 + "0123456789abcdefghjkmnpqrstvwxyz".indexOf(c), 0);
  const { since, until } = secondOf("01kas4m6z8x7w5v3t1r9q7p5n3");
  expect(Date.parse(since)).toBeLessThanOrEqual(time);
  expect(Date.parse(until)).toBeGreaterThan(time);
  expect(Date.parse(until) - Date.parse(since)).toBeLessThanOrEqual(3000);
});

describe("the filter by action", () => {
  it("asks for one action, or for all of a group, and ignores what the console does not know", () => {
    expect(query("?action=member.disable")).toEqual({ action: ["member.disable"] });
    expect(query("?action=Solutions")).toEqual({ action: ["solution.create", "solution.update", "solution.delete"] });
    expect(query("?action=Everything")).toEqual({});
    expect(query("?action=constructor")).toEqual({});
  });
});
