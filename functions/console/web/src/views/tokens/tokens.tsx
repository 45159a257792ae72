import { useState } from "preact/hooks";
import { fullPage } from "../../api/all-pages";
import { call } from "../../api/client";
import { useLoad } from "../../api/load";
import type { Token } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Checkbox } from "../../parts/field";
import { Empty, LoadFailure } from "../../parts/notice";
import { Pager, usePaging } from "../../parts/pager";
import { SkeletonRows } from "../../parts/skeleton";
import { navigate } from "../../router/navigation";
import { AddToken } from "./add-token";
import { TokenPane } from "./token-pane";
import { TokenTable } from "./token-table";

const PAGE_SIZE = 25;

/** The person's own tokens. `open` is the ID of the token shown in the pane, or "new". */
export function Tokens({ open }: { readonly open: string | undefined }) {
  const { org } = useConsole();
  const [includeExpired, setIncludeExpired] = useState(false);
  const key = `tokens ${includeExpired}`;
  const paging = usePaging(key);
  const list = useLoad(
    `${key} ${paging.cursor ?? ""}`,
    (signal) =>
      fullPage(
        (page) => call("get", "/me/tokens", { query: { includeExpired, ...page }, signal }),
        PAGE_SIZE,
        paging.cursor,
      ),
    { keep: true },
  );
  const base = `/${org}/profile/tokens`;
  const close = () => navigate(base);
  const replace = (token: Token) =>
    list.data && list.set({ ...list.data, items: list.data.items.map((t) => (t.id === token.id ? token : t)) });
  const deleted = (id: string) => {
    // Remove the row at once, so that the focus does not return to a row that is about to disappear.
    if (list.data && !includeExpired) list.set({ ...list.data, items: list.data.items.filter((t) => t.id !== id) });
    list.reload();
    close();
  };
  return (
    <section class="list" aria-label="Personal Access Tokens">
      <div class="toolbar">
        <p class="lead">
          A token acts for you in one organization. It stays alive as long as it is used at least every two weeks, for
          six months at most.
        </p>
        <span class="toolbar-end">
          <Checkbox label="Include expired tokens" checked={includeExpired} onChange={setIncludeExpired} />
          <Button kind="primary" icon="plus" onClick={() => navigate(`${base}/new`)}>
            Add new token
          </Button>
        </span>
      </div>
      {list.problem ? (
        <LoadFailure problem={list.problem} onRetry={list.reload} />
      ) : !list.data ? (
        <SkeletonRows rows={4} head />
      ) : list.data.items.length === 0 ? (
        <Empty
          icon="token"
          title={includeExpired ? "No tokens" : "No live tokens"}
          action={
            <Button icon="plus" onClick={() => navigate(`${base}/new`)}>
              Add new token
            </Button>
          }
        >
          With a personal access token a script can call the API in your name.
        </Empty>
      ) : (
        <>
          <TokenTable tokens={list.data.items} base={base} busy={list.loading} />
          <Pager
            paging={paging}
            nextCursor={list.data.nextCursor}
            size={PAGE_SIZE}
            shown={list.data.items.length}
            loading={list.loading}
          />
        </>
      )}
      {open === "new" && <AddToken onCreated={list.reload} onClose={close} />}
      {open !== undefined && open !== "new" && (
        <TokenPane
          key={open}
          id={open}
          listed={list.data?.items.find((t) => t.id === open)}
          onLoaded={replace}
          onDeleted={() => deleted(open)}
          onClose={close}
        />
      )}
    </section>
  );
}
