// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { clearToasts, showToast } from "../toasts";
import { Pane } from "./dialog";
import { Toasts } from "./toast";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  cleanup();
  clearToasts();
  vi.useRealTimers();
});

/** Advances the clock by a number of milliseconds. */
function wait(time: number): void {
  void act(() => {
    vi.advanceTimersByTime(time);
  });
}

test("a message goes after a few seconds, but not while the pointer or the focus is on it", () => {
  render(<Toasts />);
  void act(() => showToast("Saved."));
  fireEvent.mouseEnter(screen.getByRole("status"));
  wait(60_000);
  expect(screen.queryByText("Saved.")).not.toBeNull();
  fireEvent.mouseLeave(screen.getByRole("status"));
  fireEvent.focusIn(screen.getByRole("button", { name: "Dismiss" }));
  wait(60_000);
  expect(screen.queryByText("Saved.")).not.toBeNull();
  fireEvent.focusOut(screen.getByRole("button", { name: "Dismiss" }));
  wait(6000);
  expect(screen.queryByText("Saved.")).toBeNull();
});

test("the same message again does not stack", () => {
  render(<Toasts />);
  void act(() => {
    showToast("Saved.");
    showToast("Saved.");
  });
  expect(screen.getAllByText("Saved.")).toHaveLength(1);
});

test("a message is shown in the dialog that is open, and announced once", () => {
  const page = (open: boolean) => (
    <>
      <Toasts />
      {open && (
        <Pane title="Token" onClose={vi.fn()} footer={null}>
          A token
        </Pane>
      )}
    </>
  );
  const { rerender } = render(page(true));
  void act(() => showToast("Renamed."));
  expect(screen.getByText("Renamed.").closest("dialog")).not.toBeNull();
  expect(screen.getByText("Renamed.").closest("[aria-live=off]")).toBeNull();
  rerender(page(false));
  wait(0);
  expect(screen.getByText("Renamed.").closest("dialog")).toBeNull();
  expect(screen.getByText("Renamed.").closest("[aria-live=off]")).not.toBeNull();
});

test("the title of the document names the panes that are open", () => {
  const { rerender } = render(
    <Pane title="Token" onClose={vi.fn()} footer={null}>
      <Pane title="Rename" onClose={vi.fn()} footer={null}>
        A form
      </Pane>
    </Pane>,
  );
  expect(document.title).toMatch(/Rename.*Token|Token.*Rename/);
  rerender(<p />);
  expect(document.title).not.toContain("Token");
});
