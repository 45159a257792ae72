import { describe, expect, it } from "vitest";
import type { Member, Membership, Role } from "../../api/types";
import { manyWords, planMany, type ManyAction } from "./many-rules";

function member(id: string, role: Role, status: Member["status"] = "active", more: Partial<Member> = {}): Member {
  return {
    id,
    firstName: id,
    lastName: "",
    displayName: id,
    email: `${id}@example.com`,
    role,
    status,
    solutionCount: 0,
    version: 1,
    ...more,
  };
}

function viewer(role: Role) {
  const membership: Membership = {
    organization: { id: "org", name: "Acme" },
    role,
    status: "active",
    permissions: role === "owner" || role === "admin" ? ["members:view", "members:manage"] : ["members:view"],
    solutionCount: 0,
  };
  return { id: "me", membership };
}

function plan(action: ManyAction, members: readonly Member[], role: Role = "admin") {
  const { affected, skipped } = planMany(action, members, viewer(role));
  return [affected.map(({ id }) => id), Object.fromEntries(skipped.map(({ member: m, reason }) => [m.id, reason]))];
}

describe("an action on many members", () => {
  const me = member("me", "admin");
  const owner = member("olga", "owner");
  const user = member("una", "user");
  const invited = member("ida", "user", "invited");
  const disabled = member("dan", "user", "disabled");
  const account = member("bot", "creator", "active", { serviceAccount: true });

  it("changes no role that is the same already, nor one's own, nor that of an Owner for an Admin", () => {
    const creator = member("cleo", "creator");
    expect(plan({ kind: "role", role: "creator" }, [me, owner, user, invited, creator])).toEqual([
      ["una", "ida"],
      { me: "this is you", olga: "only an Owner can change an Owner", cleo: "already a Creator" },
    ]);
    expect(plan({ kind: "role", role: "owner" }, [user])).toEqual([[], { una: "only an Owner can make an Owner" }]);
    expect(plan({ kind: "role", role: "owner" }, [user, owner], "owner")).toEqual([
      ["una"],
      { olga: "already an Owner" },
    ]);
  });

  it("gives a service account only a role that it can have", () => {
    expect(plan({ kind: "role", role: "user" }, [account], "owner")).toEqual([
      [],
      { bot: "a service account is an Admin or a Creator" },
    ]);
    expect(plan({ kind: "role", role: "admin" }, [account])).toEqual([
      [],
      { bot: "only an Owner can make a service account an Admin" },
    ]);
  });

  it("disables nobody who has not joined or is disabled, and not the last Owner, who can only be oneself", () => {
    expect(plan({ kind: "disable" }, [me, owner, user, invited, disabled])).toEqual([
      ["una"],
      {
        me: "this is you",
        olga: "only an Owner can change an Owner",
        ida: "has not joined yet",
        dan: "already disabled",
      },
    ]);
    expect(plan({ kind: "disable" }, [member("me", "owner"), owner], "owner")).toEqual([
      ["olga"],
      { me: "this is you" },
    ]);
  });

  it("enables those who are disabled, unless they are Owners and the person is not", () => {
    const disabledOwner = member("odo", "owner", "disabled");
    const list = [me, user, invited, disabled, disabledOwner];
    expect(plan({ kind: "enable" }, list)).toEqual([
      ["dan"],
      {
        me: "this is you",
        una: "already enabled",
        ida: "has not joined yet",
        odo: "only an Owner can change an Owner",
      },
    ]);
    expect(plan({ kind: "enable" }, list, "owner")[0]).toEqual(["dan", "odo"]);
  });

  it("removes whom the person manages, with the invited", () => {
    expect(plan({ kind: "remove" }, [me, owner, user, invited, disabled, account])).toEqual([
      ["una", "ida", "dan", "bot"],
      { me: "this is you", olga: "only an Owner can change an Owner" },
    ]);
  });

  it("sends invitations again to the invited only", () => {
    expect(plan({ kind: "resend" }, [me, user, invited, member("ona", "owner", "invited")])).toEqual([
      ["ida"],
      { me: "not invited", una: "not invited", ona: "only an Owner can change an Owner" },
    ]);
  });

  it("does nothing for those who manage nobody", () => {
    for (const kind of ["role", "disable", "enable", "remove", "resend"] as const)
      expect(plan({ kind, role: "user" }, [user, invited], "creator")[0]).toEqual([]);
  });
});

describe("the words of an action on many members", () => {
  const people = (n: number, status: Member["status"] = "active") =>
    Array.from({ length: n }, (_, i) => member(`p${i}`, "user", status));

  it("say how many it concerns", () => {
    expect(manyWords({ kind: "disable" }, people(1), "Acme").button).toBe("Disable 1 person");
    expect(manyWords({ kind: "role", role: "admin" }, people(1200), "Acme").button).toBe(
      "Give 1,200 people the role Admin",
    );
  });

  it("say what a removal costs members and the invited", () => {
    const words = (list: readonly Member[]) => manyWords({ kind: "remove" }, list, "Acme").consequence;
    expect(words(people(2, "invited"))).toBe("The links in their emails stop working. You can invite them again.");
    expect(words(people(2))).not.toContain("invited;");
    expect(words([...people(2), ...people(1, "invited")])).toContain("One of them is invited; the link in that email");
    expect(words([...people(2), ...people(3, "invited")])).toContain("3 of them are invited");
  });
});
