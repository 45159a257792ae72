import type { RoleMatrix, Token } from "../../api/types";
import { TokenBadge } from "../../parts/badge";
import { LeaseBar } from "../../parts/lease-bar";
import { useNow, RelativeTime } from "../../parts/relative-time";
import { UseStrip } from "../../parts/use-strip";
import { RowText } from "../../parts/row-text";
import { Link } from "../../router/link";
import { currentLocation } from "../../router/navigation";
import { useSignal } from "../../signal";
import { tokenPrefix } from "../../words/names";
import { accessSummary } from "../../words/scopes";
import { date, endsSoon, localTimes, moment, relative } from "../../words/time";
import { hasEnded, originOf, prefixOf } from "../../words/tokens";
import { permissionsIn, useTokenOwner } from "./token-owner";

interface TokenTableProps {
  readonly tokens: readonly Token[];
  /** The roles and their permissions, if they could be loaded. */
  readonly matrix: RoleMatrix | undefined;
  /** The path of the list, which is the parent of each token's path. */
  readonly base: string;
  readonly busy: boolean;
}

/** A table of tokens. Each row links to its token. */
export function TokenTable({ tokens, matrix, base, busy }: TokenTableProps) {
  const now = useNow();
  const { search } = useSignal(currentLocation);
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
          <tr key={token.id} class={hasEnded(token) ? "ended" : ""}>
            <td>
              <Link
                to={`${base}/${token.id}${search}`}
                class="row-link"
                label={`Token ${tokenPrefix(token)} ${token.description}`}
              >
                <code>{tokenPrefix(token)}</code>
              </Link>
            </td>
            <td class="main-cell">
              <RowText class="clamp" title={token.description}>
                {token.description}
              </RowText>
              <TokenSummary token={token} matrix={matrix} />
            </td>
            <td data-label="Lease expires">
              <LeaseCell token={token} now={now} to={(id) => `${base}/${id}${search}`} />
            </td>
            <td data-label="Expires">
              <time dateTime={token.expiresAt} title={moment(token.expiresAt)}>
                {date(token.expiresAt)}
              </time>
            </td>
            <td data-label="Last used">
              <LastUse token={token} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The organization of a token, what the token can do there, and from where. */
function TokenSummary({ token, matrix }: { readonly token: Token; readonly matrix: RoleMatrix | undefined }) {
  const owner = useTokenOwner();
  const permissions = permissionsIn(owner, token.organization.id);
  const parts = [
    owner.memberships.length > 1 ? token.organization.name : "",
    accessSummary(token, permissions, matrix, owner.words.allPermissions),
    token.networks.length > 0 ? `from ${token.networks.slice(0, 2).join(", ")}` : "",
    token.networks.length > 2 ? `and ${token.networks.length - 2} more` : "",
  ];
  return <small>{parts.filter(Boolean).join(" · ")}</small>;
}

function LastUse({ token }: { readonly token: Token }) {
  if (!token.lastUsedAt) return <span class="faint">Never</span>;
  const origin = originOf(token.lastUsedFrom);
  return (
    <span class="stack">
      <RelativeTime time={token.lastUsedAt} />
      {origin && <small class="origin">{origin}</small>}
    </span>
  );
}

interface LeaseCellProps {
  readonly token: Token;
  readonly now: number;
  /** Returns the address of a token. */
  readonly to: (id: string) => string;
}

function LeaseCell({ token, now, to }: LeaseCellProps) {
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
        <small>{localTimes(token.endedReason ?? token.suspendedReason ?? "")}</small>
        <ReplacedBy token={token} to={to} />
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
      <UseStrip token={token} now={now} />
      <ReplacedBy token={token} to={to} />
    </span>
  );
}

/** A link to the token that a rotation made of this one. */
function ReplacedBy({ token, to }: { readonly token: Token; readonly to: (id: string) => string }) {
  if (token.replacedBy === undefined) return null;
  return (
    <small>
      Replaced by{" "}
      <Link to={to(token.replacedBy)} class="cell-link">
        <code>{prefixOf(token.replacedBy)}</code>
      </Link>
    </small>
  );
}
