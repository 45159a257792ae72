import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const screens = [
  { name: "wide-light", width: 1280, height: 860, colorScheme: "light", check: "all" },
  { name: "wide-dark", width: 1280, height: 860, colorScheme: "dark", check: "contrast" },
  { name: "narrow-dark", width: 390, height: 844, colorScheme: "dark", check: "contrast" },
  { name: "narrow-light", width: 390, height: 844, colorScheme: "light", check: "all" },
] as const;

/**
 * Looks at what is shown, wide and narrow, light and dark: no violation of accessibility rules, nothing wider than the
 * screen, and a picture to keep. Between light and dark only colours differ, so contrast alone is looked at again.
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
    // Behind a pane or a dialog only what is on the screen belongs to the picture.
    const fullPage = (await page.locator("dialog:modal").count()) === 0;
    await page.screenshot({ path: `../../../.local/screenshots/${screen}/${name}.png`, fullPage });
    expect(await violations(page, check), `${name} at ${screen} breaks no rule`).toEqual([]);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(
      width < 720 ? await page.evaluate(tooSmall) : [],
      `${name} at ${screen} has room for fingers, and fields that a telephone does not zoom into`,
    ).toEqual([]);
    expect(over, `${name} at ${screen} is no wider than the screen`).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize({ width: 1280, height: 860 });
}

/** Buttons and fields in sight that are lower than 44 px, or have smaller letters than 16 px to type into. */
function tooSmall(): string[] {
  const found: string[] = [];
  for (const element of document.querySelectorAll<HTMLElement>(
    ".button, .icon-button, select, textarea, input:not([type=checkbox], [type=radio])",
  )) {
    const small = element.getClientRects().length > 0 && element.offsetHeight < 44;
    if (small || (!element.matches("button, a") && parseFloat(getComputedStyle(element).fontSize) < 16))
      found.push(element.outerHTML);
  }
  return found;
}

async function violations(page: Page, check: "all" | "contrast"): Promise<string[]> {
  // Legacy mode leaves out a second, empty page for the frames of other origins; this console has none, and it takes twice as long.
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const found = await (check === "contrast" ? axe.withRules(["color-contrast"]) : axe).analyze();
  return found.violations.map(
    (v) => `${v.id}: ${v.nodes.map((n) => `${n.html} ${n.failureSummary ?? ""}`).join(" | ")}`,
  );
}
