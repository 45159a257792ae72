import { expect, test } from "./fixtures";
import { inspect } from "./inspect";
import { api, found, join } from "./own-tokens";

test("assigning shows present roles, lowers none unasked, says what it did, and can be undone", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "zuteil@example.com", "Zuteil Ships");
  const editor = await join(page, org, "eda@example.com", "user");
  await join(page, org, "una@example.com", "user");
  const desk = await api<{ id: string }>(page, "POST", `/organizations/${org}/solutions`, { name: "Customs desk" });
  const path = `/organizations/${org}/solutions/${desk.id}/members`;
  await api(page, "PUT", `${path}/${editor.id}`, { role: "editor" });
  const roles = async () => {
    const { items } = await api<{ items: { user: { email: string }; role: string }[] }>(page, "GET", path);
    return Object.fromEntries(items.map(({ user, role }) => [user.email, role]));
  };
  const before = await roles();

  await page.goto(`${org}/users`);
  await page.getByRole("checkbox", { name: "Select Eda" }).check();
  await page.getByRole("checkbox", { name: "Select Una" }).check();
  await expect(page.getByText("2 selected: Eda, Una")).toBeVisible();
  await page.getByRole("button", { name: "Assign solutions" }).click();
  const pane = page.getByRole("dialog", { name: "Assign solutions" });
  await pane.getByRole("checkbox", { name: "Customs desk" }).check();
  await expect(pane.getByText("1 of 2 people assigned")).toBeVisible();
  await expect(pane.getByText("Eda is an Editor of Customs desk.")).toBeVisible();
  await expect(pane.getByRole("checkbox", { name: "Lower this role to User" })).not.toBeChecked();
  await inspect(page, "users-assign-higher");
  await pane.getByRole("button", { name: "Assign", exact: true }).click();
  await expect(page.getByText("Una is now a User of Customs desk.")).toBeVisible();
  expect(await roles()).toEqual({ ...before, "una@example.com": "user" });
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("Restored the roles in Customs desk.")).toBeVisible();
  expect(await roles()).toEqual(before);

  // Deny is no permission to use anything, and lowers a role only if that was chosen.
  await page.getByRole("checkbox", { name: "Select Eda" }).check();
  await page.getByRole("button", { name: "Assign solutions" }).click();
  await pane.getByRole("combobox", { name: "Solution role" }).selectOption("deny");
  await pane.getByRole("checkbox", { name: "Customs desk" }).check();
  await expect(pane.getByText("Editor now")).toBeVisible();
  await pane.getByRole("checkbox", { name: "Lower this role to Deny" }).check();
  await pane.getByRole("button", { name: "Assign", exact: true }).click();
  await expect(page.getByText("Denied Eda access to Customs desk.")).toBeVisible();
  expect(await roles()).toEqual({ ...before, "eda@example.com": "deny" });
});
