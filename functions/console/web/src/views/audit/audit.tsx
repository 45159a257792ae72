import { auditList, useAuditEntry } from "../../api/queries";
import type { AuditEntry } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Pane } from "../../parts/dialog";
import { Heading } from "../../parts/heading";
import { PagedItems, usePagedList } from "../../parts/loaded";
import { Empty, LoadFailure } from "../../parts/notice";
import { useNow } from "../../parts/relative-time";
import { SkeletonCard, SkeletonRows } from "../../parts/skeleton";
import { closePane, currentLocation, setQuery } from "../../router/navigation";
import { useSignal } from "../../signal";
import type { SolutionNames } from "../../words/audit";
import { sentence } from "../../words/sentence";
import { auditQuery, noFilters, readAuditFilters, secondOf, type AuditFilters } from "./audit-filters";
import { AuditRows } from "./audit-list";
import { AuditPane } from "./audit-pane";
import { useSolutionNames } from "./audit-sentence";
import { ExportButtons } from "./export-buttons";
import { FilterBar, FilterChips } from "./filter-bar";
import { mayFold } from "./folding";

const PAGE_SIZE = 50;

/** The organization's audit log, latest event first. */
export function Audit({ entry: opened }: { readonly entry: string | undefined }) {
  const { org, membership } = useConsole();
  const { search } = useSignal(currentLocation);
  const filters = readAuditFilters(search);
  const query = auditQuery(filters, useNow());
  const events = auditList(org, query);
  const list = usePagedList(events, PAGE_SIZE);
  const solutionNames = useSolutionNames();
  const filtered = Object.keys(query).length > 0;
  const change = (some: Partial<AuditFilters>) =>
    setQuery({ ...readAuditFilters(currentLocation.value.search), ...some });
  return (
    <>
      <Heading
        breadcrumbs={[[membership.organization.name, `/${org}`]]}
        title="Audit"
        lead={sentence`Every change in ${membership.organization.name}: who, what and when`}
        actions={<ExportButtons list={events} />}
      />
      <section class="list" aria-label="Audit">
        <FilterBar filters={filters} solutionNames={solutionNames} onChange={change} />
        <FilterChips filters={filters} solutionNames={solutionNames} onChange={change} />
        <PagedItems
          list={list}
          skeleton={<SkeletonRows rows={8} />}
          empty={
            filtered ? (
              <Empty
                icon="search"
                title="No matching events"
                action={<Button onClick={() => change(noFilters)}>Clear filters</Button>}
              >
                Search for fewer words, remove a filter, or choose a longer time.
              </Empty>
            ) : (
              <Empty icon="audit" title="No events yet">
                The audit log records who changed what and when: members, roles, solutions, tokens and settings.
              </Empty>
            )
          }
        >
          {(entries) => (
            <AuditRows
              entries={entries}
              solutionNames={solutionNames}
              search={search}
              folds={mayFold(filters)}
              loading={list.loading}
            />
          )}
        </PagedItems>
      </section>
      {opened !== undefined && (
        <AuditPaneOf
          key={opened}
          id={opened}
          listed={list.data?.items.find(({ id }) => id === opened)}
          loading={list.loading || list.search?.running === true}
          solutionNames={solutionNames}
          onClose={() => closePane(`/${org}/audit${search}`)}
        />
      )}
    </>
  );
}

interface AuditPaneOfProps {
  readonly id: string;
  /** The event from the list, if the list shows it. */
  readonly listed: AuditEntry | undefined;
  /** Whether the list may still show it. */
  readonly loading: boolean;
  readonly solutionNames: SolutionNames;
  readonly onClose: () => void;
}

/** The pane for the event in the address. An event that is not in the list is looked up by the time in its ID. */
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
        <Empty icon="audit" title="Event not found">
          The audit log doesn&apos;t have this event, or no longer keeps it.
        </Empty>
      )}
    </Pane>
  );
}
