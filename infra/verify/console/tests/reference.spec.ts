import type { Page } from "@playwright/test";
import { anotherBrowser, bearerToken, expect, organization, test } from "./fixtures";
import { violations } from "./inspect";

/** Creates a personal access token of the person who is signed in, and returns its secret. */
async function createToken(page: Page): Promise<string> {
  const response = await page.request.post("../me/tokens", {
    headers: { Authorization: `Bearer ${await bearerToken(page)}` },
    data: { organizationId: organization(page), description: "API reference" },
  });
  expect(response.status()).toBe(201);
  return ((await response.json()) as { secret: string }).secret;
}

/** Returns what a page of this origin has stored in the browser. */
function stored(page: Page): Promise<string[]> {
  return page.evaluate(async () => [
    ...Object.keys(localStorage),
    ...Object.keys(sessionStorage),
    ...(await indexedDB.databases()).map((database) => database.name ?? ""),
    ...(await caches.keys()),
    document.cookie,
  ]);
}

test("the API reference sends a request with a pasted token, and keeps and leaks nothing", async ({ visitor }) => {
  await visitor.signIn("ada@example.com");
  const secret = await createToken(visitor.page);

  await visitor.page.getByRole("button", { name: "Account menu" }).click();
  const link = visitor.page.getByRole("link", { name: "API reference" });
  await expect(link).toHaveAttribute("href", "/v1/docs");

  // Another browser, because the console has stored something in this one.
  const context = await anotherBrowser(visitor.page);
  const page = await context.newPage();
  const { origin } = new URL(visitor.page.url());
  const elsewhere: string[] = [];
  const messages: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith("data:")) elsewhere.push(request.url());
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") messages.push(message.text());
  });
  page.on("pageerror", (error) => messages.push(String(error)));

  await page.goto("../docs#tag/roles/GET/roles");
  await expect(page.getByRole("heading", { name: "List roles and permissions" })).toBeVisible();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await expect(page.locator("body")).toHaveClass(new RegExp(`${colorScheme}-mode`));
    expect(await violations(page, "all"), `it breaks no rule in ${colorScheme} mode`).toEqual([]);
  }

  await page.getByPlaceholder("Token").first().fill(secret);
  await page.getByRole("button", { name: /^Test Request.*get.*\/roles/i }).click();
  const answer = page.waitForResponse((response) => response.url() === `${origin}/v1/roles`);
  await page.getByRole("button", { name: "Send get request" }).click();
  expect((await answer).status()).toBe(200);
  await expect(page.getByText("200 OK").first()).toBeVisible();

  expect(elsewhere, "it sends nothing to another origin").toEqual([]);
  expect(messages, "its policy is violated nowhere").toEqual([]);
  expect((await stored(page)).filter(Boolean), "it stores nothing").toEqual([]);
  await page.reload();
  await expect(page.getByPlaceholder("Token").first()).toHaveValue("");
  await context.close();
});
