// @vitest-environment happy-dom
import { act, cleanup, renderHook } from "@testing-library/preact";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import {
  closeOverlay,
  currentLocation,
  discardUnsaved,
  followHistory,
  navigate,
  openOverlay,
  setQuery,
  unsavedPrompt,
  useOverlay,
  useUnsaved,
} from "./navigation";

beforeAll(followHistory);

afterEach(() => {
  cleanup();
  discardUnsaved();
  unsavedPrompt.set(undefined);
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Reports whether leaving asks about unsaved changes. */
function isAsked(): boolean {
  unsavedPrompt.set(undefined);
  navigate("/org_1/settings");
  const asked = unsavedPrompt.value !== undefined;
  unsavedPrompt.set(undefined);
  return asked;
}

test("saving one form leaves the warning of another", () => {
  const role = renderHook(() => useUnsaved(true));
  const phone = renderHook(({ changed }) => useUnsaved(changed), { initialProps: { changed: true } });
  phone.result.current();
  phone.rerender({ changed: false });
  expect(isAsked()).toBe(true);
  role.result.current();
  expect(isAsked()).toBe(false);
  expect(currentLocation.value.path).toBe("/org_1/settings");
});

test("a form that was saved does not warn while it closes, although it is rendered again", () => {
  const { result, rerender } = renderHook(() => useUnsaved(true));
  result.current();
  rerender();
  expect(isAsked()).toBe(false);
});

test("a form that is gone no longer warns", () => {
  const { unmount } = renderHook(() => useUnsaved(true));
  void act(() => unmount());
  expect(isAsked()).toBe(false);
});

test("going back with unsaved changes is undone, then asked about, then repeated", () => {
  vi.useFakeTimers();
  navigate("/org_1/users");
  navigate("/org_1/profile");
  const { index } = history.state as { index: number };
  // The browser moves to an entry, and reports that.
  const arriveAt = (entry: number) => {
    history.replaceState({ index: entry }, "");
    dispatchEvent(new PopStateEvent("popstate"));
  };
  const go = vi.spyOn(history, "go").mockImplementation((steps = 0) => arriveAt(index - 2 + steps));
  renderHook(() => useUnsaved(true));

  arriveAt(index - 1);
  arriveAt(index - 2);
  expect(go).not.toHaveBeenCalled();
  expect(unsavedPrompt.value, "the page is not at its entry yet").toBeUndefined();
  vi.runAllTimers();
  expect(go.mock.calls).toEqual([[2]]);
  expect(unsavedPrompt.value).toBeDefined();

  go.mockReset();
  unsavedPrompt.value?.proceed();
  expect(go.mock.calls).toEqual([[-2]]);
});

test("closing an overlay goes back to the page, without asking about what the page has unsaved", () => {
  navigate("/org_1/users");
  const page = history.state as object;
  const { result } = renderHook(() => useOverlay());
  renderHook(() => useUnsaved(true));
  void act(() => openOverlay("keys"));
  expect(result.current).toBe("keys");
  void act(() => openOverlay("commands"));
  expect(result.current).toBe("commands");
  vi.spyOn(history, "back").mockImplementation(() => {
    history.replaceState(page, "");
    dispatchEvent(new PopStateEvent("popstate"));
  });
  const then = vi.fn();
  void act(() => closeOverlay(then));
  expect(result.current).toBeUndefined();
  expect(then).toHaveBeenCalledOnce();
  expect(unsavedPrompt.value).toBeUndefined();
  void act(() => closeOverlay(then));
  expect(then, "without an overlay, the action runs at once").toHaveBeenCalledTimes(2);
});

test("the form for a new organization asks before what was typed is lost", () => {
  navigate("/org_1/users");
  openOverlay("organization");
  renderHook(() => useUnsaved(true));
  const back = vi.spyOn(history, "back").mockImplementation(() => undefined);
  closeOverlay();
  expect(back).not.toHaveBeenCalled();
  unsavedPrompt.value?.proceed();
  expect(back).toHaveBeenCalledOnce();
});

test("another address and other filters leave no overlay behind, or keep it", () => {
  navigate("/org_1/users");
  const { result } = renderHook(() => useOverlay());
  void act(() => openOverlay("commands"));
  void act(() => setQuery({ q: "ada" }));
  expect(result.current).toBe("commands");
  void act(() => navigate("/org_1/users/usr_1"));
  expect(result.current).toBeUndefined();
});
