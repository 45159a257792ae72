import { expect, it } from "vitest";
import { retryKey, forgetRetryKey } from "./retry-key";

it("a request with an unknown outcome is repeated with the same key", () => {
  const key = retryKey("POST a");
  expect(retryKey("POST a")).toBe(key);
  expect(retryKey("POST b")).not.toBe(key);
  forgetRetryKey("POST a");
  expect(retryKey("POST a")).not.toBe(key);
});
