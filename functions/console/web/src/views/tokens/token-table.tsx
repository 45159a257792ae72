import type { Token } from "../../api/types";
import { useConsole } from "../../console-context";
import { TokenBadge } from "../../parts/badge";
import { LeaseBar } from "../../parts/lease-bar";
import { useNow, RelativeTime } from "../../parts/relative-time";
import { Link } from "../../router/link";
import { tokenPrefix } from "../../words/names";
import { date, endsSoon, moment, relative } from "../../words/time";

interface TokenTableProps {
  readonly tokens: readonly Token[];
  /** The path of the list, which is the parent of each token's path. */
  readonly base: string;
  readonly busy: boolean;
}

/** A table of tokens. Each row links to its token. */
export function TokenTable({ tokens, base, busy }: TokenTableProps) {
  const now = useNow();
  const { me } = useConsole();
  return (
    <table class="table tokens" aria-busy={busy}>
      <caption class="visually-hidden">Personal access tokens</caption>
      <thead>
        <tr>
          <th scope="col">Prefix</th>
          <th scope="col">Description</th>
          <th scope="col">Lease expires</th>
          <th scope="col">Expires</th>
          <th scope="col">Last used</th>
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => (
          <tr key={token.id} class={token.status === "live" ? "" : "ended"}>
            <td>
              <Link
                to={`${base}/${token.id}`}
                class="row-link"
                label={`Token ${tokenPrefix(token)} ${token.description}`}
              >
                <code>{tokenPrefix(token)}</code>
              </Link>
            </td>
            <td class="main-cell">
              {token.description}
              {me.memberships.length > 1 && <small>{token.organization.name}</small>}
            </td>
            <td data-label="Lease expires">
              <LeaseCell token={token} now={now} />
            </td>
            <td data-label="Expires">
              <time dateTime={token.expiresAt} title={moment(token.expiresAt)}>
                {date(token.expiresAt)}
              </time>
            </td>
            <td data-label="Last used">
              {token.lastUsedAt ? <RelativeTime time={token.lastUsedAt} /> : <span class="faint">Never</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function LeaseCell({ token, now }: { readonly token: Token; readonly now: number }) {
  if (token.status !== "live") {
    return (
      <span class="stack">
        <span class="ended-line">
          <TokenBadge status={token.status} />
          {token.endedAt && (
            <time dateTime={token.endedAt} title={moment(token.endedAt)}>
              {date(token.endedAt)}
            </time>
          )}
        </span>
        <small>{token.endedReason}</small>
      </span>
    );
  }
  const soon = endsSoon(token.leaseExpiresAt, now);
  return (
    <span class="lease">
      <span class="lease-words">
        <time dateTime={token.leaseExpiresAt} title={moment(token.leaseExpiresAt)}>
          {date(token.leaseExpiresAt)}
        </time>
        <span class={soon ? "soon" : "faint"}>{relative(token.leaseExpiresAt, now)}</span>
      </span>
      <LeaseBar leaseExpiresAt={token.leaseExpiresAt} now={now} />
    </span>
  );
}
