import { expect, it } from "vitest";
import type { AuditAction, AuditEntry } from "../../api/types";
import { readAuditFilters } from "./audit-filters";
import { fold, mayFold } from "./folding";

const start = Date.parse("2026-12-07T12:00:00Z");
const event = (minute: number, userId = "usr_1", action: AuditAction = "member.invite"): AuditEntry => ({
  id: `${minute}${userId}${action}`,
  at: new Date(start - minute * 60_000).toISOString(),
  action,
  actor: { userId, displayName: userId, kind: "session" },
  target: { type: "user", id: `usr_t${minute}`, name: `Target ${minute}` },
  source: { requestId: "r" },
});
const sizes = (...entries: AuditEntry[]) => fold(entries).map((row) => row.length);

it("three or more neighbors of one actor and action are one row", () => {
  expect(sizes(event(0), event(1), event(2), event(3))).toEqual([4]);
  expect(sizes(event(0), event(1))).toEqual([1, 1]);
  expect(sizes()).toEqual([]);
});

it("neighbors are close in time one by one, however long the whole takes", () => {
  expect(sizes(...Array.from({ length: 40 }, (_, i) => event(i * 10)))).toEqual([40]);
  expect(sizes(event(0), event(1), event(2), event(13), event(14), event(15))).toEqual([3, 3]);
});

it("another actor or action in between ends a row", () => {
  expect(sizes(event(0), event(1), event(2), event(3, "usr_2"), event(4), event(5), event(6))).toEqual([3, 1, 3]);
  expect(sizes(event(0), event(1), event(2, "usr_1", "member.remove"), event(3))).toEqual([1, 1, 1, 1]);
});

it("what a person did with a token and in a session is not one row", () => {
  const token: AuditEntry = { ...event(1), actor: { userId: "usr_1", displayName: "usr_1", kind: "pat" } };
  expect(sizes(event(0), token, event(2))).toEqual([1, 1, 1]);
});

it("every event is in one row, and the order stays", () => {
  const entries = [event(0), event(1), event(2), event(3, "usr_2"), event(20)];
  expect(fold(entries).flat()).toEqual(entries);
});

it.each([
  ["", true],
  ["?range=7d&action=member.invite", true],
  [`?actor=usr_${"0".repeat(26)}`, true],
  ["?q=grace", false],
  [`?target=usr_${"0".repeat(26)}`, false],
])("rows fold unless a filter hides what they are about: %s", (search, folds) =>
  expect(mayFold(readAuditFilters(search))).toBe(folds),
);
