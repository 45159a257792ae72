import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { signal } from "../signal";
import { asProblem, type Problem } from "./problem";
import type { QueryKey } from "./query-key";
import { useRetry } from "./retry";

/** What to load, and the key that changes with it. */
export interface Query<T> {
  readonly key: QueryKey;
  /**
   * Loads the data. `shown` is what is shown for this key already. `show` shows a part while the rest is on its way. The part
   * stays if the rest fails.
   */
  readonly load: (signal: AbortSignal, shown: T | undefined, show: (part: T) => void) => Promise<T>;
  /** Called with each response that is shown, to update data that other views share. */
  readonly onLoaded?: (data: T) => void;
}

/** Data loaded from the API, and the state of loading it. */
export interface Loaded<T> {
  /** The data loaded last. It stays while it is reloaded, and if that fails. */
  readonly data: T | undefined;
  /** Whether the data belongs to the previous key, and that of the present key is still loading. */
  readonly isPrevious: boolean;
  readonly problem: Problem | undefined;
  readonly loading: boolean;
  readonly reload: () => void;
  /** Replaces the data with the response of a change. It cancels a request that may not know the change. */
  readonly set: (data: T) => void;
  /** Applies a change to the data. It cancels a request that may not know the change, and sends it again. */
  readonly update: (change: (data: T) => T) => void;
}

// Counts the reloads of everything that is shown.
const reloads = signal(0);

/** Loads everything that is shown again, after a change that may concern any of it. */
export function reloadAll(): void {
  reloads.set(reloads.value + 1);
}

interface State<T> {
  /** The key that is loading or has loaded. */
  readonly key: QueryKey;
  readonly data: T | undefined;
  /** The key for which the data was loaded. With `keep` it can be the previous one. */
  readonly dataKey: QueryKey;
  readonly problem: Problem | undefined;
  readonly loading: boolean;
}

/**
 * Loads data, and reloads it when the key changes. After a network problem it retries by itself (see useRetry) and keeps
 * the problem until a retry succeeds. It aborts requests for an old key and requests that a change has overtaken. With
 * `keep`, the data of the previous key stays until the new data arrives.
 *
 * If a reload fails, the data that was there stays next to the problem, unless the API says that the person may not see
 * it (403) or that it is gone (404).
 */
export function useLoad<T>({ key, load, onLoaded }: Query<T>, { keep = false } = {}): Loaded<T> {
  const [state, setState] = useState<State<T>>({
    key,
    data: undefined,
    dataKey: key,
    problem: undefined,
    loading: true,
  });
  const [attempt, setAttempt] = useState({ quiet: false });
  const latest = useRef({ key, load, onLoaded, state });
  latest.current = { key, load, onLoaded, state };
  const running = useRef<AbortController | undefined>(undefined);
  // A layout effect, because the others end only some time after the view or the key has gone.
  useLayoutEffect(() => {
    const abort = new AbortController();
    running.current = abort;
    setState((old) => ({
      key,
      data: keep || old.key === key ? old.data : undefined,
      dataKey: old.dataKey,
      problem: attempt.quiet && old.key === key ? old.problem : undefined,
      loading: true,
    }));
    const { data: present, dataKey } = latest.current.state;
    const show = (part: T) => {
      if (!abort.signal.aborted) setState({ key, data: part, dataKey: key, problem: undefined, loading: true });
    };
    latest.current.load(abort.signal, dataKey === key ? present : undefined, show).then(
      (data) => {
        if (abort.signal.aborted) return;
        running.current = undefined;
        setState({ key, data, dataKey: key, problem: undefined, loading: false });
        latest.current.onLoaded?.(data);
      },
      (thrown: unknown) => {
        if (abort.signal.aborted) return;
        running.current = undefined;
        setState((old) => failed(old, key, asProblem(thrown)));
      },
    );
    return () => abort.abort();
  }, [key, attempt, keep]);
  const reload = useCallback(() => setAttempt({ quiet: false }), []);
  const retry = useCallback(() => setAttempt({ quiet: true }), []);
  const set = useCallback(
    (data: T) => {
      if (latest.current.key !== key) return;
      cancel(running);
      setState({ key, data, dataKey: key, problem: undefined, loading: false });
    },
    [key],
  );
  const update = useCallback((change: (data: T) => T) => {
    const isOvertaken = cancel(running);
    setState((old) => (old.data === undefined ? old : { ...old, data: change(old.data) }));
    if (isOvertaken) setAttempt({ quiet: true });
  }, []);
  useRetry(state.problem, retry);
  useEffect(() => reloads.subscribe(retry), [retry]);
  const actions = { reload, set, update };
  // The key has changed but the effect has not run yet: do not show the old key's data for the new key.
  if (state.key !== key && !keep)
    return { data: undefined, isPrevious: false, problem: undefined, loading: true, ...actions };
  return {
    data: state.data,
    isPrevious: state.data !== undefined && state.dataKey !== key,
    problem: state.problem,
    loading: state.loading || state.key !== key,
    ...actions,
  };
}

/** Aborts the request that is running. It reports whether there was one. */
function cancel(running: { current: AbortController | undefined }): boolean {
  const abort = running.current;
  running.current = undefined;
  abort?.abort();
  return abort !== undefined;
}

function failed<T>(old: State<T>, key: QueryKey, problem: Problem): State<T> {
  const isRefused = problem.status === 403 || problem.status === 404;
  return { ...old, data: old.dataKey === key && !isRefused ? old.data : undefined, problem, loading: false };
}
