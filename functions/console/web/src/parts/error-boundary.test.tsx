// @vitest-environment happy-dom
import { act, cleanup, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { currentLocation, navigate, setQuery } from "../router/navigation";
import { useSignal } from "../signal";
import { ErrorBoundary } from "./error-boundary";

vi.mock("../api/error-details", () => ({ sendReport: () => Promise.resolve() }));

beforeEach(() => navigate("/org_1/audit"));

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

let isBroken = true;

/** A view that fails for one query while it is broken. */
function View() {
  const { search } = useSignal(currentLocation);
  if (isBroken && search === "?since=2026-99-99") throw new RangeError("Invalid time value");
  return <h1>Audit</h1>;
}

test("a view that fails to render is replaced by a page with a way back, until the address changes", () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
  render(
    <ErrorBoundary>
      <View />
    </ErrorBoundary>,
  );
  expect(screen.getByRole("heading").textContent).toBe("Audit");
  void act(() => setQuery({ since: "2026-99-99" }));
  expect(screen.getByRole("heading").textContent).toBe("Something went wrong");
  expect(screen.getByRole("button", { name: "Reload" })).toBeTruthy();
  expect(screen.getByRole("link", { name: "Go to the start page" }).getAttribute("href")).toBe("/v1/console");
  expect(log).toHaveBeenCalledExactlyOnceWith(expect.any(RangeError));
  expect(screen.getByRole("alert").textContent).toMatch(/quote the report ID [0-9a-z]{12}\./);

  void act(() => setQuery({}));
  expect(screen.getByRole("heading").textContent).toBe("Audit");
  isBroken = false;
  void act(() => setQuery({ since: "2026-99-99" }));
  expect(screen.getByRole("heading").textContent).toBe("Audit");
});
