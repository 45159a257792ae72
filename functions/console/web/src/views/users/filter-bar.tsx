import { useEffect, useRef, useState } from "preact/hooks";
import { allPages } from "../../api/all-pages";
import { call } from "../../api/client";
import { useLoad } from "../../api/load";
import type { MembershipStatus, Role } from "../../api/types";
import { useHere } from "../../context";
import { Select } from "../../parts/field";
import { Icon } from "../../parts/icon";
import { roles, statuses, title } from "../../words/names";
import type { Filters } from "./filters";

/** Milliseconds to wait for the next letter before searching. */
const PAUSE = 200;

interface FilterBarProps {
  readonly filters: Filters;
  readonly onChange: (filters: Filters) => void;
}

/** Search as you type, and filters. */
export function FilterBar({ filters, onChange }: FilterBarProps) {
  const { org } = useHere();
  const solutions = useLoad(`solutions ${org}`, (signal) =>
    allPages((page) => call("get", "/organizations/{org}/solutions", { path: { org }, query: page, signal })),
  );
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
        options={[["", "Any role"], ...roles.map((r) => [r, title(r)] as const)]}
        onChange={(role) => onChange({ ...filters, role: role as Role | "" })}
      />
      <Select
        hideLabel
        label="Status"
        value={filters.status}
        options={[["", "Any status"], ...statuses.map((s) => [s, title(s)] as const)]}
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

/** A field that searches once the typing pauses. */
export function SearchField({ value, label, onSearch }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) setText(value);
    sent.current = value;
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return undefined;
    const timer = setTimeout(() => {
      sent.current = text;
      onSearch(text);
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [text, onSearch]);
  return (
    <label class="search">
      <span class="unseen">{label}</span>
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
