import { expect, test as base, type BrowserContext, type Page } from "@playwright/test";

/** Someone who uses the console in a browser. */
export interface Visitor {
  readonly page: Page;
  /** Signs in silently, without the identity provider's page. */
  readonly signIn: (email: string) => Promise<void>;
  /** Allows an error or warning in the browser's console that would otherwise fail the test. */
  readonly expectConsoleError: (pattern: RegExp) => void;
}

/** A test that fails on any unexpected error or warning in the browser's console. */
export const test = base.extend<{ visitor: Visitor }>({
  visitor: async ({ page }, use) => {
    const messages: string[] = [];
    const expected: RegExp[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning")
        messages.push(`${message.text()} ${message.location().url}`);
    });
    page.on("pageerror", (error) => messages.push(String(error)));
    await use({
      page,
      signIn: (email) => signIn(page, email),
      expectConsoleError: (pattern) => expected.push(pattern),
    });
    expect(messages.filter((text) => !expected.some((pattern) => pattern.test(text)))).toEqual([]);
  },
});

/** Signs somebody in without the identity provider's page, and waits until they are signed in. */
export async function signIn(page: Page, email: string): Promise<void> {
  await page.goto("");
  await page.evaluate((account) => localStorage.setItem("leasehold.account", account), email);
  await page.goto("");
  await expect(page.getByRole("heading", { level: 1, name: /Users|My profile|^Join |Freight/ })).toBeVisible();
}

/** Signs in on the identity provider's page. The provider then remembers the person in this browser. */
export async function signInAtProvider(page: Page, name: string): Promise<void> {
  await page.goto("");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: new RegExp(`^${name} `) }).click();
  await expect(page.getByRole("button", { name: "Account menu" })).toContainText(name);
  // The start page depends on what is loaded after the frame.
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
}

/**
 * Removes the session and the account from the browser's storage. The time of the last activity stays. Without it the
 * page that is still open would count as idle, and its sign-out would affect the next page too.
 */
export async function clearSignIn(page: Page): Promise<void> {
  await page.evaluate(() => {
    sessionStorage.clear();
    localStorage.removeItem("leasehold.account");
  });
}

/** Returns the address that asks the identity provider to sign somebody in, with more parameters of the request. */
export async function authorizationRequest(page: Page, parameters: Record<string, string> = {}): Promise<string> {
  const provider = (await (await page.request.get("../sign-in")).json()) as {
    authorizationEndpoint: string;
    clientId: string;
  };
  const query = new URLSearchParams({
    response_type: "code",
    client_id: provider.clientId,
    scope: "openid",
    code_challenge: "c".repeat(43),
    code_challenge_method: "S256",
    redirect_uri: new URL("/", provider.authorizationEndpoint).href,
    ...parameters,
  });
  return `${provider.authorizationEndpoint}?${query}`;
}

/** Reports whether the identity provider would sign somebody in from this browser without a prompt. */
export async function isRememberedByProvider(page: Page): Promise<boolean> {
  const request = await authorizationRequest(page, { prompt: "none" });
  const answer = await page.request.get(request, { maxRedirects: 0 });
  const back = new URL(answer.headers().location ?? "");
  expect(back.searchParams.has("code") || back.searchParams.get("error") === "login_required").toBe(true);
  return back.searchParams.has("code");
}

/** Returns the ID of the organization in the page's address. */
export function organization(page: Page): string {
  const found = /\/console\/(org_[0-9a-z]+)/.exec(page.url())?.[1];
  if (!found) throw new Error(`no organization in ${page.url()}`);
  return found;
}

/** Opens a path in the current organization. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(`${organization(page)}/${path}`);
}

/** Switches to an organization with its button in the profile. */
export async function switchTo(page: Page, name: string): Promise<void> {
  await open(page, "profile");
  await page.getByRole("button", { name: new RegExp(`^${name}:`) }).click();
  await page.getByRole("button", { name: "Switch", exact: true }).click();
  await expect(page.getByText(`You are now in ${name}.`)).toBeVisible();
}

/** Returns the bearer token of the tab's session. */
export async function bearerToken(page: Page): Promise<string> {
  const stored = await page.evaluate(() => sessionStorage.getItem("leasehold.session"));
  return (JSON.parse(stored ?? "{}") as { token: string }).token;
}

/** Signs somebody in in another browser, closes it, and returns the session's bearer token. */
export async function signInElsewhere(page: Page, email: string): Promise<{ token: string }> {
  const context = await anotherBrowser(page);
  const other = await context.newPage();
  await signIn(other, email);
  const token = await bearerToken(other);
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
