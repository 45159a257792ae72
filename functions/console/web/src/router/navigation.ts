import { useLayoutEffect } from "preact/hooks";
import { consoleBase } from "../base";
import { signal } from "../signal";

/** Where the console is: the path after "/console" and the query. */
export interface ConsoleLocation {
  readonly path: string;
  readonly search: string;
}

export const currentLocation = signal<ConsoleLocation>(readLocation());

/** What to ask before something is left behind. */
export interface UnsavedText {
  readonly title: string;
  readonly text: string;
  /** What the button that leaves says. */
  readonly discardLabel: string;
  readonly keepLabel: string;
}

/** Something that a person wanted to do while something was unsaved; `act` does it and abandons the changes. */
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
let index = historyIndex() ?? 0;
let undoingStep = false;

function readLocation(): ConsoleLocation {
  return { path: location.pathname.slice(consoleBase.length) || "/", search: location.search };
}

function historyIndex(): number | undefined {
  return (history.state as { index?: number } | null)?.index;
}

/** Goes to a path after "/console", unless the person would rather keep unsaved changes. */
export function navigate(path: string, { replace = false } = {}): void {
  checkUnsaved(() => changeLocation(path, replace));
}

function changeLocation(path: string, replace: boolean): void {
  if (!replace) index += 1;
  const state = isNested(path, currentLocation.value.path) ? { ...(history.state as object | null), index } : { index };
  history[replace ? "replaceState" : "pushState"](state, "", consoleBase + path);
  currentLocation.set(readLocation());
}

/** Whether one path leads into the other, as a list and a pane beside it do: what is kept of the list goes along. */
function isNested(one: string, other: string): boolean {
  return one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}

/** Keeps a value with this entry of the browser's history: it is there again on coming back, and after a reload. */
export function setHistoryValue(name: string, value: unknown): void {
  history.replaceState({ ...(history.state as object | null), [name]: value }, "");
  currentLocation.set(readLocation());
}

/** What this entry of the browser's history keeps under a name; undefined when nothing. */
export function historyValue(name: string): unknown {
  return (history.state as Record<string, unknown> | null)?.[name];
}

/** Does something at once, or after the person has agreed to abandon unsaved changes. */
export function checkUnsaved(proceed: () => void): void {
  const text = [...unsaved.values()].at(-1);
  if (!text) {
    proceed();
    return;
  }
  const discard = () => {
    markSaved();
    proceed();
  };
  unsavedPrompt.set({ ...text, proceed: discard });
}

/** Starts to follow the browser's back and forward buttons. */
export function followHistory(): void {
  if (historyIndex() === undefined) history.replaceState({ index }, "");
  addEventListener("popstate", () => {
    const steps = (historyIndex() ?? 0) - index;
    if (undoingStep || unsaved.size === 0) {
      undoingStep = false;
      index += steps;
      currentLocation.set(readLocation());
      return;
    }
    // Undo the step, ask, and only then take it.
    undoingStep = true;
    history.go(-steps);
    checkUnsaved(() => history.go(steps));
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved.size > 0) event.preventDefault();
  });
}

/** Warns before what is unsaved in this component is left behind; `words` must stay the same object. */
export function useUnsaved(changed: boolean, text: UnsavedText = defaultText): void {
  // Before the browser does anything else: the very next thing a person does may be to leave.
  useLayoutEffect(() => {
    if (!changed) return undefined;
    const form = Symbol();
    unsaved.set(form, text);
    return () => void unsaved.delete(form);
  }, [changed, text]);
}

/** Declares everything saved, for a navigation that follows at once. */
export function markSaved(): void {
  unsaved.clear();
}

/** Changes the query of the current view, without a new entry in the history. */
export function setQuery(values: Readonly<Record<string, string>>): void {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ""));
  history.replaceState({ index }, "", consoleBase + currentLocation.value.path + (query.size > 0 ? `?${query}` : ""));
  currentLocation.set(readLocation());
}
