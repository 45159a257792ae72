import { act } from "@testing-library/preact";

/** Settles a promise, runs everything that waits for it, and renders what has changed. */
export async function settle(answer: () => void): Promise<void> {
  await act(async () => {
    answer();
    for (let i = 0; i < 20; i += 1) await Promise.resolve();
  });
}
