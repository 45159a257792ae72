import type { Page } from "./types";

/** The maximum page size of the API. */
export const MAX_PAGE_SIZE = 100;
// A filter with few matches makes pages short or even empty, so several requests may be needed for one page.
const MAX_REQUESTS = 20;

/** The API's query parameters for one page. */
export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

/** Returns the items of all pages of a list, at most `limit` of them. */
export async function allPages<T>(
  fetchPage: (page: PageQuery) => Promise<Page<T>>,
  limit = 1000,
): Promise<readonly T[]> {
  return (await fullPage(fetchPage, limit, { maxPageSize: MAX_PAGE_SIZE })).items;
}

interface FullPageOptions<T> {
  /** What is there already, with the cursor of what comes next. */
  readonly start?: Page<T>;
  readonly maxPageSize?: number;
  /** Called with what is there, after each answer but the last. */
  readonly onPart?: (page: Page<T>) => void;
}

/** Returns a page of `size` items, combined from shorter pages if necessary. It sends at most 20 requests. */
export async function fullPage<T>(
  fetchPage: (page: PageQuery) => Promise<Page<T>>,
  size: number,
  { start = { items: [] }, maxPageSize = size, onPart }: FullPageOptions<T> = {},
): Promise<Page<T>> {
  let combined = start;
  for (let request = 1; ; request += 1) {
    const { items, nextCursor } = combined;
    const page = await fetchPage({
      limit: Math.min(maxPageSize, size - items.length),
      ...(nextCursor === undefined ? {} : { cursor: nextCursor }),
    });
    combined = { ...page, items: [...items, ...page.items] };
    const isFull = combined.nextCursor === undefined || combined.items.length >= size;
    if (isFull || request === MAX_REQUESTS) return combined;
    onPart?.(combined);
  }
}
