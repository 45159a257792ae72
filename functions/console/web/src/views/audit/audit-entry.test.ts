import { expect, it } from "vitest";
import { auditQuery, readAuditFilters, secondOf } from "./audit-filters";

it("the ID of an entry says when it was written", () => {
  // 01kas4m6z8 is the time of this ULID in milliseconds: 2025-11-23T18:28:43.240Z.
  const time = Array.from("01kas4m6z8").reduce((sum, c) => sum * 32 + "0123456789abcdefghjkmnpqrstvwxyz".indexOf(c), 0);
  const { since, until } = secondOf("01kas4m6z8x7w5v3t1r9q7p5n3");
  expect(Date.parse(since)).toBeLessThanOrEqual(time);
  expect(Date.parse(until)).toBeGreaterThan(time);
  expect(Date.parse(until) - Date.parse(since)).toBeLessThanOrEqual(3000);
});

it("the last day of a period belongs to it as a whole", () =>
  expect(auditQuery(readAuditFilters("?until=2026-12-07"))).toEqual({ until: "2026-12-08T00:00:00Z" }));
