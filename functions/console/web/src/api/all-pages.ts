import type { Page } from "./types";

/** How many to ask for at once: the most that the API gives. */
export const MOST = 100;
// A filter that lets few through makes pages short, even empty: ask again, but not for ever.
const ROUNDS = 20;

/** Where a page begins and how long it may be, as the API's query parameters. */
export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

/** Follows the cursors of a list to its end, or until there are `limit` items. */
export async function allPages<T>(next: (page: PageQuery) => Promise<Page<T>>, limit = 1000): Promise<readonly T[]> {
  return (await fullPage(next, limit, undefined, MOST)).items;
}

/** One page of `size` items from `cursor`, put together from shorter ones where the API gives these. */
export async function fullPage<T>(
  next: (page: PageQuery) => Promise<Page<T>>,
  size: number,
  cursor: string | undefined,
  most = size,
): Promise<Page<T>> {
  const items: T[] = [];
  let from = cursor;
  for (let round = 0; round < ROUNDS; round += 1) {
    const page = await next({
      limit: Math.min(most, size - items.length),
      ...(from === undefined ? {} : { cursor: from }),
    });
    items.push(...page.items);
    from = page.nextCursor;
    if (from === undefined || items.length >= size) break;
  }
  return { items, ...(from === undefined ? {} : { nextCursor: from }) };
}
