// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ConsoleError } from "./error-details";

const sent: ConsoleError[] = [];

beforeEach(() => {
  vi.resetModules(); // each test is a load of the page
  sent.length = 0;
  vi.stubGlobal("fetch", (address: string, request: RequestInit) => {
    expect(address).toBe("/v1/console/errors");
    expect(request).toMatchObject({ method: "POST", credentials: "omit", keepalive: true });
    sent.push(JSON.parse(request.body as string) as ConsoleError);
    return Promise.resolve(new Response(null, { status: 204 }));
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Returns an error that was thrown in a file of the console. */
function ownError(message: string, column = 20417): Error {
  const error = new RangeError(message);
  error.stack = [
    `RangeError: ${message}`,
    `    at View (http://127.0.0.1:3000/v1/console/assets/audit-BkT3xQ2a.js:1:${column})`,
    "    at chrome-extension://abc/assets/content.js:1:1",
    "    at http://127.0.0.1:3000/v1/console/assets/index-C4dW9fPe.js:1:48230",
  ].join("\n");
  return error;
}

test("a report has the places in our own files, the kind of view and the browser, and nothing of the address", async () => {
  const { reportError } = await import("./console-errors");
  const { navigate } = await import("../router/navigation");
  navigate("/org_1/profile/tokens/tok_2?q=ada");
  const id = reportError(ownError("Invalid time value"));
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]).toEqual({
    id,
    name: "RangeError",
    message: "Invalid time value",
    frames: ["audit-BkT3xQ2a.js:1:20417", "index-C4dW9fPe.js:1:48230"],
    release: "unknown",
    view: "profile-tokens",
    browser: "other",
  });
  expect(id).toMatch(/^[0-9a-z]{12}$/);
});

test("the same error is reported once, and five errors in all", async () => {
  const { reportError } = await import("./console-errors");
  const ids = [1, 1, 2, 3, 4, 5, 6, 1].map((column) => reportError(ownError("Invalid time value", column)));
  await vi.waitFor(() => expect(sent).toHaveLength(5));
  expect(ids[1]).toBe(ids[0]);
  expect(ids[6]).toBeUndefined();
  expect(ids[7]).toBe(ids[0]);
});

test("unhandled errors of the console are reported; those of extensions and canceled requests are not", async () => {
  const { watchErrors } = await import("./console-errors");
  watchErrors();
  const foreign = new Error("of an extension");
  foreign.stack = "Error\n    at chrome-extension://abc/assets/content.js:1:1";
  const canceled = ownError("canceled");
  canceled.name = "AbortError";
  for (const error of [foreign, canceled, "text"]) dispatchEvent(new ErrorEvent("error", { error }));
  dispatchEvent(new ErrorEvent("error", { error: ownError("one") }));
  dispatchEvent(Object.assign(new Event("unhandledrejection"), { reason: ownError("two") }));
  await vi.waitFor(() => expect(sent).toHaveLength(2));
  expect(sent.map(({ message }) => message)).toEqual(["one", "two"]);
});

test("a report that cannot be sent fails silently", async () => {
  const { reportError } = await import("./console-errors");
  const fetch = vi.fn(() => Promise.reject(new TypeError("Failed to fetch")));
  vi.stubGlobal("fetch", fetch);
  expect(reportError(ownError("offline"))).toMatch(/^[0-9a-z]{12}$/);
  await vi.waitFor(() => expect(fetch).toHaveBeenCalledOnce());
});
