import { useMemo } from "preact/hooks";
import { ownTokenOperations } from "../../api/token-operations";
import { useConsole } from "../../console-context";
import { ownWords } from "../../words/token-owner";
import { TokenOwnerContext, type TokenOwner } from "./token-owner";
import { Tokens } from "./tokens";

/** The person's own tokens in all organizations. `open` is the ID of the token shown in the pane, or "new". */
export function OwnTokens({ open }: { readonly open: string | undefined }) {
  const { me, org, tokens } = useConsole();
  const owner = useMemo<TokenOwner>(
    () => ({
      operations: ownTokenOperations,
      live: tokens,
      key: "own",
      memberships: me.memberships,
      disabled: false,
      words: ownWords,
    }),
    [me, tokens],
  );
  return (
    <TokenOwnerContext.Provider value={owner}>
      <Tokens base={`/${org}/profile/tokens`} open={open} />
    </TokenOwnerContext.Provider>
  );
}
