import { expect, it } from "vitest";
import { allPages, fullPage } from "./all-pages";

/** A list with short pages, such as a filter with few matches produces. */
const list =
  (pages: readonly (readonly number[])[]) =>
  ({ cursor }: { cursor?: string }) => {
    const at = Number(cursor ?? 0);
    return Promise.resolve({
      items: pages[at] ?? [],
      ...(at + 1 < pages.length ? { nextCursor: String(at + 1) } : {}),
    });
  };

it("a page is combined from short and empty ones", async () => {
  expect(await fullPage(list([[1], [], [2, 3], [4]]), 3)).toEqual({ items: [1, 2, 3], nextCursor: "3" });
});

it("the last page has no next one", async () =>
  expect(await fullPage(list([[1], [2]]), 5, { start: { items: [], nextCursor: "1" } })).toEqual({ items: [2] }));

it("an endless list is not followed forever", async () => {
  const endless = () => Promise.resolve({ items: [], nextCursor: "again" });
  expect(await fullPage(endless, 5)).toEqual({ items: [], nextCursor: "again" });
});

it("all pages are followed to the end", async () => expect(await allPages(list([[1, 2], [], [3]]))).toEqual([1, 2, 3]));
