import { expect, test as base, type Page } from "@playwright/test";

/** A person at the console. */
export interface Person {
  readonly page: Page;
  /** Signs in without the identity provider's page, as a second tab does. */
  readonly enter: (email: string) => Promise<void>;
  /** Announces a complaint of the browser that would fail the test otherwise. */
  readonly expectComplaint: (pattern: RegExp) => void;
}

/** Tests that fail on any complaint in the browser's console. */
export const test = base.extend<{ person: Person }>({
  person: async ({ page }, use) => {
    const complaints: string[] = [];
    const expected: RegExp[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(`${message.text()} ${message.location().url}`);
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await use({ page, enter: (email) => enter(page, email), expectComplaint: (pattern) => expected.push(pattern) });
    expect(complaints.filter((text) => !expected.some((pattern) => pattern.test(text)))).toEqual([]);
  },
});

async function enter(page: Page, email: string): Promise<void> {
  await page.goto("");
  await page.evaluate((account) => localStorage.setItem("leasehold.account", account), email);
  await page.goto("");
  await expect(page.getByRole("heading", { level: 1, name: /Users|My profile|Hello|at present|Freight/ })).toBeVisible();
}

/** The part of the console's address that names the organization. */
export function organization(page: Page): string {
  const found = /\/console\/(org_[0-9a-z]+)/.exec(page.url())?.[1];
  if (!found) throw new Error(`no organization in ${page.url()}`);
  return found;
}

/** Opens a path of the organization that the page shows. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(`${organization(page)}/${path}`);
}

/** Switches to an organization by its chip in the profile. */
export async function switchTo(page: Page, name: string): Promise<void> {
  await open(page, "profile");
  await page.getByRole("button", { name: new RegExp(`^${name}:`) }).click();
  await page.getByRole("button", { name: "Switch", exact: true }).click();
  await expect(page.getByText(`You are now in ${name}.`)).toBeVisible();
}

/** The session's bearer token of the tab. */
export async function bearer(page: Page): Promise<string> {
  const stored = await page.evaluate(() => sessionStorage.getItem("leasehold.session"));
  return (JSON.parse(stored ?? "{}") as { token: string }).token;
}

export { expect };
