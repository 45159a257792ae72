import { expect, test as base, type BrowserContext, type Page } from "@playwright/test";

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
      if (message.type() === "error" || message.type() === "warning")
        complaints.push(`${message.text()} ${message.location().url}`);
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
  await expect(
    page.getByRole("heading", { level: 1, name: /Users|My profile|Hello|at present|Freight/ }),
  ).toBeVisible();
}

/** Signs in on the identity provider's page, which from then on remembers who is at this browser. */
export async function signInAs(page: Page, name: string): Promise<void> {
  await page.goto("");
  await page.getByRole("button", { name: "Continue to sign-in" }).click();
  await page.getByRole("button", { name: new RegExp(`^${name} `) }).click();
  await expect(page.getByRole("button", { name: "Account menu" })).toContainText(name);
}

/**
 * Makes the browser forget who signed in, as one where nobody has. When they were last seen stays: without it whoever is
 * still on the page counts as idle, and to sign them out takes effect in the next one, too.
 */
export async function forget(page: Page): Promise<void> {
  await page.evaluate(() => {
    sessionStorage.clear();
    localStorage.removeItem("leasehold.account");
  });
}

/** Whether the identity provider would let somebody in from this browser without a question. */
export async function remembered(page: Page): Promise<boolean> {
  const provider = (await (await page.request.get("../sign-in")).json()) as {
    authorizationEndpoint: string;
    clientId: string;
  };
  const query = new URLSearchParams({
    response_type: "code",
    client_id: provider.clientId,
    scope: "openid",
    prompt: "none",
    code_challenge: "c".repeat(43),
    code_challenge_method: "S256",
    redirect_uri: new URL("/", provider.authorizationEndpoint).href,
  });
  const answer = await page.request.get(`${provider.authorizationEndpoint}?${query}`, { maxRedirects: 0 });
  const back = new URL(answer.headers().location ?? "");
  expect(back.searchParams.has("code") || back.searchParams.get("error") === "login_required").toBe(true);
  return back.searchParams.has("code");
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

/** Signs somebody in in a browser of their own, which is closed again, and is their session's bearer token. */
export async function elsewhere(page: Page, email: string): Promise<{ token: string }> {
  const context = await anotherBrowser(page);
  const other = await context.newPage();
  await enter(other, email);
  const token = await bearer(other);
  await context.close();
  return { token };
}

/** Returns a browser context that shares no storage with the page's, at the same console. */
export async function anotherBrowser(page: Page): Promise<BrowserContext> {
  const browser = page.context().browser();
  if (!browser) throw new Error("the page has no browser");

  return browser.newContext({ baseURL: /^.*\/console\//.exec(page.url())?.[0] ?? "" });
}

export { expect };
