// @vitest-environment happy-dom
import { act, cleanup, renderHook } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SessionCreated } from "../api/types";
import { lapses } from "../session/end-reason";
import { beginSession, endSession } from "../session/session";
import { useTyped } from "./drafts";
import { useEdits } from "./edits";

const session = (id: string) =>
  ({ secret: `lhs_${id}`, session: { expiresAt: "2026-12-07T12:00:00Z" }, user: { id, email: "" } }) as SessionCreated;

beforeEach(() => beginSession(session("usr_grace")));

afterEach(() => {
  cleanup();
  endSession();
});

const initial = { email: "", firstName: "" };

/** Renders the form, types in it, ends the session for a reason, and removes the form as the console does then. */
function typeAndEnd(reason?: string): void {
  const { result, unmount } = renderHook(() => useTyped("invitation", initial));
  void act(() => result.current[1]({ email: "ada@example.com" }));
  expect(stored()).toEqual([]);
  endSession(reason);
  unmount();
}

const stored = () => Object.keys(sessionStorage).filter((name) => name.startsWith("leasehold.draft."));
const shown = () => renderHook(() => useTyped("invitation", initial)).result.current[0];

test.each(Object.values(lapses))("typed text is there again after the sign-in, once: %s", (reason) => {
  typeAndEnd(reason);
  beginSession(session("usr_grace"));
  expect(shown()).toEqual({ email: "ada@example.com", firstName: "" });
  expect(shown()).toEqual(initial);
});

test.each([undefined, "You signed out in another tab.", "Your session has ended."])(
  "nothing is kept when the session is ended: %s",
  (reason) => {
    typeAndEnd(reason);
    expect(stored()).toEqual([]);
  },
);

test("nobody else gets what was typed", () => {
  typeAndEnd(lapses.inactive);
  beginSession(session("usr_mary"));
  expect(stored()).toEqual([]);
  expect(shown()).toEqual(initial);
});

test("the next sign-out removes what was kept", () => {
  typeAndEnd(lapses.inactive);
  endSession();
  expect(stored()).toEqual([]);
});

test("edits of stored values are kept, and fields of another type are not", () => {
  const form = renderHook(() => useEdits("policy", { days: "", allowed: true }));
  void act(() => form.result.current.set({ days: "30", allowed: false }));
  endSession(lapses.expired);
  form.unmount();
  beginSession(session("usr_grace"));
  const { result } = renderHook(() => useEdits<{ days: string; allowed: string }>("policy", { days: "", allowed: "" }));
  expect(result.current.values).toEqual({ days: "30", allowed: "" });
});
