import { expect, test } from "vitest";
import { retryDelay } from "./retry";

test("delays grow from a second to at most half a minute", () => {
  expect([0, 1, 2, 3, 4, 5, 6, 1000].map(retryDelay)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});
