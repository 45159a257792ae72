import { inspect } from "./inspect";
import { anotherBrowser, expect, open, signIn, test } from "./fixtures";
import { api, createToken, found, use } from "./own-tokens";

interface Organization {
  readonly version: number;
  readonly tokenPolicy: {
    readonly tokensAllowed: boolean;
    readonly managingAllowed: boolean;
    readonly longestLifeDays?: number;
    readonly networks: readonly string[];
  };
}

test("an owner sets what holds for all tokens, with problems at their fields", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "regel@example.com", "Regel Rails");
  await open(page, "settings");
  await expect(page.getByText(/including existing ones\. Changes take effect within 30 seconds\./)).toBeVisible();
  await page.getByRole("textbox", { name: "Organization name" }).fill("Regel and Rails");
  await page.getByRole("checkbox", { name: "Let tokens manage people and the organization" }).uncheck();
  await page.getByRole("spinbutton", { name: "Longest life in days" }).fill("90");
  const networks = page.getByRole("textbox", { name: "Networks" });
  await networks.fill("203.0.113.7/24");
  visitor.expectConsoleError(/400/);
  await page.getByRole("button", { name: "Save policy" }).click();
  await expect(networks).toHaveAttribute("aria-invalid", "true");
  await inspect(page, "settings-policy-problem");
  await networks.fill("203.0.113.0/24\n127.0.0.0/8");
  await page.getByRole("button", { name: "Save policy" }).click();
  await expect(page.getByText("Token policy saved. It takes effect within 30 seconds.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Save policy" })).toBeDisabled();
  const { tokenPolicy } = await api<Organization>(page, "GET", `/organizations/${org}`);
  expect(tokenPolicy).toEqual({
    tokensAllowed: true,
    managingAllowed: false,
    longestLifeDays: 90,
    networks: ["127.0.0.0/8", "203.0.113.0/24"],
  });

  // The name that was typed before is still there, and still not saved.
  await expect(page.getByRole("textbox", { name: "Organization name" })).toHaveValue("Regel and Rails");
  await page.getByRole("link", { name: "Solutions" }).click();
  await expect(page.getByRole("alertdialog", { name: "Leave without saving?" })).toBeVisible();
  await page.getByRole("button", { name: "Keep editing" }).click();
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByText("The organization is now called Regel and Rails.")).toBeVisible();

  await open(page, "audit");
  await page
    .getByRole("link", { name: /changed the settings of/ })
    .nth(1)
    .click();
  await expect(page.getByRole("dialog").getByText("Token policy: longest life days")).toBeVisible();
});

test("stopping all tokens needs a confirmation", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "halt@example.com", "Halt Harbour");
  const token = await createToken(page, org, "Nightly export");
  await open(page, "settings");
  await page.getByRole("checkbox", { name: "Allow personal access tokens" }).uncheck();
  await page.getByRole("button", { name: "Save policy" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Stop all tokens in Halt Harbour?" });
  await expect(dialog).toContainText("stop working within 30 seconds");
  await inspect(page, "settings-policy-stop");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  expect((await api<Organization>(page, "GET", `/organizations/${org}`)).tokenPolicy.tokensAllowed).toBe(true);
  await page.getByRole("button", { name: "Save policy" }).click();
  await dialog.getByRole("button", { name: "Stop tokens" }).click();
  await expect(page.getByText(/^Token policy saved/)).toBeVisible();
  await expect.poll(() => use(page, token.secret), { timeout: 60_000, intervals: [2000] }).toBe(401);
});

test("a policy that was changed elsewhere is not overwritten", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "beide@example.com", "Beide Bikes");
  await open(page, "settings");
  const days = page.getByRole("spinbutton", { name: "Longest life in days" });
  await days.fill("30");
  await api(page, "PATCH", `/organizations/${org}`, { tokenPolicy: { longestLifeDays: 60 } });
  visitor.expectConsoleError(/412/);
  await page.getByRole("button", { name: "Save policy" }).click();
  await expect(page.getByText(/^Someone else changed this\./)).toBeVisible();
  await page.getByRole("button", { name: "Reload" }).click();
  await expect(days).toHaveValue("60");
});

test("those who manage members see how many tokens a member has and when one was last used", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "leiter@example.com", "Leiter Labs");
  const email = `tun.${org.slice(-8)}@example.com`;
  const member = await api<{ id: string }>(page, "POST", `/organizations/${org}/members`, { email, role: "creator" });
  const context = await anotherBrowser(page);
  const theirs = await context.newPage();
  await signIn(theirs, email); // which accepts the only invitation
  const token = await createToken(theirs, org, "Theirs");
  expect(await use(page, token.secret)).toBe(200);
  await context.close();

  await page.goto(`${org}/users/${member.id}`);
  await expect(page.getByText(/^1 live token, last used on \d+ \w+ \d{4} \(UTC\)$/)).toBeVisible();
  await inspect(page, "user-tokens");
  await page.getByRole("button", { name: "Disable user" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Disable user" }).click();
  await expect(page.getByText(/^1 live token, last used/)).toBeVisible();
  await page.getByRole("button", { name: "Enable user" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Enable user" }).click();
  await page.getByRole("button", { name: "Revoke tokens" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke tokens" }).click();
  await expect(page.getByText("No live tokens", { exact: true })).toBeVisible();
});
