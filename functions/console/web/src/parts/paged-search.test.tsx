// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { reloadAll } from "../api/load";
import { networkProblem, Problem } from "../api/problem";
import { queryKey } from "../api/query-key";
import type { Page } from "../api/types";
import { settle } from "../testing/settle";
import { PagedItems, usePagedList } from "./loaded";

/** A request for a page, which the test answers when it likes. */
interface Request {
  readonly text: string;
  readonly cursor: string | undefined;
  readonly signal: AbortSignal;
  readonly answer: (page: Page<string>) => Promise<void>;
  readonly fail: (problem: Problem) => Promise<void>;
}

let requests: Request[] = [];

beforeEach(() => {
  requests = [];
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** A list of events that match a text, four to a page. */
function Events({ text }: { readonly text: string }) {
  const list = usePagedList<string>(
    {
      key: queryKey("audit", "org_1", { q: text }),
      load: ({ cursor }, signal) =>
        new Promise((resolve, reject) => {
          requests.push({
            text,
            cursor,
            signal,
            answer: (page) => settle(() => resolve(page)),
            fail: (problem) => settle(() => reject(problem)),
          });
        }),
    },
    4,
  );
  return (
    <section>
      <PagedItems list={list} skeleton={<i>loading</i>} empty={<p>No matching events</p>}>
        {(items) => (
          <ul aria-busy={list.loading}>
            {items.map((item) => (
              <li key={item}>{item}</li>
            ))}
          </ul>
        )}
      </PagedItems>
      <button type="button" onClick={() => list.updateItems((items) => items.map((item) => `${item}!`))}>
        Update
      </button>
    </section>
  );
}

const rows = () => screen.queryAllByRole("listitem").map(({ textContent }) => textContent);
const status = () => screen.getByRole("status");
const press = (name: string) => settle(() => fireEvent.click(screen.getByRole("button", { name })));
const search = (text: string) => render(<Events text={text} />);
const request = (n: number): Request => {
  const found = requests[n];
  if (!found) throw new Error(`only ${requests.length} requests were sent`);
  return found;
};
const part = (items: readonly string[], cursor: string, day: string): Page<string> => ({
  items,
  nextCursor: cursor,
  searchedBackTo: `2026-11-${day}T12:00:00Z`,
});
const unavailable = new Problem("unavailable", 503, "Temporarily unavailable", "Leasehold is overloaded.");

test("a match is shown before the next page has answered, and later ones come below it", async () => {
  search("ada");
  await request(0).answer(part(["first"], "a", "20"));
  expect(rows()).toEqual(["first"]);
  const [first] = screen.getAllByRole("listitem");
  await request(1).answer(part([], "b", "12"));
  await request(2).answer({ items: ["second"] });
  expect(rows()).toEqual(["first", "second"]);
  expect(screen.getAllByRole("listitem")[0]).toBe(first);
  expect(requests.map(({ cursor }) => cursor)).toEqual([undefined, "a", "b"]);
  expect(status().textContent).toBe("1–2 of 2");
  expect(screen.queryByRole("button", { name: "Stop" })).toBeNull();
});

test("a search says how far back it is, and is read out only when it has ended", async () => {
  search("ada");
  await request(0).answer(part([], "a", "20"));
  expect(status().textContent).toBe("Searching… Back to 20 Nov 2026 so far.");
  expect(status().getAttribute("aria-busy")).toBe("true");
  await request(1).answer(part(["first"], "b", "12"));
  expect(status().textContent).toBe("Searching… Back to 12 Nov 2026 so far.");
  expect(status().contains(screen.getByRole("list"))).toBe(false);
  await request(2).answer({ items: [] });
  expect(status().textContent).toBe("1 of 1");
  expect(status().getAttribute("aria-busy")).not.toBe("true");
});

test("a list that is not sorted by time is searched without a day", async () => {
  search("ada");
  await request(0).answer({ items: ["first"], nextCursor: "a" });
  expect(status().textContent).toBe("Searching…");
  await press("Stop");
  expect(status().textContent).toBe("Found 1 so far.");
  expect(screen.getByRole("button", { name: "Keep searching" })).toBeTruthy();
});

test("a search that is stopped keeps what it has found, and goes on from there", async () => {
  search("ada");
  await request(0).answer(part(["first"], "a", "20"));
  const stop = screen.getByRole("button", { name: "Stop" });
  await press("Stop");
  expect(request(1).signal.aborted).toBe(true);
  await request(1).answer(part(["too late"], "b", "12"));
  expect(rows()).toEqual(["first"]);
  expect(requests).toHaveLength(2);
  expect(status().textContent).toBe("Searched back to 20 Nov 2026. Found 1 so far.");
  expect(screen.getByRole("button", { name: "Search further back" })).toBe(stop);
  await press("Search further back");
  expect(rows()).toEqual(["first"]);
  expect(request(2).cursor).toBe("a");
  await request(2).answer({ items: ["second"] });
  expect(rows()).toEqual(["first", "second"]);
});

test("a new text ends the search, and late answers for the old one are dropped", async () => {
  const { rerender } = search("ada");
  await request(0).answer(part(["first"], "a", "20"));
  rerender(<Events text="emmy" />);
  expect(request(1).signal.aborted).toBe(true);
  expect(screen.queryByRole("button", { name: "Stop" })).toBeNull();
  await request(1).answer(part(["second"], "b", "12"));
  expect(requests.map(({ text }) => text)).toEqual(["ada", "ada", "emmy"]);
  await request(2).answer(part([], "c", "15"));
  expect(rows()).toEqual([]);
  expect(status().textContent).toBe("Searching… Back to 15 Nov 2026 so far.");
});

test("leaving the list ends the search", async () => {
  const { unmount } = search("ada");
  await request(0).answer(part(["first"], "a", "20"));
  unmount();
  expect(request(1).signal.aborted).toBe(true);
  await request(1).answer(part(["second"], "b", "12"));
  expect(requests).toHaveLength(2);
});

test("a failure keeps what was found, says where the search stopped, and the search goes on from there", async () => {
  search("ada");
  await request(0).answer(part(["first"], "a", "20"));
  await request(1).fail(unavailable);
  expect(rows()).toEqual(["first"]);
  expect(screen.queryByRole("alert")).toBeNull();
  expect(status().textContent).toBe("The search stopped at 20 Nov 2026. Leasehold is overloaded.");
  await press("Search further back");
  expect(request(2).cursor).toBe("a");
  expect(status().textContent).toBe("Searching… Back to 20 Nov 2026 so far.");
  await request(2).answer({ items: ["second"] });
  expect(rows()).toEqual(["first", "second"]);
});

test("after a network problem the search goes on by itself, from where it stopped", async () => {
  vi.useFakeTimers();
  search("ada");
  await request(0).answer(part(["first"], "a", "20"));
  await request(1).fail(networkProblem());
  await settle(() => void vi.advanceTimersByTime(1000));
  expect(request(2).cursor).toBe("a");
  await request(2).answer({ items: ["second"] });
  expect(rows()).toEqual(["first", "second"]);
});

test("a search pauses after 20 requests, until the person asks for more", async () => {
  search("ada");
  for (let n = 0; n < 20; n += 1) await request(n).answer(part([], String(n), "12"));
  expect(requests).toHaveLength(20);
  expect(status().textContent).toBe("Searched back to 12 Nov 2026. Nothing found yet.");
  await press("Search further back");
  expect(request(20).cursor).toBe("19");
});

test("at the end of the log the list gets the focus that the button had", async () => {
  search("ada");
  await request(0).answer(part([], "a", "20"));
  screen.getByRole("button", { name: "Stop" }).focus();
  await request(1).answer({ items: [] });
  expect(screen.getByText("No matching events")).toBeTruthy();
  expect(document.activeElement?.tagName).toBe("SECTION");
});

test("a change of a row during the search stays, and the search goes on", async () => {
  search("ada");
  await request(0).answer(part(["first"], "a", "20"));
  await press("Update");
  expect(request(1).signal.aborted).toBe(true);
  expect(request(2).cursor).toBe("a");
  await request(2).answer({ items: ["second"] });
  expect(rows()).toEqual(["first!", "second"]);
});

test("a reload takes no row away before it has all of them", async () => {
  search("ada");
  await request(0).answer(part(["first"], "a", "20"));
  await request(1).answer({ items: ["second"] });
  await settle(reloadAll);
  await request(2).answer(part(["first"], "a", "20"));
  expect(rows()).toEqual(["first", "second"]);
  await request(3).answer({ items: ["second", "third"] });
  expect(rows()).toEqual(["first", "second", "third"]);
});
