import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { asProblem, type Problem } from "./problem";
import { useRetry } from "./retry";

/** Data loaded from the API, and the state of loading it. */
export interface Loaded<T> {
  /** The data loaded last. It stays while it is reloaded. */
  readonly data: T | undefined;
  readonly problem: Problem | undefined;
  readonly loading: boolean;
  readonly reload: () => void;
  /** Replaces the data, for example with the result of a change. It cancels a request that may not know the change. */
  readonly set: (data: T) => void;
}

interface State<T> {
  readonly key: string;
  readonly data: T | undefined;
  readonly problem: Problem | undefined;
  readonly loading: boolean;
}

/**
 * Loads data, and reloads it when `key` changes. After a network problem it retries by itself (see useRetry) and keeps
 * the problem until a retry succeeds. It ignores responses for an old key. With `keep`, the data of the previous key
 * stays until the new data arrives.
 */
export function useLoad<T>(key: string, load: (signal: AbortSignal) => Promise<T>, { keep = false } = {}): Loaded<T> {
  const [state, setState] = useState<State<T>>({ key, data: undefined, problem: undefined, loading: true });
  const [attempt, setAttempt] = useState({ number: 0, quiet: false });
  const latest = useRef(load);
  latest.current = load;
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => {
    const abort = new AbortController();
    running.current = abort;
    setState((old) => ({
      key,
      data: keep || old.key === key ? old.data : undefined,
      problem: attempt.quiet && old.key === key ? old.problem : undefined,
      loading: true,
    }));
    latest.current(abort.signal).then(
      (data) => !abort.signal.aborted && setState({ key, data, problem: undefined, loading: false }),
      (thrown: unknown) =>
        !abort.signal.aborted && setState((old) => ({ ...old, problem: asProblem(thrown), loading: false })),
    );
    return () => abort.abort();
  }, [key, attempt, keep]);
  const reload = useCallback(() => setAttempt((last) => ({ number: last.number + 1, quiet: false })), []);
  const retry = useCallback(() => setAttempt((last) => ({ number: last.number + 1, quiet: true })), []);
  const set = useCallback(
    (data: T) => {
      running.current?.abort();
      setState({ key, data, problem: undefined, loading: false });
    },
    [key],
  );
  useRetry(state.problem, retry);
  // The key has changed but the effect has not run yet: do not show the old key's data for the new key.
  if (state.key !== key && !keep) return { data: undefined, problem: undefined, loading: true, reload, set };
  return { data: state.data, problem: state.problem, loading: state.loading || state.key !== key, reload, set };
}
