import { describe, expect, it } from "vitest";
import type { Permission, PermissionKind, RoleMatrix } from "../api/types";
import { accessSummary, accountPermissions, defaultScopes, isManaging, lines, readOnlyScopes } from "./scopes";

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

const kinds: Readonly<Record<Permission, readonly [PermissionKind, serviceAccounts: boolean]>> = {
  "management:login": ["read", false],
  "members:view": ["read", true],
  "members:manage": ["manage", false],
  "solutions:view-all": ["read", true],
  "solutions:view-own": ["read", true],
  "solutions:create": ["change", true],
  "solutions:assign": ["manage", true],
  "organization:manage": ["manage", false],
  "profile:self": ["read", true],
  "tokens:own": ["change", true],
  "audit:view": ["read", true],
};

const matrix: RoleMatrix = {
  apiScopes: [],
  roles: [{ role: "admin", description: "Manages", permissions: admin }],
  permissions: Object.entries(kinds).map(([name, [kind, serviceAccounts]]) => ({
    name: name as Permission,
    description: name,
    kind,
    serviceAccounts,
  })),
};

it("a token that only reads has no permission to change or manage anything", () =>
  expect(readOnlyScopes(admin, matrix)).toEqual([
    "management:login",
    "members:view",
    "solutions:view-all",
    "solutions:view-own",
    "profile:self",
    "audit:view",
  ]));

it("a token manages nobody unless that was chosen", () => {
  expect(defaultScopes(admin, matrix)).not.toContain("members:manage");
  expect(defaultScopes(admin, matrix)).not.toContain("solutions:assign");
  expect(defaultScopes(admin, matrix)).toContain("solutions:create");
  expect(isManaging("orders:write", matrix)).toBe(false);
});

it("a service account has the permissions of its role without those that only people have", () => {
  const permissions = accountPermissions("admin", matrix);
  expect(permissions).toEqual(admin.filter((p) => p !== "management:login" && p !== "members:manage"));
  expect(accountPermissions("owner", matrix)).toEqual([]);
});

describe("what a token can be used for, in a few words", () => {
  const all = "All of your permissions";
  it.each([
    [undefined, all],
    [[], "No permissions"],
    [readOnlyScopes(admin, matrix), "Read only"],
    [["members:view"], "Read only"],
    [[...defaultScopes(admin, matrix)].reverse(), "Default permissions"],
    [["members:view", "solutions:create"], "2 permissions"],
    [["members:view", "members:manage"], "2 permissions, including management"],
    [[...admin], all],
    [["orders:read"], "orders:read"],
    [[...admin, "orders:read", "orders:write", "stock:read"], `${all}, orders:read, orders:write, 1 more`],
    [["members:view", "orders:read"], "Read only, orders:read"],
  ])("%j: %s", (scopes, words) =>
    expect(accessSummary({ ...(scopes ? { scopes } : {}) }, admin, matrix, all)).toBe(words),
  );

  it("nothing is said about scopes until the matrix has loaded", () => {
    expect(accessSummary({ scopes: ["members:view"] }, admin, undefined, all)).toBe("");
    expect(accessSummary({}, admin, undefined, all)).toBe(all);
  });
});

it("networks are one a line, whatever space is around them", () =>
  expect(lines(" 203.0.113.0/24 \n\n2001:db8::/32\r\n")).toEqual(["203.0.113.0/24", "2001:db8::/32"]));
