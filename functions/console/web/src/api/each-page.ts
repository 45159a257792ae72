import { MAX_PAGE_SIZE, type PageQuery } from "./all-pages";
import type { Page } from "./types";

/**
 * Calls `onItems` with each page of a list, however long it is, in order. It stops early if onItems returns false. Pages can
 * be empty and still have a next one.
 */
export async function eachPage<T>(
  fetchPage: (page: PageQuery) => Promise<Page<T>>,
  onItems: (items: readonly T[]) => boolean,
): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await fetchPage({ limit: MAX_PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) });
    if (!onItems(page.items)) return;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}
