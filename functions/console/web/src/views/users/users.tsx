import { useState } from "preact/hooks";
import { newest } from "../../api/newest";
import { memberList, useAllSolutions, useOrganization, type ListQuery } from "../../api/queries";
import { queryKey } from "../../api/query-key";
import type { Member } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Heading } from "../../parts/heading";
import { PagedItems, usePagedList } from "../../parts/loaded";
import { Empty } from "../../parts/notice";
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
  const organization = useOrganization(org);
  const list = usePagedList(passing(memberList(org, query), filters), PAGE_SIZE);
  const solutions = useAllSolutions(org);
  // Only those who can assign people to a solution can do anything with a selection.
  const selectable = solutions.data?.some((s) => canAssign(membership, s)) ?? can(membership, "solutions:assign");
  const [selected, setSelected] = useState<ReadonlyMap<string, Member>>(new Map());
  const [assigning, setAssigning] = useState(false);
  const managesMembers = can(membership, "members:manage");
  const total = organization.data?.memberCount;
  const replace = (member: Member) =>
    list.updateItems((items) => items.map((m) => (m.id === member.id ? newest(m, member) : m)));
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
        <PagedItems
          list={list}
          skeleton={<SkeletonRows rows={8} head />}
          total={isFiltered(filters) ? undefined : total}
          empty={
            isFiltered(filters) ? (
              <Empty
                icon="search"
                title="No matching members"
                action={<Button onClick={() => setQuery({ ...noFilters })}>Clear filters</Button>}
              >
                {nobodyWords(filters)}
              </Empty>
            ) : (
              <Empty icon="users" title="No members yet">
                Invite someone to begin.
              </Empty>
            )
          }
        >
          {(members) => (
            <MemberTable
              members={members}
              busy={list.loading}
              selected={selected}
              onSelect={selectable ? setSelected : undefined}
              onChangeRole={(member) => navigate(`/${org}/users/${member.id}/role${search}`)}
            />
          )}
        </PagedItems>
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
          onChanged={replace}
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

/** Returns a list of the members that also pass the filters that the API does not know. */
function passing(list: ListQuery<Member>, filters: Filters): ListQuery<Member> {
  return {
    key: queryKey("passing", list.key, filters.status),
    load: async (page, signal) => {
      const found = await list.load(page, signal);
      return { ...found, items: found.items.filter((m) => passes(filters, m)) };
    },
  };
}

/** Returns the names of the first selected members, and how many more there are. */
function selectedNames(selected: ReadonlyMap<string, Member>): string {
  const names = [...selected.values()].slice(0, MAX_NAMED).map((m) => isolated(m.displayName));
  const more = selected.size - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
