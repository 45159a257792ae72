import { describe, expect, it } from "vitest";
import { addressQuery, filterQuery, passes, readFilters, readPageSize } from "./filters";

const none = readFilters("");

describe("invitations that nobody can accept", () => {
  const ended = readFilters("?status=invitation-ended");
  const invited = readFilters("?status=invited");
  it("are asked for as invited, the only status that the API knows", () =>
    expect(filterQuery(ended)).toEqual({ status: "invited" }));
  it.each(["expired", "withdrawn"] as const)("are told from open ones: %s", (invitationState) => {
    expect(passes(ended, { invitationState })).toBe(true);
    expect(passes(invited, { invitationState })).toBe(false);
  });
  it("leave the open ones to their own filter", () => {
    expect(passes(ended, { invitationState: "open" })).toBe(false);
    expect(passes(invited, { invitationState: "open" })).toBe(true);
  });
  it("do not concern other filters", () => expect(passes(none, { invitationState: "expired" })).toBe(true));
});

it("a search looks anywhere in names and addresses", () => {
  expect(filterQuery({ ...none, q: " @example.com " })).toEqual({ q: "@example.com", match: "anywhere" });
  expect(filterQuery(none)).toEqual({});
});

it("the address keeps how many members a page has, unless it is the default or no choice", () => {
  expect(addressQuery({ ...none, role: "user" }, 50)).toEqual({ ...none, role: "user", size: "50" });
  expect(addressQuery(none, 25)).toEqual({ ...none, size: "" });
  expect(["?size=100", "?size=25", "?size=7", "?size=x", ""].map(readPageSize)).toEqual([100, 25, 25, 25, 25]);
});
