import { useState } from "preact/hooks";
import { auditList } from "../../api/queries";
import type { AuditEntry } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Select } from "../../parts/field";
import { Heading } from "../../parts/heading";
import { PagedItems, usePagedList } from "../../parts/loaded";
import { Empty } from "../../parts/notice";
import { SkeletonRows } from "../../parts/skeleton";
import { currentLocation, setQuery } from "../../router/navigation";
import { useSignal } from "../../signal";
import { actionName, actions, actorName } from "../../words/audit";
import { moment } from "../../words/time";
import { AuditSentence, useSolutionNames } from "./audit-sentence";
import { AuditPane } from "./audit-pane";
import { readAuditFilters, auditQuery } from "./audit-filters";

const PAGE_SIZE = 50;

/** The organization's audit log, latest entry first. */
export function Audit() {
  const { org, membership } = useConsole();
  const { search } = useSignal(currentLocation);
  const filters = readAuditFilters(search);
  const query = auditQuery(filters);
  const [shown, setShown] = useState<AuditEntry>();
  const list = usePagedList(auditList(org, query), PAGE_SIZE);
  const solutionNames = useSolutionNames();
  const filtered = Object.keys(query).length > 0;
  return (
    <>
      <Heading
        breadcrumbs={[[membership.organization.name, `/${org}`]]}
        title="Audit"
        lead={`Every change in ${membership.organization.name}: who, what and when`}
      />
      <section class="list" aria-label="Audit">
        <div class="toolbar filters">
          <Select
            label="Action"
            hideLabel
            value={filters.action}
            options={[["", "Any action"], ...actions.map((a) => [a, actionName(a)] as const)]}
            onChange={(action) => setQuery({ ...filters, action })}
          />
          <DateFilter label="From" value={filters.since} onChange={(since) => setQuery({ ...filters, since })} />
          <DateFilter label="To" value={filters.until} onChange={(until) => setQuery({ ...filters, until })} />
          {filters.target && <span class="badge neutral">About one {targetNoun(filters.target)} only</span>}
          {filtered && (
            <Button kind="quiet" onClick={() => setQuery({})}>
              Clear filters
            </Button>
          )}
        </div>
        <PagedItems
          list={list}
          skeleton={<SkeletonRows rows={8} />}
          empty={
            <Empty icon="audit" title={filtered ? "Nothing matches" : "Nothing yet"}>
              {filtered ? "Try another action or a longer time." : "Changes will be listed here."}
            </Empty>
          }
        >
          {(entries) => (
            <ol class="entries" aria-busy={list.loading}>
              {entries.map((entry) => (
                <Entry key={entry.id} entry={entry} solutionNames={solutionNames} onOpen={() => setShown(entry)} />
              ))}
            </ol>
          )}
        </PagedItems>
      </section>
      {shown && <AuditPane entry={shown} solutionNames={solutionNames} onClose={() => setShown(undefined)} />}
    </>
  );
}

interface EntryProps {
  readonly entry: AuditEntry;
  readonly solutionNames: ReadonlyMap<string, string>;
  readonly onOpen: () => void;
}

function Entry({ entry, solutionNames, onOpen }: EntryProps) {
  return (
    <li>
      <button type="button" class="entry" onClick={onOpen}>
        <span class="entry-text">
          <strong>{actorName(entry)}</strong> <AuditSentence entry={entry} solutionNames={solutionNames} />
        </span>
        <time class="faint" dateTime={entry.at}>
          {moment(entry.at)}
        </time>
      </button>
    </li>
  );
}

interface DateFilterProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function DateFilter({ label, value, onChange }: DateFilterProps) {
  return (
    <label class="date-filter">
      <span>{label}</span>
      <input type="date" value={value} onChange={(event) => onChange(event.currentTarget.value)} />
    </label>
  );
}

function targetNoun(target: string): string {
  return (
    { usr: "user", org: "organization", sol: "solution", tok: "token", ses: "session" }[target.slice(0, 3)] ?? "thing"
  );
}
