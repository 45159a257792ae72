// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import type { Membership, Permission, Profile } from "../../api/types";
import type { ConsoleState } from "../../console-context";
import { grouped, matching, MAX_PER_GROUP, type Command } from "./commands";
import { ownCommands } from "./own-commands";

function command(text: string, detail?: string, group: Command["group"] = "Solutions"): Command {
  return { id: `${group} ${text}`, group, text, detail, icon: "solutions", run: () => undefined };
}

const texts = (commands: readonly Command[]) => commands.map(({ text }) => text);

describe("matching", () => {
  const all = [command("Yard map"), command("Crane yard", "Booking"), command("Équipe Zürich"), command("Yardarm")];

  it.each([
    ["yard", ["Yard map", "Yardarm", "Crane yard"]],
    ["YARD crane", ["Crane yard"]],
    ["booking", ["Crane yard"]],
    ["equipe zurich", ["Équipe Zürich"]],
    ["  ", ["Yard map", "Crane yard", "Équipe Zürich", "Yardarm"]],
    ["nothing", []],
  ])("%s", (query, found) => expect(texts(matching(all, query))).toEqual(found));
});

it("each group has its first few, in the order of the groups", () => {
  const many = Array.from({ length: MAX_PER_GROUP + 2 }, (_, i) => command(`Solution ${i}`));
  const found = grouped([...many, command("Users", undefined, "Views")]);
  expect(texts(found)).toEqual(["Users", ...texts(many).slice(0, MAX_PER_GROUP)]);
});

describe("a role has only the commands that it allows", () => {
  const membership = (permissions: readonly Permission[], more: Partial<Membership> = {}): Membership => ({
    organization: { id: "org_1", name: "Aurora Freight" },
    role: "user",
    status: "active",
    permissions: [...permissions],
    solutionCount: 0,
    ...more,
  });
  const offered = (own: Membership, others: readonly Membership[] = []) => {
    const me = { memberships: [own, ...others] } as unknown as Profile;
    const state = { me, org: "org_1", membership: own, tokens: { tokens: [] } } as unknown as ConsoleState;
    return texts(ownCommands(state));
  };

  it("Creator", () => {
    const found = offered(membership(["members:view", "solutions:view-own", "solutions:create", "tokens:own"]));
    expect(found).toEqual(expect.arrayContaining(["Users", "New solution", "New token", "My profile", "Sign out"]));
    for (const text of ["Audit", "Settings", "Invite user", "Service accounts", "Token policy"])
      expect(found).not.toContain(text);
  });

  it("Owner", () => {
    const found = offered(membership(["members:manage", "audit:view", "organization:manage"], { role: "owner" }));
    expect(found).toEqual(expect.arrayContaining(["Audit", "Settings", "Invite user", "Token policy"]));
  });

  it("Deny, and organizations that can be entered", () => {
    const other = (id: string, more: Partial<Membership>) =>
      membership([], { organization: { id, name: id }, ...more });
    const found = offered(membership([], { role: "deny" }), [
      other("Open", {}),
      other("Invited", { status: "invited" }),
      other("Disabled", { status: "disabled" }),
      other("Denied", { role: "deny" }),
    ]);
    expect(found).not.toContain("My profile");
    expect(found).toEqual(expect.arrayContaining(["Sign out", "Open", "Invited"]));
    for (const text of ["Disabled", "Denied"]) expect(found).not.toContain(text);
  });
});
