import { useId, useState } from "preact/hooks";
import { useMember } from "../../api/queries";
import { useConsole } from "../../console-context";
import { Icon } from "../../parts/icon";
import { Select } from "../../parts/field";
import { actionGroups, actionsOf, filterTitle, type SolutionNames } from "../../words/audit";
import { isolated, sentence } from "../../words/sentence";
import { fullDay } from "../../words/time";
import { SearchField } from "../users/filter-bar";
import { noFilters, ranges, zoneName, type AuditFilters, type Range } from "./audit-filters";
import { Finder } from "./finder";

/** The value of the choice between ranges that opens the two fields for days. */
const DAYS = "days";

interface FilterBarProps {
  readonly filters: AuditFilters;
  readonly solutionNames: SolutionNames;
  readonly onChange: (change: Partial<AuditFilters>) => void;
}

/** The search field and the filters of the audit log. */
export function FilterBar({ filters, solutionNames, onChange }: FilterBarProps) {
  return (
    <div class="toolbar filters" role="search">
      <SearchField
        value={filters.q}
        label="Search names, emails, solutions and tokens"
        onSearch={(q) => onChange({ q })}
      />
      <Finder label="Who acted" what="Who acted" onChoose={(actor) => onChange({ actor })} />
      <Finder
        label="Who or what was changed"
        what="Who or what was changed"
        solutions={solutionNames}
        onChoose={(target) => onChange({ target })}
      />
      <ActionFilter value={filters.action} onChange={(action) => onChange({ action })} />
      <TimeFilter filters={filters} onChange={onChange} />
    </div>
  );
}

interface ActionFilterProps {
  readonly value: AuditFilters["action"];
  readonly onChange: (action: AuditFilters["action"]) => void;
}

/** A select element with the actions in their groups, and each group as a whole. */
function ActionFilter({ value, onChange }: ActionFilterProps) {
  const id = useId();
  return (
    <div class="field action-filter">
      <label for={id} class="visually-hidden">
        Action
      </label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value as AuditFilters["action"])}>
        <option value="">Any action</option>
        {actionGroups.map((group) => (
          <optgroup key={group} label={group}>
            <option value={group}>{filterTitle(group)}</option>
            {actionsOf(group).map(([action, title]) => (
              <option key={action} value={action}>
                {title}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </div>
  );
}

type TimeFilterProps = Pick<FilterBarProps, "filters" | "onChange">;

/** A choice of a range of days, or the first and the last day. They are days in the reader's time zone. */
function TimeFilter({ filters: { range, since, until }, onChange }: TimeFilterProps) {
  const [opened, setOpened] = useState(false);
  const byDays = range === "" && (opened || since !== "" || until !== "");
  const choose = (choice: string) => {
    setOpened(choice === DAYS);
    onChange({ range: choice === DAYS ? "" : (choice as Range | ""), since: "", until: "" });
  };
  return (
    <>
      <Select
        label="Time"
        hideLabel
        value={byDays ? DAYS : range}
        options={[["", "Any time"], ...ranges.map(([name, label]) => [name, label] as const), [DAYS, "Choose days…"]]}
        onChange={choose}
      />
      {byDays && (
        <>
          <DateFilter label="From" value={since} max={until} onChange={(day) => onChange({ since: day })} />
          <DateFilter label="To" value={until} min={since} onChange={(day) => onChange({ until: day })} />
        </>
      )}
      {(byDays || range !== "") && <p class="hint">Days in the time zone {zoneName()}</p>}
    </>
  );
}

interface DateFilterProps {
  readonly label: string;
  readonly value: string;
  readonly min?: string;
  readonly max?: string;
  readonly onChange: (value: string) => void;
}

function DateFilter({ label, value, min, max, onChange }: DateFilterProps) {
  return (
    <label class="date-filter">
      <span>{label}</span>
      <input
        type="date"
        value={value}
        min={min || undefined}
        max={max || undefined}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}

/** What the list is filtered by, each with a button that drops it. */
export function FilterChips({ filters, solutionNames, onChange }: FilterBarProps) {
  const { q, actor, action, target, range, since, until } = filters;
  const drop = (change: Partial<AuditFilters>) => () => onChange(change);
  const chips = [
    q.trim() && <Chip key="q" text={sentence`Text “${q.trim()}”`} onDrop={drop({ q: "" })} />,
    actor && <MemberChip key="actor" words="By" id={actor} onDrop={drop({ actor: "" })} />,
    target && <TargetChip key="target" id={target} solutionNames={solutionNames} onDrop={drop({ target: "" })} />,
    action && <Chip key="action" text={filterTitle(action)} onDrop={drop({ action: "" })} />,
    (range || since || until) && (
      <Chip key="time" text={timeWords(filters)} onDrop={drop({ range: "", since: "", until: "" })} />
    ),
  ].filter(Boolean);
  if (chips.length === 0) return null;
  return (
    <ul class="filter-chips" aria-label="Filters">
      {chips}
      {chips.length > 1 && (
        <li>
          <button type="button" class="button quiet" onClick={drop(noFilters)}>
            Clear filters
          </button>
        </li>
      )}
    </ul>
  );
}

/** Returns the days of a filter in words. */
function timeWords({ range, since, until }: AuditFilters): string {
  const label = ranges.find(([name]) => name === range)?.[1];
  if (label !== undefined) return label;
  if (since && until) return since === until ? `On ${fullDay(since)}` : `${fullDay(since)} to ${fullDay(until)}`;
  return since ? `Since ${fullDay(since)}` : `Until ${fullDay(until)}`;
}

interface MemberChipProps {
  readonly words: string;
  readonly id: string;
  readonly onDrop: () => void;
}

/** A chip with the name of a member. */
function MemberChip({ words, id, onDrop }: MemberChipProps) {
  const { org } = useConsole();
  const { data, problem } = useMember(org, id);
  const name = data ? isolated(data.displayName) : problem?.status === 404 ? `former member ${id}` : id;
  return <Chip text={`${words} ${name}`} onDrop={onDrop} />;
}

interface TargetChipProps {
  readonly id: string;
  readonly solutionNames: SolutionNames;
  readonly onDrop: () => void;
}

function TargetChip({ id, solutionNames, onDrop }: TargetChipProps) {
  switch (id.slice(0, 3)) {
    case "usr":
      return <MemberChip words="About" id={id} onDrop={onDrop} />;
    case "sol":
      return (
        <Chip
          text={sentence`About ${solutionNames?.get(id) ?? (solutionNames ? `deleted solution ${id}` : id)}`}
          onDrop={onDrop}
        />
      );
    case "tok":
      return <Chip text={`About token ${id.slice(4, 12)}`} onDrop={onDrop} />;
    default:
      return <Chip text={id.startsWith("org") ? "About the organization" : `About session ${id}`} onDrop={onDrop} />;
  }
}

interface ChipProps {
  readonly text: string;
  readonly onDrop: () => void;
}

function Chip({ text, onDrop }: ChipProps) {
  return (
    <li>
      <button type="button" class="filter-chip" onClick={onDrop}>
        <span class="visually-hidden">Remove filter: </span>
        {text}
        <Icon name="close" />
      </button>
    </li>
  );
}
