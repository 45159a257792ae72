import { describe, expect, it, vi } from "vitest";
import { Problem } from "./problem";
import { runMany, type ManyRun } from "./run-many";

const problem = (status: number, name = "conflict") => new Problem(name, status, "Refused", `Refused with ${status}.`);
/** Resolves after what waits already. */
const nextTurn = () => new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined)));
const items = Array.from({ length: 12 }, (_, i) => i);

function run(change: ManyRun<number>["change"], more: Partial<ManyRun<number>> = {}) {
  return runMany(items, {
    change,
    isAllowed: () => Promise.resolve(true),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...more,
  });
}

const outcomes = (list: Awaited<ReturnType<typeof run>>) => list.results.map(({ outcome }) => outcome);

describe("a change to many things", () => {
  it("goes on after one is refused, and says why", async () => {
    const done = await run((i) => (i === 3 ? Promise.reject(problem(409)) : Promise.resolve(undefined)));
    expect(done.results[3]).toEqual({ item: 3, outcome: "refused", detail: "Refused with 409." });
    expect(outcomes(done).filter((o) => o === "done")).toHaveLength(11);
    expect(done.stopped).toBeUndefined();
  });

  it("keeps what a change has to say", async () => {
    const { results } = await run((i) => Promise.resolve(i === 1 ? "The email could not be sent." : undefined));
    expect(results[1]).toEqual({ item: 1, outcome: "done", detail: "The email could not be sent." });
    expect(results[2]).toEqual({ item: 2, outcome: "done" });
  });

  it("asks after a 403 whether the person may go on, and goes on if so", async () => {
    const isAllowed = vi.fn(() => Promise.resolve(true));
    const done = await run((i) => (i === 0 ? Promise.reject(problem(403, "forbidden")) : Promise.resolve(undefined)), {
      isAllowed,
    });
    expect(isAllowed).toHaveBeenCalledOnce();
    expect(outcomes(done).filter((o) => o === "left")).toHaveLength(0);
  });

  it.each([
    ["the person has lost the permission", 403, () => Promise.resolve(false)],
    ["it is not known whether they have", 403, () => Promise.reject(problem(503))],
    ["the session has ended", 401, () => Promise.resolve(true)],
    ["Leasehold does not answer", 0, () => Promise.resolve(true)],
  ])("stops when %s", async (_, status, isAllowed) => {
    const change = vi.fn((i: number) => (i === 0 ? Promise.reject(problem(status)) : nextTurn()));
    const done = await run(change, { isAllowed });
    expect(done.stopped?.status).toBe(status);
    expect(change.mock.calls.length).toBeLessThan(items.length);
    expect(outcomes(done).filter((o) => o === "left")).toHaveLength(items.length - change.mock.calls.length);
    expect(done.results.map(({ item }) => item)).toEqual(items);
  });

  it("stops between two when it is aborted, and finishes those that have begun", async () => {
    const abort = new AbortController();
    const onProgress = vi.fn((finished: number) => {
      if (finished === 2) abort.abort();
    });
    const done = await run(() => Promise.resolve(undefined), { signal: abort.signal, onProgress });
    const finished = outcomes(done).filter((o) => o === "done").length;
    expect(finished).toBeGreaterThanOrEqual(2);
    expect(finished).toBeLessThan(items.length);
    expect(onProgress).toHaveBeenLastCalledWith(finished);
  });

  it("sends few requests at a time", async () => {
    let running = 0;
    let most = 0;
    await run(async () => {
      running += 1;
      most = Math.max(most, running);
      await nextTurn();
      running -= 1;
      return undefined;
    });
    expect(most).toBe(4);
  });
});
