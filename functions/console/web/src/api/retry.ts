import { useEffect, useRef } from "preact/hooks";
import type { Problem } from "./problem";

const MAX_DELAY = 30_000;

/** Returns the delay before retry n, counted from 0, in milliseconds: 1 s, doubled each time, at most 30 s. */
export function retryDelay(n: number): number {
  return Math.min(1000 * 2 ** n, MAX_DELAY);
}

/**
 * Calls `retry` after a network problem (status 0): when the browser is back online, and after increasing delays. The
 * delays are needed because the browser reports "online" before requests get through, and reports nothing if only the
 * API was unavailable. Each new problem object counts as another failure.
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
