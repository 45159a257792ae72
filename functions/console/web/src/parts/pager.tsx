import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { setHistoryValue, historyValue, currentLocation } from "../router/navigation";
import type { QueryKey } from "../api/query-key";
import { sessionState } from "../session/session";
import { useSignal } from "../signal";
import { Button } from "./button";
import { Empty } from "./notice";

/** A position in a list that is paged by cursors. */
export interface Paging {
  readonly cursor: string | undefined;
  /** The number of the page, counted from 0. */
  readonly page: number;
  readonly next: (cursor: string) => void;
  readonly previous: () => void;
}

const HISTORY_KEY = "pages";

/** The cursors of the visited pages, as stored in the history. */
interface StoredPages {
  readonly list: string;
  /** The session's expiry, which identifies it: cursors are valid only for the caller. */
  readonly session: string | undefined;
  readonly cursors: readonly string[];
}

/**
 * Pages through a list and starts over when `list`, which identifies the list and its filters, changes. The browser's
 * history keeps the page, so that going back to the list shows the same page.
 */
export function usePaging(list: QueryKey): Paging {
  useSignal(currentLocation);
  const session = sessionState.value.session?.expiresAt;
  const stored = historyValue(HISTORY_KEY) as Partial<StoredPages> | undefined;
  const isThisList = stored?.list === list && stored.session === session;
  // The browser keeps the history for longer than one version of the console lives.
  const cursors = isThisList && Array.isArray(stored.cursors) ? (stored.cursors as StoredPages["cursors"]) : [];
  const store = (next: readonly string[]) =>
    setHistoryValue(HISTORY_KEY, { list, session, cursors: next } satisfies StoredPages);
  return {
    cursor: cursors[cursors.length - 1],
    page: cursors.length,
    next: (cursor) => store([...cursors, cursor]),
    previous: () => store(cursors.slice(0, -1)),
  };
}

interface PagerProps {
  readonly paging: Paging;
  readonly nextCursor: string | undefined;
  readonly size: number;
  readonly shown: number;
  /** The total number of items, if known. */
  readonly total?: number | undefined;
  readonly controls?: ComponentChildren;
  readonly loading: boolean;
}

/** The range of the current page, with buttons for the next and the previous one. */
export function Pager({ paging, nextCursor, size, shown, total, controls, loading }: PagerProps) {
  // The old rows stay until the new ones arrive, and so does their range.
  const page = useRef(paging.page);
  if (!loading) page.current = paging.page;
  const first = page.current * size + 1;
  const last = page.current * size + shown;
  const nav = useRef<HTMLElement>(null);
  useShowTop(nav, `${page.current}`);
  const knownTotal = total ?? (nextCursor === undefined ? last : undefined);
  return (
    <nav ref={nav} class="pager" aria-label="Pages">
      <span role="status">{shown > 0 ? range(first, last, knownTotal) : ""}</span>
      {controls}
      {(paging.page > 0 || nextCursor !== undefined) && (
        <span class="pager-buttons">
          <Button icon="previous" disabled={paging.page === 0} busy={loading} onClick={paging.previous}>
            Previous
          </Button>
          <Button
            icon="next"
            disabled={nextCursor === undefined}
            busy={loading}
            onClick={() => nextCursor !== undefined && paging.next(nextCursor)}
          >
            Next
          </Button>
        </span>
      )}
    </nav>
  );
}

/** Shows the top of the list when another page has loaded, and moves the focus there: the first rows of the page come next. */
function useShowTop(nav: RefObject<HTMLElement | null>, page: string): void {
  const before = useRef(page);
  useEffect(() => {
    if (before.current === page) return;
    before.current = page;
    showTop(nav.current);
  }, [nav, page]);
}

/** Shows the top of the list that an element belongs to, and moves the focus there. */
function showTop(element: HTMLElement | null): void {
  const list = element?.closest("section");
  if (!list) return;
  list.tabIndex = -1;
  list.focus({ preventScroll: true });
  list.scrollIntoView({ block: "start" });
}

/** Returns a range such as "1–25 of 3,002", without the total if it is unknown. */
function range(first: number, last: number, total: number | undefined): string {
  const [from, to, of] = [first, last, total].map((n) => n?.toLocaleString("en-GB"));
  return `${from === to ? from : `${from}–${to}`}${of === undefined ? "" : ` of ${of}`}`;
}

/** A notice for a long list in which the filter has matched nothing yet. */
export function ContinueSearch({ next, paging }: { readonly next: string; readonly paging: Paging }) {
  const root = useRef<HTMLDivElement>(null);
  const search = () => {
    // The button that has the focus is about to disappear.
    showTop(root.current);
    paging.next(next);
  };
  return (
    <div ref={root}>
      <Empty icon="search" title="Nothing found yet" action={<Button onClick={search}>Keep searching</Button>}>
        No matches in this part of the list.
      </Empty>
    </div>
  );
}
