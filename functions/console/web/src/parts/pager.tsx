import { useEffect, useState } from "preact/hooks";
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

/** Pages forth and back through a list; starts over when `list`, the filters in a word, changes. */
export function usePaging(list: string): Paging {
  const [state, setState] = useState<{ list: string; trail: readonly string[] }>({ list, trail: [] });
  useEffect(() => setState((old) => (old.list === list ? old : { list, trail: [] })), [list]);
  const trail = state.list === list ? state.trail : [];
  return {
    cursor: trail[trail.length - 1],
    page: trail.length,
    next: (cursor) => setState({ list, trail: [...trail, cursor] }),
    previous: () => setState({ list, trail: trail.slice(0, -1) }),
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
  const first = paging.page * size + 1;
  const last = paging.page * size + shown;
  const of = total === undefined ? "" : ` of ${total.toLocaleString("en-GB")}`;
  return (
    <nav class="pager" aria-label="Pages">
      <span role="status">{shown > 0 ? `${first.toLocaleString("en-GB")}–${last.toLocaleString("en-GB")}${of}` : ""}</span>
      {(paging.page > 0 || nextCursor !== undefined) && (
        <span class="pager-buttons">
          <Button icon="previous" disabled={paging.page === 0} busy={loading} onClick={paging.previous}>Previous</Button>
          <Button icon="next" disabled={nextCursor === undefined} busy={loading} onClick={() => nextCursor !== undefined && paging.next(nextCursor)}>Next</Button>
        </span>
      )}
    </nav>
  );
}

/** For a long list whose filter has let nothing through yet. */
export function SearchOn({ next, paging }: { readonly next: string; readonly paging: Paging }) {
  return (
    <Empty icon="search" title="Nothing found yet" action={<Button onClick={() => paging.next(next)}>Search on</Button>}>
      The list is long, and there is nothing that matches in its first part.
    </Empty>
  );
}
