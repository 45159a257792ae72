import { readFile } from "node:fs/promises";
import { expect, test } from "./fixtures";
import { inspect } from "./inspect";
import { api, found, join } from "./own-tokens";

test("many are disabled and given a role after a summary of who is affected and who is not", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "vielen@example.com", "Vielen Vessels");
  await join(page, org, "vera.viel@example.com", "user");
  await join(page, org, "victor.viel@example.com", "creator");
  await api(page, "POST", `/organizations/${org}/members`, { email: "ida.viel@example.com", firstName: "עדה" });
  await page.goto(`${org}/users`);
  await page.getByRole("checkbox", { name: "Select all on this page" }).check();
  await expect(page.getByText("4 selected")).toBeVisible();
  await inspect(page, "users-selected");

  await page.getByRole("button", { name: "Disable" }).click();
  const pane = page.getByRole("dialog", { name: "Disable users" });
  await expect(pane.getByRole("region", { name: "Affected" }).getByRole("listitem")).toHaveCount(2);
  await expect(pane.getByRole("region", { name: "Skipped" })).toContainText("has not joined yet");
  await expect(pane.getByRole("region", { name: "Skipped" })).toContainText("this is you");
  await inspect(page, "users-many-summary");
  // Someone else removes one of them meanwhile.
  const { items } = await api<{ items: { id: string; email: string }[] }>(
    page,
    "GET",
    `/organizations/${org}/members?q=victor`,
  );
  await api(page, "DELETE", `/organizations/${org}/members/${items[0]?.id}`);
  visitor.expectConsoleError(/404/);
  await pane.getByRole("button", { name: "Disable 2 people" }).click();
  await expect(pane.getByText("1 done, 1 failure.")).toBeVisible();
  await expect(pane.getByRole("region", { name: "Failed" }).getByRole("listitem")).toHaveCount(1);
  await expect(pane.getByRole("region", { name: "Disabled" }).getByRole("listitem")).toHaveCount(1);
  await inspect(page, "users-many-results");
  await pane.getByRole("button", { name: "Try the failed ones again" }).click();
  await expect(pane.getByText("1 done, 1 failure.")).toBeVisible();
  await pane.getByRole("button", { name: "Close" }).first().click();
  await expect(page.getByRole("row", { name: /Vera/ })).toContainText("Disabled");
  await expect(page.getByText("selected:")).toHaveCount(0);

  await page.getByRole("checkbox", { name: "Select all on this page" }).check();
  await page.getByRole("button", { name: "Enable" }).click();
  await expect(page).toHaveURL(/users\/selected\/enable$/);
  const enabling = page.getByRole("dialog", { name: "Enable users" });
  await expect(enabling.getByRole("region", { name: "Skipped" })).toContainText("this is you");
  await enabling.getByRole("button", { name: "Enable 1 person" }).click();
  await expect(enabling.getByText("1 done.")).toBeVisible();
  await page.goBack();
  await expect(enabling).toHaveCount(0);
  await expect(page.getByRole("row", { name: /Vera/ })).toContainText("Active");
  // The selection is gone, and so is what an address with it would open.
  await page.goto(`${org}/users/selected/disable?q=viel`);
  await expect(page).toHaveURL(/users\?q=viel$/);
  await expect(page.getByRole("row", { name: /Vera/ })).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);

  await page.getByRole("checkbox", { name: "Select Vera" }).check();
  await page.getByRole("checkbox", { name: "Select עדה" }).check();
  await page.getByRole("button", { name: "Change role", exact: true }).click();
  const roles = page.getByRole("dialog", { name: "Change role" });
  await expect(roles.getByRole("button", { name: "Change role" })).toBeDisabled();
  await roles.getByRole("radio", { name: /^Creator/ }).check();
  await roles.getByRole("button", { name: "Give 2 people the role Creator" }).click();
  await expect(roles.getByText("2 done.")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: /^Creator: change role of/ })).toHaveCount(2);
});

test("many are invited from an address book, each with what is wrong with it, and with a result", async ({
  visitor,
}) => {
  const { page } = visitor;
  const org = await found(visitor, "einlader@example.com", "Einlader Inc");
  await api(page, "POST", `/organizations/${org}/members`, { email: "schon.da@example.com" });
  await page.goto(`${org}/users/invite`);
  const pane = page.getByRole("dialog", { name: "Invite user" });
  await pane
    .getByRole("textbox", { name: "Email addresses" })
    .fill('Ada Einlade <ada.einlade@example.com>; "Neu, Nora" <nora.neu@example.com>\nschon.da@example.com, nobody');
  const listed = pane.getByRole("region", { name: "Recognized addresses" }).getByRole("listitem");
  await expect(listed).toHaveCount(4);
  await expect(listed.nth(1)).toContainText("Nora Neu · nora.neu@example.com");
  await expect(listed.nth(3)).toContainText("Not an email address");
  await pane.getByRole("radio", { name: /^Creator/ }).check();
  await inspect(page, "user-invite-many");
  visitor.expectConsoleError(/409/);
  await pane.getByRole("button", { name: "Send 3 invitations" }).click();
  await expect(pane.getByText("2 done, 1 failure.")).toBeVisible();
  await expect(pane.getByRole("region", { name: "Failed" })).toContainText("schon.da@example.com");
  await page.keyboard.press("Escape");
  await expect(pane).toHaveCount(0);
  await expect(page.getByRole("row", { name: /Nora Neu/ })).toContainText("Creator");
  await expect(page.getByRole("row", { name: /Ada Einlade/ })).toContainText("Invited");
});

test("the list finds a domain, counts what matches, and exports it", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "zaehler@example.com", "Zaehler Zeppelins");
  for (const [email, firstName] of [
    ["one@north.example", "=1+1"],
    ["two@north.example", "Two, Too"],
    ["three@south.example", "Three"],
  ])
    await api(page, "POST", `/organizations/${org}/members`, { email, firstName });
  await page.goto(`${org}/users`);
  await page.getByRole("searchbox").fill("@north.example");
  await expect(page.getByRole("row")).toHaveCount(3);
  await expect(page.getByText("1–2 of 2")).toBeVisible();
  await expect(page.getByRole("columnheader", { name: "Last seen" })).toBeVisible();
  const downloaded = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  const file = await downloaded;
  expect(file.suggestedFilename()).toMatch(/^zaehler-zeppelins-users-\d{4}-\d\d-\d\d\.csv$/);
  const lines = (await readFile(await file.path(), "utf8")).split("\r\n");
  expect(lines).toHaveLength(4);
  expect(lines[1]).toMatch(/^"'=1\+1","'=1\+1","","one@north\.example",/);
  expect(lines[2]).toContain('"Two, Too"');
  await expect(page.getByText("Exported 2 members.")).toBeVisible();
});
