import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** The widths of a desktop, of a phone, and of a desktop window at 400 % (WCAG 2.2, 1.4.10), in CSS pixels. */
const screens = [
  { width: 1280, height: 860, theme: "light", check: "all" },
  { width: 1280, height: 860, theme: "dark", check: "contrast" },
  { width: 390, height: 844, theme: "light", check: "none" },
  { width: 320, height: 640, theme: "dark", check: "all" },
] as const;

/** Whether pictures are taken, of every width in both themes. */
const pictured = Boolean(process.env.LEASEHOLD_PICTURES);
/** Screens on which nothing is checked that is not checked on others. */
const more = [
  { width: 390, height: 844, theme: "dark", check: "none" },
  { width: 320, height: 640, theme: "light", check: "none" },
] as const;

/**
 * Takes a picture, if LEASEHOLD_PICTURES is set. The name of its file has the view, the width of the screen and the theme. Behind
 * a pane or a dialog, only the visible part of the page belongs in it.
 */
export async function picture(page: Page, view: string, width = 1280, theme = "light"): Promise<void> {
  if (!pictured) return;
  const fullPage = (await page.locator("dialog:modal").count()) === 0;
  await page.screenshot({ path: `../../../.local/screenshots/${view}-${width}-${theme}.png`, fullPage });
}

/**
 * Checks the page at three widths: it must break no accessibility rule and must not be wider than the screen. All rules are
 * checked where most differs: on the widest screen in light mode, and on the narrowest one in dark mode. In between, only what a
 * theme or a width changes is checked.
 */
export async function inspect(page: Page, name: string): Promise<void> {
  await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
  for (const { width, height, theme, check } of pictured ? [...screens, ...more] : screens) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height });
    await page.evaluate(() => scrollTo(0, 0));
    await waitForAnimations(page);
    await picture(page, name, width, theme);
    const what = `${name} at ${width} in ${theme}`;
    if (check !== "none") expect(await violations(page, check), `${what} breaks no rule`).toEqual([]);
    expect(
      width < 720 ? await page.evaluate(smallTargets) : [],
      `${what} has large enough touch targets and text fields`,
    ).toEqual([]);
    await expectNoOverflow(page, what);
  }
  await page.setViewportSize({ width: 1280, height: 860 });
}

/**
 * Waits until the page has been drawn at its size and what moves has come to rest. Animations without an end, such as that of an
 * outline, go on.
 */
export async function waitForAnimations(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    await Promise.all(
      document
        .getAnimations()
        .filter((a) => a.effect?.getComputedTiming().iterations !== Infinity)
        .map((a) => a.finished.catch(() => undefined)),
    );
  });
}

/** Checks that a page does not have to be scrolled sideways. `what` names the page. */
export async function expectNoOverflow(page: Page, what: string): Promise<void> {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(over, `${what} is no wider than the screen`).toBeLessThanOrEqual(0);
}

/**
 * Returns buttons and fields lower than 44 px, and fields with text smaller than 16 px. It opens closed sections while it
 * measures, because their fields count, too.
 */
function smallTargets(): string[] {
  const closed = [...document.querySelectorAll<HTMLDetailsElement>("details:not([open])")];
  closed.forEach((section) => (section.open = true));

  const found: string[] = [];
  for (const element of document.querySelectorAll<HTMLElement>(
    ".button, .icon-button, select, textarea, input:not([type=checkbox], [type=radio])",
  )) {
    const small = element.getClientRects().length > 0 && element.offsetHeight < 44;
    if (small || (!element.matches("button, a") && parseFloat(getComputedStyle(element).fontSize) < 16))
      found.push(element.outerHTML);
  }

  closed.forEach((section) => (section.open = false));
  return found;
}

/** Returns the accessibility rules that the page breaks, or only whether its contrast is too low. */
export async function violations(page: Page, check: "all" | "contrast"): Promise<string[]> {
  // Legacy mode skips the extra page for cross-origin frames, which this console does not have. It halves the time.
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const found = await (check === "contrast" ? axe.withRules(["color-contrast"]) : axe).analyze();
  return found.violations.map(
    (v) => `${v.id}: ${v.nodes.map((n) => `${n.html} ${n.failureSummary ?? ""}`).join(" | ")}`,
  );
}
