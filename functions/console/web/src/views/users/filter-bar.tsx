import { useEffect, useRef, useState } from "preact/hooks";
import type { Role, Solution } from "../../api/types";
import { Select } from "../../parts/field";
import { Icon } from "../../parts/icon";
import { roles, capitalize } from "../../words/names";
import { statusFilters, type Filters, type StatusFilter } from "./filters";

/** Milliseconds without typing before the search starts. */
const DEBOUNCE = 100;

interface FilterBarProps {
  readonly filters: Filters;
  /** The solutions to filter by, or undefined until they have loaded. */
  readonly solutions: readonly Solution[] | undefined;
  readonly onChange: (filters: Filters) => void;
}

/** The search field and the filters of the list of users. */
export function FilterBar({ filters, solutions, onChange }: FilterBarProps) {
  const names =
    solutions?.map((s) => [s.id, s.name] as const) ??
    (filters.solution ? [[filters.solution, "One solution"] as const] : []);
  return (
    <div class="toolbar filters" role="search">
      <SearchField value={filters.q} label="Search by name or email" onSearch={(q) => onChange({ ...filters, q })} />
      <Select
        hideLabel
        label="Role"
        value={filters.role}
        options={[["", "Any role"], ...roles.map((r) => [r, capitalize(r)] as const)]}
        onChange={(role) => onChange({ ...filters, role: role as Role | "" })}
      />
      <Select
        hideLabel
        label="Status"
        value={filters.status}
        options={[["", "Any status"], ...statusFilters]}
        onChange={(status) => onChange({ ...filters, status: status as StatusFilter | "" })}
      />
      <Select
        hideLabel
        label="Solution"
        value={filters.solution}
        options={[["", "Any solution"], ...names]}
        onChange={(solution) => onChange({ ...filters, solution })}
      />
    </div>
  );
}

interface SearchFieldProps {
  readonly value: string;
  readonly label: string;
  readonly onSearch: (q: string) => void;
}

/** A field that searches when typing pauses. */
export function SearchField({ value, label, onSearch }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const reported = useRef(value);
  useEffect(() => {
    if (value !== reported.current) setText(value);
    reported.current = value;
  }, [value]);
  useEffect(() => {
    if (text === reported.current) return undefined;
    const timer = setTimeout(() => {
      reported.current = text;
      onSearch(text);
    }, DEBOUNCE);
    return () => clearTimeout(timer);
  }, [text, onSearch]);
  return (
    <label class="search">
      <span class="visually-hidden">{label}</span>
      <Icon name="search" />
      <input
        type="search"
        value={text}
        maxLength={100}
        placeholder={label}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </label>
  );
}
