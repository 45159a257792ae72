import { expect, it } from "vitest";
import openapi from "../../../../../pkg/api/openapi.yaml?raw";
import type { AuditAction, AuditEntry } from "../api/types";
import {
  actionGroups,
  actions,
  actionsOf,
  actionTitle,
  auditSentence,
  changeColumns,
  changes,
  entryTitle,
  manySentence,
} from "./audit";
import { exactMoment, moment } from "./time";

const entry = (action: AuditAction, more: Partial<AuditEntry> = {}): AuditEntry => ({
  id: "1",
  at: "2026-12-01T12:00:00Z",
  action,
  actor: { userId: "usr_1", displayName: "Ada", kind: "session" },
  target: { type: "user", id: "usr_2", name: "Grace" },
  source: { requestId: "r" },
  ...more,
});
const sentence = (e: AuditEntry) =>
  auditSentence(e, new Map([["sol_1", "Weld log"]]))
    .map((w) => w.text)
    .join(" ");

const self = { type: "user", id: "usr_1", name: "Ada" };

it.each([
  [
    entry("member.role-update", { before: { role: "user" }, after: { role: "admin" } }),
    "Ada changed the role of Grace from User to Admin",
  ],
  [
    entry("member.role-update", { before: { role: "owner" }, after: { role: "admin" }, target: self }),
    "Ada changed their own role from Owner to Admin",
  ],
  [entry("member.invite", { after: { role: "creator", status: "invited" } }), "Ada invited Grace as Creator"],
  [entry("member.invite"), "Ada invited Grace"],
  [
    entry("assignment.create", { after: { solutionId: "sol_1", role: "editor" } }),
    "Ada assigned Grace to Weld log as Editor",
  ],
  [entry("assignment.delete", { before: { solutionId: "sol_1", role: "editor" } }), "Ada removed Grace from Weld log"],
  [
    entry("assignment.update", {
      before: { solutionId: "sol_9", role: "user" },
      after: { solutionId: "sol_9", role: "admin" },
    }),
    "Ada changed the role of Grace in a deleted solution from User to Admin",
  ],
  [entry("member.join", { target: self }), "Ada joined"],
  [
    entry("assignment.create", { after: { solutionId: "sol_1", role: "owner" }, target: self }),
    "Ada assigned themselves to Weld log as Owner",
  ],
  [entry("member.remove", { before: { role: "user", status: "active" } }), "Ada removed Grace"],
  [entry("member.remove", { before: { status: "invited" } }), "Ada canceled the invitation to Grace"],
  [entry("member.remove", { before: { status: "active" }, target: self }), "Ada left the organization"],
  [
    entry("token.lapsed", { actor: { kind: "schedule" }, target: { type: "token", id: "tok_1", name: "3kTz8Lqa" } }),
    "The token 3kTz8Lqa expired because it was unused",
  ],
  [
    entry("token.report", { actor: { kind: "finder" }, target: { type: "token", id: "tok_1", name: "3kTz8Lqa" } }),
    "Someone found and reported the token 3kTz8Lqa",
  ],
  [entry("member.enable", { actor: { kind: "session", userId: "usr_3" } }), "Former member usr_3 re-enabled Grace"],
  [entry("something.new" as AuditAction), "Ada made the change “something.new” to Grace"],
])("an event reads as a sentence", (e, words) => expect(sentence(e)).toBe(words));

it("a solution is not called deleted before the solutions have loaded", () =>
  expect(
    auditSentence(entry("assignment.delete", { before: { solutionId: "sol_1" } }), undefined).map((p) => p.text),
  ).toEqual(["Ada", "removed", "Grace", "from", "a solution"]));

it("the filter offers exactly the actions of openapi.yaml", () => {
  const [, declared = ""] = /\n {4}AuditAction:[^]*?\n {6}enum:\n((?: {8}- .+\n)+)/.exec(openapi) ?? [];
  expect([...actions].sort()).toEqual(declared.match(/[a-z-]+\.[a-z-]+/g)?.sort());
});

it("every action has a title, a sentence and words for several events, and is in one group", () => {
  const offered = actionGroups.flatMap((group) => actionsOf(group).map(([action]) => action));
  expect(offered.sort()).toEqual([...actions].sort());
  expect(new Set(actions.map(actionTitle)).size).toBe(actions.length);
  for (const action of actions) {
    expect(actionTitle(action)).toMatch(/^[A-Z][a-z-]* /);
    expect(sentence(entry(action))).not.toMatch(/made the change|[{}]/);
    const several = manySentence(entry(action), 40)
      .map((w) => w.text)
      .join(" ");
    expect(several).toMatch(/^(Ada .*)?40 /);
    expect(several).not.toMatch(/[#{}]/);
  }
});

it("an action that stands for several things has an exact title in the pane", () => {
  expect(entryTitle(entry("member.remove", { before: { status: "active" } }))).toBe("Removed a member");
  expect(entryTitle(entry("member.remove", { before: { status: "invited" } }))).toBe("Canceled an invitation");
  expect(entryTitle(entry("member.remove", { target: self }))).toBe("Left the organization");
  expect(entryTitle(entry("member.enable"))).toBe("Re-enabled a member");
  expect(entryTitle(entry("something.new" as AuditAction))).toBe("Made the change “something.new”");
});

it("an exact time has seconds and names its zone", () =>
  expect(exactMoment("2026-12-07T14:05:09Z")).toMatch(/^7 Dec 2026(,| at) \d\d:05:09 \S+/));

it("changed fields are shown in words, before and after", () => {
  expect(
    changes(
      entry("member.role-update", {
        before: { role: "user", status: "active" },
        after: { role: "deny", status: "active", leaseExpiresAt: "2026-12-07T12:00:00Z" },
      }),
    ),
  ).toEqual([
    { field: "Lease expires at", before: "–", after: moment("2026-12-07T12:00:00Z") },
    { field: "Role", before: "User", after: "Deny" },
    { field: "Status", before: "Active", after: "Active" },
  ]);
});

it("added and removed fields are shown one by one", () => {
  expect(changes(entry("solution.update", { before: { name: "a" }, after: { name: "b", description: "c" } }))).toEqual([
    { field: "Description", before: "–", after: "c" },
    { field: "Name", before: "a", after: "b" },
  ]);
});

it("a table of changes leaves out the column without values", () => {
  const columns = (more: Partial<AuditEntry>) =>
    changeColumns(changes(entry("member.role-update", more))).map(([c]) => c);
  expect(columns({ after: { role: "user" } })).toEqual(["after"]);
  expect(columns({ before: { role: "user" } })).toEqual(["before"]);
  expect(columns({ before: { role: "user" }, after: { role: "admin" } })).toEqual(["before", "after"]);
  expect(columns({ before: { phone: "" }, after: { phone: "" } })).toEqual(["before", "after"]);
});
