import { describe, expect, it } from "vitest";
import { countdown, date, day, endsSoon, fullDay, lastDays, leaseLeft, localTimes, moment, relative } from "./time";

const now = Date.parse("2026-12-01T12:00:00Z");
const after = (hours: number) => new Date(now + hours * 3_600_000).toISOString();

describe("how far away a time is", () => {
  it.each([
    [0.001, "in a moment"],
    [-0.001, "just now"],
    [0.5, "in 30 minutes"],
    [-2, "2 hours ago"],
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

describe("what is left of a lease", () => {
  it("counts down from a fresh one", () => expect(leaseLeft(after(7 * 24), now)).toBeCloseTo(0.5));
  it("is never more than a whole one", () => expect(leaseLeft(after(28 * 24), now)).toBe(1));
  it("can be seen against the time to the expiry", () =>
    expect(leaseLeft(after(28 * 24), now, 56 * 24 * 3_600_000)).toBeCloseTo(0.5));
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
