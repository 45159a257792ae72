import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { asProblem, type Problem } from "./problem";

/** A change that can be run, and its state. */
export interface Action<A extends unknown[]> {
  readonly run: (...args: A) => void;
  readonly busy: boolean;
  readonly problem: Problem | undefined;
  readonly clearProblem: () => void;
}

/** Runs one change at a time and keeps its problem. It ignores a second call while the first is running. */
export function useAction<A extends unknown[]>(change: (...args: A) => Promise<void>): Action<A> {
  const [state, setState] = useState<{ busy: boolean; problem: Problem | undefined }>({
    busy: false,
    problem: undefined,
  });
  const running = useRef(false);
  const mounted = useRef(true);
  const latest = useRef(change);
  latest.current = change;
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);
  const run = useCallback((...args: A) => {
    if (running.current) return;
    running.current = true;
    setState({ busy: true, problem: undefined });
    const finish = (problem: Problem | undefined) => {
      running.current = false;
      if (mounted.current) setState({ busy: false, problem });
    };
    latest.current(...args).then(
      () => finish(undefined),
      (thrown: unknown) => finish(asProblem(thrown)),
    );
  }, []);
  const clearProblem = useCallback(() => setState((old) => ({ ...old, problem: undefined })), []);
  return { run, busy: state.busy, problem: state.problem, clearProblem };
}
