import type { Loaded } from "../../api/load";
import { useServiceAccounts, useTokenCounts } from "../../api/queries";
import type { MemberTokens, ServiceAccount } from "../../api/types";
import { useConsole } from "../../console-context";
import { Avatar, StatusBadge } from "../../parts/badge";
import { Button } from "../../parts/button";
import { Heading } from "../../parts/heading";
import { LoadedData, ReloadFailure } from "../../parts/loaded";
import { Empty } from "../../parts/notice";
import { SkeletonRows } from "../../parts/skeleton";
import { RowText } from "../../parts/row-text";
import { Link } from "../../router/link";
import { closePane, navigate } from "../../router/navigation";
import { capitalize, count } from "../../words/names";
import { fullDay } from "../../words/time";
import { NewAccount } from "./new-account";
import { UsersTabs } from "./users-tabs";

/** How many tokens each service account has, by its ID. */
type Counts = ReadonlyMap<string, MemberTokens>;

/** The list of the organization's service accounts. */
export function ServiceAccounts({ creating }: { readonly creating: boolean }) {
  const { org, membership } = useConsole();
  const list = useServiceAccounts(org);
  const accounts = list.data?.items;
  const counts = useTokenCounts(org, accounts?.map(({ id }) => id) ?? []);
  const add = () => navigate(`/${org}/users/service-accounts/new`);
  return (
    <>
      <Heading
        breadcrumbs={[
          [membership.organization.name, `/${org}`],
          ["Users", `/${org}/users`],
        ]}
        title="Service accounts"
        lead={
          accounts ? (
            `${count(accounts.length, "service account")} in ${membership.organization.name}`
          ) : (
            <i class="skeleton-line short" />
          )
        }
        actions={
          <Button kind="primary" icon="plus" onClick={add}>
            New service account
          </Button>
        }
      />
      <UsersTabs current="service-accounts" />
      <section class="list" aria-label="Service accounts">
        <LoadedData loaded={list} skeleton={<SkeletonRows rows={4} head />}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty
                icon="token"
                title="No service accounts"
                action={
                  <Button icon="plus" onClick={add}>
                    New service account
                  </Button>
                }
              >
                Give a machine its own account, so that its tokens keep working when people leave.
              </Empty>
            ) : (
              <>
                <ReloadFailure problem={counts.problem} onRetry={counts.reload} />
                <AccountTable accounts={items} counts={counts} />
              </>
            )
          }
        </LoadedData>
      </section>
      {creating && <NewAccount onClose={() => closePane(`/${org}/users/service-accounts`)} />}
    </>
  );
}

interface AccountTableProps {
  readonly accounts: readonly ServiceAccount[];
  readonly counts: Loaded<Counts>;
}

/** A table of service accounts. Each row links to its account. */
function AccountTable({ accounts, counts }: AccountTableProps) {
  const { org } = useConsole();
  return (
    <table class="table accounts" aria-busy={counts.loading}>
      <caption class="visually-hidden">Service accounts</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Role</th>
          <th scope="col">Status</th>
          <th scope="col">Last used</th>
          <th scope="col" class="number">
            Live tokens
          </th>
        </tr>
      </thead>
      <tbody>
        {accounts.map(({ id, name, role, status, contactEmail }) => (
          <tr key={id}>
            <td class="main-cell">
              <span class="person">
                <Avatar name={name} id={id} />
                <span class="stack">
                  <span class="clip">
                    <Link to={`/${org}/users/${id}`} class="row-link">
                      <bdi>{name}</bdi>
                    </Link>
                  </span>
                  <small>{contactEmail ? <RowText class="clip">Contact: {contactEmail}</RowText> : "No contact"}</small>
                </span>
              </span>
            </td>
            <td data-label="Role">{capitalize(role)}</td>
            <td data-label="Status">
              <StatusBadge status={status} />
            </td>
            <td data-label="Last used">
              <LastUse tokens={counts.data?.get(id)} />
            </td>
            <td data-label="Live tokens" class="number">
              {counts.data?.get(id)?.live ?? "–"}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function LastUse({ tokens }: { readonly tokens: MemberTokens | undefined }) {
  if (!tokens) return <>–</>;
  return tokens.lastUsedOn === undefined ? <span class="faint">Never</span> : <>{fullDay(tokens.lastUsedOn)}</>;
}
