import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { countdown, date, day, endsSoon, fullDay, lastDays, leaseLeft, localTimes, moment, relative } from "./time";

const now = Date.parse("2026-12-01T12:00:00Z");
const after = (hours: number) => new Date(now + hours * 3_600_000).toISOString();

describe("how far away a time is", () => {
  it.each([
    [0.001, "in a moment"],
    [-0.001, "just now"],
    [0.5, "in 30 minutes"],
    [-2, "2 hours ago"],
    // 12:00 to 11:00 on the next day.
    [23, "in 23 hours"],
    [-23.9, "24 hours ago"],
    [24, "tomorrow"],
    [72, "in 3 days"],
    [14 * 24 - 0.01, "in 14 days"],
    [-60 * 24, "2 months ago"],
    [400 * 24, "next year"],
    // 12:00 to 22:00 on the next day, and to 02:00 on the day after: the words are about days on the calendar.
    [34, "tomorrow"],
    [38, "in 2 days"],
    [-38, "2 days ago"],
  ])("%d hours: %s", (hours, words) => expect(relative(after(hours), now)).toBe(words));
});

describe.each([
  // A Friday 09:00 to a Saturday 22:00; a Friday 23:00 to a Sunday 09:00.
  ["America/New_York", "2026-11-27T14:00:00Z", "2026-11-29T03:00:00Z", "tomorrow"],
  ["America/New_York", "2026-11-28T04:00:00Z", "2026-11-29T14:00:00Z", "in 2 days"],
  // The same two times are different days in Auckland.
  ["Pacific/Auckland", "2026-11-27T10:30:00Z", "2026-11-28T11:30:00Z", "in 2 days"],
  ["UTC", "2026-11-27T10:30:00Z", "2026-11-28T11:30:00Z", "tomorrow"],
  // The clock goes back on 25 October 2026: that day has 25 hours. It goes forward on 29 March 2026: 23 hours.
  ["Europe/Zurich", "2026-10-24T21:00:00Z", "2026-10-25T22:30:00Z", "tomorrow"],
  ["Europe/Zurich", "2026-10-24T22:15:00Z", "2026-10-25T22:30:00Z", "today"],
  ["Europe/Zurich", "2026-03-28T11:00:00Z", "2026-03-30T10:00:00Z", "in 2 days"],
])("in %s, from %s to %s", (zone, from, to, words) => {
  beforeEach(() => void vi.stubEnv("TZ", zone));
  afterEach(() => void vi.unstubAllEnvs());
  it(`is ${words}`, () => expect(relative(to, Date.parse(from))).toBe(words));
});

describe("a time names its zone", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.resetModules();
  });
  it.each([
    ["Europe/Zurich", "2026-03-28T12:00:00Z", "28 Mar 2026, 13:00 CET"],
    ["Europe/Zurich", "2026-03-29T12:00:00Z", "29 Mar 2026, 14:00 CEST"],
    ["America/New_York", "2026-12-01T02:00:00Z", "30 Nov 2026, 21:00 GMT-5"],
  ])("in %s %s is %s", async (zone, time, words) => {
    vi.stubEnv("TZ", zone);
    vi.resetModules();
    expect((await import("./time")).moment(time)).toBe(words);
  });
});

describe("what is left of a lease", () => {
  it("is half of the bar if the lease is fresh", () => expect(leaseLeft(after(14 * 24), now)).toBe(0.5));
  it("is the whole bar if the lease was extended once", () => expect(leaseLeft(after(28 * 24), now)).toBe(1));
  it("is more than the bar if the lease is longer", () => expect(leaseLeft(after(42 * 24), now)).toBe(1.5));
  it("is nothing once it has lapsed", () => expect(leaseLeft(after(-1), now)).toBe(0));
  it("is urgent in its last three days", () => {
    expect(endsSoon(after(71), now)).toBe(true);
    expect(endsSoon(after(73), now)).toBe(false);
  });
});

it("dates cannot be read as month and day swapped", () => expect(date("2026-12-07T12:00:00Z")).toBe("7 Dec 2026"));

it("the last days are in UTC and end today", () =>
  expect(lastDays(3, now)).toEqual(["2026-11-29", "2026-11-30", "2026-12-01"]));

it("a day is the same wherever it is read", () => {
  expect(day("2026-12-01")).toBe("1 Dec");
  expect(fullDay("2026-12-01")).toBe("1 Dec 2026");
});

it("a countdown has whole seconds and never passes zero", () => {
  expect(countdown(65_000)).toBe("1:05");
  expect(countdown(59_001)).toBe("1:00");
  expect(countdown(-5)).toBe("0:00");
});

it("times in a sentence of the API are shown like all others", () => {
  const sentence = localTimes("It was deleted at 2026-11-27T12:00:00Z. Restore it until 2026-12-11T12:00:00Z.");
  const [deleted, removed] = [moment("2026-11-27T12:00:00Z"), moment("2026-12-11T12:00:00Z")];
  expect(sentence).toBe(`It was deleted at ${deleted}. Restore it until ${removed}.`);
});
