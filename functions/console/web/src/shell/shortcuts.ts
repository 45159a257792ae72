import { useEffect } from "preact/hooks";
import { usePerson } from "../console-context";
import { navigate, openOverlay } from "../router/navigation";
import { signal } from "../signal";
import { browserTexts } from "../storage";
import { destinations } from "./destinations";

const KEY = "leasehold.keys";
/** The time in which the second key follows the first, in milliseconds. */
const SEQUENCE = 1500;

/** Whether the device is by Apple, where Command takes the place of Ctrl. */
const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The name of the keys that open the command menu. */
export const commandKeys = isApple ? "⌘ K" : "Ctrl K";

/** Whether the shortcuts without a modifier key are on. WCAG 2.1.4 requires a way to turn them off. */
export const singleKeys = signal(browserTexts.get(KEY) !== "off");

/** Turns the shortcuts without a modifier key on or off, for this browser. */
export function setSingleKeys(on: boolean): void {
  if (on) browserTexts.remove(KEY);
  else browserTexts.set(KEY, "off");
  singleKeys.set(on);
}

/** Reports whether the keys open the command menu. Keyboards for other scripts are known by the position of the key. */
export function isCommandKey({ key, code, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): boolean {
  const isModified = isApple ? metaKey && !ctrlKey : ctrlKey && !metaKey;
  return isModified && !shiftKey && !altKey && (key.toLowerCase() === "k" || (key > "~" && code === "KeyK"));
}

/** Handles the keyboard shortcuts: not while someone types, and not in a dialog. */
export function useShortcuts(): void {
  const { org, membership } = usePerson();
  useEffect(() => {
    if (!membership) return undefined;
    let goUntil = 0;
    const onKeyDown = (event: KeyboardEvent) => {
      if (isTaken(event)) return;
      if (isCommandKey(event)) {
        event.preventDefault();
        openOverlay("commands");
        return;
      }
      const { ctrlKey, metaKey, altKey, shiftKey, timeStamp } = event;
      // Longer names belong to keys without a character, such as Shift.
      if (!singleKeys.value || ctrlKey || metaKey || altKey || event.key.length > 1 || isTyping(event)) return;
      const key = shiftKey ? event.key : event.key.toLowerCase();
      const destination = timeStamp < goUntil && destinations(membership).find((d) => d.key === key);
      goUntil = key === "g" ? timeStamp + SEQUENCE : 0;
      if (destination) navigate(`/${org}/${destination.path}`);
      else if (key === "/") search();
      else if (key === "?") openOverlay("keys");
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [org, membership]);
}

/** Reports whether a key belongs to something else, such as an open menu, a dialog, or an input method that composes text. */
function isTaken(event: KeyboardEvent): boolean {
  return event.defaultPrevented || event.isComposing || event.repeat || document.querySelector("dialog[open]") !== null;
}

function isTyping({ target }: KeyboardEvent): boolean {
  return (
    target instanceof HTMLElement &&
    target.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")
  );
}

/** Moves the focus to the view's search. In a view without one, it opens the command menu. */
function search(): void {
  const field = document.querySelector<HTMLInputElement>("main [type=search]");
  if (!field) {
    openOverlay("commands");
    return;
  }
  field.focus();
  field.select();
}
