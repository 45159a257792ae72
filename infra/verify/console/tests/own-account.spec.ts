import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { inspect } from "./inspect";
import { bearerToken, expect, isRememberedByProvider, open, signInElsewhere, test } from "./fixtures";

/** Creates an organization for a person and returns its ID. */
async function found(page: Page, token: string, name: string): Promise<string> {
  const headers = { Authorization: `Bearer ${token}` };
  const made = await page.request.post("../organizations", { headers, data: { name } });
  expect(made.status()).toBe(201);
  return ((await made.json()) as { id: string }).id;
}

async function openDeletion(page: Page) {
  await page.getByRole("button", { name: "Delete my account" }).click();
  return page.getByRole("alertdialog", { name: "Delete your account?" });
}

test("a person downloads their data as a file, without secrets", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("katherine@example.com");
  await open(page, "profile");
  visitor.expectConsoleError(/ERR_FAILED/);
  await page.route("**/me/export", (route) => route.abort());
  const button = page.getByRole("button", { name: "Download my data" });
  await button.click();
  await expect(page.getByRole("alert").getByText("Leasehold did not answer.")).toBeVisible();
  await page.unroute("**/me/export");
  const [download] = await Promise.all([page.waitForEvent("download"), button.dblclick()]);
  expect(download.suggestedFilename()).toMatch(/^leasehold-data-\d{4}-\d\d-\d\d\.json$/);
  const text = await readFile(await download.path(), "utf8");
  const saved = JSON.parse(text) as { profile: { person: { email: string } }; sessions: unknown[]; leftOut: unknown[] };
  expect(saved.profile.person.email).toBe("katherine@example.com");
  expect(saved.sessions.length).toBeGreaterThan(0);
  expect(saved.leftOut).toEqual([]);
  expect(text).not.toMatch(/lh[dps]_\w{20}/);
  await expect(page.getByText("Leasehold did not answer.")).toHaveCount(0);
});

test("the last Owner sees which organizations need another Owner, deletes one, and then their account", async ({
  visitor,
}) => {
  const { page } = visitor;
  await visitor.signIn("maud@example.com");
  const id = await found(page, await bearerToken(page), "Maud Moon");
  const elsewhere = await signInElsewhere(page, "maud@example.com");
  await page.goto(`${id}/profile`);
  const second = await page.context().newPage();
  await second.goto(`${id}/users`);
  await expect(second.getByText("1 member in Maud Moon")).toBeVisible();

  let dialog = await openDeletion(page);
  await inspect(page, "delete-account");
  visitor.expectConsoleError(/409/);
  await dialog.getByRole("button", { name: "Delete my account" }).click();
  await expect(dialog.getByRole("alert").filter({ hasText: "last active Owner" })).toContainText("Maud Moon");
  await expect(dialog.getByRole("button", { name: "Delete my account" })).toBeDisabled();
  await expect(dialog.getByRole("link", { name: "Users of Maud Moon" })).toBeVisible();
  await inspect(page, "delete-account-last-owner");
  await dialog.getByRole("link", { name: "Settings of Maud Moon" }).click();
  await page.getByRole("button", { name: "Delete organization" }).click();
  await page.getByRole("textbox", { name: "Type Maud Moon to confirm" }).fill("Maud Moon");
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete organization" }).click();

  // Without any organization left, the account is still at hand.
  await expect(page.getByRole("heading", { name: "Maud Moon has been deleted" })).toBeVisible();
  await page.getByRole("link", { name: "My profile" }).click();
  await expect(page.getByText(/^Maud Moon is deleted\. You can restore it until/)).toBeVisible();
  await inspect(page, "profile-no-organization");
  dialog = await openDeletion(page);
  let requests = 0;
  page.on("request", (request) => (requests += request.method() === "DELETE" ? 1 : 0));
  await dialog.getByRole("button", { name: "Delete my account" }).dblclick();
  await expect(page.getByRole("heading", { name: "Your account has been deleted" })).toBeVisible();
  await expect(page).toHaveURL(/\/console\/signed-out$/);
  expect(requests).toBe(1);
  await page.reload();
  await expect(page.getByRole("heading", { name: "Your account has been deleted" })).toBeVisible();
  await inspect(page, "account-deleted");
  await expect(second.getByText("Your account has been deleted.")).toBeVisible();
  const after = await page.request.get("../me", { headers: { Authorization: `Bearer ${elsewhere.token}` } });
  expect(after.status()).toBe(401);
  expect(await isRememberedByProvider(page)).toBe(false);

  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("textbox", { name: "Email" }).fill("maud@example.com");
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await expect(page.getByText(/^You don't belong to an organization yet\./)).toBeVisible();
});

test("a deletion whose response got lost is reported as what it probably is", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("tilly@example.com");
  const { token } = await signInElsewhere(page, "otto@example.com");
  const id = await found(page, token, "Otto Optics");
  const headers = { Authorization: `Bearer ${token}` };
  await page.request.post(`../organizations/${id}/members`, {
    headers,
    data: { email: "tilly@example.com", role: "creator" },
  });
  await page.request.post(`../me/invitations/${id}/accept`, {
    headers: { Authorization: `Bearer ${await bearerToken(page)}` },
  });
  await page.goto(`${id}/profile`);
  const dialog = await openDeletion(page);
  visitor.expectConsoleError(/ERR_FAILED|401/);
  let lost = false;
  await page.route(/\/v1\/me$/, async (route) => {
    if (lost || route.request().method() !== "DELETE") return route.continue();
    lost = true;
    await route.fetch();
    return route.abort();
  });
  await dialog.getByRole("button", { name: "Delete my account" }).click();
  await expect(dialog.getByRole("alert").filter({ hasText: "did not answer" })).toBeVisible();
  await dialog.getByRole("button", { name: "Delete my account" }).click();
  await expect(page.getByText(/^Your account has probably been deleted:/)).toBeVisible();
});
