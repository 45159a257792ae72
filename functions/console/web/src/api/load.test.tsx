// @vitest-environment happy-dom
import { act, cleanup, renderHook } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { settle } from "../testing/settle";
import { useLoad, type Query } from "./load";
import { networkProblem, Problem } from "./problem";
import type { QueryKey } from "./query-key";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** A request that the test answers when it likes, in any order. */
interface Request {
  readonly signal: AbortSignal;
  readonly answer: (data: string) => Promise<void>;
  readonly fail: (problem: Problem) => Promise<void>;
}

const unavailable = new Problem("unavailable", 503, "Temporarily unavailable", "Try again.");

/** Renders useLoad for a key. Requests are answered by the test. */
function load(key: string, options: { keep?: boolean; onLoaded?: (data: string) => void } = {}) {
  const requests: Request[] = [];
  const query = (name: string): Query<string> => ({
    key: name as QueryKey,
    load: (signal) =>
      new Promise((resolve, reject) => {
        requests.push({
          signal,
          answer: (data) => settle(() => resolve(data)),
          fail: (problem) => settle(() => reject(problem)),
        });
      }),
    ...(options.onLoaded ? { onLoaded: options.onLoaded } : {}),
  });
  const { keep = false } = options;
  const hook = renderHook((name: string) => useLoad(query(name), { keep }), { initialProps: key });
  const request = (n: number): Request => {
    const found = requests[n];
    if (!found) throw new Error(`only ${requests.length} requests were sent`);
    return found;
  };
  return { ...hook, request, count: () => requests.length, shown: () => hook.result.current };
}

test("an answer for an old key is dropped, whenever it comes", async () => {
  const { rerender, request, shown } = load("a");
  rerender("b");
  expect(request(0).signal.aborted).toBe(true);
  await request(1).answer("data of b");
  await request(0).answer("data of a");
  expect(shown().data).toBe("data of b");
});

test("an answer for a view that is gone is dropped", async () => {
  const onLoaded = vi.fn();
  const { unmount, request } = load("a", { onLoaded });
  unmount();
  expect(request(0).signal.aborted).toBe(true);
  await request(0).answer("too late");
  expect(onLoaded).not.toHaveBeenCalled();
});

test("an older read does not undo the response of a change", async () => {
  const onLoaded = vi.fn();
  const { request, shown } = load("a", { onLoaded });
  await request(0).answer("before");
  void act(() => shown().reload());
  void act(() => shown().set("after the change"));
  await request(1).answer("before");
  expect(shown()).toMatchObject({ data: "after the change", loading: false });
  expect(onLoaded).toHaveBeenCalledTimes(1);
});

test("an update is applied to what is shown, and a read that it overtakes is sent again", async () => {
  const { request, shown, count } = load("a");
  await request(0).answer("1 2");
  void act(() => shown().reload());
  void act(() => shown().update((data) => data.replace("2", "two")));
  expect(shown().data).toBe("1 two");
  expect(request(1).signal.aborted).toBe(true);
  await request(1).answer("1 2 3");
  expect(shown().data).toBe("1 two");
  await request(2).answer("1 two 3");
  expect(shown().data).toBe("1 two 3");
  void act(() => shown().update((data) => data));
  expect(count()).toBe(3);
});

test("the response of a change for an old key does not replace the data of the new one", async () => {
  const { request, shown, rerender } = load("a");
  await request(0).answer("data of a");
  const { set } = shown();
  rerender("b");
  await request(1).answer("data of b");
  void act(() => set("change of a"));
  expect(shown().data).toBe("data of b");
});

test("a reload that fails keeps the data, next to the problem", async () => {
  const { request, shown } = load("a");
  await request(0).answer("data");
  void act(() => shown().reload());
  await request(1).fail(unavailable);
  expect(shown()).toMatchObject({ data: "data", problem: unavailable, loading: false });
  void act(() => shown().reload());
  await request(2).answer("newer data");
  expect(shown()).toMatchObject({ data: "newer data", problem: undefined });
});

test.each([403, 404])("data that the API refuses to show again with %i is not kept", async (status) => {
  const { request, shown } = load("a");
  await request(0).answer("data");
  void act(() => shown().reload());
  await request(1).fail(new Problem("refused", status, "Refused", "Refused."));
  expect(shown().data).toBeUndefined();
});

test("the previous key's data stays while the next loads, and goes if that fails", async () => {
  const { request, shown, rerender } = load("page 1", { keep: true });
  await request(0).answer("rows 1");
  rerender("page 2");
  expect(shown()).toMatchObject({ data: "rows 1", loading: true });
  await request(1).fail(unavailable);
  expect(shown()).toMatchObject({ data: undefined, problem: unavailable });
});

test("after a network problem it tries again by itself, and keeps the data meanwhile", async () => {
  vi.useFakeTimers();
  const { request, shown, count } = load("a");
  await request(0).answer("data");
  void act(() => shown().reload());
  await request(1).fail(networkProblem());
  expect(count()).toBe(2);
  void act(() => void vi.advanceTimersByTime(1000));
  expect(shown()).toMatchObject({ data: "data", loading: true });
  expect(shown().problem?.status).toBe(0);
  await request(2).answer("newer data");
  expect(shown()).toMatchObject({ data: "newer data", problem: undefined });
});
