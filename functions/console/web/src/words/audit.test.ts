import { expect, it } from "vitest";
import openapi from "../../../../../pkg/api/openapi.yaml?raw";
import type { AuditAction, AuditEntry } from "../api/types";
import { actions, changes, auditSentence } from "./audit";
import { moment } from "./time";

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

it.each([
  [
    entry("member.role-update", { before: { role: "user" }, after: { role: "admin" } }),
    "changed the role of Grace from User to Admin",
  ],
  [
    entry("assignment.create", { after: { solutionId: "sol_1", role: "editor" } }),
    "assigned Weld log to Grace as Editor",
  ],
  [entry("assignment.delete", { before: { solutionId: "sol_1", role: "editor" } }), "took Weld log from Grace"],
  [
    entry("assignment.update", {
      before: { solutionId: "sol_9", role: "user" },
      after: { solutionId: "sol_9", role: "admin" },
    }),
    "changed the role in a solution of Grace from User to Admin",
  ],
  [entry("member.join", { target: { type: "user", id: "usr_1", name: "Ada" } }), "joined"],
  [
    entry("assignment.create", {
      after: { solutionId: "sol_1", role: "owner" },
      target: { type: "user", id: "usr_1", name: "Ada" },
    }),
    "assigned Weld log to themselves as Owner",
  ],
  [entry("something.new" as AuditAction), "did “Something: new” to Grace"],
])("an entry reads as a sentence", (e, words) => expect(sentence(e)).toBe(words));

it("the filter offers exactly the actions of openapi.yaml", () => {
  const [, declared = ""] = /\n {4}AuditAction:[^]*?\n {6}enum:\n((?: {8}- .+\n)+)/.exec(openapi) ?? [];
  expect([...actions].sort()).toEqual(declared.match(/[a-z-]+\.[a-z-]+/g)?.sort());
});

it("every action to filter by has words of its own", () => {
  for (const action of actions) expect(sentence(entry(action))).not.toContain("did “");
});

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
