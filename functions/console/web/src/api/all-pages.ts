import type { Page } from "./types";

/** How many to ask for at once: the most that the API gives. */
export const MOST = 100;

/** Follows the cursors of a list to its end, or until there are `limit` items. */
export async function allPages<T>(next: (cursor: string | undefined) => Promise<Page<T>>, limit = 1000): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await next(cursor);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined && items.length < limit);
  return items;
}
