import { describe, expect, it } from "vitest";
import { filterQuery, nobodyWords, passes, readFilters } from "./filters";

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

it("why nobody is listed depends on what was filtered by", () => {
  expect(nobodyWords({ ...none, role: "admin" })).toBe("No members match these filters.");
  expect(nobodyWords({ ...none, q: "x" })).toMatch(/^The search looks at the beginnings/);
  expect(nobodyWords({ ...none, q: "x", role: "admin" })).toMatch(/this search and these filters/);
});
