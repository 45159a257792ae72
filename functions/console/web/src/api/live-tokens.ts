import { useCallback, useMemo, useState } from "preact/hooks";
import { allPages } from "./all-pages";
import { ListChanges } from "./list-changes";
import { useLoad } from "./load";
import type { Problem } from "./problem";
import { queryKey, type QueryKey } from "./query-key";
import { ownTokenOperations, type TokenOperations } from "./token-operations";
import type { Token } from "./types";

/** An owner's tokens that have not ended, for all views at once. */
export interface LiveTokens {
  /** The tokens, or undefined until they have loaded. */
  readonly tokens: readonly Token[] | undefined;
  readonly problem: Problem | undefined;
  readonly loading: boolean;
  readonly reload: () => void;
  /** Loads the tokens again if they are more than five minutes old. */
  readonly refresh: () => void;
  /** Replaces a token with its current state. */
  readonly replace: (token: Token) => void;
  /** Removes a token that has ended. */
  readonly remove: (id: string) => void;
}

const MAX_AGE = 5 * 60_000;

/** Loads the person's own tokens in organizations with these IDs, and loads them again when the IDs change. */
export function useOwnTokens(organizations: readonly string[]): LiveTokens {
  return useLiveTokens(
    queryKey("own tokens", organizations),
    organizations.length === 0 ? undefined : ownTokenOperations,
  );
}

/** Loads the tokens of a service account. */
export function useAccountTokens(org: string, account: string, operations: TokenOperations): LiveTokens {
  return useLiveTokens(queryKey("tokens of an account", org, account), operations);
}

/** Loads an owner's tokens with its operations, and loads them again when the key changes. Without operations there are none. */
function useLiveTokens(key: QueryKey, operations: Pick<TokenOperations, "list"> | undefined): LiveTokens {
  const [changes] = useState(() => new ListChanges<Token>());
  const [changed, setChanged] = useState(0);
  const loaded = useLoad({
    key,
    load: async (signal) => {
      const number = changes.number();
      const items = operations ? await allPages((page) => operations.list(page, false, signal)) : [];
      return { items, number, time: Date.now() };
    },
  });
  const replace = useCallback(
    (token: Token) => {
      changes.replace(token);
      setChanged(changes.number());
    },
    [changes],
  );
  const remove = useCallback(
    (id: string) => {
      changes.remove(id);
      setChanged(changes.number());
    },
    [changes],
  );
  const { data, problem, loading, reload } = loaded;
  const time = data?.time;
  const refresh = useCallback(() => {
    if (!loading && time !== undefined && Date.now() - time > MAX_AGE) reload();
  }, [loading, time, reload]);
  return useMemo(
    () => ({
      // `changed` is read so that the list is put together again after each change.
      tokens: data && changed >= 0 ? changes.apply(data.items, data.number) : undefined,
      problem,
      loading,
      reload,
      refresh,
      replace,
      remove,
    }),
    [data, changed, changes, problem, loading, reload, refresh, replace, remove],
  );
}
