// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest";
import { Problem } from "../api/problem";
import { clearToasts, toasts } from "../toasts";
import { offerUndo } from "./undo";

afterEach(() => {
  clearToasts();
  vi.restoreAllMocks();
});

const texts = () => toasts.value.map(({ kind, text }) => `${kind}: ${text}`);

/** Offers to undo a change, undoes it, and returns the messages. */
async function undone(undo: () => Promise<string>): Promise<readonly string[]> {
  clearToasts();
  offerUndo("Renamed.", undo);
  const [offered] = toasts.value;
  expect(offered?.action?.label).toBe("Undo");
  clearToasts();
  offered?.action?.run();
  await new Promise((resolve) => setTimeout(resolve));
  return texts();
}

test("what was undone is said", async () => {
  expect(await undone(() => Promise.resolve("Named as before."))).toEqual(["good: Named as before."]);
});

test("a change by someone else in the meantime is not overwritten, and that is said", async () => {
  const words = ["problem: Nothing was undone. Someone has made another change in the meantime."];
  const stale = new Problem("version-mismatch", 412, "Changed", "If-Match does not name the current version.");
  expect(await undone(() => Promise.reject(stale))).toEqual(words);
});

test("another reason is said in the API's words, and the end of a session is not repeated", async () => {
  const refused = new Problem("forbidden", 403, "Forbidden", "Only an Owner can do that.");
  expect(await undone(() => Promise.reject(refused))).toEqual([
    "problem: Nothing was undone. Only an Owner can do that.",
  ]);
  expect(await undone(() => Promise.reject(new Problem("unauthorized", 401, "Signed out", "")))).toEqual([]);
});
