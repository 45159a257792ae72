import { useLayoutEffect } from "preact/hooks";
import { consoleBase } from "../base";
import { signal } from "../signal";

/** Where the console is: the path after "/console" and the query. */
export interface Place {
  readonly path: string;
  readonly search: string;
}

export const place = signal<Place>(here());

/** What to ask before something is left behind. */
export interface LeavingWords {
  readonly title: string;
  readonly text: string;
  /** What the button that leaves says. */
  readonly leave: string;
  readonly stay: string;
}

/** Something that a person wanted to do while something was unsaved; `act` does it and abandons the changes. */
export interface Leaving extends LeavingWords {
  readonly act: () => void;
}

export const leaving = signal<Leaving | undefined>(undefined);

const changes: LeavingWords = {
  title: "Leave without saving?",
  text: "What you changed here has not been saved.",
  leave: "Discard changes",
  stay: "Keep editing",
};
const unsaved = new Map<symbol, LeavingWords>();
let index = entryIndex() ?? 0;
let returning = false;

function here(): Place {
  return { path: location.pathname.slice(consoleBase.length) || "/", search: location.search };
}

function entryIndex(): number | undefined {
  return (history.state as { index?: number } | null)?.index;
}

/** Goes to a path after "/console", unless the person would rather keep unsaved changes. */
export function navigate(path: string, { replace = false } = {}): void {
  whenSaved(() => go(path, replace));
}

function go(path: string, replace: boolean): void {
  if (!replace) index += 1;
  const state = isNear(path, place.value.path) ? { ...(history.state as object | null), index } : { index };
  history[replace ? "replaceState" : "pushState"](state, "", consoleBase + path);
  place.set(here());
}

/** Whether one path leads into the other, as a list and a pane beside it do: what is kept of the list goes along. */
function isNear(one: string, other: string): boolean {
  return one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}

/** Keeps a value with this entry of the browser's history: it is there again on coming back, and after a reload. */
export function keep(name: string, value: unknown): void {
  history.replaceState({ ...(history.state as object | null), [name]: value }, "");
  place.set(here());
}

/** What this entry of the browser's history keeps under a name; undefined when nothing. */
export function kept(name: string): unknown {
  return (history.state as Record<string, unknown> | null)?.[name];
}

/** Does something at once, or after the person has agreed to abandon unsaved changes. */
export function whenSaved(act: () => void): void {
  const words = [...unsaved.values()].at(-1);
  if (!words) {
    act();
    return;
  }
  const abandon = () => {
    saved();
    act();
  };
  leaving.set({ ...words, act: abandon });
}

/** Starts to follow the browser's back and forward buttons. */
export function followHistory(): void {
  if (entryIndex() === undefined) history.replaceState({ index }, "");
  addEventListener("popstate", () => {
    const steps = (entryIndex() ?? 0) - index;
    if (returning || unsaved.size === 0) {
      returning = false;
      index += steps;
      place.set(here());
      return;
    }
    // Undo the step, ask, and only then take it.
    returning = true;
    history.go(-steps);
    whenSaved(() => history.go(steps));
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved.size > 0) event.preventDefault();
  });
}

/** Warns before what is unsaved in this component is left behind; `words` must stay the same object. */
export function useUnsaved(changed: boolean, words: LeavingWords = changes): void {
  // Before the browser does anything else: the very next thing a person does may be to leave.
  useLayoutEffect(() => {
    if (!changed) return undefined;
    const form = Symbol();
    unsaved.set(form, words);
    return () => void unsaved.delete(form);
  }, [changed, words]);
}

/** Declares everything saved, for a navigation that follows at once. */
export function saved(): void {
  unsaved.clear();
}

/** Changes the query of the current view, without a new entry in the history. */
export function setQuery(values: Readonly<Record<string, string>>): void {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ""));
  history.replaceState({ index }, "", consoleBase + place.value.path + (query.size > 0 ? `?${query}` : ""));
  place.set(here());
}
