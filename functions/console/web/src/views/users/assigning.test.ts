// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest";
import type { SolutionRole } from "../../api/types";
import { applyChanges, undoAssignment } from "./assigning";
import type { RoleChange } from "./assignment-rules";

afterEach(() => vi.unstubAllGlobals());

interface Body {
  readonly assign: readonly { readonly userId: string; readonly role: SolutionRole }[];
  readonly unassign: readonly string[];
  readonly expected: readonly { readonly userId: string; readonly role?: SolutionRole }[];
}

/** Answers like the API, which compares the expected roles with the present ones as it writes. Returns what was sent. */
function serve(present: Map<string, SolutionRole>): Body[] {
  const sent: Body[] = [];
  vi.stubGlobal("fetch", (_: string, { body }: { readonly body: string }) => {
    const asked = JSON.parse(body) as Body;
    sent.push(asked);
    const errors = asked.expected.flatMap(({ userId, role }, i) =>
      present.get(userId) === role ? [] : [{ field: `expected.${i}`, detail: "Changed." }],
    );
    if (errors.length > 0) return Promise.resolve(mismatch(errors));
    for (const { userId, role } of asked.assign) present.set(userId, role);
    for (const id of asked.unassign) present.delete(id);
    return Promise.resolve(Response.json({ assigned: [], unassigned: [] }));
  });
  return sent;
}

function mismatch(errors: readonly unknown[]): Response {
  const problem = {
    type: "https://example.com/#problem-version-mismatch",
    title: "Changed",
    status: 412,
    detail: "",
    errors,
  };
  return Response.json(problem, { status: 412 });
}

const change = (id: string, from: SolutionRole | undefined, to: SolutionRole | undefined): RoleChange => ({
  person: { id, displayName: id },
  from,
  to,
});
/** Undoes changes in a solution, and returns what is said about it. */
const undo = (changes: readonly RoleChange[]) =>
  undoAssignment("org_1", [{ solution: { id: "sol_1", name: "Weld log" }, changes }], "Restored.", () => undefined);

test("roles are restored, and those that someone has changed in the meantime stay", async () => {
  const present = new Map<string, SolutionRole>([
    ["ada", "user"],
    ["alan", "owner"],
    ["mary", "user"],
  ]);
  const sent = serve(present);
  const changes = [
    change("ada", "editor", "user"),
    change("alan", "editor", "user"),
    change("mary", undefined, "user"),
  ];
  expect(await undo(changes)).toBe("Restored. One role stays, because someone has changed it in the meantime.");
  expect([...present]).toEqual([
    ["ada", "editor"],
    ["alan", "owner"],
  ]);
  expect(sent.map(({ expected }) => expected.map(({ userId }) => userId))).toEqual([
    ["ada", "alan", "mary"],
    ["ada", "mary"],
  ]);
});

test("somebody who was removed is assigned again only if nobody else has assigned them", async () => {
  const present = new Map<string, SolutionRole>();
  const sent = serve(present);
  expect(await undo([change("ada", "user", undefined)])).toBe("Restored.");
  expect(sent[0]?.expected).toEqual([{ userId: "ada" }]);
  await expect(undo([change("ada", "editor", undefined)])).rejects.toMatchObject({ status: 412 });
  expect(present.get("ada")).toBe("user");
});

test("if every role has changed in the meantime, none is restored, in any batch", async () => {
  const people = Array.from({ length: 30 }, (_, i) => change(`person${i}`, "editor", "user"));
  const sent = serve(new Map(people.map(({ person }) => [person.id, "admin"])));
  await expect(undo(people)).rejects.toMatchObject({ name: "version-mismatch" });
  expect(sent.map(({ expected }) => expected.length)).toEqual([25, 5]);
});

test("a refusal that names nobody ends the attempts", async () => {
  const fetch = vi.fn(() => Promise.resolve(mismatch([])));
  vi.stubGlobal("fetch", fetch);
  expect(await undo([change("ada", "editor", "user")])).toMatchObject({ problem: { status: 412 } });
  expect(fetch).toHaveBeenCalledTimes(1);
});

test("people are assigned only from the roles that were read, so that nobody's role is lowered unseen", async () => {
  const present = new Map<string, SolutionRole>([["ada", "owner"]]);
  serve(present);
  await expect(applyChanges("org_1", "sol_1", [change("ada", undefined, "user")])).rejects.toThrow(
    "Someone has changed a role in the meantime. Try again.",
  );
  expect(present.get("ada")).toBe("owner");
});
