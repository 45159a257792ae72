import type { ComponentChildren } from "preact";
import { useRoles } from "../../api/roles";
import type { Token } from "../../api/types";
import { TokenBadge } from "../../parts/badge";
import { Fact } from "../../parts/field";
import { LeaseBar } from "../../parts/lease-bar";
import { Notice } from "../../parts/notice";
import { useNow, RelativeTime } from "../../parts/relative-time";
import { UseStrip } from "../../parts/use-strip";
import { Link } from "../../router/link";
import { accessSummary, scopeDescription } from "../../words/scopes";
import { date, localTimes, moment, relative } from "../../words/time";
import { hasEnded, originOf, prefixOf, stripWords, usedDays } from "../../words/tokens";
import { permissionsIn, useTokenOwner } from "./token-owner";

/** The latest extension of a lease. */
export interface Extension {
  readonly from: string;
  readonly to: string;
  /** Whether the token's expiry limited the extension. */
  readonly limitedByExpiry: boolean;
}

interface TokenDetailsProps {
  readonly token: Token;
  readonly extension: Extension | undefined;
  /** The description with what renames the token. */
  readonly description: ComponentChildren;
  /** Returns the address of another token. */
  readonly to: (id: string) => string;
}

/** The details of a token. */
export function TokenDetails({ token, extension, description, to }: TokenDetailsProps) {
  const { words } = useTokenOwner();
  const origin = originOf(token.lastUsedFrom);
  return (
    <>
      <State token={token} to={to} />
      {token.status === "live" && <Lease token={token} extension={extension} />}
      <dl class="facts">
        <Fact label="Description">{description}</Fact>
        <Fact label="Organization">
          <bdi>{token.organization.name}</bdi>
        </Fact>
        <Fact label="Permissions">
          <Scopes token={token} />
        </Fact>
        <Fact label="Networks">{token.networks.length === 0 ? "Any network" : <Lines items={token.networks} />}</Fact>
        <Fact label="Rotation">{token.selfRotate ? "Can rotate itself" : words.rotatedBy}</Fact>
        {token.replaces !== undefined && (
          <Fact label="Replaces">
            <Link to={to(token.replaces)}>
              <code>{prefixOf(token.replaces)}</code>
            </Link>
          </Fact>
        )}
        <Fact label="Created">{moment(token.createdAt)}</Fact>
        <Fact label="Expires">{moment(token.expiresAt)}</Fact>
        <Fact label="Last used">
          {token.lastUsedAt ? <RelativeTime time={token.lastUsedAt} /> : "Never"}
          {origin && ` from ${origin}`}
        </Fact>
      </dl>
    </>
  );
}

/** Why a token does not work, and what replaced it. */
function State({ token, to }: { readonly token: Token; readonly to: (id: string) => string }) {
  const successor = token.replacedBy !== undefined && (
    <Link to={to(token.replacedBy)}>
      <code>{prefixOf(token.replacedBy)}</code>
    </Link>
  );
  return (
    <>
      {token.status !== "live" && (
        <Notice kind={token.status === "suspended" ? "warning" : "info"}>
          <TokenBadge status={token.status} /> {localTimes(token.endedReason ?? token.suspendedReason ?? "")}{" "}
          {token.endedAt && `(${moment(token.endedAt)})`}
          {hasEnded(token) && successor && <> It was replaced by {successor}.</>}
        </Notice>
      )}
      {token.reusedAt && (
        <Notice kind="danger">
          This token was used on {moment(token.reusedAt)}, after it was replaced. The tokens that replaced it were
          revoked, because its secret may have leaked.
        </Notice>
      )}
      {!hasEnded(token) && successor && (
        <Notice kind="info">
          Replaced by {successor}. This token keeps working until {moment(token.expiresAt)}, so that you can update
          everything that uses it.
        </Notice>
      )}
    </>
  );
}

/** What a token can do, in the words of the role matrix. */
function Scopes({ token }: { readonly token: Token }) {
  const owner = useTokenOwner();
  const { data: matrix } = useRoles();
  const permissions = permissionsIn(owner, token.organization.id);
  const summary = accessSummary(token, permissions, matrix, owner.words.allPermissions);
  if (!token.scopes?.length) return <>{summary}</>;
  const words = token.scopes.map((scope) => scopeDescription(scope, matrix) ?? scope);
  return (
    <details class="scopes">
      <summary>{summary}</summary>
      <Lines items={words} />
    </details>
  );
}

function Lines({ items }: { readonly items: readonly string[] }) {
  return (
    <ul>
      {items.map((item) => (
        <li key={item}>{item}</li>
      ))}
    </ul>
  );
}

function Lease({ token, extension }: { readonly token: Token; readonly extension: Extension | undefined }) {
  const now = useNow();
  const full = token.leaseExpiresAt === token.expiresAt;
  const days = usedDays(token, now);
  return (
    <div class="lease-panel">
      <h3>Lease expires</h3>
      <p class="lease-date">
        {extension && extension.from !== extension.to && <s aria-hidden="true">{date(extension.from)}</s>}
        <time
          key={token.leaseExpiresAt}
          class={extension ? "moved" : ""}
          dateTime={token.leaseExpiresAt}
          title={moment(token.leaseExpiresAt)}
        >
          {date(token.leaseExpiresAt)}
        </time>
        <span class="faint">{relative(token.leaseExpiresAt, now)}</span>
      </p>
      <div>
        <LeaseBar leaseExpiresAt={token.leaseExpiresAt} now={now} />
        <p class="lease-span" aria-hidden="true">
          <span>Today</span>
          <span>14 days</span>
          <span>28 days</span>
        </p>
      </div>
      <div role="status">
        {extension && !extension.limitedByExpiry && (
          <p class="hint">{`Extended from ${date(extension.from)} to ${date(extension.to)}.`}</p>
        )}
        {extension?.limitedByExpiry && (
          <Notice kind="warning">Extended to the token&apos;s expiry date, the latest possible.</Notice>
        )}
      </div>
      {!extension?.limitedByExpiry && (
        <p class="hint">
          {full
            ? "This is the token's expiry date. It can't be extended further."
            : "Each use renews it for two weeks. Extending adds two weeks to the date shown, up to the expiry date."}
        </p>
      )}
      {days && (
        <div class="lease-use">
          <UseStrip token={token} now={now} />
          <p class="hint" aria-hidden="true">
            {stripWords(days)}
          </p>
        </div>
      )}
    </div>
  );
}
