import { useEffect, useRef, useState } from "preact/hooks";
import { useAllSolutions } from "../../api/queries";
import type { MembershipStatus, Role } from "../../api/types";
import { useConsole } from "../../console-context";
import { Select } from "../../parts/field";
import { Icon } from "../../parts/icon";
import { roles, statuses, capitalize } from "../../words/names";
import type { Filters } from "./filters";

/** Milliseconds without typing before the search starts. */
const DEBOUNCE = 200;

interface FilterBarProps {
  readonly filters: Filters;
  readonly onChange: (filters: Filters) => void;
}

/** The search field and the filters of the list of users. */
export function FilterBar({ filters, onChange }: FilterBarProps) {
  const { org } = useConsole();
  const solutions = useAllSolutions(org);
  const names =
    solutions.data?.map((s) => [s.id, s.name] as const) ??
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
        options={[["", "Any status"], ...statuses.map((s) => [s, capitalize(s)] as const)]}
        onChange={(status) => onChange({ ...filters, status: status as MembershipStatus | "" })}
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
