import { expect, test } from "./fixtures";
import { api, found, join } from "./own-tokens";

test("lowering one's own role asks first in the list too, and the page follows at once", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "abdica@example.com", "Abdica Airways");
  await join(page, org, "second.owner@example.com", "owner");
  await page.goto(`${org}/users`);
  await page.getByRole("button", { name: /change role of Abdica/ }).click();
  await expect(page).toHaveURL(/\/users\/usr_\w+\/role$/);
  const pane = page.getByRole("dialog", { name: "Change role" });
  await expect(pane.getByRole("radio", { name: /^Owner/ })).toBeFocused();
  await pane.getByRole("radio", { name: /^Creator/ }).check();
  await pane.getByRole("button", { name: "Make a Creator" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Make yourself a Creator?" });
  await expect(dialog).toContainText("You can't undo this yourself, because you can't raise your own role.");
  await dialog.getByRole("button", { name: "Change role" }).click();
  await expect(page.getByText("Abdica is now a Creator.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Settings" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Invite user" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: /change role of/ })).toHaveCount(0);
});

test("a refusal for want of a permission makes the page show the role that the person has now", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "vormals@example.com", "Vormals Vans");
  const other = await join(page, org, "nunmehr@example.com", "owner");
  await page.goto(`${org}/users`);
  await expect(page.getByRole("link", { name: "Settings" })).toBeVisible();
  const { id } = await api<{ id: string }>(page, "GET", "/me");
  const changed = await page.request.put(`../organizations/${org}/members/${id}/role`, {
    headers: { Authorization: `Bearer ${other.token}`, "If-Match": "*" },
    data: { role: "creator" },
  });
  expect(changed.ok()).toBe(true);
  visitor.expectConsoleError(/403/);
  await page.getByRole("button", { name: "Invite user" }).click();
  await page.getByRole("textbox", { name: "Email" }).fill("jemand@example.com");
  await page.getByRole("button", { name: "Send invitation" }).click();
  await expect(page.getByRole("link", { name: "Settings" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Invite user" })).toHaveCount(0);
});
