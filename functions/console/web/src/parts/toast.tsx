import { signal, useSignal } from "../signal";
import { Icon } from "./icon";

interface Toast {
  readonly id: number;
  readonly text: string;
}

const DURATION = 6000;
const toasts = signal<readonly Toast[]>([]);
let nextId = 1;

/** Shows a message for a few seconds without taking the focus. */
export function showToast(text: string): void {
  const toast = { id: nextId++, text };
  toasts.set([...toasts.value.slice(-2), toast]);
  setTimeout(() => toasts.set(toasts.value.filter((t) => t.id !== toast.id)), DURATION);
}

/** Removes all messages. */
export function clearToasts(): void {
  toasts.set([]);
}

/** The live region of the messages. It is always rendered, so that screen readers announce them. */
export function Toasts() {
  const shown = useSignal(toasts);
  return (
    <div class="toasts" role="status">
      {shown.map((toast) => (
        <div key={toast.id} class="toast">
          <Icon name="check" />
          {toast.text}
        </div>
      ))}
    </div>
  );
}
