import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { newestToken } from "../../api/newest";
import { useToken } from "../../api/queries";
import type { Token, TokenCreated } from "../../api/types";
import { Button } from "../../parts/button";
import { Confirm, Pane } from "../../parts/dialog";
import { LoadedData } from "../../parts/loaded";
import { SaveProblem } from "../../parts/save-problem";
import { SkeletonCard } from "../../parts/skeleton";
import { showToast } from "../../parts/toast";
import { checkUnsaved, currentLocation } from "../../router/navigation";
import { useSignal } from "../../signal";
import { tokenPrefix } from "../../words/names";
import { date } from "../../words/time";
import { canExtend, hasEnded } from "../../words/tokens";
import { NewSecret } from "./new-secret";
import { RenameToken } from "./rename-token";
import { RotateToken } from "./rotate-token";
import { TokenDetails, type Extension } from "./token-details";
import { useTokenOwner } from "./token-owner";
import { sentence } from "../../words/sentence";

interface TokenPaneProps {
  readonly id: string;
  /** The path of the list, which is the parent of each token's path. */
  readonly base: string;
  /** The token from the list, shown until the current one has loaded. */
  readonly listed: Token | undefined;
  /** Called with the current token, which may be newer than the list. */
  readonly onLoaded: (token: Token) => void;
  /** Called when the token has been replaced by a new one. */
  readonly onRotated: () => void;
  readonly onDeleted: () => void;
  readonly onClose: () => void;
}

/** A pane that shows a token and can rename it, extend its lease, rotate it or delete it. */
export function TokenPane({ id, base, listed, onLoaded, onRotated, onDeleted, onClose }: TokenPaneProps) {
  const { key, operations } = useTokenOwner();
  const { search } = useSignal(currentLocation);
  const loaded = useToken(key, operations, id, onLoaded);
  const token = loaded.data ?? listed;
  const [extension, setExtension] = useState<Extension>();
  const [dialog, setDialog] = useState<"delete" | "rotate">();
  const [successor, setSuccessor] = useState<TokenCreated>();
  const changed = (response: Token) => {
    const next = token ? newestToken(token, response) : response;
    loaded.set(next);
    onLoaded(next);
  };
  const extend = useAction(
    (from: Token) => operations.extend(id, from.leaseExpiresAt),
    ({ warnings, ...to }, from) => {
      setExtension({
        from: from.leaseExpiresAt,
        to: to.leaseExpiresAt,
        limitedByExpiry: warnings.some((w) => w.code === "lease-clamped"),
      });
      changed(to);
    },
  );
  if (successor) return <NewSecret token={successor} replaces={token} onClose={onClose} />;
  return (
    <Pane
      title={token ? `Token ${tokenPrefix(token)}` : "Token"}
      busy={extend.busy}
      onClose={() => checkUnsaved(onClose)}
      footer={
        token && (
          <TokenActions
            token={token}
            extending={extend.busy}
            onDelete={() => checkUnsaved(() => setDialog("delete"))}
            onRotate={() => checkUnsaved(() => setDialog("rotate"))}
            onExtend={() => extend.run(token)}
          />
        )
      }
    >
      <LoadedData loaded={{ ...loaded, data: token }} skeleton={<SkeletonCard lines={6} />}>
        {(shown) => (
          <TokenDetails
            token={shown}
            extension={extension}
            description={<RenameToken token={shown} onRenamed={changed} onReload={loaded.reload} />}
            to={(other) => `${base}/${other}${search}`}
          />
        )}
      </LoadedData>
      <SaveProblem
        problem={extend.problem}
        onReload={() => {
          extend.clearProblem();
          loaded.reload();
        }}
      />
      {dialog === "delete" && token && (
        <DeleteToken token={token} onDeleted={onDeleted} onClose={onClose} onCancel={() => setDialog(undefined)} />
      )}
      {dialog === "rotate" && token && (
        <RotateToken
          token={token}
          onRotated={(created) => {
            setSuccessor(created);
            onRotated();
          }}
          onCancel={() => setDialog(undefined)}
        />
      )}
    </Pane>
  );
}

interface TokenActionsProps {
  readonly token: Token;
  readonly extending: boolean;
  readonly onDelete: () => void;
  readonly onRotate: () => void;
  readonly onExtend: () => void;
}

/** The buttons of the actions that the token's status allows. */
function TokenActions({ token, extending, onDelete, onRotate, onExtend }: TokenActionsProps) {
  if (hasEnded(token)) return null;
  return (
    <>
      <Button kind="danger-plain" onClick={onDelete}>
        Delete
      </Button>
      {token.status === "live" && (
        <>
          {token.replacedBy === undefined && <Button onClick={onRotate}>Rotate</Button>}
          <Button kind="primary" disabled={!canExtend(token)} busy={extending} onClick={onExtend}>
            Extend lease
          </Button>
        </>
      )}
    </>
  );
}

interface DeleteTokenProps {
  readonly token: Token;
  readonly onDeleted: () => void;
  readonly onClose: () => void;
  readonly onCancel: () => void;
}

function DeleteToken({ token, onDeleted, onClose, onCancel }: DeleteTokenProps) {
  const { operations } = useTokenOwner();
  const remove = useAction(async () => {
    await operations.remove(token.id);
    showToast(sentence`Token ${tokenPrefix(token)} has been deleted.`);
    onDeleted();
  }, onClose);
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
        Anything that uses it stops working immediately. You can't undo this.
        {token.lastUsedAt && ` It was last used on ${date(token.lastUsedAt)}.`}
      </p>
    </Confirm>
  );
}
