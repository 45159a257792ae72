import { auditList, useAuditEntry } from "../../api/queries";
import type { AuditEntry } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Pane } from "../../parts/dialog";
import { Select } from "../../parts/field";
import { Heading } from "../../parts/heading";
import { PagedItems, usePagedList } from "../../parts/loaded";
import { Empty, LoadFailure } from "../../parts/notice";
import { SkeletonCard, SkeletonRows } from "../../parts/skeleton";
import { closePane, currentLocation, navigate, setQuery } from "../../router/navigation";
import { useSignal } from "../../signal";
import { actionName, actions, actorName } from "../../words/audit";
import { moment } from "../../words/time";
import { AuditSentence, useSolutionNames } from "./audit-sentence";
import { AuditPane } from "./audit-pane";
import { auditQuery, readAuditFilters, secondOf } from "./audit-filters";
import { sentence } from "../../words/sentence";

const PAGE_SIZE = 50;

/** The organization's audit log, latest entry first. */
export function Audit({ entry: opened }: { readonly entry: string | undefined }) {
  const { org, membership } = useConsole();
  const { search } = useSignal(currentLocation);
  const filters = readAuditFilters(search);
  const query = auditQuery(filters);
  const list = usePagedList(auditList(org, query), PAGE_SIZE);
  const solutionNames = useSolutionNames();
  const filtered = Object.keys(query).length > 0;
  return (
    <>
      <Heading
        breadcrumbs={[[membership.organization.name, `/${org}`]]}
        title="Audit"
        lead={sentence`Every change in ${membership.organization.name}: who, what and when`}
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
            <Empty icon="audit" title={filtered ? "No matching entries" : "No entries yet"}>
              {filtered ? "Try another action or a longer period." : "Changes in the organization appear here."}
            </Empty>
          }
        >
          {(entries) => (
            <ol class="entries" aria-busy={list.loading}>
              {entries.map((entry) => (
                <Entry
                  key={entry.id}
                  entry={entry}
                  solutionNames={solutionNames}
                  onOpen={() => navigate(`/${org}/audit/${entry.id}${search}`)}
                />
              ))}
            </ol>
          )}
        </PagedItems>
      </section>
      {opened !== undefined && (
        <AuditPaneOf
          key={opened}
          id={opened}
          listed={list.data?.items.find(({ id }) => id === opened)}
          loading={list.loading}
          solutionNames={solutionNames}
          onClose={() => closePane(`/${org}/audit${search}`)}
        />
      )}
    </>
  );
}

interface AuditPaneOfProps {
  readonly id: string;
  /** The entry from the list, if the list shows it. */
  readonly listed: AuditEntry | undefined;
  /** Whether the list may still show it. */
  readonly loading: boolean;
  readonly solutionNames: ReadonlyMap<string, string>;
  readonly onClose: () => void;
}

/** The pane for the entry in the address. An entry that is not in the list is looked up by the time in its ID. */
function AuditPaneOf({ id, listed, loading, solutionNames, onClose }: AuditPaneOfProps) {
  const { org } = useConsole();
  const found = useAuditEntry(org, listed || loading ? undefined : id, secondOf(id));
  const entry = listed ?? found.data;
  if (entry) return <AuditPane entry={entry} solutionNames={solutionNames} onClose={onClose} />;
  return (
    <Pane title="Audit event" onClose={onClose} footer={<Button onClick={onClose}>Close</Button>}>
      {found.problem ? (
        <LoadFailure problem={found.problem} onRetry={found.reload} />
      ) : found.loading || loading ? (
        <SkeletonCard lines={6} />
      ) : (
        <Empty icon="audit" title="Entry not found">
          The audit log doesn&apos;t have this entry, or no longer keeps it.
        </Empty>
      )}
    </Pane>
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
