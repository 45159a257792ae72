import { describe, expect, it } from "vitest";
import type { Permission } from "../api/types";
import { accessSummary, defaultScopes, lines, readOnlyScopes } from "./scopes";

const admin: readonly Permission[] = [
  "management:login",
  "members:view",
  "members:manage",
  "solutions:view-all",
  "solutions:view-own",
  "solutions:create",
  "solutions:assign",
  "profile:self",
  "tokens:own",
  "audit:view",
];

it("a token that only reads has no permission to change or manage anything", () =>
  expect(readOnlyScopes(admin)).toEqual([
    "management:login",
    "members:view",
    "solutions:view-all",
    "solutions:view-own",
    "profile:self",
    "audit:view",
  ]));

it("a token manages nobody unless its owner chose that", () => {
  expect(defaultScopes(admin)).not.toContain("members:manage");
  expect(defaultScopes(admin)).not.toContain("solutions:assign");
  expect(defaultScopes(admin)).toContain("solutions:create");
});

describe("what a token can be used for, in a few words", () => {
  it.each([
    [undefined, "All of your permissions"],
    [[], "No permissions"],
    [readOnlyScopes(admin), "Read only"],
    [["members:view"], "Read only"],
    [[...defaultScopes(admin)].reverse(), "Default permissions"],
    [["members:view", "solutions:create"], "2 permissions"],
    [["members:view", "members:manage"], "2 permissions, including management"],
    [[...admin], "All of your permissions"],
    [["orders:read"], "orders:read"],
    [
      [...admin, "orders:read", "orders:write", "stock:read"],
      "All of your permissions, orders:read, orders:write, 1 more",
    ],
    [["members:view", "orders:read"], "Read only, orders:read"],
  ])("%j: %s", (scopes, words) => expect(accessSummary({ ...(scopes ? { scopes } : {}) }, admin)).toBe(words));
});

it("networks are one a line, whatever space is around them", () =>
  expect(lines(" 203.0.113.0/24 \n\n2001:db8::/32\r\n")).toEqual(["203.0.113.0/24", "2001:db8::/32"]));
