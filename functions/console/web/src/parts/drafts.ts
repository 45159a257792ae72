import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { keepDraft, takeDraft } from "../session/session";

/**
 * Like useState, for what a person types in a form that is no secret. If their session lapses, the text is there again
 * once they have signed in. `form` names the form. `initial` has a value for each field.
 */
export function useTyped<V extends object>(
  form: string,
  initial: V,
): readonly [values: V, set: (changed: Partial<V>) => void] {
  const [values, setValues] = useState<V>(() => ({ ...initial, ...draftOf(form, initial) }));
  useDraft(form, values);
  const [set] = useState(() => (changed: Partial<V>) => setValues((old) => ({ ...old, ...changed })));
  return [values, set];
}

/** Keeps what the person has typed if their session lapses while the form is shown. */
export function useDraft(form: string, typed: object): void {
  const latest = useRef(typed);
  latest.current = typed;
  // A layout effect, because the others end only some time after the form has gone.
  useLayoutEffect(() => () => keepDraft(form, latest.current), [form]);
}

/**
 * Returns the fields that the person had typed in when their session lapsed. It ignores those that are no longer in the
 * form or of another type, because the console may have changed meanwhile.
 */
export function draftOf<V extends object>(form: string, fields: V): Partial<V> {
  const draft = takeDraft(form);
  if (typeof draft !== "object" || draft === null) return {};
  const known: Partial<V> = {};
  for (const name of Object.keys(fields) as (keyof V)[]) {
    const value = (draft as Partial<V>)[name];
    if (typeof value === typeof fields[name]) known[name] = value;
  }
  return known;
}
