import { expect, test } from "vitest";
import { newest, newestToken } from "./newest";
import type { Token } from "./types";

test("the response to an older change does not replace that to a newer one", () => {
  const shown = { version: 3, role: "admin" };
  expect(newest(shown, { version: 2, role: "user" })).toBe(shown);
  expect(newest(shown, { version: 3, role: "owner" })).toEqual({ version: 3, role: "owner" });
});

test("a token keeps its later lease and its later description, in whatever order the responses come", () => {
  const before = { id: "tok_1", version: 1, description: "Old", leaseExpiresAt: "2026-12-11T00:00:00Z" } as Token;
  const renamed = { ...before, version: 2, description: "New" };
  const extended = { ...before, leaseExpiresAt: "2026-12-25T00:00:00Z" };
  const both = { ...before, version: 2, description: "New", leaseExpiresAt: "2026-12-25T00:00:00Z" };
  expect(newestToken(newestToken(before, renamed), extended)).toEqual(both);
  expect(newestToken(newestToken(before, extended), renamed)).toEqual(both);
});
