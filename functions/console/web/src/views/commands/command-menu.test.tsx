// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Membership, Profile } from "../../api/types";
import { ConsoleContext } from "../../console-context";
import { navigate, openOverlay } from "../../router/navigation";
import { CommandMenu } from "./command-menu";

/** The requests for people that have not been answered, by what they search for. */
const waiting = new Map<string, (names: readonly string[]) => void>();

function json(body: unknown): Response {
  return new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } });
}

beforeEach(() => {
  vi.useFakeTimers();
  waiting.clear();
  vi.stubGlobal("fetch", (target: string) => {
    const q = new URL(target, "http://localhost").searchParams.get("q");
    if (q === null) return Promise.resolve(json({ items: [] }));
    return new Promise<Response>((resolve) =>
      waiting.set(q, (names) =>
        resolve(
          json({ items: names.map((name) => ({ id: `usr_${name}`, displayName: name, email: `${name}@x.com` })) }),
        ),
      ),
    );
  });
  navigate("/org_1/settings");
  openOverlay("commands");
  const membership: Membership = {
    organization: { id: "org_1", name: "Aurora Freight" },
    role: "creator",
    status: "active",
    permissions: ["members:view", "solutions:view-own"],
    solutionCount: 0,
  };
  const me = { id: "usr_me", memberships: [membership] } as unknown as Profile;
  const state = { me, setMe: vi.fn(), reloadMe: vi.fn(), org: "org_1", membership, tokens: { tokens: [] } as never };
  render(
    <ConsoleContext.Provider value={state}>
      <CommandMenu />
    </ConsoleContext.Provider>,
  );
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const options = () => screen.queryAllByRole("option").map((option) => option.querySelector("bdi")?.textContent);
const status = () => screen.getAllByRole("status").at(-1)?.textContent;

async function type(text: string, pause: number): Promise<void> {
  fireEvent.input(screen.getByRole("combobox"), { target: { value: text } });
  await act(async () => {
    await vi.advanceTimersByTimeAsync(pause);
  });
}

async function answer(text: string, names: readonly string[]): Promise<void> {
  await act(async () => {
    waiting.get(text)?.(names);
    await vi.advanceTimersByTimeAsync(0);
  });
}

test("the search for people waits for a pause, and a late answer is dropped", async () => {
  await type("zel", 50);
  await type("zeld", 300);
  await type("zelda", 300);
  expect([...waiting.keys()]).toEqual(["zeld", "zelda"]);
  expect(status()).toBe("Searching …");
  await answer("zelda", ["Zelda Fitzgerald"]);
  await answer("zeld", ["Zeldovich"]);
  expect(options()).toEqual(["Zelda Fitzgerald"]);
  expect(status()).toBe("1 result.");
});

test("Enter does nothing while nothing is found, and not while an input method composes text", async () => {
  await type("zzz", 300);
  await answer("zzz", []);
  expect(status()).toBe("Nothing matches “zzz”.");
  const field = screen.getByRole("combobox");
  const back = vi.spyOn(history, "back");
  fireEvent.keyDown(field, { key: "Enter" });
  await type("", 300);
  fireEvent.keyDown(field, { key: "Enter", isComposing: true });
  expect(back).not.toHaveBeenCalled();
  fireEvent.keyDown(field, { key: "Enter" });
  expect(back).toHaveBeenCalledOnce();
});
