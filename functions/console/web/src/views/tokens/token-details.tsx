import type { Token } from "../../api/types";
import { TokenBadge } from "../../parts/badge";
import { Fact } from "../../parts/field";
import { LeaseBar } from "../../parts/lease-bar";
import { Notice } from "../../parts/notice";
import { useNow, RelativeTime } from "../../parts/relative-time";
import { date, moment, relative } from "../../words/time";

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
}

/** The details of a token. */
export function TokenDetails({ token, extension }: TokenDetailsProps) {
  const live = token.status === "live";
  return (
    <>
      {!live && (
        <Notice kind="info">
          <TokenBadge status={token.status} /> {token.endedReason} {token.endedAt && `(${moment(token.endedAt)})`}
        </Notice>
      )}
      {live && <Lease token={token} extension={extension} />}
      <dl class="facts">
        <Fact label="Description">{token.description}</Fact>
        <Fact label="Organization">{token.organization.name}</Fact>
        <Fact label="Created">{moment(token.createdAt)}</Fact>
        <Fact label="Expires">{moment(token.expiresAt)}</Fact>
        <Fact label="Last used">{token.lastUsedAt ? <RelativeTime time={token.lastUsedAt} /> : "Never"}</Fact>
      </dl>
    </>
  );
}

function Lease({ token, extension }: TokenDetailsProps) {
  const now = useNow();
  const full = token.leaseExpiresAt === token.expiresAt;
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
        <LeaseBar
          leaseExpiresAt={token.leaseExpiresAt}
          now={now}
          span={Math.max(1, Date.parse(token.expiresAt) - now)}
        />
        <p class="lease-span" aria-hidden="true">
          <span>Today</span>
          <span>Expiry, {date(token.expiresAt)}</span>
        </p>
      </div>
      <div role="status">
        {extension && !extension.limitedByExpiry && (
          <p class="hint">{`Extended from ${date(extension.from)} to ${date(extension.to)}.`}</p>
        )}
        {extension?.limitedByExpiry && (
          <Notice kind="warning">
            The lease now ends with the token itself, on {date(token.expiresAt)}: it never passes the expiry.
          </Notice>
        )}
      </div>
      {!extension?.limitedByExpiry && (
        <p class="hint">
          {full
            ? "The lease ends with the token and cannot be extended further."
            : "Every use extends it to two weeks after that use. Extending it here adds two weeks, never past the expiry."}
        </p>
      )}
    </div>
  );
}
