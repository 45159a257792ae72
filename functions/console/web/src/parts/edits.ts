import { useCallback, useState } from "preact/hooks";
import { useUnsaved } from "../router/navigation";
import { draftOf, useDraft } from "./drafts";

/** The values of a form: those that are stored, with what the person has changed. */
export interface Edits<V> {
  readonly values: V;
  /** The names of the values that differ from those that are stored, apart from spaces around a text. */
  readonly changed: readonly (keyof V & string)[];
  readonly set: (edits: Partial<V>) => void;
  /** Forgets all edits. */
  readonly undo: () => void;
  /** Forgets the edits that were sent with these values. What was typed since then stays. */
  readonly saved: (sent: V) => void;
  /** Allows leaving although values differ. Call it before closing the form. */
  readonly release: () => void;
}

/**
 * Keeps the edits of a form apart from the stored values, so that neither a save nor a reload overwrites what the person
 * is typing. It warns before unsaved edits are lost, and keeps them if the session lapses. `form` names the form.
 */
export function useEdits<V extends object>(form: string, stored: V): Edits<V> {
  const [edits, setEdits] = useState<Partial<V>>(() => draftOf(form, stored));
  useDraft(form, edits);
  const values = { ...stored, ...edits };
  const changed = namesOf(stored).filter((name) => trimmed(values[name]) !== trimmed(stored[name]));
  const release = useUnsaved(changed.length > 0);
  const set = useCallback((next: Partial<V>) => setEdits((old) => ({ ...old, ...next })), []);
  const undo = useCallback(() => setEdits({}), []);
  const saved = useCallback((sent: V) => setEdits((now) => editsSince(sent, now)), []);
  return { values, changed, set, undo, saved, release };
}

/** Returns the edits that differ from the values that were sent. */
export function editsSince<V extends object>(sent: V, now: Partial<V>): Partial<V> {
  const since: Partial<V> = {};
  for (const name of namesOf(now)) if (now[name] !== sent[name]) since[name] = now[name];
  return since;
}

function trimmed(value: unknown): unknown {
  return typeof value === "string" ? value.trim() : value;
}

function namesOf<V extends object>(values: V): (keyof V & string)[] {
  return Object.keys(values) as (keyof V & string)[];
}
