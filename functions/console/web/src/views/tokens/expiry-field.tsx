import { Field, Select } from "../../parts/field";
import { expiryOptions, expiryRange, type ExpiryChoice } from "../../words/expiry";

interface ExpiryFieldProps {
  /** The time from which the days count, in milliseconds. */
  readonly opened: number;
  /** The most days that the organization's policy allows, if it limits them. */
  readonly longestLifeDays: number | undefined;
  readonly choice: ExpiryChoice;
  /** The chosen date, such as "2026-12-24". */
  readonly onDate: string;
  readonly onChange: (choice: ExpiryChoice, onDate: string) => void;
  readonly problem: string | undefined;
}

/** The choice of when a new token expires. */
export function ExpiryField({ opened, longestLifeDays, choice, onDate, onChange, problem }: ExpiryFieldProps) {
  const options = expiryOptions(opened, longestLifeDays);
  // A policy that has loaded meanwhile can rule out what was chosen before.
  const shown = options.some(([value]) => value === choice) ? choice : "latest";
  const range = expiryRange(opened, longestLifeDays);
  const onSelect = (value: string) => {
    const selected = options.find(([option]) => option === value)?.[0] ?? "latest";
    onChange(selected, selected === "date" && onDate === "" ? range.last : onDate);
  };
  return (
    <>
      <Select
        label="Expires"
        value={shown}
        options={options}
        onChange={onSelect}
        hint={shown === "date" ? undefined : "This date is fixed. Until then, each use renews the token for two weeks."}
        problem={shown === "date" ? undefined : problem}
      />
      {shown === "date" && (
        <Field
          label="Expiry date"
          type="date"
          value={onDate}
          min={range.first}
          max={range.last}
          required
          onInput={(day) => onChange("date", day)}
          hint="The token works until the end of this day, if it is used at least every two weeks."
          problem={problem}
        />
      )}
    </>
  );
}
