import { useEffect, useState } from "preact/hooks";
import { newest } from "../../api/newest";
import { memberList, useAllSolutions, useMemberCount, useOrganization, type ListQuery } from "../../api/queries";
import { queryKey } from "../../api/query-key";
import type { Member } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Select } from "../../parts/field";
import { Heading } from "../../parts/heading";
import { PagedItems, usePagedList } from "../../parts/loaded";
import { SkeletonRows } from "../../parts/skeleton";
import { closePane, navigate, currentLocation, setQuery } from "../../router/navigation";
import type { SelectedAction } from "../../router/route";
import { useSignal } from "../../signal";
import { can, count } from "../../words/names";
import { sentence } from "../../words/sentence";
import { canAssign } from "./assignment-rules";
import { NoMembers } from "../empty";
import { FilterBar } from "./filter-bar";
import {
  addressQuery,
  filterQuery,
  isFiltered,
  pageSizes,
  passes,
  passesSome,
  readFilters,
  readPageSize,
  type Filters,
} from "./filters";
import { MemberTable } from "./member-table";
import { AssignPane, ExportMembers, Invite, ManyPane } from "./panes";
import { RolePaneOf } from "./role-card";
import { SelectionBar, type Selection } from "./selection";
import { UsersTabs } from "./users-tabs";

const noFilters: Filters = { q: "", role: "", status: "", solution: "" };

interface UsersProps {
  readonly inviting: boolean;
  /** The ID of the member whose role the pane changes. */
  readonly changing: string | undefined;
  /** What the pane does to the selected members. */
  readonly acting: SelectedAction | undefined;
}

/** The list of the organization's members. */
export function Users({ inviting, changing, acting }: UsersProps) {
  const { org, membership } = useConsole();
  const { search } = useSignal(currentLocation);
  const filters = readFilters(search);
  const size = readPageSize(search);
  const organization = useOrganization(org);
  const members = passing(memberList(org, filterQuery(filters)), filters, size);
  const list = usePagedList(members, size);
  const solutions = useAllSolutions(org);
  const hasMore = !list.search?.running && (list.data?.nextCursor !== undefined || list.paging.page > 0);
  const counted = useMemberCount(org, filterQuery(filters), {
    list: members,
    parts: passesSome(filters),
    wanted: isFiltered(filters) && hasMore,
  });
  const memberCount = organization.data?.memberCount;
  const total = isFiltered(filters) ? counted : memberCount;
  const assigns = solutions.data?.some((s) => canAssign(membership, s)) ?? can(membership, "solutions:assign");
  const managesMembers = can(membership, "members:manage");
  const [selected, setSelected] = useState<Selection>(new Map());
  const [exporting, setExporting] = useState(false);
  const replace = (member: Member) =>
    list.updateItems((items) => items.map((m) => (m.id === member.id ? newest(m, member) : m)));
  const close = () => closePane(`/${org}/users${search}`);
  const invite = () => navigate(`/${org}/users/invite${search}`);
  const reload = () => {
    list.reload();
    organization.reload();
  };
  return (
    <>
      <Heading
        breadcrumbs={[[membership.organization.name, `/${org}`]]}
        title="Users"
        lead={
          memberCount === undefined ? (
            <i class="skeleton-line short" />
          ) : (
            sentence`${count(memberCount, "member")} in ${membership.organization.name}`
          )
        }
        actions={
          <>
            <Button onClick={() => setExporting(true)}>Export</Button>
            {managesMembers && (
              <Button kind="primary" icon="plus" onClick={invite}>
                Invite user
              </Button>
            )}
          </>
        }
      />
      <UsersTabs current="members" />
      <section class="list" aria-label="Users">
        <FilterBar
          filters={filters}
          solutions={solutions.data}
          onChange={(next) => {
            // A selection that is no longer in sight would be acted on unseen.
            setSelected(new Map());
            setQuery(addressQuery(next, size));
          }}
        />
        <PagedItems
          list={list}
          skeleton={<SkeletonRows rows={8} head />}
          total={total}
          controls={hasMore || size > 25 ? <PageSize size={size} filters={filters} /> : undefined}
          empty={
            <NoMembers
              filters={filters}
              onInvite={managesMembers ? invite : undefined}
              onClear={() => setQuery(addressQuery(noFilters, size))}
            />
          }
        >
          {(items) => (
            <MemberTable
              members={items}
              busy={list.loading}
              selected={selected}
              // Without anything to do to a selection, there is none.
              onSelect={assigns || managesMembers ? setSelected : undefined}
              onChangeRole={(member) => navigate(`/${org}/users/${member.id}/role${search}`)}
            />
          )}
        </PagedItems>
        {selected.size > 0 && (
          <SelectionBar
            selected={selected}
            list={members}
            offersAll={hasMore && (list.data?.items.every(({ id }) => selected.has(id)) ?? false)}
            total={total}
            assigns={assigns}
            manages={managesMembers}
            onSelect={setSelected}
            onAct={(action) => navigate(`/${org}/users/selected/${action}${search}`)}
          />
        )}
      </section>
      {inviting && managesMembers && <Invite onInvited={reload} onClose={close} />}
      {changing !== undefined && managesMembers && (
        <RolePaneOf
          key={changing}
          user={changing}
          listed={list.data?.items.find((m) => m.id === changing)}
          onChanged={replace}
          onReload={list.reload}
          onClose={close}
        />
      )}
      {acting && (
        <SelectedPane
          key={acting}
          action={acting}
          selected={selected}
          onChanged={() => {
            setSelected(new Map());
            reload();
          }}
          onClose={close}
        />
      )}
      {exporting && <ExportMembers list={members} filtered={isFiltered(filters)} onClose={() => setExporting(false)} />}
    </>
  );
}

interface SelectedPaneProps {
  readonly action: SelectedAction;
  readonly selected: Selection;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

/**
 * The pane that does something to the members that were selected when it opened: the list behind it changes meanwhile, and what
 * was asked for does not. A reload loses the selection, so it closes the pane.
 */
function SelectedPane({ action, selected, onChanged, onClose }: SelectedPaneProps) {
  const [members] = useState(() => [...selected.values()]);
  const isEmpty = members.length === 0;
  useEffect(() => {
    if (isEmpty) onClose();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, as it opens
  }, []);
  if (isEmpty) return null;
  if (action === "assign") return <AssignPane people={members} onDone={onChanged} onClose={onClose} />;
  return <ManyPane kind={action} members={members} onChanged={onChanged} onClose={onClose} />;
}

/** The choice of how many members a page has. The address keeps it. */
function PageSize({ size, filters }: { readonly size: number; readonly filters: Filters }) {
  return (
    <Select
      hideLabel
      label="Members per page"
      value={String(size)}
      options={pageSizes.map((n) => [String(n), `${n} per page`] as const)}
      onChange={(chosen) => setQuery(addressQuery(filters, Number(chosen)))}
    />
  );
}

/** Returns a list of the members that also pass the filters that the API does not know, for pages of a size. */
function passing(list: ListQuery<Member>, filters: Filters, size: number): ListQuery<Member> {
  return {
    key: queryKey("passing", list.key, filters.status, size),
    load: async (page, signal) => {
      const found = await list.load(page, signal);
      return { ...found, items: found.items.filter((m) => passes(filters, m)) };
    },
  };
}
