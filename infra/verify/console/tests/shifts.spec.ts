import type { Page, Request } from "@playwright/test";
import { expect, test } from "./fixtures";
import { api, createToken, found, shortenLeases } from "./own-tokens";

/** The most that a view may shift while it loads: a tenth of what Google calls good (web.dev/cls). */
const MAX_SHIFT = 0.01;

/** The addresses of the API, which do not include those of the console's page. */
const apiAddress = /\/v1\/(?!console(\/|$))/;
const ownTokens = /\/me\/tokens(\?.*)?$/;

/** How often the test looks for requests, in milliseconds. */
const soon = { intervals: [20] };

/** A layout shift, as Chromium reports it. TypeScript does not know it. */
interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
  readonly sources: readonly { readonly node: Node | null }[];
}

/** A shift that the person did not cause, and what moved. */
interface Shift {
  readonly value: number;
  readonly moved: string;
}

declare global {
  interface Window {
    /** The shifts of the page, kept by recordShifts. */
    recordedShifts?: Shift[];
  }
}

test("no view shifts while it loads, not even for the notice about a token that expires soon", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "stella@example.com", "Still Stations");
  await createToken(page, org, "Soon", { networks: ["203.0.113.0/24"] });
  await createToken(page, org, "Later");
  const solution = await api<{ id: string }>(page, "POST", `/organizations/${org}/solutions`, { name: "Signals" });
  const account = await api<{ id: string }>(page, "POST", `/organizations/${org}/service-accounts`, {
    name: "Points",
    role: "creator",
  });
  await shortenLeases(page, { Soon: 20 });
  await page.addInitScript(recordShifts);
  const answers = await holdAnswers(page);
  const views = [
    "users",
    "users?q=nobody",
    "users/invite",
    `users/${account.id}`,
    `users/${account.id}/tokens`,
    "users/service-accounts",
    "users/service-accounts/new",
    "solutions",
    "solutions/new",
    `solutions/${solution.id}`,
    "audit",
    "settings",
    "profile",
    "profile/solutions",
    "profile/tokens",
    "profile/tokens/new",
  ];
  for (const [width, order, shown] of [
    [1280, "first asked first", views],
    [390, "last asked first", ["users", `solutions/${solution.id}`, "profile/tokens"]],
  ] as const) {
    await page.setViewportSize({ width, height: 860 });
    for (const view of shown) {
      await page.goto(`${org}/${view}`, { waitUntil: "commit" });
      await answers.release(order);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      const shifts = await page.evaluate(() => window.recordedShifts ?? []);
      const total = shifts.reduce((sum, { value }) => sum + value, 0);
      const moved = shifts.map((shift) => shift.moved).join(", ");
      expect.soft(total, `${view} at ${width} does not shift: ${moved}`).toBeLessThan(MAX_SHIFT);
    }
  }
  await expect(page.getByRole("region", { name: "Tokens that expire soon" })).toBeVisible();
});

type Order = "first asked first" | "last asked first";

/**
 * Holds back what the API answers. `release` lets one answer after the other through, in an order, and the page draws each
 * before the next. The person's own tokens come last, so that the notice about them finds the view complete.
 */
async function holdAnswers(page: Page): Promise<{ readonly release: (order: Order) => Promise<void> }> {
  const held: { readonly isLast: boolean; readonly answer: () => void }[] = [];
  const running = new Set<Request>();
  page.on("requestfinished", (request) => running.delete(request));
  page.on("requestfailed", (request) => running.delete(request));
  await page.route(apiAddress, async (route) => {
    const isLast = ownTokens.test(route.request().url());
    running.add(route.request());
    await new Promise<void>((answer) => held.push({ isLast, answer }));
    await route.fallback();
  });
  const next = (order: Order) => {
    const some = held.some(({ isLast }) => !isLast) ? held.filter(({ isLast }) => !isLast) : held;
    const chosen = order === "first asked first" ? some[0] : some.at(-1);
    if (chosen) held.splice(held.indexOf(chosen), 1);
    return chosen;
  };
  return {
    release: async (order) => {
      // The console first asks who the person is.
      await expect.poll(() => held.length, soon).toBeGreaterThan(0);
      for (let one = next(order); one; one = next(order)) {
        one.answer();
        await expect.poll(() => running.size - held.length, soon).toBe(0);
        await draw(page);
      }
    },
  };
}

/** Waits until the page has drawn what it has. */
async function draw(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
}

/** Runs in the page before its scripts, and keeps its layout shifts. */
function recordShifts(): void {
  const recorded: Shift[] = (window.recordedShifts = []);
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries() as LayoutShift[])
      if (!hadRecentInput) recorded.push({ value, moved: sources.map(({ node }) => node?.nodeName).join(" ") });
  }).observe({ type: "layout-shift", buffered: true });
}
