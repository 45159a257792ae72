import type { ComponentChildren } from "preact";
import { fullPage } from "../api/all-pages";
import { useLoad, type Loaded } from "../api/load";
import type { Problem } from "../api/problem";
import type { ListQuery } from "../api/queries";
import { queryKey } from "../api/query-key";
import type { Page } from "../api/types";
import { localTimes } from "../words/time";
import { Button } from "./button";
import { LoadFailure, Notice } from "./notice";
import { ContinueSearch, Pager, usePaging, type Paging } from "./pager";

interface LoadedDataProps<T> {
  readonly loaded: Pick<Loaded<T>, "data" | "problem" | "reload">;
  /** The outline that is shown until the data has loaded. */
  readonly skeleton: ComponentChildren;
  /** What to say if what was asked for does not exist, instead of the API's sentence. */
  readonly missing?: string;
  readonly children: (data: T) => ComponentChildren;
}

/** Loaded data, or its outline while it loads, or why it can't be loaded. If only a reload failed, the data stays. */
export function LoadedData<T>({ loaded: { data, problem, reload }, skeleton, missing, children }: LoadedDataProps<T>) {
  if (data === undefined)
    return problem ? <LoadFailure problem={problem} missing={missing} onRetry={reload} /> : <>{skeleton}</>;
  return (
    <>
      <ReloadFailure problem={problem} onRetry={reload} />
      {children(data)}
    </>
  );
}

interface ReloadFailureProps {
  readonly problem: Problem | undefined;
  readonly onRetry: () => void;
}

/** Says that data could not be reloaded, next to the data that was there. */
export function ReloadFailure({ problem, onRetry }: ReloadFailureProps) {
  if (!problem) return null;
  return (
    <div role="alert">
      <Notice kind="warning" action={<Button onClick={onRetry}>Try again</Button>}>
        What you see here may be out of date. {localTimes(problem.message)}
      </Notice>
    </div>
  );
}

/** A page of a list, and its position in the list. */
export interface PagedList<T> extends Loaded<Page<T>> {
  readonly paging: Paging;
  /** The maximum number of items per page. */
  readonly size: number;
  /** Applies a change to the items of the page. */
  readonly updateItems: (change: (items: readonly T[]) => readonly T[]) => void;
}

/** Loads the current page of a list, combined from shorter pages if necessary. The previous page stays meanwhile. */
export function usePagedList<T>(list: ListQuery<T>, size: number): PagedList<T> {
  const paging = usePaging(list.key);
  const loaded = useLoad<Page<T>>(
    {
      key: queryKey("page", list.key, paging.cursor),
      load: (signal) => fullPage((page) => list.load(page, signal), size, paging.cursor),
    },
    { keep: true },
  );
  const { update } = loaded;
  return {
    ...loaded,
    paging,
    size,
    updateItems: (change) => update((page) => ({ ...page, items: change(page.items) })),
  };
}

interface PagedItemsProps<T> {
  readonly list: PagedList<T>;
  readonly skeleton: ComponentChildren;
  /** The message in place of an empty list. */
  readonly empty: ComponentChildren;
  /** The total number of items, if known. */
  readonly total?: number | undefined;
  /** What is shown next to the buttons of the pager. */
  readonly controls?: ComponentChildren;
  readonly children: (items: readonly T[]) => ComponentChildren;
}

/** The items of a paged list with its pager, or what is shown in place of them. */
export function PagedItems<T>({ list, skeleton, empty, total, controls, children }: PagedItemsProps<T>) {
  const { paging, size, loading } = list;
  return (
    <LoadedData loaded={list} skeleton={skeleton}>
      {({ items, nextCursor }) => {
        const pager = { paging, nextCursor, size, shown: items.length, total, controls, loading };
        if (items.length > 0)
          return (
            <>
              {children(items)}
              <Pager {...pager} />
            </>
          );
        if (nextCursor !== undefined) return <ContinueSearch next={nextCursor} paging={paging} />;
        return (
          <>
            {empty}
            {paging.page > 0 && <Pager {...pager} />}
          </>
        );
      }}
    </LoadedData>
  );
}
