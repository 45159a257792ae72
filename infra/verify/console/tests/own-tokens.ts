import type { Page } from "@playwright/test";
import { bearerToken, expect, signInElsewhere, type Visitor } from "./fixtures";

/** A token as the API shows it, as far as the tests read it. */
export interface Token {
  readonly id: string;
  readonly prefix: string;
  readonly description: string;
  readonly secret: string;
  readonly leaseExpiresAt: string;
  readonly expiresAt: string;
  readonly version: number;
  readonly scopes?: readonly string[];
  readonly networks: readonly string[];
  readonly selfRotate: boolean;
}

/** Sends a request in the tab's session, and returns the body of the answer. */
export async function api<T>(page: Page, method: string, path: string, data?: unknown): Promise<T> {
  const answer = await page.request.fetch(`..${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${await bearerToken(page)}`,
      ...(method === "PATCH" || method === "PUT" ? { "If-Match": "*" } : {}),
    },
    ...(data === undefined ? {} : { data }),
  });
  expect(answer.ok(), `${method} ${path}: ${await answer.text()}`).toBe(true);
  return (answer.status() === 204 ? undefined : await answer.json()) as T;
}

/** Signs somebody new in, founds an organization in their name, and opens their tokens there. Returns the organization's ID. */
export async function found({ page, signIn }: Visitor, email: string, name: string): Promise<string> {
  await signIn(email);
  const { id } = await api<{ id: string }>(page, "POST", "/organizations", { name });
  await page.goto(`${id}/profile/tokens`);
  await expect(page.getByRole("heading", { level: 1, name: "My profile" })).toBeVisible();
  return id;
}

/** Creates a token of the person in an organization. */
export async function createToken(page: Page, organizationId: string, description: string, more = {}): Promise<Token> {
  return api<Token>(page, "POST", "/me/tokens", { organizationId, description, ...more });
}

/** Makes the console believe that the leases of some tokens end sooner: in so many hours, by description. */
export async function shortenLeases(page: Page, hours: Readonly<Record<string, number>>): Promise<void> {
  const shorten = (token: Token): Token => {
    const left = hours[token.description];
    return left === undefined ? token : { ...token, leaseExpiresAt: new Date(Date.now() + left * 3.6e6).toISOString() };
  };
  await page.route(/\/me\/tokens(\/tok_\w+)?(\?.*)?$/, async (route) => {
    if (route.request().method() !== "GET") return route.fallback();
    const response = await route.fetch();
    const body = (await response.json()) as Token | { items: Token[] };
    const json = "items" in body ? { ...body, items: body.items.map(shorten) } : shorten(body);
    return route.fulfill({ response, json });
  });
}

/** Uses a token, and returns the status of the answer. */
export async function use(page: Page, secret: string): Promise<number> {
  return (await page.request.get("../me", { headers: { Authorization: `Bearer ${secret}` } })).status();
}

/** Invites somebody to an organization and accepts in their name. Returns their user ID and bearer token. */
export async function join(
  page: Page,
  org: string,
  email: string,
  role: string,
): Promise<{ readonly id: string; readonly token: string }> {
  await api(page, "POST", `/organizations/${org}/members`, { email, role });
  const { token } = await signInElsewhere(page, email);
  const headers = { Authorization: `Bearer ${token}` };
  // The first sign-in has accepted already.
  const accepted = await page.request.post(`../me/invitations/${org}/accept`, { headers });
  expect([200, 409]).toContain(accepted.status());
  const answer = await page.request.get("../me", { headers });
  return { id: ((await answer.json()) as { id: string }).id, token };
}

/** Goes back in the browser's history, and waits until the console has undone that because a request is running. */
export async function backAndForth(page: Page): Promise<void> {
  const address = page.url();
  const steps = await page.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const addresses: string[] = [];
        addEventListener("popstate", () => {
          addresses.push(location.href);
          if (addresses.length === 2) resolve(addresses);
        });
        history.back();
      }),
  );
  expect(steps[0]).not.toBe(address);
  expect(steps[1]).toBe(address);
}
