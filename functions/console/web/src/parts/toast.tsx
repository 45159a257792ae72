import { useEffect, useState } from "preact/hooks";
import { signal, useSignal } from "../signal";
import { IconButton } from "./button";
import { Icon } from "./icon";

/** What a message offers to do, such as undoing what it reports. */
export interface ToastAction {
  readonly label: string;
  readonly run: () => void;
}

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action: ToastAction | undefined;
}

/** How long a message stays, in milliseconds. One with an action stays longer, so that there is time to decide. */
const DURATION = 6000;
const ACTION_DURATION = 12_000;
const MAX_SHOWN = 3;
const toasts = signal<readonly Toast[]>([]);
let nextId = 1;

/** Shows a message for a few seconds without taking the focus. A message with the same text is replaced. */
export function showToast(text: string, action?: ToastAction): void {
  const others = toasts.value.filter((t) => t.text !== text);
  toasts.set([...others.slice(1 - MAX_SHOWN), { id: nextId++, text, action }]);
}

/** Removes all messages. */
export function clearToasts(): void {
  toasts.set([]);
}

function dismiss(id: number): void {
  toasts.set(toasts.value.filter((t) => t.id !== id));
}

/**
 * The live region of the messages. It is always rendered, so that screen readers announce them. While the pointer or the focus
 * is on a message, none disappears.
 */
export function Toasts() {
  const shown = useSignal(toasts);
  const [hovered, setHovered] = useState(false);
  const [focused, setFocused] = useState(false);
  const held = shown.length > 0 && (hovered || focused);
  // A message that disappears under the pointer or with the focus sends no event.
  useEffect(() => {
    if (shown.length > 0) return;
    setHovered(false);
    setFocused(false);
  }, [shown]);
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- it only notices the pointer and the focus
    <div
      class="toasts"
      role="status"
      onMouseEnter={() => setHovered(true)}
      onMouseLeave={() => setHovered(false)}
      onFocusIn={() => setFocused(true)}
      onFocusOut={() => setFocused(false)}
    >
      {shown.map((toast) => (
        <ToastMessage key={toast.id} toast={toast} held={held} />
      ))}
    </div>
  );
}

function ToastMessage({ toast, held }: { readonly toast: Toast; readonly held: boolean }) {
  const { id, text, action } = toast;
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => dismiss(id), action ? ACTION_DURATION : DURATION);
    return () => clearTimeout(timer);
  }, [id, held, action]);
  return (
    <div class="toast">
      <Icon name="check" />
      <span class="toast-text">{text}</span>
      {action && (
        <button
          type="button"
          class="text-button"
          onClick={() => {
            dismiss(id);
            action.run();
          }}
        >
          {action.label}
        </button>
      )}
      <IconButton icon="close" label="Dismiss" onClick={() => dismiss(id)} />
    </div>
  );
}
