import { signal, useSignal } from "../signal";
import { Icon } from "./icon";

interface Toast {
  readonly id: number;
  readonly text: string;
}

const DURATION = 6000;
const toasts = signal<readonly Toast[]>([]);
let nextId = 1;

/** Says that something was done, for a few seconds, without taking the focus. */
export function showToast(text: string): void {
  const toast = { id: nextId++, text };
  toasts.set([...toasts.value.slice(-2), toast]);
  setTimeout(() => toasts.set(toasts.value.filter((t) => t.id !== toast.id)), DURATION);
}

/** Takes away what was said: something else asks for attention now. */
export function clearToasts(): void {
  toasts.set([]);
}

/** Where what was said appears; always there, so that it is spoken. */
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
