import { anotherBrowser, expect, organization, signIn, signInAtProvider, test } from "./fixtures";
import { inspect } from "./inspect";
import { found } from "./own-tokens";

test("who opens a link in the wrong account sees which, and can use another one for the same link", async ({
  visitor,
}) => {
  const { page } = visitor;
  await page.goto("");
  const elsewhere = await anotherBrowser(page);
  const owner = await elsewhere.newPage();
  await signIn(owner, "ada@example.com");
  const aurora = organization(owner);
  await elsewhere.close();

  await signInAtProvider(page, "Katherine Johnson");
  visitor.expectConsoleError(/403|404/);
  await page.goto(`${aurora}/solutions`);
  await expect(page.getByRole("heading", { name: "You don't have access to this organization" })).toBeVisible();
  await expect(page.getByText("You're signed in as katherine@example.com.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Account menu" })).toBeVisible();
  await expect(page).toHaveTitle("You don't have access to this organization · Leasehold");
  await inspect(page, "wrong-account");
  await page.getByRole("button", { name: "Use another account" }).click();
  await page.getByRole("button", { name: /^Ada Lovelace / }).click();
  await expect(page).toHaveURL(new RegExp(`${aurora}/solutions$`));
  await expect(page.getByRole("heading", { level: 1, name: "Solutions" })).toBeVisible();
});

test("a page that does not exist keeps the frame, and titles name the tab and the organization", async ({
  visitor,
}) => {
  const { page } = visitor;
  const org = await found(visitor, "titel@example.com", "Titel Tiles");
  await expect(page).toHaveTitle("Personal Access Tokens · My profile · Titel Tiles · Leasehold");
  await page.getByRole("link", { name: "Solutions", exact: true }).last().click();
  await expect(page).toHaveTitle("Solutions · My profile · Titel Tiles · Leasehold");
  await page.goto(`${org}/nothing`);
  await expect(page.getByRole("heading", { level: 1, name: "Page not found" })).toBeVisible();
  await expect(page).toHaveTitle("Page not found · Titel Tiles · Leasehold");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Users" }).click();
  await expect(page).toHaveTitle("Users · Titel Tiles · Leasehold");
  visitor.expectConsoleError(/404/);
  await page.goto(`${org}/users/usr_00000000000000000000000000`);
  await expect(page.getByText("This person isn't in the organization.")).toBeVisible();
  await expect(page.locator(".heading :is(.avatar, .skeleton-line)")).toHaveCount(0);
});
