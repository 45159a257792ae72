import { useState } from "preact/hooks";
import { newest } from "../../api/newest";
import { memberList, useOrganization } from "../../api/queries";
import type { Member } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Heading } from "../../parts/heading";
import { PagedItems, usePagedList } from "../../parts/loaded";
import { Empty } from "../../parts/notice";
import { SkeletonRows } from "../../parts/skeleton";
import { navigate, currentLocation, setQuery } from "../../router/navigation";
import { useSignal } from "../../signal";
import { can, count } from "../../words/names";
import { AssignPane } from "./assign-pane";
import { FilterBar } from "./filter-bar";
import { filterQuery, isFiltered, readFilters, type Filters } from "./filters";
import { Invite } from "./invite";
import { MemberTable } from "./member-table";
import { RolePane } from "./role-card";
import { UsersTabs } from "./users-tabs";

const PAGE_SIZE = 25;
const noFilters: Filters = { q: "", role: "", status: "", solution: "" };

/** The list of the organization's members. */
export function Users({ inviting }: { readonly inviting: boolean }) {
  const { org, membership } = useConsole();
  const { search } = useSignal(currentLocation);
  const filters = readFilters(search);
  const query = filterQuery(filters);
  const organization = useOrganization(org);
  const list = usePagedList(memberList(org, query), PAGE_SIZE);
  const [changing, setChanging] = useState<Member>();
  const [selected, setSelected] = useState<ReadonlyMap<string, Member>>(new Map());
  const [assigning, setAssigning] = useState(false);
  const managesMembers = can(membership, "members:manage");
  const total = organization.data?.memberCount;
  const replace = (member: Member) =>
    list.updateItems((items) => items.map((m) => (m.id === member.id ? newest(m, member) : m)));
  const reloadRole = () => {
    setChanging(undefined);
    list.reload();
  };
  return (
    <>
      <Heading
        breadcrumbs={[[membership.organization.name, `/${org}`]]}
        title="Users"
        lead={
          total === undefined ? (
            <i class="skeleton-line short" />
          ) : (
            `${count(total, "member")} in ${membership.organization.name}`
          )
        }
        actions={
          managesMembers && (
            <Button kind="primary" icon="plus" onClick={() => navigate(`/${org}/users/invite`)}>
              Invite user
            </Button>
          )
        }
      />
      <UsersTabs current="members" />
      <section class="list" aria-label="Users">
        <FilterBar filters={filters} onChange={(next) => setQuery({ ...next })} />
        <PagedItems
          list={list}
          skeleton={<SkeletonRows rows={8} head />}
          total={isFiltered(filters) ? undefined : total}
          empty={
            isFiltered(filters) ? (
              <Empty
                icon="search"
                title="Nobody matches"
                action={<Button onClick={() => setQuery({ ...noFilters })}>Clear filters</Button>}
              >
                Search looks at the beginning of names and email addresses.
              </Empty>
            ) : (
              <Empty icon="users" title="Nobody here yet">
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
              onSelect={setSelected}
              onChangeRole={setChanging}
            />
          )}
        </PagedItems>
        {selected.size > 0 && (
          <div class="selection" role="status">
            <strong>{selected.size} selected</strong>
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
          onClose={() => navigate(`/${org}/users`)}
        />
      )}
      {changing && (
        <RolePane
          member={changing}
          onChanged={(m) => {
            replace(m);
            setChanging(undefined);
          }}
          onReload={reloadRole}
          onClose={() => setChanging(undefined)}
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
