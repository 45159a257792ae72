// @vitest-environment happy-dom
import { cleanup, fireEvent, render } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Membership, Profile } from "../api/types";
import { ConsoleContext } from "../console-context";
import { currentLocation, navigate, useOverlay } from "../router/navigation";
import { setSingleKeys, useShortcuts } from "./shortcuts";

const membership: Membership = {
  organization: { id: "org_1", name: "Aurora Freight" },
  role: "creator",
  status: "active",
  permissions: ["management:login", "members:view", "solutions:view-own", "tokens:own"],
  solutionCount: 0,
};

function Page() {
  useShortcuts();
  return (
    <main>
      <p data-testid="overlay">{useOverlay() ?? "none"}</p>
      <input aria-label="Search" type="search" />
      <input aria-label="Name" />
      <input aria-label="Choice" type="checkbox" />
    </main>
  );
}

beforeEach(() => {
  navigate("/org_1/settings");
  const state = {
    me: {} as Profile,
    setMe: vi.fn(),
    reloadMe: vi.fn(),
    org: "org_1",
    membership,
    tokens: {} as never,
  };
  render(
    <ConsoleContext.Provider value={state}>
      <Page />
    </ConsoleContext.Provider>,
  );
});

afterEach(() => {
  cleanup();
  setSingleKeys(true);
  vi.restoreAllMocks();
});

const path = () => currentLocation.value.path;
const overlay = () => document.querySelector("[data-testid=overlay]")?.textContent;
const find = (label: string) => document.querySelector<HTMLInputElement>(`[aria-label=${label}]`) ?? document.body;

/** Presses keys one after the other. It reports whether the page took the last one. */
function press(keys: string, { on = document.body, ...init }: KeyboardEventInit & { on?: HTMLElement } = {}): boolean {
  return Array.from(keys, (key) => !fireEvent.keyDown(on, { key, ...init })).at(-1) ?? false;
}

test("g and a letter open a view, and only one that the person may see", () => {
  expect(press("gs")).toBe(true);
  expect(path()).toBe("/org_1/solutions");
  expect(press("gt")).toBe(true);
  expect(path()).toBe("/org_1/profile/tokens");
  expect(press("ga")).toBe(false);
  expect(press("u")).toBe(false);
  expect(path()).toBe("/org_1/profile/tokens");
});

test("the second key has to follow soon", () => {
  const times = [1000, 2600];
  vi.spyOn(Event.prototype, "timeStamp", "get").mockImplementation(() => times[0] ?? 0);
  press("g");
  times.shift();
  expect(press("s")).toBe(false);
  expect(path()).toBe("/org_1/settings");
});

test("caps lock changes nothing, and Shift is no part of a letter", () => {
  expect(press("GS")).toBe(true);
  expect(path()).toBe("/org_1/solutions");
  press("G", { shiftKey: true });
  expect(press("u")).toBe(false);
});

test.each([
  ["with a modifier", { ctrlKey: true }],
  ["with another modifier", { altKey: true }],
  ["with the Command key", { metaKey: true }],
  ["while an input method composes text", { isComposing: true }],
  ["while the key is held down", { repeat: true }],
])("single keys do nothing %s", (_, init) => {
  press("gs", init);
  expect(press("?", init)).toBe(false);
  expect(press("/", init)).toBe(false);
  expect(path()).toBe("/org_1/settings");
  expect(overlay()).toBe("none");
});

test("single keys do nothing while someone types, and work on a checkbox", () => {
  expect(press("?", { on: find("Name"), shiftKey: true })).toBe(false);
  expect(press("/", { on: find("Search") })).toBe(false);
  press("gs", { on: find("Choice") });
  expect(path()).toBe("/org_1/solutions");
});

test("keys belong to an open dialog, and to what has handled them", () => {
  const handled = (event: Event) => event.preventDefault();
  document.body.addEventListener("keydown", handled);
  press("gs");
  document.body.removeEventListener("keydown", handled);
  const dialog = document.createElement("dialog");
  document.body.append(dialog);
  dialog.showModal();
  press("gs");
  expect(press("k", { ctrlKey: true })).toBe(false);
  dialog.remove();
  expect(path()).toBe("/org_1/settings");
});

test("single keys can be turned off, and the browser remembers that; Ctrl K stays", () => {
  setSingleKeys(false);
  expect(localStorage.getItem("leasehold.keys")).toBe("off");
  expect(press("?")).toBe(false);
  press("gs");
  expect(path()).toBe("/org_1/settings");
  expect(press("k", { ctrlKey: true })).toBe(true);
});

test("Ctrl K opens the command menu in a field, too, and with a keyboard for another script", () => {
  expect(press("k", { ctrlKey: true, shiftKey: true })).toBe(false);
  expect(press("л", { ctrlKey: true, code: "KeyK", on: find("Name") })).toBe(true);
  expect((history.state as { overlay: string }).overlay).toBe("commands");
});

test("the slash goes to the search of the view, and without one to the command menu", () => {
  const field = find("Search");
  expect(press("/", { shiftKey: true })).toBe(true);
  expect(document.activeElement).toBe(field);
  field.remove();
  expect(press("/")).toBe(true);
  expect((history.state as { overlay: string }).overlay).toBe("commands");
});
