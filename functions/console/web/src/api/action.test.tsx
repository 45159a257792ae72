// @vitest-environment happy-dom
import { act, cleanup, renderHook } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { navigate, setQuery } from "../router/navigation";
import { settle } from "../testing/settle";
import { clearToasts, toasts } from "../toasts";
import { useAction } from "./action";
import { Problem } from "./problem";

beforeEach(() => navigate("/org_1/solutions/sol_1"));

afterEach(() => {
  cleanup();
  clearToasts();
});

const refused = new Problem("forbidden", 403, "Forbidden", "Creators can't do this.");

/** Renders useAction with a request that the test answers. */
function action() {
  let pending: { resolve: (result: string) => void; reject: (problem: Problem) => void } | undefined;
  const request = vi.fn<(name: string) => Promise<string>>(
    () => new Promise((resolve, reject) => (pending = { resolve, reject })),
  );
  const onDone = vi.fn();
  const hook = renderHook(() => useAction(request, onDone));
  void act(() => hook.result.current.run("delete"));
  return {
    ...hook,
    request,
    onDone,
    answer: (result: string) => settle(() => pending?.resolve(result)),
    fail: (problem: Problem) => settle(() => pending?.reject(problem)),
  };
}

test("onDone gets the result and the arguments once the change is made", async () => {
  const { answer, onDone, result } = action();
  expect(result.current.busy).toBe(true);
  await answer("deleted");
  expect(onDone.mock.calls).toEqual([["deleted", "delete"]]);
  expect(result.current).toMatchObject({ busy: false, problem: undefined });
});

test("an answer does not act on a view that is gone", async () => {
  const { answer, onDone, unmount } = action();
  unmount();
  await answer("deleted");
  expect(onDone).not.toHaveBeenCalled();
});

test("an answer does not move people who have gone to another address", async () => {
  const { answer, onDone, result } = action();
  navigate("/org_1/settings");
  await answer("deleted");
  expect(onDone).not.toHaveBeenCalled();
  expect(result.current.busy).toBe(false);
});

test("an answer acts on the view whose filters have changed meanwhile", async () => {
  const { answer, onDone } = action();
  setQuery({ q: "ada" });
  await answer("deleted");
  expect(onDone).toHaveBeenCalledOnce();
});

test("a problem is shown by its view, or as a message if the view is gone", async () => {
  const shown = action();
  await shown.fail(refused);
  expect(shown.result.current.problem).toBe(refused);
  expect(toasts.value).toEqual([]);

  const gone = action();
  gone.unmount();
  await gone.fail(refused);
  expect(toasts.value).toMatchObject([{ kind: "problem", text: "Creators can't do this." }]);
});

test("the end of the session is not shown as a message, because the next page says so", async () => {
  const { unmount, fail } = action();
  unmount();
  await fail(new Problem("invalid-token", 401, "Invalid token", "The token has expired."));
  expect(toasts.value).toEqual([]);
});

test("one change runs at a time", async () => {
  const { result, request, answer } = action();
  void act(() => result.current.run("again"));
  expect(request).toHaveBeenCalledOnce();
  await answer("done");
  void act(() => result.current.run("later"));
  expect(request).toHaveBeenCalledTimes(2);
});
