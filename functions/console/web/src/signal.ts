import { useEffect, useState } from "preact/hooks";

/** A value that can be watched. */
export interface Signal<T> {
  readonly value: T;
  set(value: T): void;
  /** Calls back on every change until the returned function is called. */
  watch(seen: (value: T) => void): () => void;
}

export function signal<T>(first: T): Signal<T> {
  let value = first;
  const watchers = new Set<(value: T) => void>();
  return {
    get value() {
      return value;
    },
    set(next) {
      value = next;
      for (const seen of [...watchers]) seen(next);
    },
    watch(seen) {
      watchers.add(seen);
      return () => watchers.delete(seen);
    },
  };
}

/** The signal's value in a component, rendered again when it changes. */
export function useSignal<T>(source: Signal<T>): T {
  const [value, setValue] = useState<T>(() => source.value);
  useEffect(() => {
    setValue(() => source.value);
    return source.watch((next) => setValue(() => next));
  }, [source]);
  return value;
}
