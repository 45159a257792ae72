import { describe, expect, it } from "vitest";
import { pathInOrganization, parseRoute } from "./route";

describe("the address names the view", () => {
  it.each([
    ["/", { view: "home" }],
    ["/signed-in", { view: "signed-in" }],
    ["/signed-out", { view: "signed-out" }],
    ["/org_1", { view: "organization", org: "org_1" }],
    ["/org_1/users", { view: "users", org: "org_1", inviting: false }],
    ["/org_1/users/invite", { view: "users", org: "org_1", inviting: true }],
    ["/org_1/users/selected/enable", { view: "users", org: "org_1", inviting: false, acting: "enable" }],
    ["/org_1/users/usr_1", { view: "user", org: "org_1", user: "usr_1" }],
    ["/org_1/users/usr_1/profile", { view: "user", org: "org_1", user: "usr_1", tab: "profile" }],
    ["/org_1/users/usr_1/tokens", { view: "user", org: "org_1", user: "usr_1", tab: "tokens" }],
    ["/org_1/users/usr_1/tokens/new", { view: "user", org: "org_1", user: "usr_1", tab: "tokens", token: "new" }],
    ["/org_1/users/usr_1/tokens/tok_1", { view: "user", org: "org_1", user: "usr_1", tab: "tokens", token: "tok_1" }],
    [
      "/org_1/users/usr_1/solutions/assign",
      { view: "user", org: "org_1", user: "usr_1", tab: "solutions", assigning: true },
    ],
    ["/org_1/profile/solutions/assign", { view: "profile", org: "org_1", tab: "solutions", assigning: true }],
    ["/org_1/users/service-accounts", { view: "service-accounts", org: "org_1", creating: false }],
    ["/org_1/users/service-accounts/new", { view: "service-accounts", org: "org_1", creating: true }],
    ["/org_1/users/usr_1/solutions", { view: "user", org: "org_1", user: "usr_1", tab: "solutions" }],
    ["/org_1/profile", { view: "profile", org: "org_1", tab: "profile" }],
    ["/org_1/profile/tokens/tok_1", { view: "profile", org: "org_1", tab: "tokens", token: "tok_1" }],
    ["/org_1/profile/tokens/new", { view: "profile", org: "org_1", tab: "tokens", token: "new" }],
    ["/org_1/solutions/sol_1/assign", { view: "solution", org: "org_1", solution: "sol_1", pane: "assign" }],
    ["/org_1/audit", { view: "audit", org: "org_1" }],
    ["/org_1/audit/01kas4m6z8", { view: "audit", org: "org_1", entry: "01kas4m6z8" }],
    ["/org_1/users/usr_1/role", { view: "users", org: "org_1", inviting: false, changing: "usr_1" }],
  ])("%s", (path, route) => expect(parseRoute(path)).toEqual(route));

  it.each([
    "/users",
    "/org_1/nothing",
    "/org_1/users/selected",
    "/org_1/users/selected/promote",
    "/org_1/users/selected/role/x",
    "/org_1/users/usr_1/tokens/x",
    "/org_1/users/usr_1/tokens/tok_1/x",
    "/org_1/users/usr_1/profile/new",
    "/org_1/users/usr_1/solutions/new",
    "/org_1/users/usr_1/solutions/assign/x",
    "/org_1/profile/solutions/tok_1",
    "/org_1/profile/tokens/assign",
    "/org_1/users/service-accounts/x",
    "/org_1/users/service-accounts/new/x",
    "/org_1/profile/tokens/tok_1/x",
    "/org_1/audit/x/y",
    "/org_1/audit/X",
    "/org_1/users/usr_1/role/x",
    "/signed-in/x",
    "/signed-out/x",
    "/org_1/solutions/new/x",
  ])("%s is not a view", (path) => expect(parseRoute(path).view).toBe("unknown"));

  it("a page that does not exist keeps the organization of its address", () => {
    expect(parseRoute("/org_1/nothing")).toEqual({ view: "unknown", org: "org_1" });
    expect(parseRoute("/nothing")).toEqual({ view: "unknown" });
  });
});

describe("switching organization keeps the view but not the resource", () => {
  it.each([
    ["/org_1/profile/tokens/tok_1", "/org_2/profile/tokens"],
    ["/org_1/users/usr_1", "/org_2/users"],
    ["/org_1/users/usr_1/tokens/tok_1", "/org_2/users"],
    ["/org_1/users/service-accounts", "/org_2/users"],
    ["/org_1/solutions/sol_1/edit", "/org_2/solutions"],
    ["/org_1/settings", "/org_2/settings"],
    ["/", "/org_2"],
  ])("%s", (path, other) => expect(pathInOrganization(parseRoute(path), "org_2")).toBe(other));
});
