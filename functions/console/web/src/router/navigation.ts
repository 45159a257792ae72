import { useCallback, useLayoutEffect, useState } from "preact/hooks";
import { consoleBase } from "../base";
import { signal, useSignal } from "../signal";

/** The console's location: the path after "/console" and the query. */
export interface ConsoleLocation {
  readonly path: string;
  readonly search: string;
}

export const currentLocation = signal<ConsoleLocation>(readLocation());

/** The text of the dialog about unsaved changes. */
export interface UnsavedText {
  readonly title: string;
  readonly text: string;
  /** The label of the button that discards the changes. */
  readonly discardLabel: string;
  readonly keepLabel: string;
}

/** An action that waits for the decision about unsaved changes. `proceed` discards them and runs the action. */
export interface UnsavedPrompt extends UnsavedText {
  readonly proceed: () => void;
}

export const unsavedPrompt = signal<UnsavedPrompt | undefined>(undefined);

const defaultText: UnsavedText = {
  title: "Leave without saving?",
  text: "What you changed here has not been saved.",
  discardLabel: "Discard changes",
  keepLabel: "Keep editing",
};
const unsaved = new Map<symbol, UnsavedText>();
const holds = new Set<symbol>();
// The name of the history value with the path of the list from which a pane was opened.
const OPENER = "opener";
// The name of the history value with what is open over the page.
const OVERLAY = "overlay";
let index = historyIndex() ?? 0;
let undoing: ReturnType<typeof setTimeout> | undefined;
let undoneSteps = 0;
let afterOverlay: (() => void) | undefined;

function readLocation(): ConsoleLocation {
  return { path: location.pathname.slice(consoleBase.length) || "/", search: location.search };
}

function historyIndex(): number | undefined {
  return (history.state as { index?: number } | null)?.index;
}

/** Opens a path after "/console", unless the person decides to keep unsaved changes. */
export function navigate(path: string, { replace = false } = {}): void {
  checkUnsaved(() => changeLocation(path, replace));
}

function changeLocation(path: string, replace: boolean): void {
  if (!replace) index += 1;
  const opener = currentLocation.value.path;
  const kept = isNested(path, opener) ? (history.state as object | null) : {};
  const from = path.startsWith(`${opener}/`) && !replace ? opener : undefined;
  const state = { ...kept, index, [OPENER]: from, [OVERLAY]: undefined };
  history[replace ? "replaceState" : "pushState"](state, "", consoleBase + path);
  currentLocation.set(readLocation());
}

/**
 * Closes the pane of the current address and shows the list at `path`, unless the person decides to keep unsaved changes. If the
 * pane was opened from the list, that is a step back in the history, so that the browser's back button does not open it again.
 */
export function closePane(path: string): void {
  checkUnsaved(() => {
    if (historyValue(OPENER) === path.split("?")[0]) history.back();
    else changeLocation(path, true);
  });
}

/**
 * What opens over any page: the command menu, the list of keys, and the form for a new organization. It has an entry in the
 * history, so that the browser's back button closes it and a reload keeps it.
 */
export type Overlay = "commands" | "keys" | "organization";

/** Opens an overlay, or replaces the one that is open. */
export function openOverlay(name: Overlay): void {
  const isOpen = historyValue(OVERLAY) !== undefined;
  // Only the form can lose edits. The others share the page's index, so closing them does not ask about the page's edits.
  if (name === "organization") index += 1;
  history[isOpen ? "replaceState" : "pushState"]({ ...(history.state as object | null), index, [OVERLAY]: name }, "");
  currentLocation.set(readLocation());
}

/** Closes the overlay, unless the person decides to keep unsaved changes. Then it runs an action, which may open an address. */
export function closeOverlay(then?: () => void): void {
  if (historyValue(OVERLAY) === undefined) {
    then?.();
    return;
  }
  const back = () => {
    afterOverlay = then;
    history.back();
  };
  if (historyValue(OVERLAY) === "organization") checkUnsaved(back);
  else back();
}

/** Returns the overlay that is open, if any. */
export function useOverlay(): Overlay | undefined {
  useSignal(currentLocation);
  return historyValue(OVERLAY) as Overlay | undefined;
}

/** Reports whether one path contains the other, such as a list and its pane. They share their history values. */
function isNested(one: string, other: string): boolean {
  return one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}

/** Stores a value in the current history entry. It survives a reload and is back when the person returns. */
export function setHistoryValue(name: string, value: unknown): void {
  history.replaceState({ ...(history.state as object | null), [name]: value }, "");
  currentLocation.set(readLocation());
}

/** Returns the value stored in the current history entry, if any. */
export function historyValue(name: string): unknown {
  return (history.state as Record<string, unknown> | null)?.[name];
}

/** Runs an action, after asking the person to discard unsaved changes if there are any. */
export function checkUnsaved(proceed: () => void): void {
  const text = [...unsaved.values()].at(-1);
  if (!text) {
    proceed();
    return;
  }
  const discard = () => {
    discardUnsaved();
    proceed();
  };
  unsavedPrompt.set({ ...text, proceed: discard });
}

/** Starts to handle the browser's back and forward buttons. */
export function followHistory(): void {
  if (historyIndex() === undefined) history.replaceState({ index }, "");
  addEventListener("popstate", () => {
    const steps = (historyIndex() ?? 0) - index;
    if (steps !== 0 && (isHeld() || unsaved.size > 0)) {
      undoSteps();
      return;
    }
    index += steps;
    currentLocation.set(readLocation());
    const repeated = undoneSteps;
    undoneSteps = 0;
    if (repeated !== 0) checkUnsaved(() => history.go(repeated));
    const then = afterOverlay;
    afterOverlay = undefined;
    then?.();
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved.size > 0 || isHeld()) event.preventDefault();
  });
}

/**
 * Goes back to the history entry that is shown. It waits for the steps that the browser reports one after the other, such
 * as those of a second click on its back button, so that it undoes all of them. Unless a request is running, it asks about
 * unsaved changes once the entry is there again, and then repeats the steps.
 */
function undoSteps(): void {
  clearTimeout(undoing);
  undoing = setTimeout(() => {
    const steps = (historyIndex() ?? 0) - index;
    if (steps === 0) return;
    undoneSteps = isHeld() ? 0 : steps;
    history.go(-steps);
  });
}

/** Keeps the person on the page while a request is running whose answer they must see: no dialog closes, no step back. */
export function useHold(busy: boolean): void {
  // A layout effect, because the person's next action may be to leave.
  useLayoutEffect(() => {
    if (!busy) return undefined;
    const hold = Symbol("hold");
    holds.add(hold);
    return () => void holds.delete(hold);
  }, [busy]);
}

/** Reports whether a request is running whose answer the person must see. */
export function isHeld(): boolean {
  return holds.size > 0;
}

/**
 * Warns before unsaved changes of this component are lost. `text` must be the same object in every render. It returns a
 * function that marks these changes as saved, and no others. The form can be rendered again before it closes, because a
 * pane may close with a step back in the history.
 */
export function useUnsaved(changed: boolean, text: UnsavedText = defaultText): () => void {
  const [form] = useState(Symbol);
  // A layout effect, because the person's next action may be to leave.
  useLayoutEffect(() => {
    if (!changed) return undefined;
    unsaved.set(form, text);
    return () => void unsaved.delete(form);
  }, [form, changed, text]);
  return useCallback(() => void unsaved.delete(form), [form]);
}

/** Discards all unsaved changes, before a navigation that must not ask. A form that was saved marks only itself as saved. */
export function discardUnsaved(): void {
  unsaved.clear();
}

/** Replaces the query of the current view without adding a history entry. */
export function setQuery(values: Readonly<Record<string, string>>): void {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ""));
  const state = { index, [OVERLAY]: historyValue(OVERLAY) };
  history.replaceState(state, "", consoleBase + currentLocation.value.path + (query.size > 0 ? `?${query}` : ""));
  currentLocation.set(readLocation());
}
