import { useMemo } from "preact/hooks";
import { useAccountTokens } from "../../api/live-tokens";
import { useRoles } from "../../api/roles";
import { accountTokenOperations } from "../../api/token-operations";
import type { Member } from "../../api/types";
import { useConsole } from "../../console-context";
import { LoadFailure, Notice } from "../../parts/notice";
import { SkeletonRows } from "../../parts/skeleton";
import { accountPermissions } from "../../words/scopes";
import { accountWords } from "../../words/token-owner";
import { TokenOwnerContext, type TokenOwner } from "../tokens/token-owner";
import { Tokens } from "../tokens/tokens";

interface AccountTokensProps {
  readonly account: Member;
  /** The ID of the token shown in the pane, or "new". */
  readonly open: string | undefined;
  /** Called when the account may have more or fewer tokens. */
  readonly onCounted: () => void;
}

/** The tokens of a service account, for those who manage it. */
export function AccountTokens({ account, open, onCounted }: AccountTokensProps) {
  const { org, membership } = useConsole();
  const { id, displayName, role, status } = account;
  const { organization } = membership;
  const operations = useMemo(() => accountTokenOperations(org, id), [org, id]);
  const live = useAccountTokens(org, id, operations);
  const roles = useRoles();
  const disabled = status === "disabled";
  const matrix = roles.data;
  const owner = useMemo<TokenOwner | undefined>(
    () =>
      matrix && {
        operations,
        live,
        key: id,
        memberships: [{ organization, permissions: accountPermissions(role, matrix) }],
        disabled,
        words: accountWords(displayName, organization.name),
      },
    [operations, live, id, organization, role, matrix, disabled, displayName],
  );
  if (!owner)
    return roles.problem ? (
      <LoadFailure problem={roles.problem} onRetry={roles.reload} />
    ) : (
      <SkeletonRows rows={4} head />
    );
  return (
    <TokenOwnerContext.Provider value={owner}>
      <div class="cards">
        {disabled && (
          <Notice kind="warning">
            <bdi>{displayName}</bdi> is disabled, so its tokens don't work. To use them, enable it on its profile.
          </Notice>
        )}
        <Tokens base={`/${org}/users/${id}/tokens`} open={open} onCounted={onCounted} />
      </div>
    </TokenOwnerContext.Provider>
  );
}
