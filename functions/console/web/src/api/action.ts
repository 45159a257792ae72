import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";
import { currentLocation } from "../router/navigation";
import { showToast } from "../toasts";
import { asProblem, type Problem } from "./problem";

/** A change that can be run, and its state. */
export interface Action<A extends unknown[]> {
  readonly run: (...args: A) => void;
  readonly busy: boolean;
  readonly problem: Problem | undefined;
  readonly clearProblem: () => void;
}

/**
 * Runs one change at a time and keeps its problem. It ignores a second call while the first is running.
 *
 * `request` sends the change, updates data that other views share, and shows a message if the person should learn the
 * outcome wherever they are. `onDone` then changes the view: it closes a dialog, moves the focus or opens another
 * address. It gets the result and the arguments, and runs only if the view is still mounted at the address where the
 * change began, because an answer must not move people who have gone elsewhere. The problem of a change whose view is
 * gone is shown as a message.
 */
export function useAction<A extends unknown[], R>(
  request: (...args: A) => Promise<R>,
  onDone?: (result: R, ...args: A) => void,
): Action<A> {
  const [state, setState] = useState<{ busy: boolean; problem: Problem | undefined }>({
    busy: false,
    problem: undefined,
  });
  const running = useRef(false);
  const mounted = useRef(true);
  const latest = useRef({ request, onDone });
  latest.current = { request, onDone };
  // A layout effect, because the others end only some time after the view has gone.
  useLayoutEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);
  const run = useCallback((...args: A) => {
    if (running.current) return;
    running.current = true;
    setState({ busy: true, problem: undefined });
    const { path } = currentLocation.value;
    const isHere = () => mounted.current && currentLocation.value.path === path;
    const finish = (problem: Problem | undefined) => {
      running.current = false;
      if (mounted.current) setState({ busy: false, problem });
    };
    latest.current.request(...args).then(
      (result) => {
        finish(undefined);
        if (isHere()) latest.current.onDone?.(result, ...args);
      },
      (thrown: unknown) => {
        const problem = asProblem(thrown);
        finish(problem);
        // The page that asks people to sign in says why a session has ended.
        if (!mounted.current && problem.status !== 401) showToast(problem.message, "problem");
      },
    );
  }, []);
  const clearProblem = useCallback(() => setState((old) => ({ ...old, problem: undefined })), []);
  return { run, busy: state.busy, problem: state.problem, clearProblem };
}
