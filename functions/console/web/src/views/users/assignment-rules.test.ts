import { describe, expect, it } from "vitest";
import type { SolutionRole } from "../../api/types";
import { higherRoles, outcome, plannedChanges, reversed, type Person } from "./assignment-rules";

const ada: Person = { id: "usr_a", displayName: "Ada" };
const alan: Person = { id: "usr_b", displayName: "Alan" };
const mary: Person = { id: "usr_c", displayName: "Mary" };
const present = new Map<string, SolutionRole>([
  ["usr_a", "user"],
  ["usr_b", "editor"],
]);
const log = { id: "sol_1", name: "Weld log" };

describe("assigning", () => {
  it("changes nobody who has the role, and lowers nobody by itself", () =>
    expect(plannedChanges([ada, alan, mary], present, "user", [])).toEqual([
      { person: mary, from: undefined, to: "user" },
    ]));
  it("lowers exactly those who were named", () => {
    expect(plannedChanges([ada, alan], present, "deny", ["usr_b"])).toEqual([
      { person: alan, from: "editor", to: "deny" },
    ]);
    expect(plannedChanges([alan], present, "user", ["usr_a"])).toEqual([]);
  });
  it("raises without asking", () =>
    expect(plannedChanges([ada], present, "admin", [])).toEqual([{ person: ada, from: "user", to: "admin" }]));
  it("names the people whose role is higher", () =>
    expect(higherRoles([ada, alan, mary], present, "user").map(({ person }) => person)).toEqual([alan]));
  it("is undone by the roles from before, which may be none", () =>
    expect(reversed(plannedChanges([alan, mary], present, "deny", ["usr_b"]))).toEqual([
      { person: alan, from: "deny", to: "editor" },
      { person: mary, from: "deny", to: undefined },
    ]));
});

describe("what assigning did, in words", () => {
  const done = (people: readonly Person[], role: SolutionRole) => [
    { solution: log, changes: people.map((person) => ({ person, from: undefined, to: role })) },
  ];
  it.each<[readonly Person[], SolutionRole, string]>([
    [[mary], "user", "Mary is now a User of Weld log."],
    [[mary], "deny", "Denied Mary access to Weld log."],
    [[ada, mary], "deny", "Denied 2 people access to Weld log."],
    [[ada, mary], "editor", "2 people now have the role Editor in Weld log."],
    [[], "user", "Nothing changed. Everyone has this role or a higher one."],
  ])("%j as %s", (people, role, words) => expect(outcome(done(people, role), role)).toBe(words));
  it("counts only the people and solutions that changed", () =>
    expect(
      outcome([...done([mary], "admin"), { solution: { id: "sol_2", name: "Other" }, changes: [] }], "admin"),
    ).toBe("Mary is now an Admin of Weld log."));
});
