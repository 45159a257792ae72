// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest";
import { call } from "./client";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("a successful response that is no JSON is a problem that says where it came from", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("<h1>Hotel Wi-Fi</h1>", { status: 200 })));
  await expect(call("get", "/me", {})).rejects.toMatchObject({
    name: "unreadable",
    status: 200,
    message: expect.stringContaining("did not come from Leasehold") as string,
  });
});

test("a request that gets no response in time fails like one that can't be sent", async () => {
  const timeout = new AbortController();
  const wait = vi.spyOn(AbortSignal, "timeout").mockReturnValue(timeout.signal);
  vi.stubGlobal(
    "fetch",
    (_: string, { signal }: RequestInit) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason as Error));
      }),
  );
  const answer = call("get", "/me", {});
  timeout.abort(new DOMException("The operation timed out.", "TimeoutError"));
  await expect(answer).rejects.toMatchObject({ name: "offline", status: 0 });
  expect(wait).toHaveBeenCalledWith(40_000);
});

test("a response that breaks off fails like a request that can't be sent", async () => {
  const broken = new ReadableStream({ start: (controller) => controller.error(new TypeError("network error")) });
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(broken, { status: 200 })));
  await expect(call("get", "/me", {})).rejects.toMatchObject({ name: "offline", status: 0 });
});

test("a request that the view has aborted is no problem of the network", async () => {
  const abort = new AbortController();
  vi.stubGlobal(
    "fetch",
    (_: string, { signal }: RequestInit) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason as Error));
      }),
  );
  const answer = call("get", "/me", { signal: abort.signal });
  abort.abort();
  await expect(answer).rejects.toMatchObject({ name: "AbortError" });
});

test("an operation that accepts If-Match gets it only if the caller names a version", async () => {
  const sent: (string | undefined)[] = [];
  vi.stubGlobal("fetch", (_: string, { headers }: { readonly headers: Record<string, string> }) => {
    sent.push(headers["If-Match"]);
    return Promise.resolve(Response.json({}));
  });
  const path = { org: "org_1", user: "usr_1" };
  await call("post", "/organizations/{org}/members/{user}/enable", { path, version: 4 });
  await call("post", "/organizations/{org}/members/{user}/enable", { path });
  expect(sent).toEqual(['"4"', undefined]);
});
