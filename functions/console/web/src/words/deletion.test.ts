import { describe, expect, it, test } from "vitest";
import type { Membership } from "../api/types";
import { confirmsName, isDeleted, removalDay, restorableUntil, withDeletion } from "./deletion";
import { can, hasAccess } from "./names";

const membership = (id: string): Membership => ({
  organization: { id, name: id },
  role: "owner",
  status: "active",
  permissions: ["management:login"],
  solutionCount: 0,
});

describe("a deletion is confirmed by the organization's name", () => {
  it.each([
    ["Acme & Söhne", true],
    ["  Acme & Söhne ", true],
    ["Acme & So\u0308hne", true],
    ["acme & söhne", false],
    ["Acme", false],
    ["", false],
  ])("%j", (typed, confirmed) => expect(confirmsName(typed, "Acme & Söhne")).toBe(confirmed));
});

test("an organization can be restored for 14 days", () =>
  expect(restorableUntil(Date.parse("2026-11-27T12:00:00Z"))).toBe("11 Dec 2026"));

test("a deletion ends access to the organization at once, and to no other", () => {
  const deleted = { id: "org_1", deletedAt: "2026-11-27T12:00:00Z", removedAt: "2026-12-11T12:00:00Z" };
  const [first, second] = withDeletion(
    { memberships: [membership("org_1"), membership("org_2")] },
    deleted,
  ).memberships;
  if (!first || !second) throw new Error("a membership is missing");
  expect([isDeleted(first), hasAccess(first), can(first, "management:login")]).toEqual([true, false, false]);
  expect([isDeleted(second), hasAccess(second), can(second, "management:login")]).toEqual([false, true, true]);
  expect(removalDay(first)).toBe("11 Dec 2026");
});
