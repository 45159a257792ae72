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
  return (await fullPage(fetchPage, limit, undefined, MAX_PAGE_SIZE)).items;
}

/** Returns a page of `size` items from `cursor`, combined from shorter pages if necessary. */
export async function fullPage<T>(
  fetchPage: (page: PageQuery) => Promise<Page<T>>,
  size: number,
  cursor: string | undefined,
  maxPageSize = size,
): Promise<Page<T>> {
  const items: T[] = [];
  let nextCursor = cursor;
  for (let request = 0; request < MAX_REQUESTS; request += 1) {
    const page = await fetchPage({
      limit: Math.min(maxPageSize, size - items.length),
      ...(nextCursor === undefined ? {} : { cursor: nextCursor }),
    });
    items.push(...page.items);
    nextCursor = page.nextCursor;
    if (nextCursor === undefined || items.length >= size) break;
  }
  return { items, ...(nextCursor === undefined ? {} : { nextCursor }) };
}
