import type { ComponentChildren } from "preact";
import { useEffect, useId } from "preact/hooks";
import { clearToasts } from "./toast";

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: ComponentChildren;
  readonly problem?: string | undefined;
  readonly type?: "text" | "email" | "tel" | "date" | "number";
  readonly maxLength?: number;
  readonly autocomplete?: string;
  readonly placeholder?: string;
  readonly required?: boolean;
  readonly autofocus?: boolean;
  readonly hideLabel?: boolean;
  /** The first and the last value, for dates and numbers. */
  readonly min?: string;
  readonly max?: string;
  /** Values to choose from instead of typing, each with its label. */
  readonly suggestions?: readonly (readonly [value: string, label: string])[];
}

/** A text field with its label, and a hint or its problem below. */
export function Field({
  label,
  value,
  onInput,
  hint,
  problem,
  type = "text",
  maxLength = 100,
  autocomplete = "off",
  placeholder,
  required = false,
  autofocus = false,
  hideLabel = false,
  min,
  max,
  suggestions,
}: FieldProps) {
  const id = useId();
  useEffect(() => {
    if (problem) clearToasts();
  }, [problem]);
  const visibleHint = problem ? undefined : hint;
  const describedBy = [visibleHint ? `${id}-hint` : "", problem ? `${id}-problem` : ""].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id} class={hideLabel ? "visually-hidden" : undefined}>
        {label}
      </label>
      <input
        id={id}
        {...({ type } as { type: "text" })}
        value={value}
        maxLength={maxLength}
        autocomplete={autocomplete}
        placeholder={placeholder}
        required={required}
        autofocus={autofocus}
        min={min}
        max={max}
        list={suggestions && `${id}-suggestions`}
        aria-invalid={problem ? true : undefined}
        aria-describedby={describedBy || undefined}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {suggestions && (
        <datalist id={`${id}-suggestions`}>
          {suggestions.map(([suggestion, words]) => (
            <option key={suggestion} value={suggestion} label={words} />
          ))}
        </datalist>
      )}
      {visibleHint && (
        <p id={`${id}-hint`} class="hint">
          {visibleHint}
        </p>
      )}
      {problem && (
        <p id={`${id}-problem`} class="field-problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

interface LinesFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint: ComponentChildren;
  readonly problem?: string | undefined;
  readonly placeholder?: string;
  readonly autofocus?: boolean;
  readonly inputMode?: "text" | "email";
}

/** A text field with one entry per line, with its label, and a hint or its problem below. */
export function LinesField({
  label,
  value,
  onInput,
  hint,
  problem,
  placeholder,
  autofocus = false,
  inputMode = "text",
}: LinesFieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        class="lines"
        rows={3}
        autofocus={autofocus}
        inputMode={inputMode}
        value={value}
        spellcheck={false}
        autocomplete="off"
        placeholder={placeholder}
        aria-invalid={problem ? true : undefined}
        aria-describedby={`${id}-below`}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <p id={`${id}-below`} class={problem ? "field-problem" : "hint"} role={problem ? "alert" : undefined}>
        {problem ?? hint}
      </p>
    </div>
  );
}

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly onChange: (value: string) => void;
  readonly hideLabel?: boolean;
  readonly disabled?: boolean;
  readonly hint?: ComponentChildren;
  readonly problem?: string | undefined;
}

/** A select element with its label, and a hint or its problem below. */
export function Select({
  label,
  value,
  options,
  onChange,
  hideLabel = false,
  disabled = false,
  hint,
  problem,
}: SelectProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id} class={hideLabel ? "visually-hidden" : undefined}>
        {label}
      </label>
      <select
        id={id}
        value={value}
        disabled={disabled}
        aria-invalid={problem ? true : undefined}
        aria-describedby={hint || problem ? `${id}-below` : undefined}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
      {(hint || problem) && (
        <p id={`${id}-below`} class={problem ? "field-problem" : "hint"} role={problem ? "alert" : undefined}>
          {problem ?? hint}
        </p>
      )}
    </div>
  );
}

interface CheckboxProps {
  readonly label: ComponentChildren;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly hideLabel?: boolean;
  readonly mixed?: boolean;
  readonly disabled?: boolean;
}

/** A checkbox with its label. */
export function Checkbox({
  label,
  checked,
  onChange,
  hideLabel = false,
  mixed = false,
  disabled = false,
}: CheckboxProps) {
  return (
    <label class="checkbox">
      <input
        type="checkbox"
        checked={checked}
        indeterminate={mixed}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span class={hideLabel ? "visually-hidden" : undefined}>{label}</span>
    </label>
  );
}

/** A read-only value with its label. */
export function Fact({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
