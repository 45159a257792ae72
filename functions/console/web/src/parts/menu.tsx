import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

interface MenuProps {
  /** Said after the button's own words. */
  readonly label: string;
  readonly button: ComponentChildren;
  readonly class?: string;
  readonly children: (close: () => void) => ComponentChildren;
}

const FOCUSABLE = "a[href], button:not([disabled])";

/** A button that opens a list of links and buttons; arrows walk it, Escape and a click elsewhere close it. */
export function Menu({ label, button, class: className = "", children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    items(root.current)[0]?.focus();
    const elsewhere = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", elsewhere);
    document.addEventListener("focusin", elsewhere);
    return () => {
      document.removeEventListener("pointerdown", elsewhere);
      document.removeEventListener("focusin", elsewhere);
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
      step(root.current, event.key === "ArrowDown" ? 1 : -1);
    }
  };
  return (
    <div ref={root} class={`menu ${className}`} onKeyDown={onKeyDown}>
      <button ref={opener} type="button" class="menu-button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {button}
        <span class="unseen">{label}</span>
      </button>
      {open && <div class="menu-list">{children(close)}</div>}
    </div>
  );
}

function items(root: HTMLElement | null): HTMLElement[] {
  return [...(root?.querySelectorAll<HTMLElement>(`.menu-list :is(${FOCUSABLE})`) ?? [])];
}

function step(root: HTMLElement | null, by: number): void {
  const all = items(root);
  const at = all.indexOf(document.activeElement as HTMLElement);
  all[(at + by + all.length) % all.length]?.focus();
}
