import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const screens = [
  { name: "wide-light", width: 1280, height: 860, colorScheme: "light", rules: undefined },
  { name: "wide-dark", width: 1280, height: 860, colorScheme: "dark", rules: ["color-contrast"] },
  { name: "narrow-dark", width: 390, height: 844, colorScheme: "dark", rules: ["color-contrast"] },
  { name: "narrow-light", width: 390, height: 844, colorScheme: "light", rules: undefined },
] as const;

/**
 * Looks at what is shown, wide and narrow, light and dark: no violation of accessibility rules, nothing wider than the
 * screen, and a picture to keep. Between light and dark only colours differ, so only contrast is looked at again.
 */
export async function inspect(page: Page, name: string): Promise<void> {
  await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
  for (const { name: screen, width, height, colorScheme, rules } of screens) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height });
    await page.evaluate(() => Promise.all(document.getAnimations().filter((a) => a.effect?.getComputedTiming().iterations !== Infinity).map((a) => a.finished.catch(() => undefined))));
    await page.screenshot({ path: `../../.local/screenshots/${screen}/${name}.png`, fullPage: true });
    const axe = new AxeBuilder({ page });
    const { violations } = await (rules ? axe.withRules([...rules]) : axe).analyze();
    expect(violations.map((v) => `${screen}: ${v.id}: ${v.nodes.map((n) => `${n.html} ${n.failureSummary ?? ""}`).join(" | ")}`)).toEqual([]);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(over, `${name} at ${screen} is no wider than the screen`).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize({ width: 1280, height: 860 });
}
