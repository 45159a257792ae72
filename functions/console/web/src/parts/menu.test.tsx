// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Menu } from "./menu";

const names = ["Apples", "Bananas", "Blueberries", "Cherries"];

beforeEach(() => {
  render(
    <Menu label="Fruit" button="Fruit">
      {() => names.map((name) => <button key={name}>{name}</button>)}
    </Menu>,
  );
});

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

/** Presses a key where the focus is. It reports whether the menu took it. */
function press(key: string, init: KeyboardEventInit = {}): boolean {
  let taken = false;
  void act(() => {
    taken = !fireEvent.keyDown(document.activeElement ?? document.body, { key, ...init });
  });
  return taken;
}

function open(key: string): void {
  screen.getByRole("button", { name: /Fruit/ }).focus();
  press(key);
}

const focused = () => document.activeElement?.textContent;

test("the arrow keys open the menu at its ends, and begin again at them", () => {
  open("ArrowUp");
  expect(focused()).toBe("Cherries");
  press("ArrowDown");
  expect(focused()).toBe("Apples");
  press("ArrowUp");
  expect(focused()).toBe("Cherries");
  press("Escape");
  open("ArrowDown");
  expect(focused()).toBe("Apples");
});

test("Home and End move to the ends", () => {
  open("ArrowDown");
  press("End");
  expect(focused()).toBe("Cherries");
  press("Home");
  expect(focused()).toBe("Apples");
});

test("letters find an item; the same one again finds the next", () => {
  let now = 1000;
  vi.spyOn(Event.prototype, "timeStamp", "get").mockImplementation(() => now);
  open("ArrowDown");
  press("b");
  expect(focused()).toBe("Bananas");
  press("b");
  expect(focused()).toBe("Blueberries");
  press("b");
  expect(focused()).toBe("Bananas");
  now += 1000;
  press("b");
  press("L");
  expect(focused()).toBe("Blueberries");
  now += 1000;
  expect(press("g"), "a letter that finds nothing opens no view either").toBe(true);
  expect(focused()).toBe("Blueberries");
});

test("keys with a modifier are not for the menu", () => {
  open("ArrowDown");
  expect(press("c", { ctrlKey: true })).toBe(false);
  expect(focused()).toBe("Apples");
});
