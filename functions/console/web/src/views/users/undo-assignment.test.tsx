// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Toasts } from "../../parts/toast";
import { settle } from "../../testing/settle";
import { clearToasts } from "../../toasts";
import { reportAssignment } from "./assigning";

/** The requests so far: the solution, and how many roles each changes. */
let sent: [solution: string, roles: number][] = [];
/** The numbers of the requests that fail, counted from 1. */
let failing: readonly number[] = [];
const onUndone = vi.fn();

beforeEach(() => {
  [sent, failing] = [[], []];
  onUndone.mockReset();
  vi.stubGlobal("fetch", (path: string, { body }: { readonly body: string }) => {
    const { assign, unassign } = JSON.parse(body) as { assign: readonly unknown[]; unassign: readonly unknown[] };
    sent.push([/sol_\d/.exec(path)?.[0] ?? "", assign.length + unassign.length]);
    if (!failing.includes(sent.length)) return Promise.resolve(Response.json({ assigned: [], unassigned: [] }));
    const problem = { type: "x#problem-unavailable", title: "Unavailable", status: 503, detail: "Try again later." };
    return Promise.resolve(Response.json(problem, { status: 503 }));
  });
});

afterEach(() => {
  cleanup();
  clearToasts();
  vi.unstubAllGlobals();
});

/** Reports that people were assigned to solutions, so many to each. */
async function report(...numbers: readonly number[]): Promise<void> {
  render(<Toasts />);
  const done = numbers.map((n, s) => ({
    solution: { id: `sol_${s}`, name: `Solution ${s}` },
    changes: Array.from({ length: n }, (_, i) => ({
      person: { id: `usr_${i}`, displayName: `Person ${i}` },
      from: undefined,
      to: "user" as const,
    })),
  }));
  await settle(() => reportAssignment("org_1", done, "user", onUndone));
}

const press = (name: string) => settle(() => fireEvent.click(screen.getByRole("button", { name })));
const message = () => document.querySelector(".toast-text")?.textContent;

test("when a later batch fails, what was undone and what was not is said, and the rest is tried again", async () => {
  await report(60);
  failing = [2];
  await press("Undo");
  expect(message()).toBe("25 roles were restored, 35 were not. Try again later.");
  expect(sent.map(([, roles]) => roles)).toEqual([25, 25]);
  expect(onUndone).toHaveBeenCalledOnce();
  await press("Try again");
  expect(sent.map(([, roles]) => roles)).toEqual([25, 25, 25, 10]);
  expect(message()).toBe("Restored the roles in Solution 0.");
});

test("a rest that fails again is said together with what was undone before", async () => {
  await report(60);
  failing = [2, 3];
  await press("Undo");
  await press("Try again");
  expect(message()).toBe("25 roles were restored, 35 were not. Try again later.");
  failing = [5];
  await press("Try again");
  expect(message()).toBe("50 roles were restored, 10 were not. Try again later.");
});

test("if the first batch fails, nothing was undone, and it can be tried again", async () => {
  await report(30);
  failing = [1];
  await press("Undo");
  expect(message()).toBe("Nothing was undone. Try again later.");
  await press("Try again");
  expect(message()).toBe("Restored the roles in Solution 0.");
});

test("a failure in one solution does not keep the others from being undone", async () => {
  await report(30, 1);
  failing = [1];
  await press("Undo");
  expect(sent).toEqual([
    ["sol_0", 25],
    ["sol_1", 1],
  ]);
  expect(message()).toBe("One role was restored, 30 were not. Try again later.");
  await press("Try again");
  expect(sent.slice(2)).toEqual([
    ["sol_0", 25],
    ["sol_0", 5],
  ]);
});
