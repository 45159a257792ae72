// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { created } from "../testing/created";

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-12-07T00:00:00Z") });
});

afterEach(() => {
  vi.useRealTimers();
  localStorage.clear();
  sessionStorage.clear();
});

/** Loads the module anew, as after a reload or when the browser brings a discarded tab back. */
async function reload() {
  vi.resetModules();
  return await import("./session");
}

test("a tab that comes back learns that the person has signed out since its session began", async () => {
  const { beginSession } = await reload();
  beginSession(created);
  vi.advanceTimersByTime(60_000);
  const { bearer, missedSignOut, recordSignOut } = await reload();
  expect(bearer()).toBe("lhs_secret");
  expect(missedSignOut()).toBeUndefined();
  recordSignOut("You signed out in another tab.");
  expect(missedSignOut()).toBe("You signed out in another tab.");
});

test("a sign-out does not end a session that began later, even if the clock has been set back", async () => {
  const { beginSession, missedSignOut, recordSignOut } = await reload();
  recordSignOut("You signed out in another tab.");
  vi.setSystemTime(Date.parse("2026-12-06T00:00:00Z"));
  beginSession(created);
  expect(missedSignOut()).toBeUndefined();
});

test("a session that an older version of the console stored ends with the next sign-out", async () => {
  sessionStorage.setItem("leasehold.session", JSON.stringify({ token: "lhs_old", expiresAt: "2026-12-07T12:00:00Z" }));
  const { bearer, missedSignOut, recordSignOut } = await reload();
  expect(bearer()).toBe("lhs_old");
  expect(missedSignOut()).toBeUndefined();
  recordSignOut("You signed out in another tab.");
  expect(missedSignOut()).toBe("You signed out in another tab.");
});

test("what storage holds besides a session and a sign-out is ignored", async () => {
  sessionStorage.setItem("leasehold.session", "{}");
  localStorage.setItem("leasehold.signed-out", "not JSON");
  const { bearer, missedSignOut } = await reload();
  expect(bearer()).toBeUndefined();
  expect(missedSignOut()).toBeUndefined();
});
