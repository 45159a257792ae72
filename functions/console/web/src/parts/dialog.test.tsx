// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { currentLocation, followHistory, navigate, useHold } from "../router/navigation";
import { Button } from "./button";
import { Confirm, FormPane, Pane } from "./dialog";

beforeAll(followHistory);

beforeEach(() => {
  vi.useFakeTimers();
  navigate("/org_1/profile/tokens");
  navigate("/org_1/profile/tokens/new");
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Does everything that closes a dialog, each of which calls onClose unless the dialog is busy. */
function tryToClose(): void {
  const dialog = screen.getByRole("dialog");
  fireEvent(dialog, new Event("cancel"));
  fireEvent.mouseDown(dialog);
  for (const name of ["Close", "Cancel"]) {
    const button = screen.queryByRole("button", { name });
    if (button) fireEvent.click(button);
  }
}

/** Reports an event that the browser sends before it leaves the page, and whether the page asked to stay. */
function asksToStay(): boolean {
  return !dispatchEvent(new Event("beforeunload", { cancelable: true }));
}

/** Reports to the page that the browser is at the history entry with this index, as after its back button. */
function arriveAt(index: number): void {
  history.replaceState({ index }, "");
  dispatchEvent(new PopStateEvent("popstate"));
  vi.runAllTimers();
}

const currentIndex = () => (history.state as { index: number }).index;

test("a form pane closes in four ways, and in none while its request runs", () => {
  const onClose = vi.fn();
  const pane = (busy: boolean) => (
    <FormPane title="Add new token" busy={busy} onClose={onClose} submit={<Button>Add</Button>}>
      A form
    </FormPane>
  );
  const { rerender } = render(pane(true));
  tryToClose();
  expect(onClose).not.toHaveBeenCalled();
  rerender(pane(false));
  tryToClose();
  expect(onClose).toHaveBeenCalledTimes(4);
});

test("a confirmation closes in three ways, and in none while its request runs", () => {
  const onCancel = vi.fn();
  const dialog = (busy: boolean) => (
    <Confirm title="Rotate?" action="Rotate" busy={busy} problem={undefined} onConfirm={vi.fn()} onCancel={onCancel}>
      A question
    </Confirm>
  );
  const { rerender } = render(dialog(true));
  tryToClose();
  expect(onCancel).not.toHaveBeenCalled();
  rerender(dialog(false));
  tryToClose();
  expect(onCancel).toHaveBeenCalledTimes(3);
});

test("a pane stays while a form in it is busy", () => {
  const Form = ({ busy }: { readonly busy: boolean }) => {
    useHold(busy);
    return <p>A form</p>;
  };
  const onClose = vi.fn();
  const pane = (busy: boolean) => (
    <Pane title="Token" onClose={onClose} footer={<span />}>
      <Form busy={busy} />
    </Pane>
  );
  const { rerender } = render(pane(true));
  tryToClose();
  expect(onClose).not.toHaveBeenCalled();
  rerender(pane(false));
  tryToClose();
  expect(onClose).toHaveBeenCalledTimes(3);
});

test("the browser's back button is undone while a dialog is busy, however often it is pressed", () => {
  const { unmount } = render(
    <Pane title="Token" busy onClose={vi.fn()} footer={<span />}>
      Busy
    </Pane>,
  );
  const index = currentIndex();
  const go = vi.spyOn(history, "go").mockImplementation(() => undefined);
  for (const step of [1, 2]) {
    history.replaceState({ index: index - step }, "");
    dispatchEvent(new PopStateEvent("popstate"));
  }
  vi.runAllTimers();
  expect(go.mock.calls).toEqual([[2]]);
  expect(currentLocation.value.path).toBe("/org_1/profile/tokens/new");
  expect(asksToStay()).toBe(true);

  arriveAt(index);
  void act(() => {
    unmount();
  });
  expect(asksToStay()).toBe(false);
  arriveAt(index - 1);
  expect(go).toHaveBeenCalledOnce();
});
