import type { Page } from "./types";

/** How many to ask for at once: the most that the API gives. */
export const MAX_PAGE_SIZE = 100;
// A filter that lets few through makes pages short, even empty: ask again, but not for ever.
const MAX_REQUESTS = 20;

/** Where a page begins and how long it may be, as the API's query parameters. */
export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

/** Follows the cursors of a list to its end, or until there are `limit` items. */
export async function allPages<T>(
  fetchPage: (page: PageQuery) => Promise<Page<T>>,
  limit = 1000,
): Promise<readonly T[]> {
  return (await fullPage(fetchPage, limit, undefined, MAX_PAGE_SIZE)).items;
}

/** One page of `size` items from `cursor`, put together from shorter ones where the API gives these. */
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
