import { expect, it } from "vitest";
import { retryKey, forgetRetryKey } from "./retry-key";

it("a request whose outcome is unknown is made again under its key", () => {
  const key = retryKey("POST a");
  expect(retryKey("POST a")).toBe(key);
  expect(retryKey("POST b")).not.toBe(key);
  forgetRetryKey("POST a");
  expect(retryKey("POST a")).not.toBe(key);
});
