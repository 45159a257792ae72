// @vitest-environment happy-dom
import { act, cleanup, renderHook } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { currentLocation, discardUnsaved, navigate, unsavedPrompt, useUnsaved } from "./navigation";

afterEach(() => {
  cleanup();
  discardUnsaved();
  unsavedPrompt.set(undefined);
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

test("a form that was saved while the person went on typing warns again", () => {
  const { result, rerender } = renderHook(() => useUnsaved(true));
  result.current();
  rerender();
  expect(isAsked()).toBe(true);
});

test("a form that is gone no longer warns", () => {
  const { unmount } = renderHook(() => useUnsaved(true));
  void act(() => unmount());
  expect(isAsked()).toBe(false);
});
