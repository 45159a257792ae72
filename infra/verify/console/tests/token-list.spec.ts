import { inspect } from "./inspect";
import type { Page } from "@playwright/test";
import { expect, open, test } from "./fixtures";
import { api, createToken, found, shortenLeases, use, type Token } from "./own-tokens";

test("tokens are sorted by their end, filtered, and say what they can do and where they were used", async ({
  visitor,
}) => {
  const { page } = visitor;
  const org = await found(visitor, "lista@example.com", "Lista Labs");
  await createToken(page, org, "Later");
  const soon = await createToken(page, org, "Soon", { scopes: ["members:view", "profile:self"] });
  await createToken(page, org, "Sooner", { networks: ["203.0.113.0/24", "2001:db8::/32", "198.51.100.0/24"] });
  const gone = await createToken(page, org, "Gone");
  await api(page, "DELETE", `/me/tokens/${gone.id}`);
  expect(await use(page, soon.secret)).toBe(200);
  await shortenLeases(page, { Soon: 60, Sooner: 20 });
  await page.reload();

  const rows = page.getByRole("table").getByRole("row");
  await expect(rows).toHaveCount(4);
  await expect(rows.nth(1)).toContainText("Sooner");
  await expect(rows.nth(2)).toContainText("Soon");
  await expect(rows.nth(3)).toContainText("Later");
  await expect(rows.nth(1)).toContainText("Default permissions · from 198.51.100.0/24, 2001:db8::/32 · and 1 more");
  await expect(rows.nth(2)).toContainText("Read only");
  await expect(rows.nth(2)).toContainText("127.0.0.1");
  await expect(
    rows.nth(2).getByRole("img", { name: /^Used on 1 of the last 14 days \(UTC\): \d+ \w+$/ }),
  ).toBeVisible();
  await expect(rows.nth(3).getByRole("img", { name: "Not used in the last 14 days" })).toBeVisible();
  await inspect(page, "tokens-list");

  const show = page.getByRole("combobox", { name: "Show" });
  await show.selectOption({ label: "Expiring within 3 days" });
  await expect(rows).toHaveCount(3);
  await expect(page).toHaveURL(/\?show=ending$/);
  await page.getByRole("link", { name: /Token lhp_.* Soon$/ }).click();
  await expect(page.getByRole("dialog").getByText("View users")).toBeHidden();
  await page.getByRole("dialog").getByText("Read only").click();
  await expect(page.getByRole("dialog").getByText("View users")).toBeVisible();
  await expect(page.getByRole("dialog").getByText(/from 127\.0\.0\.1/)).toBeVisible();
  await inspect(page, "token-scopes");
  await page.keyboard.press("Escape");
  await expect(rows, "the filter is still set").toHaveCount(3);
  await show.selectOption({ label: "Suspended" });
  await expect(page.getByText("No suspended tokens")).toBeVisible();
  await inspect(page, "tokens-none-suspended");
  await show.selectOption({ label: "Ended" });
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(1)).toContainText("Gone");
  await page.reload();
  await expect(show).toHaveValue("ended");
  await expect(rows.nth(1)).toContainText("Deleted");
});

test("tokens that the organization's policy suspends say why, and can be deleted but not extended", async ({
  visitor,
}) => {
  const { page } = visitor;
  const org = await found(visitor, "susan@example.com", "Susan Stones");
  await createToken(page, org, "Not now");
  await api(page, "PATCH", `/organizations/${org}`, { tokenPolicy: { tokensAllowed: false } });
  await page.goto(`${org}/profile/tokens?show=suspended`);
  const row = page.getByRole("row", { name: /Not now/ });
  await expect(row).toContainText("Suspended");
  await expect(row).toContainText("token policy does not allow personal access tokens");
  await inspect(page, "tokens-suspended");
  await row.getByRole("link").click();
  const pane = page.getByRole("dialog");
  await expect(pane.getByText(/token policy does not allow personal access tokens/)).toBeVisible();
  await expect(pane.getByRole("button", { name: /Extend|Rotate/ })).toHaveCount(0);
  await inspect(page, "token-suspended");
  await pane.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete token" }).click();
  await expect(page.getByText("No suspended tokens")).toBeVisible();
});

test("while a token expires within three days, a notice offers to extend it and the menu has a dot", async ({
  visitor,
}) => {
  const { page } = visitor;
  const org = await found(visitor, "endo@example.com", "Endo Works");
  await createToken(page, org, "Backup");
  await createToken(page, org, "Report");
  await shortenLeases(page, { Backup: 50, Report: 26 });
  await page.goto(`${org}/users`);

  const notice = page.getByRole("region", { name: "Tokens that expire soon" });
  await expect(notice.getByRole("heading")).toHaveText("2 tokens expire within 3 days");
  await expect(notice.getByRole("listitem").first()).toContainText(
    /^Report expires (tomorrow|in 2 days), never used\./,
  );
  const menu = page.getByRole("navigation", { name: "Main" });
  await expect(menu.getByRole("link", { name: "My profile A token expires within 3 days" })).toBeVisible();
  await inspect(page, "tokens-ending");

  await notice.getByRole("button", { name: "Extend Report" }).click();
  await expect(page.getByText(/^Extended Report to /)).toBeVisible();
  await expect(notice.getByRole("heading")).toHaveText("A token expires within 3 days");
  await notice.getByRole("button", { name: "Extend Backup" }).click();
  await expect(notice).toHaveCount(0);
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await expect(menu.getByRole("link", { name: "My profile", exact: true })).toBeVisible();

  await open(page, "solutions");
  await expect(page.getByRole("heading", { level: 1, name: "Solutions" })).toBeVisible();
  await expect(menu.getByRole("link", { name: /My profile A token/ })).toBeVisible();
  await expect(notice, "the notice is on the landing view only").toHaveCount(0);
});

test("a failed extension in the notice says why, and the notice links to the token", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "faye@example.com", "Faye Fabrics");
  const token = await createToken(page, org, "Backup");
  await shortenLeases(page, { Backup: 50 });
  await page.goto(`${org}/users`);
  const notice = page.getByRole("region", { name: "Tokens that expire soon" });
  await expect(notice).toBeVisible();
  await api(page, "DELETE", `/me/tokens/${token.id}`);
  visitor.expectConsoleError(/409/);
  await notice.getByRole("button", { name: "Extend Backup" }).click();
  await expect(notice.getByRole("alert")).toContainText(/deleted/i);
  await notice.getByRole("link", { name: "Backup" }).click();
  await expect(page.getByRole("dialog", { name: `Token lhp_${token.prefix}…` })).toContainText("Deleted");
});

test("the link in a mail opens the token with the button that extends it, also after signing in", async ({
  visitor,
}) => {
  const { page } = visitor;
  const org = await found(visitor, "linus@example.com", "Linus Lines");
  const token = await createToken(page, org, "From a mail");
  await page.evaluate(() => sessionStorage.clear());
  await page.goto(`${org}/profile/tokens/${token.id}`);
  const pane = page.getByRole("dialog", { name: `Token lhp_${token.prefix}…` });
  await pane.getByRole("button", { name: "Extend lease" }).click();
  await expect(pane.getByText(/^Extended from /)).toBeVisible();
  expect(page.url()).toMatch(new RegExp(`${token.id}$`));
});

/** Holds the answers to the requests with an address until `release` is called. */
async function hold(
  page: Page,
  address: RegExp,
): Promise<{ held: () => number; answered: () => number; release: () => void }> {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  let held = 0;
  let answered = 0;
  await page.route(address, async (route) => {
    if (route.request().method() !== "GET") return route.fallback();
    const answer = await route.fetch();
    held += 1;
    await released;
    // The console may have cancelled the request.
    await route.fulfill({ response: answer }).catch(() => undefined);
    answered += 1;
  });
  return { held: () => held, answered: () => answered, release };
}

function day(time: string): string {
  const dates = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  return dates.format(new Date(time));
}

test("an answer about a token that was requested before an extension does not undo it", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "raoul@example.com", "Raoul Races");
  const token = await createToken(page, org, "Raced");
  await page.goto(`${org}/profile/tokens`);
  await expect(page.getByRole("row", { name: /Raced/ })).toBeVisible();
  const read = await hold(page, /\/me\/tokens\/tok_\w+$/);
  await page.getByRole("link", { name: /Token lhp_.* Raced/ }).click();
  await expect.poll(read.held).toBe(1);
  const pane = page.getByRole("dialog");
  await pane.getByRole("button", { name: "Extend lease" }).click();
  await expect(pane.getByText(/^Extended from /)).toBeVisible();
  read.release();
  await expect.poll(read.answered).toBe(1);
  const extended = await api<Token>(page, "GET", `/me/tokens/${token.id}`);
  await expect(pane.locator(".lease-date time")).toHaveText(day(extended.leaseExpiresAt));
  await page.keyboard.press("Escape");
  await expect(page.getByRole("row", { name: /Raced/ })).toContainText(day(extended.leaseExpiresAt));
});

test("an answer about all tokens that was requested before an extension does not undo it", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "rosa@example.com", "Rosa Races");
  const token = await createToken(page, org, "Raced");
  const read = await hold(page, /\/me\/tokens\?/);
  await page.goto(`${org}/profile/tokens/${token.id}`);
  await expect.poll(read.held).toBeGreaterThan(0);
  const pane = page.getByRole("dialog");
  await pane.getByRole("button", { name: "Extend lease" }).click();
  await expect(pane.getByText(/^Extended from /)).toBeVisible();
  const extended = await api<Token>(page, "GET", `/me/tokens/${token.id}`);
  read.release();
  await expect.poll(read.answered).toBeGreaterThan(0);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("row", { name: /Raced/ })).toContainText(day(extended.leaseExpiresAt));
});
