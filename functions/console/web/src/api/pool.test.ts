import { expect, it } from "vitest";
import { inPool } from "./pool";

it("no more than the given number run at a time, and the results keep the order of the items", async () => {
  let running = 0;
  let most = 0;
  const results = await inPool([30, 5, 20, 1, 10], 2, async (delay) => {
    running += 1;
    most = Math.max(most, running);
    for (let turn = 0; turn < delay; turn += 1) await Promise.resolve();
    running -= 1;
    return delay * 2;
  });
  expect(results).toEqual([60, 10, 40, 2, 20]);
  expect(most).toBe(2);
});

it("a failure is the result of all", async () => {
  const failing = inPool([1, 2, 3], 2, (n) => (n === 2 ? Promise.reject(new Error("no answer")) : Promise.resolve(n)));
  await expect(failing).rejects.toThrow("no answer");
});

it("nothing to do is done at once", async () => expect(await inPool([], 4, () => Promise.resolve(1))).toEqual([]));
