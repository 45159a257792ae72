import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Problem } from "../api/problem";
import { setHistoryValue, historyValue, currentLocation } from "../router/navigation";
import type { QueryKey } from "../api/query-key";
import { sessionState } from "../session/session";
import { useSignal } from "../signal";
import { date, localTimes } from "../words/time";
import { Button } from "./button";

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

/** The search for the items of a page that is not full, although the list goes on. */
export interface PageSearch {
  readonly running: boolean;
  /** The time back to which the list has been searched, if it is sorted by time. */
  readonly backTo: string | undefined;
  /** Why the search ended too early. */
  readonly problem: Problem | undefined;
  /** Ends the search, and keeps what was found. */
  readonly stop: () => void;
  /** Searches on, from where the search ended. */
  readonly searchOn: () => void;
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
  readonly search: PageSearch | undefined;
}

/** The range of the current page, or how far its search has come, with buttons for the next and the previous one. */
export function Pager({ paging, nextCursor, size, shown, total, controls, loading, search }: PagerProps) {
  // The old rows stay until the new ones arrive, and so does their range.
  const page = useRef(paging.page);
  if (!loading) page.current = paging.page;
  const first = page.current * size + 1;
  const last = page.current * size + shown;
  const nav = useRef<HTMLElement>(null);
  useShowTop(nav, `${page.current}`);
  const knownTotal = total ?? (nextCursor === undefined ? last : undefined);
  const words = search ? searchWords(search, shown) : shown > 0 ? range(first, last, knownTotal) : "";
  return (
    <nav ref={nav} class="pager" aria-label="Pages">
      {/* While it is busy, screen readers do not read out each change. */}
      <span role="status" aria-busy={search?.running}>
        {words}
      </span>
      {controls}
      {(paging.page > 0 || nextCursor !== undefined) && (
        <PagerButtons>
          {(paging.page > 0 || !search) && (
            <Button icon="previous" disabled={paging.page === 0} busy={loading} onClick={paging.previous}>
              Previous
            </Button>
          )}
          {search ? (
            <Button onClick={search.running ? search.stop : search.searchOn}>
              {search.running ? "Stop" : search.backTo === undefined ? "Keep searching" : "Search further back"}
            </Button>
          ) : (
            <Button
              icon="next"
              disabled={nextCursor === undefined}
              busy={loading}
              onClick={() => nextCursor !== undefined && paging.next(nextCursor)}
            >
              Next
            </Button>
          )}
        </PagerButtons>
      )}
    </nav>
  );
}

/** The buttons of a pager. When they disappear, as at the end of a search, the list gets the focus that one of them had. */
function PagerButtons({ children }: { readonly children: ComponentChildren }) {
  const root = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const buttons = root.current;
    return () => {
      if (buttons?.contains(document.activeElement)) focusList(buttons);
    };
  }, []);
  return (
    <span ref={root} class="pager-buttons">
      {children}
    </span>
  );
}

/** Returns how far a search has come, or why it ended. */
function searchWords({ running, backTo, problem }: PageSearch, shown: number): string {
  const day = backTo === undefined ? undefined : date(backTo);
  if (problem) return `The search stopped${day ? ` at ${day}` : ""}. ${localTimes(problem.message)}`;
  if (running) return day ? `Searching… Back to ${day} so far.` : "Searching…";
  const found = shown === 0 ? "Nothing found yet." : `Found ${shown} so far.`;
  return day ? `Searched back to ${day}. ${found}` : found;
}

/** Shows the top of the list when another page has loaded, and moves the focus there: the first rows of the page come next. */
function useShowTop(nav: RefObject<HTMLElement | null>, page: string): void {
  const before = useRef(page);
  useEffect(() => {
    if (before.current === page) return;
    before.current = page;
    focusList(nav.current)?.scrollIntoView({ block: "start" });
  }, [nav, page]);
}

/** Moves the focus to the list that an element belongs to, without scrolling, and returns the list. */
function focusList(element: HTMLElement | null): HTMLElement | null {
  const list = element?.closest("section") ?? null;
  if (!list) return null;
  list.tabIndex = -1;
  list.focus({ preventScroll: true });
  return list;
}

/** Returns a range such as "1–25 of 3,002", without the total if it is unknown. */
function range(first: number, last: number, total: number | undefined): string {
  const [from, to, of] = [first, last, total].map((n) => n?.toLocaleString("en-GB"));
  return `${from === to ? from : `${from}–${to}`}${of === undefined ? "" : ` of ${of}`}`;
}
