import { signal } from "./signal";

/** What a message offers to do, such as undoing what it reports. */
export interface ToastAction {
  readonly label: string;
  readonly run: () => void;
}

/** A message that is shown for a few seconds. */
export interface Toast {
  readonly id: number;
  readonly kind: "good" | "problem";
  readonly text: string;
  readonly action: ToastAction | undefined;
}

const MAX_SHOWN = 3;
let nextId = 1;

/** The messages that are shown now. */
export const toasts = signal<readonly Toast[]>([]);

/** Shows a message for a few seconds without taking the focus. It replaces a message with the same text. */
export function showToast(text: string, kind: Toast["kind"] = "good", action?: ToastAction): void {
  const others = toasts.value.filter((t) => t.text !== text);
  toasts.set([...others.slice(1 - MAX_SHOWN), { id: nextId++, kind, text, action }]);
}

/** Removes a message. */
export function dismissToast(id: number): void {
  toasts.set(toasts.value.filter((t) => t.id !== id));
}

/** Removes all messages. */
export function clearToasts(): void {
  toasts.set([]);
}
