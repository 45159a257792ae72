// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { Problem } from "../api/problem";
import type { Page } from "../api/types";
import { LoadedData, PagedItems, type PagedList } from "./loaded";

afterEach(cleanup);

const problem = new Problem("unavailable", 503, "Temporarily unavailable", "The data is out of reach.");

function show(data: string | undefined, failure?: Problem) {
  const reload = vi.fn();
  render(
    <LoadedData loaded={{ data, problem: failure, reload }} skeleton={<i>loading</i>}>
      {(text) => <p>{text}</p>}
    </LoadedData>,
  );
  return reload;
}

test("without data there is the outline, or the failure in place of the view", () => {
  show(undefined);
  expect(screen.getByText("loading")).toBeTruthy();
  cleanup();
  const reload = show(undefined, problem);
  expect(screen.getByRole("heading").textContent).toBe("Temporarily unavailable");
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(reload).toHaveBeenCalledOnce();
});

test("after a reload that failed the data stays, and a notice next to it says so", () => {
  const reload = show("rows", problem);
  expect(screen.getByText("rows")).toBeTruthy();
  expect(screen.queryByRole("heading")).toBeNull();
  expect(screen.getByRole("alert").textContent).toContain(
    "What you see here may be out of date. The data is out of reach.",
  );
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(reload).toHaveBeenCalledOnce();
});

/** Renders a page of a list whose size is 2. */
function showPage(data: Page<string>, page: number) {
  const list: PagedList<string> = {
    data,
    problem: undefined,
    loading: false,
    isPrevious: false,
    reload: vi.fn(),
    set: vi.fn(),
    update: vi.fn(),
    updateItems: vi.fn(),
    size: 2,
    search: undefined,
    paging: { cursor: undefined, page, next: vi.fn(), previous: vi.fn() },
  };
  render(
    <PagedItems list={list} skeleton={<i>loading</i>} empty={<p>Nobody</p>}>
      {(items) => <p>{items.join(" ")}</p>}
    </PagedItems>,
  );
  return list;
}

test("a page of a list has its items and its pager", () => {
  const list = showPage({ items: ["Ada", "Emmy"], nextCursor: "more" }, 0);
  expect(screen.getByText("Ada Emmy")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Next" }));
  expect(list.paging.next).toHaveBeenCalledExactlyOnceWith("more");
});

test("an empty page says so, and leads back to the previous page if there is one", () => {
  showPage({ items: [] }, 0);
  expect(screen.getByText("Nobody")).toBeTruthy();
  expect(screen.queryByRole("button")).toBeNull();
  cleanup();
  const list = showPage({ items: [] }, 3);
  expect(screen.getByText("Nobody")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Previous" }));
  expect(list.paging.previous).toHaveBeenCalledOnce();
});
