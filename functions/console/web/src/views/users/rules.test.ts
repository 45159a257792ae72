import { expect, it } from "vitest";
import type { Membership, Role } from "../../api/types";
import { accountRoleRefusal, canManage, roleRefusal } from "../../words/names";
import { chunks } from "./assignment-rules";
import { filterQuery, isFiltered, readFilters } from "./filters";

const actor = (role: Role): Membership => ({
  organization: { id: "org_1", name: "Aurora" },
  role,
  status: "active",
  solutionCount: 0,
  permissions: role === "owner" || role === "admin" ? ["members:manage"] : [],
});

it.each([
  ["owner", false, "admin", "owner", undefined],
  ["admin", false, "user", "owner", "only an Owner can make an Owner"],
  ["admin", false, "owner", "user", "only an Owner can change an Owner"],
  ["admin", true, "admin", "owner", "only an Owner can make an Owner"],
  ["creator", false, "user", "admin", "only an Owner or Admin can change it"],
  ["owner", true, "owner", "user", undefined],
] as const)("a %s (self: %s) gives a %s the role %s: %s", (by, self, was, is, why) => {
  expect(roleRefusal(actor(by), self, { role: was }, is)).toBe(why);
});

it.each([
  ["owner", "admin", undefined],
  ["owner", "creator", undefined],
  ["owner", "owner", "a service account is an Admin or a Creator"],
  ["owner", "user", "a service account is an Admin or a Creator"],
  ["admin", "creator", undefined],
  ["admin", "admin", "only an Owner can make a service account an Admin"],
] as const)("a service account of an %s can be an %s: %s", (by, role, why) => {
  expect(accountRoleRefusal(actor(by), role)).toBe(why);
  expect(roleRefusal(actor(by), false, { role: "creator", serviceAccount: true }, role)).toBe(why);
});

it.each([
  ["owner", "admin", true],
  ["owner", "creator", true],
  ["owner", "owner", true],
  ["admin", "creator", true],
  ["admin", "admin", false],
  ["creator", "creator", false],
] as const)("an %s manages a service account that is %s: %s", (by, role, manages) => {
  expect(canManage(actor(by), { role, serviceAccount: true })).toBe(manages);
  if (!manages && by === "admin")
    expect(roleRefusal(actor(by), false, { role, serviceAccount: true }, role)).toBe("only an Owner can change it");
});

it("filters are read from the address without invalid values", () => {
  expect(readFilters("?q=jo&role=creator&status=gone&solution=x")).toEqual({
    q: "jo",
    role: "creator",
    status: "",
    solution: "",
  });
  expect(filterQuery(readFilters("?q=%20%20&role=admin"))).toEqual({ role: "admin" });
  expect(isFiltered(readFilters(""))).toBe(false);
});

it("people are split into batches that the API accepts", () =>
  expect(chunks([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]));
