import { useEffect, useState } from "preact/hooks";
import { useEndedTokens } from "../../api/queries";
import { useRoles } from "../../api/roles";
import type { Token } from "../../api/types";
import { Button } from "../../parts/button";
import { Checkbox, Select } from "../../parts/field";
import { LoadedData } from "../../parts/loaded";
import { useNow } from "../../parts/relative-time";
import { SkeletonRows } from "../../parts/skeleton";
import { closePane, navigate, currentLocation, setQuery } from "../../router/navigation";
import { useSignal } from "../../signal";
import { filterTokens, hasEnded, inOrder, tokenFilter, tokenFilters, type TokenFilter } from "../../words/tokens";
import { NoTokens } from "../empty";
import { AddToken } from "./add-token";
import { useTokenOwner } from "./token-owner";
import { TokenPane } from "./token-pane";
import { TokenTable } from "./token-table";

/** The number of tokens shown at first, and added by each "Show more". */
const SHOWN = 100;

interface TokensProps {
  /** The path of the list, which is the parent of each token's path. */
  readonly base: string;
  /** The ID of the token shown in the pane, or "new". */
  readonly open: string | undefined;
  /** Called when there may be more or fewer tokens. */
  readonly onCounted?: () => void;
}

/** The tokens of an owner. */
export function Tokens({ base, open, onCounted }: TokensProps) {
  const owner = useTokenOwner();
  const { search } = useSignal(currentLocation);
  const query = new URLSearchParams(search);
  const filter = tokenFilter(query.get("show"));
  const includeExpired = filter === "ended" || query.get("expired") === "yes";
  const list = useTokenList(filter, includeExpired);
  const roles = useRoles();
  // Rows that said only later what their tokens can do would grow.
  const isComplete = roles.data !== undefined || roles.problem !== undefined;
  const close = () => closePane(base + search);
  const add = () => navigate(`${base}/new${search}`);
  const [shown, setShown] = useState(SHOWN);
  const counted = () => {
    list.reload();
    onCounted?.();
  };
  const setFilter = (show: TokenFilter, expired: boolean) =>
    setQuery({ show: show === "all" ? "" : show, expired: expired ? "yes" : "" });
  return (
    <section class="list" aria-label="Personal Access Tokens">
      <div class="toolbar">
        <p class="lead">{owner.words.lead}</p>
        <span class="toolbar-end">
          <Select
            label="Show"
            hideLabel
            value={filter}
            options={tokenFilters}
            onChange={(name) => setFilter(tokenFilter(name), query.get("expired") === "yes")}
          />
          {filter === "all" && (
            <Checkbox
              label="Include expired tokens"
              checked={includeExpired}
              onChange={(checked) => setFilter(filter, checked)}
            />
          )}
          <Button kind="primary" icon="plus" disabled={owner.disabled} onClick={add}>
            Add new token
          </Button>
        </span>
      </div>
      <LoadedData
        loaded={{ ...list, data: isComplete ? list.tokens : undefined }}
        skeleton={<SkeletonRows rows={4} head />}
      >
        {(tokens) =>
          tokens.length === 0 ? (
            <NoTokens
              filter={filter}
              includeExpired={includeExpired}
              onAdd={add}
              onShowAll={() => setFilter("all", false)}
            />
          ) : (
            <>
              <TokenTable tokens={tokens.slice(0, shown)} matrix={roles.data} base={base} busy={list.loading} />
              {tokens.length > shown && (
                <div class="pager">
                  <span>
                    {shown} of {tokens.length}
                  </span>
                  <Button onClick={() => setShown(shown + SHOWN)}>Show more</Button>
                </div>
              )}
            </>
          )
        }
      </LoadedData>
      {open === "new" && <AddToken onCreated={counted} onClose={close} />}
      {open !== undefined && open !== "new" && (
        <TokenPane
          key={open}
          id={open}
          base={base}
          listed={list.tokens?.find((t) => t.id === open)}
          onLoaded={list.replace}
          onRotated={counted}
          onDeleted={() => {
            // Remove the row at once, so that the focus does not return to a row that is about to disappear.
            list.remove(open);
            counted();
          }}
          onClose={close}
        />
      )}
    </section>
  );
}

/** Returns the tokens that pass the filter, the soonest end first. */
function useTokenList(filter: TokenFilter, includeExpired: boolean) {
  const { key, live, operations } = useTokenOwner();
  const now = useNow();
  const ended = useEndedTokens(key, operations, includeExpired, hasEnded);
  // The tokens may have been loaded with the console, some time ago.
  const refresh = live.reload;
  const isLoading = live.loading;
  useEffect(() => {
    if (!isLoading) refresh();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only when the list opens
  }, []);
  const loaded = live.tokens && ended.data ? merge(live.tokens, ended.data) : undefined;
  return {
    tokens: loaded && inOrder(filterTokens(loaded, filter, now)),
    problem: live.problem ?? ended.problem,
    loading: live.loading || ended.loading,
    replace: live.replace,
    remove: live.remove,
    reload: () => {
      live.reload();
      ended.reload();
    },
  };
}

/** Joins both lists. A token that has ended between the two requests is in both, and ended. */
function merge(live: readonly Token[], ended: readonly Token[]): readonly Token[] {
  const ids = new Set(ended.map(({ id }) => id));
  return [...live.filter(({ id }) => !ids.has(id)), ...ended];
}
