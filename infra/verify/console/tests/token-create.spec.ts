import { inspect } from "./inspect";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { api, backAndForth, found, type Token } from "./own-tokens";

const DAY = 24 * 3600 * 1000;

/** Creates the token that the form describes, and returns it as the API shows it. */
async function add(page: Page): Promise<Token> {
  const answer = page.waitForResponse((r) => r.url().endsWith("/me/tokens") && r.request().method() === "POST");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  const token = (await (await answer).json()) as Token;
  await page.getByRole("button", { name: "Copy secret" }).click();
  await page.getByRole("button", { name: "Done" }).click();
  return token;
}

test("a token gets the permissions that its owner chooses, and manages nobody otherwise", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "scopa@example.com", "Scopa Ships");
  await page.goto(`${org}/profile/tokens/new`);
  await expect(page.getByRole("radio", { name: /^Default/ })).toBeChecked();
  const byDefault = await add(page);
  expect(byDefault.scopes).toContain("solutions:create");
  expect(byDefault.scopes).not.toContain("members:manage");

  await page.goto(`${org}/profile/tokens/new`);
  await page.getByRole("radio", { name: /^Read only/ }).check();
  const reading = await add(page);
  expect([...(reading.scopes ?? [])].sort()).toEqual([
    "audit:view",
    "management:login",
    "members:view",
    "profile:self",
    "solutions:view-all",
    "solutions:view-own",
  ]);

  await page.goto(`${org}/profile/tokens/new`);
  await page.getByRole("radio", { name: /^Custom/ }).check();
  const managing = page.getByRole("group", { name: "Managing people and the organization" });
  await expect(managing.getByRole("checkbox", { name: /Invite, remove and disable users/ })).not.toBeChecked();
  await managing.getByRole("checkbox", { name: /Invite, remove and disable users/ }).check();
  await page.getByRole("checkbox", { name: "Create solutions" }).uncheck();
  await inspect(page, "token-new-custom");
  const chosen = await add(page);
  expect(chosen.scopes).toContain("members:manage");
  expect(chosen.scopes).not.toContain("solutions:create");
  await expect(page.getByRole("row", { name: /including management/ })).toHaveCount(1);
});

test("the life of a token is chosen, within what the organization allows", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "lebet@example.com", "Lebet Lifts");
  await page.goto(`${org}/profile/tokens/new`);
  const expires = page.getByRole("combobox", { name: "Expires" });
  await expect(expires.locator("option")).toHaveText([
    /^7 days \(/,
    /^30 days \(/,
    /^90 days \(/,
    /^Six months \(/,
    "On a date …",
  ]);
  await expect(expires).toHaveValue("latest");
  await expires.selectOption("7");
  const week = await add(page);
  expect(Math.abs(Date.parse(week.expiresAt) - Date.now() - 7 * DAY)).toBeLessThan(120_000);

  await page.goto(`${org}/profile/tokens/new`);
  await expires.selectOption({ label: "On a date …" });
  const chosen = new Date(Date.now() + 20 * DAY).toISOString().slice(0, 10);
  await page.getByLabel("Expiry date").fill(chosen);
  await inspect(page, "token-new-date");
  expect((await add(page)).expiresAt).toBe(`${chosen}T23:59:59Z`);

  await api(page, "PATCH", `/organizations/${org}`, { tokenPolicy: { longestLifeDays: 14, managingAllowed: false } });
  await page.goto(`${org}/profile/tokens/new`);
  await expect(expires.locator("option")).toHaveText([/^7 days/, /^14 days, the longest allowed \(/, "On a date …"]);
  await page.getByRole("radio", { name: /^Custom/ }).check();
  await expect(page.getByText("The organization's token policy doesn't allow this.")).toBeVisible();
  await expect(page.getByRole("checkbox", { name: /Manage organization settings/ })).toBeDisabled();
  const longest = await add(page);
  expect(Math.abs(Date.parse(longest.expiresAt) - Date.now() - 14 * DAY)).toBeLessThan(120_000);
});

test("the API's problems are at their fields, and nothing that was entered is lost", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "fehl@example.com", "Fehl Fields");
  await page.goto(`${org}/profile/tokens/new`);
  await page.getByRole("textbox", { name: "Description" }).fill("Branch office");
  await page.getByText("Networks and rotation").click();
  const networks = page.getByRole("textbox", { name: "Networks" });
  await networks.fill("203.0.113.7/24");
  await page.getByRole("checkbox", { name: "May rotate itself" }).check();
  visitor.expectConsoleError(/400/);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(networks).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByText(/is an address in the network 203\.0\.113\.0\/24\. Write the network\./)).toBeVisible();
  await inspect(page, "token-new-problem");
  await networks.fill("203.0.113.0/24\n 2001:db8::/32 \n");
  const token = await add(page);
  expect(token.description).toBe("Branch office");
  expect(token.networks).toEqual(["2001:db8::/32", "203.0.113.0/24"]);
  expect(token.selfRotate).toBe(true);
  await page.getByRole("link", { name: /Branch office/ }).click();
  await expect(page.getByRole("dialog").getByText("Can rotate itself")).toBeVisible();
  await expect(page.getByRole("dialog").getByText("2001:db8::/32")).toBeVisible();
});

test("where the policy allows no tokens, the form says so", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "nein@example.com", "Nein Nuts");
  await api(page, "PATCH", `/organizations/${org}`, { tokenPolicy: { tokensAllowed: false } });
  await page.goto(`${org}/profile/tokens/new`);
  await expect(page.getByText(/^The token policy of Nein Nuts doesn't allow personal access tokens/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Add", exact: true })).toBeDisabled();
  await inspect(page, "token-new-refused");
});

test("scopes of other APIs that the operator offers can be chosen", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "apis@example.com", "Apis Apiary");
  await page.goto(`${org}/profile/tokens/new`);
  await page.getByRole("radio", { name: /^Custom/ }).check();
  await page.getByRole("group", { name: "Other APIs" }).getByRole("checkbox", { name: "orders:read" }).check();
  const token = await add(page);
  expect(token.scopes).toContain("orders:read");
  await expect(page.getByRole("row", { name: /Default permissions, orders:read/ })).toHaveCount(1);
});

test("the pane stays until the secret is there", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "geduld@example.com", "Geduld Gears");
  await page.goto(`${org}/profile/tokens`);
  await page.getByRole("button", { name: "Add new token" }).first().click();
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/me/tokens", async (route) => {
    if (route.request().method() === "POST") await held;
    await route.continue();
  });
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByRole("button", { name: "Cancel" })).toBeDisabled();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Close" }).click();
  await backAndForth(page);
  await inspect(page, "token-being-created");
  release();
  await expect(page.getByRole("textbox", { name: "Secret" })).toHaveValue(/^lhp_/);
});
