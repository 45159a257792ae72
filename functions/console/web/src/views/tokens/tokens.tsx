import { useEffect, useState } from "preact/hooks";
import { allPages } from "../../api/all-pages";
import { call } from "../../api/client";
import { useLoad } from "../../api/load";
import type { Token } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Checkbox, Select } from "../../parts/field";
import { Empty, LoadFailure, ProblemNotice } from "../../parts/notice";
import { useNow } from "../../parts/relative-time";
import { SkeletonRows } from "../../parts/skeleton";
import { navigate, currentLocation, setQuery } from "../../router/navigation";
import { useSignal } from "../../signal";
import { filterTokens, hasEnded, inOrder, tokenFilter, tokenFilters, type TokenFilter } from "../../words/tokens";
import { AddToken } from "./add-token";
import { TokenPane } from "./token-pane";
import { TokenTable } from "./token-table";

/** The number of tokens shown at first, and added by each "Show more". */
const SHOWN = 100;

/** The person's own tokens. `open` is the ID of the token shown in the pane, or "new". */
export function Tokens({ open }: { readonly open: string | undefined }) {
  const { org } = useConsole();
  const { search } = useSignal(currentLocation);
  const query = new URLSearchParams(search);
  const filter = tokenFilter(query.get("show"));
  const includeExpired = filter === "ended" || query.get("expired") === "yes";
  const list = useTokenList(filter, includeExpired);
  const base = `/${org}/profile/tokens`;
  const close = () => navigate(base + search);
  const add = () => navigate(`${base}/new${search}`);
  const [shown, setShown] = useState(SHOWN);
  const setFilter = (show: TokenFilter, expired: boolean) =>
    setQuery({ show: show === "all" ? "" : show, expired: expired ? "yes" : "" });
  return (
    <section class="list" aria-label="Personal Access Tokens">
      <div class="toolbar">
        <p class="lead">
          A token acts for you in one organization. It expires after two weeks without use, and on its expiry date in
          any case.
        </p>
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
          <Button kind="primary" icon="plus" onClick={add}>
            Add new token
          </Button>
        </span>
      </div>
      {list.problem && !list.tokens ? (
        <LoadFailure problem={list.problem} onRetry={list.reload} />
      ) : !list.tokens ? (
        <SkeletonRows rows={4} head />
      ) : list.tokens.length === 0 ? (
        <NoTokens
          filter={filter}
          includeExpired={includeExpired}
          onAdd={add}
          onShowAll={() => setFilter("all", false)}
        />
      ) : (
        <>
          <ProblemNotice problem={list.problem} onRetry={list.reload} />
          <TokenTable tokens={list.tokens.slice(0, shown)} base={base} busy={list.loading} />
          {list.tokens.length > shown && (
            <div class="pager">
              <span>
                {shown} of {list.tokens.length}
              </span>
              <Button onClick={() => setShown(shown + SHOWN)}>Show more</Button>
            </div>
          )}
        </>
      )}
      {open === "new" && <AddToken onCreated={list.reload} onClose={close} />}
      {open !== undefined && open !== "new" && (
        <TokenPane
          key={open}
          id={open}
          base={base}
          listed={list.tokens?.find((t) => t.id === open)}
          onLoaded={list.replace}
          onRotated={list.reload}
          onDeleted={() => {
            // Remove the row at once, so that the focus does not return to a row that is about to disappear.
            list.remove(open);
            list.reload();
            close();
          }}
          onClose={close}
        />
      )}
    </section>
  );
}

/** Returns the tokens that pass the filter, the soonest end first. */
function useTokenList(filter: TokenFilter, includeExpired: boolean) {
  const { tokens: own } = useConsole();
  const now = useNow();
  const ended = useLoad(`ended tokens ${includeExpired}`, async (signal) => {
    if (!includeExpired) return [];
    const items = await allPages((page) =>
      call("get", "/me/tokens", { query: { includeExpired: true, ...page }, signal }),
    );
    return items.filter(hasEnded);
  });
  // The tokens were loaded with the console; some time may have passed.
  const refresh = own.reload;
  const isLoading = own.loading;
  useEffect(() => {
    if (!isLoading) refresh();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only when the list opens
  }, []);
  const loaded = own.tokens && ended.data ? merge(own.tokens, ended.data) : undefined;
  return {
    tokens: loaded && inOrder(filterTokens(loaded, filter, now)),
    problem: own.problem ?? ended.problem,
    loading: own.loading || ended.loading,
    replace: own.replace,
    remove: own.remove,
    reload: () => {
      own.reload();
      ended.reload();
    },
  };
}

/** Joins both lists. A token that has ended between the two requests is in both, and ended. */
function merge(live: readonly Token[], ended: readonly Token[]): readonly Token[] {
  const ids = new Set(ended.map(({ id }) => id));
  return [...live.filter(({ id }) => !ids.has(id)), ...ended];
}

interface NoTokensProps {
  readonly filter: TokenFilter;
  readonly includeExpired: boolean;
  readonly onAdd: () => void;
  readonly onShowAll: () => void;
}

const none: Record<TokenFilter, readonly [title: string, text: string]> = {
  all: ["No live tokens", "With a personal access token a script can call the API in your name."],
  ending: ["No token expires within 3 days", "Tokens that expire soon unless they are used or extended appear here."],
  suspended: [
    "No suspended tokens",
    "A token is suspended while your role or the organization's token policy doesn't allow it.",
  ],
  ended: ["No ended tokens", "Tokens that expired, or were deleted, revoked or replaced, are listed for 30 days."],
};

/** A message in place of an empty list. */
function NoTokens({ filter, includeExpired, onAdd, onShowAll }: NoTokensProps) {
  const [title, text] = none[filter];
  return (
    <Empty
      icon="token"
      title={filter === "all" && includeExpired ? "No tokens" : title}
      action={
        filter === "all" ? (
          <Button icon="plus" onClick={onAdd}>
            Add new token
          </Button>
        ) : (
          <Button onClick={onShowAll}>Show all tokens</Button>
        )
      }
    >
      {text}
    </Empty>
  );
}
