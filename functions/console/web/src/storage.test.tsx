// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest";
import { browserTexts, tabTexts } from "./storage";

afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
  sessionStorage.clear();
});

/** Makes a storage throw at each use, as browsers do that block it. */
function block(name: "localStorage" | "sessionStorage"): void {
  vi.stubGlobal(
    name,
    new Proxy({} as Storage, {
      get: () => {
        throw new DOMException("The operation is insecure.", "SecurityError");
      },
    }),
  );
}

test("texts are kept in the browser's storage", () => {
  browserTexts.set("theme", "dark");
  tabTexts.set("session", "{}");
  expect(localStorage.getItem("theme")).toBe("dark");
  expect(sessionStorage.getItem("session")).toBe("{}");
  expect(tabTexts.names()).toEqual(["session"]);
  tabTexts.remove("session");
  expect(tabTexts.get("session")).toBeNull();
  expect(tabTexts.isKept()).toBe(true);
});

test("texts stay in memory if the browser blocks storage", () => {
  block("localStorage");
  block("sessionStorage");
  browserTexts.set("theme", "dark");
  expect(browserTexts.get("theme")).toBe("dark");
  expect(browserTexts.get("account")).toBeNull();
  expect(browserTexts.names()).toEqual(["theme"]);
  browserTexts.remove("theme");
  expect(browserTexts.get("theme")).toBeNull();
  expect(tabTexts.isKept()).toBe(false);
});
