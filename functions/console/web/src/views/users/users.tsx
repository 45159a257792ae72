import { useState } from "preact/hooks";
import { allPages, fullPage } from "../../api/all-pages";
import { call } from "../../api/client";
import { useLoad } from "../../api/load";
import type { Member } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Heading } from "../../parts/heading";
import { Empty, LoadFailure } from "../../parts/notice";
import { Pager, ContinueSearch, usePaging } from "../../parts/pager";
import { SkeletonRows } from "../../parts/skeleton";
import { closePane, navigate, currentLocation, setQuery } from "../../router/navigation";
import { useSignal } from "../../signal";
import { can, count } from "../../words/names";
import { isolated, sentence } from "../../words/sentence";
import { AssignPane } from "./assign-pane";
import { canAssign } from "./assignment-rules";
import { FilterBar } from "./filter-bar";
import { filterQuery, isFiltered, nobodyWords, passes, readFilters, type Filters } from "./filters";
import { Invite } from "./invite";
import { MemberTable } from "./member-table";
import { RolePaneOf } from "./role-card";
import { UsersTabs } from "./users-tabs";

const PAGE_SIZE = 25;
const MAX_NAMED = 3;
const noFilters: Filters = { q: "", role: "", status: "", solution: "" };

interface UsersProps {
  readonly inviting: boolean;
  /** The ID of the member whose role the pane changes. */
  readonly changing: string | undefined;
}

/** The list of the organization's members. */
export function Users({ inviting, changing }: UsersProps) {
  const { org, membership } = useConsole();
  const { search } = useSignal(currentLocation);
  const filters = readFilters(search);
  const query = filterQuery(filters);
  const key = `users ${org} ${JSON.stringify(filters)}`;
  const paging = usePaging(key);
  const organization = useLoad(org, (signal) => call("get", "/organizations/{org}", { path: { org }, signal }));
  const list = useLoad(
    `${key} ${paging.cursor ?? ""}`,
    (signal) =>
      fullPage(
        async (page) => {
          const found = await call("get", "/organizations/{org}/members", {
            path: { org },
            query: { ...query, ...page },
            signal,
          });
          return { ...found, items: found.items.filter((m) => passes(filters, m)) };
        },
        PAGE_SIZE,
        paging.cursor,
      ),
    { keep: true },
  );
  const solutions = useLoad(`solutions ${org}`, (signal) =>
    allPages((page) => call("get", "/organizations/{org}/solutions", { path: { org }, query: page, signal })),
  );
  // Only those who can assign people to a solution can do anything with a selection.
  const selectable = solutions.data?.some((s) => canAssign(membership, s)) ?? can(membership, "solutions:assign");
  const [selected, setSelected] = useState<ReadonlyMap<string, Member>>(new Map());
  const [assigning, setAssigning] = useState(false);
  const managesMembers = can(membership, "members:manage");
  const total = organization.data?.memberCount;
  const replace = (member: Member) =>
    list.data && list.set({ ...list.data, items: list.data.items.map((m) => (m.id === member.id ? member : m)) });
  const close = () => closePane(`/${org}/users${search}`);
  return (
    <>
      <Heading
        breadcrumbs={[[membership.organization.name, `/${org}`]]}
        title="Users"
        lead={
          total === undefined ? (
            <i class="skeleton-line short" />
          ) : (
            sentence`${count(total, "member")} in ${membership.organization.name}`
          )
        }
        actions={
          managesMembers && (
            <Button kind="primary" icon="plus" onClick={() => navigate(`/${org}/users/invite${search}`)}>
              Invite user
            </Button>
          )
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
            setQuery({ ...next });
          }}
        />
        {list.problem ? (
          <LoadFailure problem={list.problem} onRetry={list.reload} />
        ) : !list.data ? (
          <SkeletonRows rows={8} head />
        ) : list.data.items.length === 0 && list.data.nextCursor !== undefined ? (
          <ContinueSearch next={list.data.nextCursor} paging={paging} />
        ) : list.data.items.length === 0 && isFiltered(filters) ? (
          <Empty
            icon="search"
            title="No matching members"
            action={<Button onClick={() => setQuery({ ...noFilters })}>Clear filters</Button>}
          >
            {nobodyWords(filters)}
          </Empty>
        ) : list.data.items.length === 0 ? (
          <Empty icon="users" title="No members yet">
            Invite someone to begin.
          </Empty>
        ) : (
          <>
            <MemberTable
              members={list.data.items}
              busy={list.loading}
              selected={selected}
              onSelect={selectable ? setSelected : undefined}
              onChangeRole={(member) => navigate(`/${org}/users/${member.id}/role${search}`)}
            />
            <Pager
              paging={paging}
              nextCursor={list.data.nextCursor}
              size={PAGE_SIZE}
              shown={list.data.items.length}
              total={isFiltered(filters) ? undefined : total}
              loading={list.loading}
            />
          </>
        )}
        {selected.size > 0 && (
          <div class="selection" role="status">
            <span>
              <strong>{selected.size} selected</strong>: {selectedNames(selected)}
            </span>
            <Button icon="solutions" onClick={() => setAssigning(true)}>
              Assign solutions
            </Button>
            <Button kind="quiet" onClick={() => setSelected(new Map())}>
              Clear selection
            </Button>
          </div>
        )}
      </section>
      {inviting && managesMembers && (
        <Invite
          onInvited={() => {
            list.reload();
            organization.reload();
          }}
          onClose={close}
        />
      )}
      {changing !== undefined && managesMembers && (
        <RolePaneOf
          key={changing}
          user={changing}
          listed={list.data?.items.find((m) => m.id === changing)}
          onChanged={(m) => {
            replace(m);
            close();
          }}
          onReload={list.reload}
          onClose={close}
        />
      )}
      {assigning && (
        <AssignPane
          people={[...selected.values()]}
          onDone={() => {
            setSelected(new Map());
            list.reload();
          }}
          onClose={() => setAssigning(false)}
        />
      )}
    </>
  );
}

/** Returns the names of the first selected members, and how many more there are. */
function selectedNames(selected: ReadonlyMap<string, Member>): string {
  const names = [...selected.values()].slice(0, MAX_NAMED).map((m) => isolated(m.displayName));
  const more = selected.size - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
