import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { asProblem, type Problem } from "./problem";
import { useRetry } from "./retry";

/** Something loaded from the API, in whatever state it is. */
export interface Loaded<T> {
  /** What was loaded last; stays while it is loaded again. */
  readonly data: T | undefined;
  readonly problem: Problem | undefined;
  readonly loading: boolean;
  readonly reload: () => void;
  /** Puts a newer answer in place, one that a change brought back. */
  readonly set: (data: T) => void;
}

interface State<T> {
  readonly key: string;
  readonly data: T | undefined;
  readonly problem: Problem | undefined;
  readonly loading: boolean;
}

/**
 * Loads what `key` names, again when the key changes, and by itself while nobody answers (see useRetry): until someone
 * does, the problem stays shown. An answer that comes after the key has changed is dropped. With `keep` the previous key's
 * data stays until the new arrive.
 */
export function useLoad<T>(key: string, load: (signal: AbortSignal) => Promise<T>, { keep = false } = {}): Loaded<T> {
  const [state, setState] = useState<State<T>>({ key, data: undefined, problem: undefined, loading: true });
  const [attempt, setAttempt] = useState({ number: 0, quiet: false });
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    const abort = new AbortController();
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
  const set = useCallback((data: T) => setState({ key, data, problem: undefined, loading: false }), [key]);
  useRetry(state.problem, retry);
  // Between a change of key and the effect above, the old key's data must not be shown as the new one's.
  if (state.key !== key && !keep) return { data: undefined, problem: undefined, loading: true, reload, set };
  return { data: state.data, problem: state.problem, loading: state.loading || state.key !== key, reload, set };
}
