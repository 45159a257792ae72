import type { Page } from "@playwright/test";
import { inspect } from "./inspect";
import {
  anotherBrowser,
  bearerToken,
  expect,
  open,
  organization,
  signIn,
  signInElsewhere,
  switchTo,
  test,
} from "./fixtures";

/** Creates an organization for the signed-in person and returns its ID. */
async function found(page: Page, name: string): Promise<string> {
  const made = await page.request.post("../organizations", { headers: await authorization(page), data: { name } });
  expect(made.status()).toBe(201);
  return ((await made.json()) as { id: string }).id;
}

async function authorization(page: Page): Promise<Record<string, string>> {
  return { Authorization: `Bearer ${await bearerToken(page)}` };
}

/** Opens the dialog that deletes the organization in the address. */
async function openDeletion(page: Page, name: string) {
  await open(page, "settings");
  await page.getByRole("button", { name: "Delete organization" }).click();
  return page.getByRole("alertdialog", { name: `Delete ${name}?` });
}

test("an Owner deletes an organization by its name, sees it as deleted everywhere, and restores it", async ({
  visitor,
}) => {
  const { page } = visitor;
  await visitor.signIn("rosa@example.com");
  await found(page, "Rosa Rail");
  await page.goto("");
  await expect(page.getByText("1 member in Rosa Rail")).toBeVisible();
  const rail = organization(page);
  const ferry = await found(page, "Rosa & Søn Ferry");
  await page.goto(`${ferry}/settings`);

  const dialog = await openDeletion(page, "Rosa & Søn Ferry");
  const confirm = dialog.getByRole("button", { name: "Delete organization" });
  const name = dialog.getByRole("textbox", { name: "Type Rosa & Søn Ferry to confirm" });
  await expect(name).toBeFocused();
  await expect(confirm).toBeDisabled();
  await name.fill("Rosa Ferry");
  await expect(confirm).toBeDisabled();
  await name.press("Enter");
  await name.fill("Rosa & Søn Ferry");
  await inspect(page, "delete-organization");
  let requests = 0;
  page.on("request", (request) => (requests += request.method() === "DELETE" ? 1 : 0));
  await confirm.dblclick();
  await expect(
    page.getByText(/^Rosa & Søn Ferry has been deleted\. You can restore it until \d+ \w+ \d+\.$/),
  ).toBeVisible();
  await expect(page.getByRole("heading", { name: "Rosa & Søn Ferry has been deleted" })).toBeVisible();
  await expect(
    page.getByText(/It was deleted on .* and will be removed on \d+ \w+ \d+\. Until then, you can restore it/),
  ).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Main" }).getByRole("link")).toHaveText(["My profile"]);
  expect(requests).toBe(1);
  await inspect(page, "deleted-organization");
  await page.reload();
  await expect(page.getByRole("heading", { name: "Rosa & Søn Ferry has been deleted" })).toBeVisible();

  // The next visit starts in the organization that is left.
  await page.goto("");
  await expect(page.getByText("1 member in Rosa Rail")).toBeVisible();
  expect(organization(page)).toBe(rail);
  await open(page, "profile");
  await page.getByRole("button", { name: "Account menu" }).click();
  const item = page.getByRole("button", { name: /Rosa & Søn Ferry Deleted · Removal on .* · Restore/ });
  await expect(item).toBeVisible();
  await inspect(page, "deleted-in-menu");
  await item.click();
  const restore = page.getByRole("dialog", { name: "Restore Rosa & Søn Ferry?" });
  await restore.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: /^Rosa & Søn Ferry: Deleted · Removal on .* · Restore$/ }).click();
  await inspect(page, "restore");
  visitor.expectConsoleError(/ERR_FAILED/);
  await page.route("**/restore", (route) => route.abort());
  await restore.getByRole("button", { name: "Restore organization" }).click();
  await expect(restore.getByRole("alert")).toContainText("Leasehold did not answer.");
  await page.unroute("**/restore");
  await restore.getByRole("button", { name: "Restore organization" }).dblclick();
  await expect(page.getByText(/^Rosa & Søn Ferry has been restored\./)).toBeVisible();
  await expect(page.getByText("1 member in Rosa & Søn Ferry")).toBeVisible();
  expect(organization(page)).toBe(ferry);
  await switchTo(page, "Rosa Rail");
});

test("an Owner without any other organization can restore, and other members see that it is deleted", async ({
  visitor,
}) => {
  const { page } = visitor;
  await visitor.signIn("solveig@example.com");
  const id = await found(page, "Solveig Song");
  const invited = await page.request.post(`../organizations/${id}/members`, {
    headers: await authorization(page),
    data: { email: "edvard@example.com", role: "creator" },
  });
  expect(invited.status()).toBe(201);
  await signInElsewhere(page, "edvard@example.com");
  await page.goto("");
  await expect(page.getByText("2 members in Solveig Song")).toBeVisible();
  const dialog = await openDeletion(page, "Solveig Song");
  await dialog.getByRole("textbox").fill("Solveig Song");
  await dialog.getByRole("textbox").press("Enter");
  await expect(page.getByRole("heading", { name: "Solveig Song has been deleted" })).toBeVisible();
  await page.goto("");
  await expect(page.getByText(/Solveig Song is deleted\. You can restore it until \d+ \w+ \d+\./)).toBeVisible();
  await inspect(page, "only-organization-deleted");

  const context = await anotherBrowser(page);
  const member = await context.newPage();
  await signIn(member, "edvard@example.com");
  // A function that has just served the organization can go on for 30 seconds.
  await expect(async () => {
    await member.goto(`${id}/users`);
    await expect(
      member.getByText(/This organization was deleted at \d+ \w+ \d+, [\d:]+ UTC\. An Owner can restore it/),
    ).toBeVisible({ timeout: 3000 });
  }).toPass({ timeout: 60_000 });
  await inspect(member, "deleted-for-member");
  await context.close();

  await page.getByRole("button", { name: /^Solveig Song: Deleted/ }).click();
  await page.getByRole("button", { name: "Restore organization" }).click();
  await expect(page.getByText("2 members in Solveig Song")).toBeVisible();
});

test("an organization that changed meanwhile is not deleted before the person has seen the change", async ({
  visitor,
}) => {
  const { page } = visitor;
  await visitor.signIn("ingrid@example.com");
  const id = await found(page, "Ingrid Ice");
  await page.goto(`${id}/settings`);
  const dialog = await openDeletion(page, "Ingrid Ice");
  await dialog.getByRole("textbox").fill("Ingrid Ice");
  const renamed = await page.request.patch(`../organizations/${id}`, {
    headers: { ...(await authorization(page)), "If-Match": "*" },
    data: { name: "Ingrid Fire" },
  });
  expect(renamed.ok()).toBe(true);
  visitor.expectConsoleError(/412/);
  await dialog.getByRole("button", { name: "Delete organization" }).click();
  await expect(dialog.getByText(/^Someone else changed this\./)).toBeVisible();
  await dialog.getByRole("button", { name: "Reload" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "Delete Ingrid Fire" })).toBeVisible();
});
