import { inspect } from "./inspect";
import { anotherBrowser, expect, open, organization, test } from "./fixtures";

test("a person is invited, and refused when invited again at once or already there", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("grace@example.com");
  await open(page, "users");
  await page.getByRole("button", { name: "Invite user" }).click();
  await page.getByRole("textbox", { name: "Email" }).fill("rosalind@example.com");
  await page.getByRole("textbox", { name: /^First name/ }).fill("Rosalind");
  await page.getByRole("textbox", { name: /^Last name/ }).fill("Franklin");
  await page.getByRole("radio", { name: /Creator/ }).check();
  await page.getByRole("button", { name: "Send invitation" }).click();
  await expect(page.getByText("Invited rosalind@example.com.")).toBeVisible();
  const row = page.getByRole("row", { name: /Rosalind Franklin/ });
  await expect(row).toContainText("Invited");
  visitor.expectConsoleError(/429/);
  await row.getByRole("button", { name: /Resend invite/ }).click();
  await expect(page.getByText("Try again in 10 minutes.")).toBeVisible();
  visitor.expectConsoleError(/409/);
  await page.getByRole("button", { name: "Invite user" }).click();
  await page.getByRole("textbox", { name: "Email" }).fill("rosalind@example.com");
  await page.getByRole("button", { name: "Send invitation" }).click();
  await expect(page.getByRole("dialog").getByRole("alert").filter({ hasText: /\w+\./ })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Discard changes" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("an invitation of the day before is sent again", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("ada@example.com");
  await open(page, "users");
  await page.getByRole("searchbox").fill("annie");
  await page.getByRole("button", { name: "Resend invite to annie@example.com" }).click();
  await expect(page.getByText("Sent the invitation to annie@example.com again.")).toBeVisible();
});

test("a role is changed from the list, and an admin cannot make or change an owner", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("katherine@example.com");
  await open(page, "users");
  await page.getByRole("searchbox").fill("Emmy");
  await page.getByRole("button", { name: /change role of Emmy Noether/ }).click();
  const pane = page.getByRole("dialog", { name: "Change role" });
  await expect(pane).toContainText("emmy.noether@example.com");
  for (const description of [
    "Manages users, solutions and organization settings",
    "Manages users and solutions",
    "Deploys solutions",
    "Uses assigned solutions",
    "No access to the organization",
  ]) {
    await expect(pane.getByText(description, { exact: true })).toBeVisible();
  }
  await pane.getByRole("radio", { name: /^Admin/ }).check();
  await pane.getByRole("button", { name: "Make an Admin" }).click();
  await expect(page.getByText("Emmy Noether is now an Admin.")).toBeVisible();
  await expect(page.getByRole("row", { name: /Emmy Noether/ })).toContainText("Admin");

  const other = await anotherBrowser(page);
  const second = await other.newPage();
  await second.goto("");
  await second.evaluate(() => localStorage.setItem("leasehold.account", "emmy.noether@example.com"));
  await second.goto(`${organization(page)}/users?q=Katherine`);
  await expect(second.getByRole("link", { name: "Katherine Johnson" })).toBeVisible();
  await expect(second.getByRole("button", { name: /change role of Katherine/ })).toHaveCount(0);
  await second.goto(`${organization(page)}/users?q=Peter`);
  await second.getByRole("button", { name: /change role of Peter Naur/ }).click();
  await expect(second.getByRole("radio", { name: /Owner/ })).toBeDisabled();
  await expect(second.getByText("only an Owner can make an Owner")).toBeVisible();
  await other.close();
});

test("solutions are assigned to many at once, and to one from the profile", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("katherine@example.com");
  await open(page, "users");
  await page.getByRole("checkbox", { name: "Select George Boole" }).check();
  await page.getByRole("checkbox", { name: "Select Ida Rhodes" }).check();
  await expect(page.getByText("2 selected")).toBeVisible();
  await page.getByRole("button", { name: "Assign solutions" }).click();
  await page.getByRole("textbox", { name: "Find a solution" }).fill("weld");
  await page.getByRole("checkbox", { name: "Weld log" }).check();
  await page.getByRole("combobox", { name: "Solution role" }).selectOption("editor");
  await page.getByRole("button", { name: "Assign", exact: true }).click();
  await expect(page.getByText("2 people now have the role Editor in Weld log.")).toBeVisible();
  await page.getByRole("link", { name: "George Boole" }).click();
  await page.getByRole("link", { name: "Solutions", exact: true }).last().click();
  await expect(page.getByRole("combobox", { name: "Role in Weld log" })).toHaveValue("editor");
  await page.getByRole("button", { name: "Unassign from Weld log" }).click();
  await expect(page.getByRole("alertdialog", { name: "Remove George Boole from Weld log?" })).toBeVisible();
  await page.getByRole("button", { name: "Unassign", exact: true }).click();
  await expect(page.getByText("Removed George Boole from Weld log.")).toBeVisible();
  await expect(page.getByRole("combobox", { name: "Role in Weld log" })).toHaveCount(0);
});

test("someone is disabled, enabled and removed only after a confirmation that names them", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("katherine@example.com");
  await page.goto(`${organization(page)}/users?q=Wesley`);
  await page.getByRole("link", { name: "Wesley Clark" }).click();
  await expect(page.getByText("Check that this is the right person.")).toBeVisible();
  await page.getByRole("button", { name: "Disable user" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Disable Wesley Clark?" });
  await expect(dialog).toContainText("Check that this is the right person in Copper Works:");
  await expect(dialog).toContainText("wesley.clark@example.com");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByText("Active", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Disable user" }).click();
  await dialog.getByRole("button", { name: "Disable user" }).click();
  await expect(page.getByText("Disabled", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Enable user" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Enable user" }).click();
  await expect(page.getByText("Active", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Revoke tokens" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke tokens" }).click();
  await expect(page.getByText("Revoked the tokens of Wesley Clark.")).toBeVisible();
  await page.getByRole("button", { name: "Remove from organization" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove from organization" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Users" })).toBeVisible();
  await page.getByRole("searchbox").fill("Wesley");
  await expect(page.getByText("No matching members")).toBeVisible();
  await open(page, "audit?action=member.remove");
  await page.getByRole("link", { name: /Katherine Johnson removed Wesley Clark/ }).click();
  await expect(page.getByRole("dialog", { name: "Removed a member" })).toContainText("127.0.0.1");
});

test("a solution is created, changed, assigned and deleted", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("grace@example.com");
  await open(page, "solutions");
  await page.getByRole("button", { name: "New solution" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Gate scans");
  await page.getByRole("button", { name: "Create solution" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Gate scans" })).toBeVisible();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByRole("textbox", { name: "Description" }).fill("Who came through which gate");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Who came through which gate")).toBeVisible();
  await page.getByRole("button", { name: "Assign people" }).click();
  await page.getByRole("searchbox").fill("ada");
  await page.getByRole("checkbox", { name: /Ada Lovelace/ }).check();
  await page.getByRole("button", { name: "Assign 1" }).click();
  await expect(page.getByRole("combobox", { name: "Role of Ada Lovelace" })).toHaveValue("user");
  await page.getByRole("button", { name: "Delete solution" }).click();
  await inspect(page, "solution-delete");
  await page
    .getByRole("alertdialog", { name: "Delete Gate scans?" })
    .getByRole("button", { name: "Delete solution" })
    .click();
  await expect(page.getByText("Gate scans has been deleted.")).toBeVisible();
});
