import { useRef } from "preact/hooks";
import { setHistoryValue, historyValue, currentLocation } from "../router/navigation";
import { sessionState } from "../session/session";
import { useSignal } from "../signal";
import { Button } from "./button";
import { Empty } from "./notice";

/** A position in a list of pages that only cursors lead through. */
export interface Paging {
  readonly cursor: string | undefined;
  /** Number of the page, from 0. */
  readonly page: number;
  readonly next: (cursor: string) => void;
  readonly previous: () => void;
}

const HISTORY_KEY = "pages";

/** The pages that were gone through, as the history keeps them. */
interface StoredPages {
  readonly list: string;
  /** End of the session: cursors are the caller's own. */
  readonly session: string | undefined;
  readonly cursors: readonly string[];
}

/**
 * Pages forth and back through a list; starts over when `list`, the filters in a word, changes. The browser's history keeps
 * the page, so that coming back to the list is coming back to it.
 */
export function usePaging(list: string): Paging {
  useSignal(currentLocation);
  const session = sessionState.value.session?.expiresAt;
  const stored = historyValue(HISTORY_KEY) as StoredPages | undefined;
  const cursors = stored?.list === list && stored.session === session ? stored.cursors : [];
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
  /** How many there are in all, when that is known. */
  readonly total?: number | undefined;
  readonly loading: boolean;
}

/** Which part of a list is shown, and the ways to the next and the previous one. */
export function Pager({ paging, nextCursor, size, shown, total, loading }: PagerProps) {
  // The rows of the page before stay until the next ones come, and so does what they are called.
  const page = useRef(paging.page);
  if (!loading) page.current = paging.page;
  const first = page.current * size + 1;
  const last = page.current * size + shown;
  const knownTotal = total ?? (nextCursor === undefined ? last : undefined);
  return (
    <nav class="pager" aria-label="Pages">
      <span role="status">{shown > 0 ? range(first, last, knownTotal) : ""}</span>
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

/** "1–25 of 3,002"; without the last part when nobody knows. */
function range(first: number, last: number, total: number | undefined): string {
  const [from, to, of] = [first, last, total].map((n) => n?.toLocaleString("en-GB"));
  return `${from === to ? from : `${from}–${to}`}${of === undefined ? "" : ` of ${of}`}`;
}

/** For a long list whose filter has let nothing through yet. */
export function ContinueSearch({ next, paging }: { readonly next: string; readonly paging: Paging }) {
  return (
    <Empty
      icon="search"
      title="Nothing found yet"
      action={<Button onClick={() => paging.next(next)}>Keep searching</Button>}
    >
      No matches in the first part of this long list.
    </Empty>
  );
}
