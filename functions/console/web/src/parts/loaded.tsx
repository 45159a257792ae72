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
import { Pager, usePaging, type PageSearch, type Paging } from "./pager";

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

/** A page of a list. `rest` says that it is not full, although the list goes on. */
interface SearchedPage<T> extends Page<T> {
  /** Whether the rest is on its way, or left until the person asks for it. */
  readonly rest?: "coming" | "left";
}

/** A page of a list, and its position in the list. */
export interface PagedList<T> extends Loaded<Page<T>> {
  /** Whether the page is loading, and no part of it is there. */
  readonly loading: boolean;
  readonly paging: Paging;
  /** The maximum number of items per page. */
  readonly size: number;
  /** The search that has not filled the page, if any. */
  readonly search: PageSearch | undefined;
  /** Applies a change to the items of the page. */
  readonly updateItems: (change: (items: readonly T[]) => readonly T[]) => void;
}

/**
 * Loads the current page of a list. The previous page stays until the first answer. A filter with few matches takes several
 * requests, one after the other: the page shows what each of them finds, below what is there.
 */
export function usePagedList<T>(list: ListQuery<T>, size: number): PagedList<T> {
  const paging = usePaging(list.key);
  const { cursor } = paging;
  const loaded = useLoad<SearchedPage<T>>(
    {
      key: queryKey("page", list.key, cursor),
      load: async (signal, shown, show) => {
        const begun = shown?.rest === "coming" ? shown : undefined;
        const page = await fullPage((query) => list.load(query, signal), size, {
          start: begun ?? { items: [], ...(cursor === undefined ? {} : { nextCursor: cursor }) },
          onPart: (part) => {
            signal.throwIfAborted();
            // A reload takes no row away before it has all of them.
            if (begun || !shown) show({ ...part, rest: "coming" });
          },
        });
        return page.nextCursor !== undefined && page.items.length < size ? { ...page, rest: "left" } : page;
      },
    },
    { keep: true },
  );
  const { update } = loaded;
  const search = searchOf(loaded);
  return {
    ...loaded,
    loading: loaded.loading && !search,
    paging,
    size,
    search,
    updateItems: (change) => update((page) => ({ ...page, items: change(page.items) })),
  };
}

/** Returns the search of a page that is not full, although the list goes on. */
function searchOf<T>({
  data,
  isPrevious,
  problem,
  loading,
  set,
  reload,
}: Loaded<SearchedPage<T>>): PageSearch | undefined {
  if (data?.rest === undefined || isPrevious) return undefined;
  const isComing = data.rest === "coming";
  return {
    running: isComing && loading && !problem,
    backTo: data.searchedBackTo,
    problem: isComing ? problem : undefined,
    stop: () => set({ ...data, rest: "left" }),
    searchOn: () => {
      set({ ...data, rest: "coming" });
      reload();
    },
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
  const { paging, size, search, loading } = list;
  return (
    <LoadedData loaded={search?.problem ? { ...list, problem: undefined } : list} skeleton={skeleton}>
      {({ items, nextCursor }) => {
        const isEmpty = items.length === 0 && !search;
        return (
          <>
            {isEmpty ? empty : items.length > 0 && children(items)}
            {(!isEmpty || paging.page > 0) && (
              <Pager
                paging={paging}
                nextCursor={nextCursor}
                size={size}
                shown={items.length}
                total={total}
                controls={controls}
                loading={loading}
                search={search}
              />
            )}
          </>
        );
      }}
    </LoadedData>
  );
}
