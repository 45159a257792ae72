import { inspect } from "./inspect";
import type { Locator, Page } from "@playwright/test";
import { expect, open, test } from "./fixtures";

const TWO_WEEKS = 14 * 24 * 3600 * 1000;

/** Presses Tab until the target has the focus. It fails after twelve presses. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let i = 0; i < 12; i += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  await expect(target).toBeFocused();
}

/** Extends the lease of the token that is open until a notice says that the expiry limits it. */
async function extendToExpiry(page: Page): Promise<void> {
  const extend = page.getByRole("button", { name: "Extend lease" });
  const date = page.locator(".lease-date time");

  for (let i = 0; i < 14; i += 1) {
    const before = await date.getAttribute("datetime");
    await extend.click();
    await expect(extend).not.toHaveAttribute("aria-busy", "true");
    if ((await page.locator(".lease-panel .notice").count()) > 0) return;
    await expect(date).not.toHaveAttribute("datetime", before ?? "");
  }
}

test("a token is created, used, extended and deleted with the keyboard alone", async ({ visitor }) => {
  const { page } = visitor;
  const press = (key: string) => page.keyboard.press(key);
  await visitor.signIn("grace@example.com");
  await open(page, "profile/tokens");
  await expect(page.getByText("No live tokens")).toBeVisible();
  await inspect(page, "tokens-none");

  await page.getByRole("checkbox", { name: "Include expired tokens" }).focus();
  await tabTo(page, page.getByRole("button", { name: "Add new token" }).first());
  await press("Enter");
  await expect(page.getByRole("textbox", { name: "Description" })).toBeFocused();
  await page.keyboard.type("Weekly report");
  await press("Enter");
  const secret = page.getByRole("textbox", { name: "Secret" });
  await expect(secret).toBeFocused();
  await expect(secret).toHaveValue(/^lhp_[0-9A-Za-z]{88}$/);
  await expect(page.getByText("You won't be able to see it again")).toBeVisible();
  const value = await secret.inputValue();
  await expect(page.getByText(`Bearer ${value}`)).toBeVisible();
  await inspect(page, "token-secret");

  await press("Escape");
  await expect(page.getByRole("alertdialog", { name: "Close without copying?" })).toBeVisible();
  await press("Enter");
  await expect(secret).toBeVisible();
  await tabTo(page, page.getByRole("button", { name: "Copy secret" }));
  await press("Enter");
  await expect(page.getByText("Copied").first()).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(value);
  const me = await page.request.get("../me", { headers: { Authorization: `Bearer ${value}` } });
  expect(me.status()).toBe(200);
  await press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  expect(await page.content()).not.toContain(value);

  const row = page.getByRole("link", { name: /Token lhp_.* Weekly report/ });
  await row.focus();
  const read = page.waitForResponse(/\/me\/tokens\/tok_/);
  await press("Enter");
  await read;
  const pane = page.getByRole("dialog", { name: /^Token lhp_/ });
  const date = pane.locator(".lease-date time");
  await expect(page.getByRole("row", { name: /Weekly report/, includeHidden: true })).toContainText(
    /(seconds?|minutes?) ago|just now/,
  );
  const before = Date.parse((await date.getAttribute("datetime")) ?? "");
  await expect(page.getByRole("button", { name: "Close" })).toBeFocused();
  await tabTo(page, pane.getByRole("button", { name: "Extend lease" }));
  await press("Enter");
  await expect(pane.getByText(/^Extended from .* to /)).toBeVisible();
  expect(Date.parse((await date.getAttribute("datetime")) ?? "") - before).toBe(TWO_WEEKS);
  await inspect(page, "token-extended");

  await tabTo(page, pane.getByRole("button", { name: "Delete" }));
  await press("Enter");
  await expect(page.getByRole("button", { name: "Cancel" })).toBeFocused();
  await inspect(page, "token-delete");
  await tabTo(page, page.getByRole("button", { name: "Delete token" }));
  await press("Enter");
  await expect(page.getByText("No live tokens")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  const refused = await page.request.get("../me", { headers: { Authorization: `Bearer ${value}` } });
  expect(refused.status()).toBe(401);

  await page.getByRole("checkbox", { name: "Include expired tokens" }).focus();
  await press("Space");
  await expect(page.getByText("Deleted").first()).toBeVisible();
});

test("expired tokens are listed with the reason and date, and cannot be extended", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("ada@example.com");
  await open(page, "profile/tokens");
  await expect(page.getByRole("row", { name: /Nightly export/ })).toContainText(/in \d days/);
  const columns = () =>
    page.getByRole("columnheader").evaluateAll((heads) => heads.map((head) => head.getBoundingClientRect().left));
  const before = await columns();
  await page.getByRole("checkbox", { name: "Include expired tokens" }).check();
  const dead = page.getByRole("row", { name: /Old build server/ });
  await expect(dead).toContainText("Expired");
  expect(await columns(), "the columns stay where they were").toEqual(before);
  await expect(dead).toContainText("It expired because it was unused.");
  await inspect(page, "tokens-expired");
  await dead.getByRole("link").click();
  await expect(page.getByRole("dialog")).toContainText("Expired");
  await expect(page.getByRole("button", { name: "Extend lease" })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(dead.getByRole("link")).toBeFocused();
});

test("a lease is never extended past the expiry, and a note says so", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("alan@example.com");
  await open(page, "profile/tokens/new");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("button", { name: "Copy secret" }).click();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("link", { name: /^Token lhp_/ }).click();
  await extendToExpiry(page);
  await expect(page.getByText(/^Extended to the token's expiry date/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Extend lease" })).toBeDisabled();
  await inspect(page, "token-clamped");
});
