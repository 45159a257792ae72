import { call } from "../../api/client";
import { useLoad, type Loaded } from "../../api/load";
import { inPool } from "../../api/pool";
import { Problem } from "../../api/problem";
import type { MemberTokens, ServiceAccount } from "../../api/types";
import { useConsole } from "../../console-context";
import { Avatar, StatusBadge } from "../../parts/badge";
import { Button } from "../../parts/button";
import { Heading } from "../../parts/heading";
import { Empty, LoadFailure, ProblemNotice } from "../../parts/notice";
import { SkeletonRows } from "../../parts/skeleton";
import { RowText } from "../../parts/row-text";
import { Link } from "../../router/link";
import { closePane, navigate } from "../../router/navigation";
import { capitalize, count } from "../../words/names";
import { fullDay } from "../../words/time";
import { NewAccount } from "./new-account";
import { UsersTabs } from "./users-tabs";

/** The number of requests for the tokens of an account that run at a time. */
const MAX_REQUESTS = 4;

/** How many tokens each service account has, by its ID. */
type Counts = ReadonlyMap<string, MemberTokens>;

/** The list of the organization's service accounts. */
export function ServiceAccounts({ creating }: { readonly creating: boolean }) {
  const { org, membership } = useConsole();
  const list = useLoad(`service accounts ${org}`, (signal) =>
    call("get", "/organizations/{org}/service-accounts", { path: { org }, signal }),
  );
  const accounts = list.data?.items;
  const counts = useCounts(org, accounts ?? []);
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
        {list.problem && !accounts ? (
          <LoadFailure problem={list.problem} onRetry={list.reload} />
        ) : !accounts ? (
          <SkeletonRows rows={4} head />
        ) : accounts.length === 0 ? (
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
            <ProblemNotice problem={list.problem ?? counts.problem} onRetry={counts.reload} />
            <AccountTable accounts={accounts} counts={counts} />
          </>
        )}
      </section>
      {creating && <NewAccount onClose={() => closePane(`/${org}/users/service-accounts`)} />}
    </>
  );
}

/** Loads how many tokens each account has. Only the answer about one member says that. */
function useCounts(org: string, accounts: readonly ServiceAccount[]): Loaded<Counts> {
  const ids = accounts.map(({ id }) => id);
  return useLoad<Counts>(`counts ${org} ${ids.join(" ")}`, async (signal) => {
    const tokens = await inPool(ids, MAX_REQUESTS, async (user) => {
      try {
        const member = await call("get", "/organizations/{org}/members/{user}", { path: { org, user }, signal });
        return member.tokens;
      } catch (thrown) {
        // It may have been removed since the list was loaded.
        if (thrown instanceof Problem && thrown.status === 404) return undefined;
        throw thrown;
      }
    });
    return new Map(ids.flatMap((id, i) => (tokens[i] ? [[id, tokens[i]] as const] : [])));
  });
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
