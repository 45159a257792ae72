import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { found } from "./own-tokens";

/** Creates a token and returns its secret, which is shown. */
async function create(page: Page, org: string): Promise<string> {
  await page.goto(`${org}/profile/tokens/new`);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  return page.getByRole("textbox", { name: "Secret" }).inputValue();
}

/** Closes the pane, and fails if it asks about a secret that was not copied. */
async function done(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
}

const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

test("copying and cutting the secret by keyboard count as copying, and a part of it does not", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "kopie@example.com", "Kopie Kites");
  for (const key of ["Control+c", "Control+x"]) {
    const value = await create(page, org);
    await expect(page.getByRole("textbox", { name: "Secret" })).toBeFocused();
    await page.keyboard.press(key);
    expect(await clipboard(page)).toBe(value);
    await done(page);
  }

  const value = await create(page, org);
  await page.getByLabel("Example: curl command with the secret").click({ clickCount: 3 });
  await page.keyboard.press("Control+c");
  expect(await clipboard(page)).toContain(`Bearer ${value}`);
  await done(page);

  await create(page, org);
  await page.getByRole("textbox", { name: "Secret" }).evaluate((field: HTMLTextAreaElement) => {
    field.setSelectionRange(0, 10);
  });
  await page.keyboard.press("Control+c");
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("alertdialog", { name: "Close without copying?" })).toBeVisible();
});

test("without the browser's clipboard interface, the copy buttons still copy", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "lan@example.com", "Lan Lifts");
  await page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  const value = await create(page, org);
  await page.getByRole("button", { name: "Copy secret" }).click();
  await expect(page.getByText("Copied").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Copy secret" })).toBeFocused();
  await done(page);
  await page.getByRole("button", { name: "Add new token" }).first().click();
  const field = page.getByRole("textbox", { name: "Description" });
  await field.press("Control+v");
  await expect(field).toHaveValue(value);
});
