import { anotherBrowser, expect, signIn, test } from "./fixtures";
import { inspect } from "./inspect";
import { api, found, join } from "./own-tokens";

test("a solution's Admin who is a User lists, assigns, changes and unassigns its people", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "leiterin@example.com", "Leiterin Lifts");
  const { id } = await api<{ id: string }>(page, "POST", `/organizations/${org}/solutions`, { name: "Lift log" });
  const admin = `lift.${org.slice(-8)}@example.com`;
  const other = `tom.${org.slice(-8)}@example.com`;
  const people = `/organizations/${org}/solutions/${id}/members`;
  await api(page, "PUT", `${people}/${(await join(page, org, admin, "user")).id}`, { role: "admin" });
  await join(page, org, other, "user");

  const context = await anotherBrowser(page);
  const theirs = await context.newPage();
  await signIn(theirs, admin);
  await theirs.goto(`${org}/profile/solutions`);
  await theirs.getByRole("link", { name: "Lift log" }).click();
  await expect(theirs.getByRole("heading", { level: 1, name: "Lift log" })).toBeVisible();
  await expect(theirs.getByRole("row", { name: /leiterin@example.com/ })).toBeVisible();
  await inspect(theirs, "assigned-solution");

  await theirs.getByRole("button", { name: "Assign people" }).click();
  const pane = theirs.getByRole("dialog", { name: "Assign someone to Lift log" });
  const email = pane.getByRole("textbox", { name: "Email" });
  await email.fill("niemand@example.com");
  await pane.getByRole("button", { name: "Assign" }).click();
  await expect(pane.getByText("No member of the organization has this email address.")).toBeVisible();
  await inspect(theirs, "assign-by-email");
  await email.fill("leiterin@example.com");
  await pane.getByRole("button", { name: "Assign" }).click();
  await expect(pane.getByText("Leiterin is already an Owner of Lift log. Change the role in the list.")).toBeVisible();
  await email.fill(other);
  await pane.getByRole("button", { name: "Assign" }).click();
  await expect(pane).toHaveCount(0);
  const row = theirs.getByRole("row", { name: new RegExp(other) });
  await row.getByRole("combobox", { name: /^Role of/ }).selectOption("editor");
  await expect(theirs.getByText(/is now an Editor of Lift log\.$/)).toBeVisible();
  await row.getByRole("button", { name: /^Unassign/ }).click();
  await theirs.getByRole("alertdialog").getByRole("button", { name: "Unassign" }).click();
  await expect(row).toHaveCount(0);
  await theirs.goto(`${org}/users`);
  await expect(theirs.getByRole("heading", { name: "You don't have access to this page" })).toBeVisible();
  await context.close();
});
