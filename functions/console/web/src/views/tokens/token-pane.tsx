import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import { useLoad } from "../../api/load";
import type { Token } from "../../api/types";
import { Button } from "../../parts/button";
import { Confirm, Pane } from "../../parts/dialog";
import { LoadFailure } from "../../parts/notice";
import { SaveProblem } from "../../parts/save-problem";
import { SkeletonCard } from "../../parts/skeleton";
import { showToast } from "../../parts/toast";
import { tokenPrefix } from "../../words/names";
import { date } from "../../words/time";
import { TokenDetails, type Extension } from "./token-details";

interface TokenPaneProps {
  readonly id: string;
  /** The token from the list, shown until the current one has loaded. */
  readonly listed: Token | undefined;
  /** Called with the current token, which may be newer than the list. */
  readonly onLoaded: (token: Token) => void;
  readonly onDeleted: () => void;
  readonly onClose: () => void;
}

/** A pane that shows a token and can extend its lease or delete it. */
export function TokenPane({ id, listed, onLoaded, onDeleted, onClose }: TokenPaneProps) {
  const loaded = useLoad(id, async (signal) => {
    const now = await call("get", "/me/tokens/{token}", { path: { token: id }, signal });
    onLoaded(now);
    return now;
  });
  const token = loaded.data ?? listed;
  const [extension, setExtension] = useState<Extension>();
  const [confirming, setConfirming] = useState(false);
  const extend = useAction(async (from: Token) => {
    const { warnings, ...to } = await call("post", "/me/tokens/{token}/extend", {
      path: { token: id },
      body: { leaseExpiresAt: from.leaseExpiresAt },
    });
    setExtension({
      from: from.leaseExpiresAt,
      to: to.leaseExpiresAt,
      limitedByExpiry: warnings.some((w) => w.code === "lease-clamped"),
    });
    loaded.set(to);
    onLoaded(to);
  });
  const live = token?.status === "live";
  return (
    <Pane
      title={token ? `Token ${tokenPrefix(token)}` : "Token"}
      onClose={onClose}
      footer={
        live && (
          <>
            <Button kind="danger-plain" onClick={() => setConfirming(true)}>
              Delete
            </Button>
            <Button
              kind="primary"
              disabled={token.leaseExpiresAt === token.expiresAt}
              busy={extend.busy}
              onClick={() => extend.run(token)}
            >
              Extend lease
            </Button>
          </>
        )
      }
    >
      {loaded.problem && !token ? (
        <LoadFailure problem={loaded.problem} onRetry={loaded.reload} />
      ) : token ? (
        <TokenDetails token={token} extension={extension} />
      ) : (
        <SkeletonCard lines={6} />
      )}
      <SaveProblem
        problem={extend.problem}
        onReload={() => {
          extend.clearProblem();
          loaded.reload();
        }}
      />
      {confirming && token && <DeleteToken token={token} onDeleted={onDeleted} onCancel={() => setConfirming(false)} />}
    </Pane>
  );
}

interface DeleteTokenProps {
  readonly token: Token;
  readonly onDeleted: () => void;
  readonly onCancel: () => void;
}

function DeleteToken({ token, onDeleted, onCancel }: DeleteTokenProps) {
  const remove = useAction(async () => {
    await call("delete", "/me/tokens/{token}", { path: { token: token.id } });
    showToast(`Token ${tokenPrefix(token)} has been deleted.`);
    onDeleted();
  });
  return (
    <Confirm
      title="Delete this token?"
      action="Delete token"
      danger
      busy={remove.busy}
      problem={remove.problem}
      onConfirm={remove.run}
      onCancel={onCancel}
    >
      <p>
        <strong>{token.description}</strong> <code>{tokenPrefix(token)}</code>
      </p>
      <p>
        Whatever uses it is refused at once. This cannot be undone.
        {token.lastUsedAt && ` It was last used on ${date(token.lastUsedAt)}.`}
      </p>
    </Confirm>
  );
}
