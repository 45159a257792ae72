import { useEffect, useState } from "preact/hooks";

/** A value with listeners. */
export interface Signal<T> {
  readonly value: T;
  set(value: T): void;
  /** Calls the listener on every change until the returned function is called. */
  subscribe(listener: (value: T) => void): () => void;
}

export function signal<T>(initial: T): Signal<T> {
  let value = initial;
  const listeners = new Set<(value: T) => void>();
  return {
    get value() {
      return value;
    },
    set(next) {
      value = next;
      for (const listener of [...listeners]) listener(next);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Returns the signal's value and renders the component again when it changes. */
export function useSignal<T>(source: Signal<T>): T {
  const [value, setValue] = useState<T>(() => source.value);
  useEffect(() => {
    setValue(() => source.value);
    return source.subscribe((next) => setValue(() => next));
  }, [source]);
  return value;
}
