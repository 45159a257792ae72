import { signal } from "./signal";

/** A message that is shown for a few seconds. */
export interface Toast {
  readonly id: number;
  readonly kind: "good" | "problem";
  readonly text: string;
}

const DURATION = 6000;
let nextId = 1;

/** The messages that are shown now. */
export const toasts = signal<readonly Toast[]>([]);

/** Shows a message for a few seconds without taking the focus. */
export function showToast(text: string, kind: Toast["kind"] = "good"): void {
  const toast = { id: nextId++, kind, text };
  toasts.set([...toasts.value.slice(-2), toast]);
  setTimeout(() => toasts.set(toasts.value.filter((t) => t.id !== toast.id)), DURATION);
}

/** Removes all messages. */
export function clearToasts(): void {
  toasts.set([]);
}
