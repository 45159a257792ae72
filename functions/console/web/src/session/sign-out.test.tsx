// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { away, followSignOut } from "./sign-out";
import { beginSession, recordSignOut, sessionState } from "./session";
import { created } from "../testing/created";

beforeEach(() => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(null, { status: 204 })));
  followSignOut();
});

afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
  sessionStorage.clear();
});

/** Reports to the page that the browser has brought it back from its back/forward cache. */
function comeBack(): void {
  dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
}

test("the page is empty while it has been left, and comes back without the session that has ended elsewhere", () => {
  beginSession(created);
  dispatchEvent(new Event("pagehide"));
  expect(away.value).toBe(true);
  comeBack();
  expect(away.value).toBe(false);
  expect(sessionState.value.session?.token).toBe("lhs_secret");

  dispatchEvent(new Event("pagehide"));
  recordSignOut("You signed out in another tab.");
  const states: [boolean, string | undefined][] = [];
  const stop = away.subscribe((isAway) => states.push([isAway, sessionState.value.session?.token]));
  comeBack();
  stop();
  expect(states, "the session has ended before anything is shown").toEqual([[false, undefined]]);
  expect(sessionState.value.ended).toBe("You signed out in another tab.");
});
