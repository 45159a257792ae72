import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

interface MenuProps {
  /** Read by screen readers after the button's text. */
  readonly label: string;
  readonly button: ComponentChildren;
  readonly class?: string;
  readonly children: (close: () => void) => ComponentChildren;
}

const FOCUSABLE = "a[href], button:not([disabled])";

/** A button that opens a list of links and buttons. Arrow keys move in it; Escape and a click elsewhere close it. */
export function Menu({ label, button, class: className = "", children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    items(root.current)[0]?.focus();
    const onOutside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", onOutside);
    document.addEventListener("focusin", onOutside);
    return () => {
      document.removeEventListener("pointerdown", onOutside);
      document.removeEventListener("focusin", onOutside);
    };
  }, [open]);
  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!open) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      moveFocus(root.current, event.key === "ArrowDown" ? 1 : -1);
    }
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

function moveFocus(root: HTMLElement | null, offset: number): void {
  const all = items(root);
  const index = all.indexOf(document.activeElement as HTMLElement);
  all[(index + offset + all.length) % all.length]?.focus();
}
