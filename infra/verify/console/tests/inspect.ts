import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const screens = [
  { name: "wide-light", width: 1280, height: 860, colorScheme: "light", check: "all" },
  { name: "wide-dark", width: 1280, height: 860, colorScheme: "dark", check: "contrast" },
  { name: "narrow-dark", width: 390, height: 844, colorScheme: "dark", check: "none" },
  { name: "narrow-light", width: 390, height: 844, colorScheme: "light", check: "all" },
] as const;

/**
 * Checks the page on wide and narrow screens, in light and dark mode, and takes screenshots: it must break no accessibility
 * rule and must not be wider than the screen. Dark mode changes only colors, which are the same on every screen, so only the
 * contrast is checked again, and only once.
 */
export async function inspect(page: Page, name: string): Promise<void> {
  await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
  for (const { name: screen, width, height, colorScheme, check } of screens) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height });
    await page.evaluate(() => scrollTo(0, 0));
    await page.evaluate(() =>
      Promise.all(
        document
          .getAnimations()
          .filter((a) => a.effect?.getComputedTiming().iterations !== Infinity)
          .map((a) => a.finished.catch(() => undefined)),
      ),
    );
    // Behind a pane or a dialog, only the visible part of the page belongs in the screenshot.
    const fullPage = (await page.locator("dialog:modal").count()) === 0;
    await page.screenshot({ path: `../../../.local/screenshots/${screen}/${name}.png`, fullPage });
    if (check !== "none") expect(await violations(page, check), `${name} at ${screen} breaks no rule`).toEqual([]);
    expect(
      width < 720 ? await page.evaluate(smallTargets) : [],
      `${name} at ${screen} has large enough touch targets and text fields`,
    ).toEqual([]);
    await expectNoOverflow(page, `${name} at ${screen}`);
  }
  await page.setViewportSize({ width: 1280, height: 860 });
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
