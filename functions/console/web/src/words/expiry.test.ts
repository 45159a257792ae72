import { describe, expect, it } from "vitest";
import { expiryOptions, expiryRange, expiryTime, latestExpiry } from "./expiry";

const at = (text: string) => Date.parse(text);
const created = at("2026-11-27T12:00:00Z");
const iso = (time: number) => new Date(time).toISOString();

describe("the latest expiry", () => {
  it.each([
    ["2026-11-27T12:00:00Z", undefined, "2027-05-27T12:00:00.000Z"],
    ["2026-08-31T23:00:00Z", undefined, "2027-02-28T23:00:00.000Z"],
    ["2026-11-27T12:00:00Z", 30, "2026-12-27T12:00:00.000Z"],
    ["2026-11-27T12:00:00Z", 184, "2027-05-27T12:00:00.000Z"],
  ])("created at %s, at most %s days: %s", (from, days, until) =>
    expect(iso(latestExpiry(at(from), days))).toBe(until),
  );
});

describe("the choices", () => {
  const values = (days?: number) => expiryOptions(created, days).map(([value]) => value);
  it("are a week, a month, three months, six months and a date", () =>
    expect(values()).toEqual(["7", "30", "90", "latest", "date"]));
  it("are not longer than the organization allows, and do not have the longest one twice", () => {
    expect(values(45)).toEqual(["7", "30", "latest", "date"]);
    expect(values(30)).toEqual(["7", "latest", "date"]);
    expect(values(1)).toEqual(["latest", "date"]);
  });
  it("say how long the longest is", () => {
    expect(expiryOptions(created, undefined)[3]?.[1]).toBe("Six months (27 May 2027)");
    expect(expiryOptions(created, 45)[2]?.[1]).toBe("45 days, the longest allowed (11 Jan 2027)");
    expect(expiryOptions(created, 1)[0]?.[1]).toBe("1 day, the longest allowed (28 Nov 2026)");
  });
});

describe("the expiry to send", () => {
  it("is left to the API if it is the latest one", () =>
    expect(expiryTime("latest", "", created, undefined)).toBeUndefined());
  it("is days after the form was opened, so that sending the form again sends the same", () =>
    expect(expiryTime("7", "", created, undefined)).toBe("2026-12-04T12:00:00Z"));
  it("is the end of a chosen day", () => {
    const sent = expiryTime("date", "2026-12-24", created, undefined) ?? "";
    expect(new Date(sent).getHours()).toBe(23);
    expect(new Date(sent).getDate()).toBe(24);
  });
  it("is left to the API on the last possible day", () => {
    const { last } = expiryRange(created, 30);
    expect(expiryTime("date", last, created, 30)).toBeUndefined();
  });
  it("is sent if it is too late, so that the API says so", () =>
    expect(expiryTime("date", "2027-12-24", created, undefined)).toMatch(/^2027-12-/));
});

it("the first day that can be chosen is tomorrow", () =>
  expect(expiryRange(created, undefined)).toEqual({ first: "2026-11-28", last: "2027-05-27" }));
