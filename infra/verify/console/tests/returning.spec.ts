import { chromium as playwright, type BrowserContext, type Page } from "@playwright/test";
import { chromium } from "../chromium";
import { bearerToken, expect, signIn, test as base } from "./fixtures";

// Playwright turns the back/forward cache off, so these tests start a browser that has it.
const test = base.extend<{ context: BrowserContext }>({
  context: async ({ baseURL, locale, timezoneId }, use) => {
    const browser = await playwright.launch({
      ...chromium,
      ignoreDefaultArgs: ["--disable-back-forward-cache"],
    });
    await use(
      await browser.newContext({
        ...(baseURL === undefined ? {} : { baseURL }),
        ...(locale === undefined ? {} : { locale }),
        ...(timezoneId === undefined ? {} : { timezoneId }),
      }),
    );
    await browser.close();
  },
});

/** Leaves the console for another page, and records in the console's page whether the browser brings it back as it was. */
async function leave(page: Page): Promise<void> {
  await page.evaluate(() => {
    const notes = { html: "", cached: false };
    Object.assign(window, { notes });
    addEventListener("pageshow", (event) => {
      notes.cached = event.persisted;
      notes.html = document.body.innerHTML;
    });
  });
  await page.goto("../docs");
}

/** Goes back to the console, which the browser has kept in its back/forward cache, and returns what it showed first. */
async function comeBack(page: Page): Promise<string> {
  // No load event follows.
  await page.goBack({ waitUntil: "commit" });
  const notes = await page.evaluate(() => (window as unknown as { notes?: { html: string; cached: boolean } }).notes);
  expect(notes?.cached, "the browser kept the page in its back/forward cache").toBe(true);
  return notes?.html ?? "";
}

test("a secret is not shown again when the browser brings the page back", async ({ page }) => {
  await signIn(page, "katherine@example.com");
  await page.getByRole("link", { name: "My profile" }).first().click();
  await page.getByRole("link", { name: "Personal Access Tokens" }).click();
  await page.getByRole("button", { name: "Add new token" }).first().click();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  const secret = await page.getByRole("textbox", { name: "Secret" }).inputValue();
  expect(secret).toMatch(/^lhp_/);
  await page.getByRole("textbox", { name: "Secret" }).press("Control+c");

  await leave(page);
  expect(await comeBack(page)).not.toContain(secret);
  await expect(page.getByRole("button", { name: "Account menu" })).toBeVisible();
  expect(await everythingKept(page)).not.toContain(secret);
  await page.reload();
  await expect(page.getByRole("button", { name: "Account menu" })).toBeVisible();
  expect(await everythingKept(page)).not.toContain(secret);
});

test("a page that comes back shows nothing of a session that has ended elsewhere", async ({ page }) => {
  await signIn(page, "katherine@example.com");
  await expect(page.getByRole("button", { name: "Account menu" })).toContainText("Katherine Johnson");
  const authorization = { Authorization: `Bearer ${await bearerToken(page)}` };
  await leave(page);
  await page.request.delete("../sessions/current", { headers: authorization });

  expect(await comeBack(page)).not.toContain("Katherine");
  await expect(page.getByRole("heading", { name: "Sign in to Leasehold" })).toBeVisible();
  expect(await everythingKept(page)).not.toContain("Katherine");
});

test("a page that comes back shows nothing after the person has signed out in another tab", async ({
  page,
  context,
}) => {
  await signIn(page, "katherine@example.com");
  await expect(page.getByRole("button", { name: "Account menu" })).toContainText("Katherine Johnson");
  await leave(page);
  // Chromium drops a page from its cache that would get a message, so the page is loaded. Its tab still has a session.
  const other = await context.newPage();
  await other.goto("");
  await other.getByRole("button", { name: "Account menu" }).click();
  await other.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(other.getByRole("heading", { name: "You are signed out" })).toBeVisible();

  await page.goBack({ waitUntil: "commit" });
  await expect(page.getByRole("heading", { name: "Sign in to Leasehold" })).toBeVisible();
  await expect(page.getByText("You signed out in another tab.")).toBeVisible();
  expect(await everythingKept(page)).not.toContain("Katherine");
});

/** Returns the document, the history entry, the storage and the values of the fields as one text. */
async function everythingKept(page: Page): Promise<string> {
  return page.evaluate(() =>
    [
      document.documentElement.outerHTML,
      JSON.stringify(history.state),
      JSON.stringify(localStorage),
      JSON.stringify(sessionStorage),
      ...[...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input, textarea")].map((f) => f.value),
    ].join("\n"),
  );
}
