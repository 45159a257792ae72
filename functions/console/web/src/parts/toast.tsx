import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { signal, useSignal } from "../signal";
import { dismissToast, toasts, type Toast } from "../toasts";
import { IconButton } from "./button";
import { Icon } from "./icon";

export { clearToasts, showToast } from "../toasts";

/** How long a message stays, in milliseconds. One with an action stays longer, so that there is time to decide. */
const DURATION = 6000;
const ACTION_DURATION = 12_000;

// The modal dialogs that are open, the topmost last. Everything outside the topmost one is inert: screen readers do not announce
// messages there, and nobody can press Undo.
const modals = signal<readonly symbol[]>([]);
const nothing: readonly Toast[] = [];
// The messages that screen readers have announced. They are not announced again when their dialog closes.
const announced = new WeakSet<Toast>();

/** Returns a place for messages in a modal dialog. They are shown there while no other dialog is open above it. */
export function useToastPlace(): symbol {
  const [place] = useState(Symbol);
  useLayoutEffect(() => {
    modals.set([...modals.value, place]);
    return () => modals.set(modals.value.filter((other) => other !== place));
  }, [place]);
  return place;
}

/** The height of the bar at the top of a narrow screen, and the space around messages, in pixels. */
const TOP_BAR = 52;
const SPACE = 16;

/**
 * Returns a ref for the region of the messages. On a narrow screen they are at the bottom, above the bar of a selection. While
 * they would cover what has the focus there, they are at the top. A large element such as the page itself does not count.
 */
function useClearOfFocus(shown: readonly Toast[]) {
  const region = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (shown.length === 0) return undefined;
    const place = () => {
      const messages = region.current;
      const focused = document.activeElement;
      if (!messages || !focused || messages.contains(focused)) return;
      const floor = Math.min(
        innerHeight,
        document.querySelector(".selection")?.getBoundingClientRect().top ?? innerHeight,
      );
      const { top, bottom } = focused.getBoundingClientRect();
      const height = messages.offsetHeight + 2 * SPACE;
      messages.style.setProperty("--taken", `${innerHeight - floor}px`);
      messages.classList.toggle("above", top > TOP_BAR + height && top < floor && bottom > floor - height);
    };
    place();
    addEventListener("focusin", place);
    addEventListener("scroll", place);
    return () => {
      removeEventListener("focusin", place);
      removeEventListener("scroll", place);
    };
  }, [shown]);
  return region;
}

/**
 * The live region of the messages, in a modal dialog or of the page. It is always rendered, so that screen readers announce
 * them. While the pointer or the focus is on a message, none disappears.
 */
export function Toasts({ place }: { readonly place?: symbol }) {
  const isHere = useSignal(modals).at(-1) === place;
  const all = useSignal(toasts);
  const shown = isHere ? all : nothing;
  const region = useClearOfFocus(shown);
  const [hovered, setHovered] = useState(false);
  const [focused, setFocused] = useState(false);
  const held = shown.length > 0 && (hovered || focused);
  // A message that disappears under the pointer or with the focus sends no event.
  useEffect(() => {
    if (shown.length > 0) return;
    setHovered(false);
    setFocused(false);
  }, [shown.length]);
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- it only notices the pointer and the focus
    <div
      ref={region}
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
  const { id, kind, text, action } = toast;
  const [isRepeated] = useState(() => announced.has(toast));
  useEffect(() => void announced.add(toast), [toast]);
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => dismissToast(id), action ? ACTION_DURATION : DURATION);
    return () => clearTimeout(timer);
  }, [id, held, action]);
  return (
    <div class="toast" aria-live={isRepeated ? "off" : undefined}>
      <Icon name={kind === "good" ? "check" : "warning"} />
      <span class="toast-text">{text}</span>
      {action && (
        <button
          type="button"
          class="text-button"
          onClick={() => {
            dismissToast(id);
            action.run();
          }}
        >
          {action.label}
        </button>
      )}
      <IconButton icon="close" label="Dismiss" onClick={() => dismissToast(id)} />
    </div>
  );
}
