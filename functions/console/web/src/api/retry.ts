import { useEffect, useRef } from "preact/hooks";
import type { Problem } from "./problem";

const MAX_DELAY = 30_000;

/** How long to wait before the n-th retry, counted from 0, in milliseconds: 1 s, doubling, at most 30 s. */
export function retryDelay(n: number): number {
  return Math.min(1000 * 2 ** n, MAX_DELAY);
}

/**
 * Calls `again` while nobody answers (a problem with status 0): as soon as the browser says that it is back online, and
 * in ever longer pauses besides, because it says so before the first request gets through, and says nothing at all when it
 * was the API that was away. A new problem, by identity, is a new failure.
 */
export function useRetry(problem: Problem | undefined, retry: () => void): void {
  const failures = useRef(0);
  useEffect(() => {
    if (problem?.status !== 0) {
      failures.current = 0;
      return undefined;
    }
    const timer = setTimeout(retry, retryDelay(failures.current));
    failures.current += 1;
    const onOnline = () => {
      failures.current = 0;
      clearTimeout(timer);
      retry();
    };
    addEventListener("online", onOnline);
    return () => {
      clearTimeout(timer);
      removeEventListener("online", onOnline);
    };
  }, [problem, retry]);
}
