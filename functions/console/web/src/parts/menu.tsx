import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { stepped } from "./stepping";
import { useOutside } from "./use-outside";

interface MenuProps {
  /** Read by screen readers after the button's text. */
  readonly label: string;
  readonly button: ComponentChildren;
  readonly class?: string;
  readonly children: (close: () => void) => ComponentChildren;
}

const FOCUSABLE = "a[href], button:not([disabled])";

/** How long the letters of a search in a menu belong together, in milliseconds. */
const TYPING = 700;

/**
 * A button that opens a list of links and buttons. Arrow keys move in it and begin again at its ends. Home, End and the first
 * letters of an item move there. Escape and a click elsewhere close it.
 */
export function Menu({ label, button, class: className = "", children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const typed = useRef({ text: "", time: 0 });
  const first = useRef(0);
  useEffect(() => {
    if (!open) return;
    items(root.current).at(first.current)?.focus();
    first.current = 0;
  }, [open]);
  useOutside(root, open, () => setOpen(false));
  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { key, timeStamp } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!open) {
      if (key !== "ArrowDown" && key !== "ArrowUp") return;
      first.current = key === "ArrowUp" ? -1 : 0;
      setOpen(true);
    } else if (key === "Escape") {
      event.stopPropagation();
      close();
      return;
    } else {
      const all = items(root.current);
      const at = all.indexOf(document.activeElement as HTMLElement);
      if (isLetter(key)) typed.current = { text: typedText(typed.current, key, timeStamp), time: timeStamp };
      const next = isLetter(key) ? found(all, at, typed.current.text) : stepped(all, at, key);
      if (next === undefined && !isLetter(key)) return;
      next?.focus();
    }
    event.preventDefault();
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- it handles the keys of the buttons and links in it
    <div ref={root} class={`menu ${className}`} onKeyDown={onKeyDown}>
      <button ref={opener} type="button" class="menu-button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {button}
        <span class="visually-hidden">{label}</span>
      </button>
      {open && <div class="menu-list">{children(close)}</div>}
    </div>
  );
}

function items(root: HTMLElement | null): HTMLElement[] {
  return [...(root?.querySelectorAll<HTMLElement>(`.menu-list :is(${FOCUSABLE})`) ?? [])];
}

function isLetter(key: string): boolean {
  return key.length === 1 && key !== " ";
}

/** Returns the letters typed in one go. The same letter again does not make them longer, but moves on. */
function typedText({ text, time }: { readonly text: string; readonly time: number }, key: string, now: number): string {
  return now - time > TYPING || text === key ? key : text + key;
}

/** Returns the next item that begins with a text. A single letter moves on from the current item. */
function found(all: readonly HTMLElement[], at: number, text: string): HTMLElement | undefined {
  const from = at + (text.length === 1 ? 1 : 0);
  return [...all.slice(from), ...all.slice(0, from)].find((item) =>
    item.textContent.trim().toLowerCase().startsWith(text.toLowerCase()),
  );
}
