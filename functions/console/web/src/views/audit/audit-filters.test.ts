import { expect, test } from "vitest";
import { auditQuery, readAuditFilters } from "./audit-filters";

test.each(["2026-99-99", "2026-02-31", "2026-00-10", "today", ""])(
  "a day that does not exist is ignored: %s",
  (day) => {
    const filters = readAuditFilters(`?since=${day}&until=${day}`);
    expect(filters).toMatchObject({ since: "", until: "" });
    expect(auditQuery(filters)).toEqual({});
  },
);

test("the days of the filters are included", () => {
  expect(auditQuery(readAuditFilters("?since=2026-02-28&until=2026-12-07"))).toEqual({
    since: "2026-02-28T00:00:00Z",
    until: "2026-12-08T00:00:00Z",
  });
});
