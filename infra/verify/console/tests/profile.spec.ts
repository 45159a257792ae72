import { inspect } from "./inspect";
import { bearerToken, expect, open, organization, switchTo, test } from "./fixtures";

test("the profile is edited, with errors where they belong and a warning before changes are lost", async ({
  visitor,
}) => {
  const { page } = visitor;
  await visitor.signIn("alan@example.com");
  await open(page, "profile");
  const phone = page.getByRole("textbox", { name: "Phone" });
  await phone.fill("+41 12");
  visitor.expectConsoleError(/400/);
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(phone).toHaveAttribute("aria-invalid", "true");
  await expect(
    page.getByText("Use a complete phone number with + and the country code, such as +41 44 668 18 00."),
  ).toBeVisible();
  await inspect(page, "profile-field-problem");
  await page.getByRole("link", { name: "Users", exact: true }).click();
  await expect(page.getByRole("alertdialog", { name: "Leave without saving?" })).toBeVisible();
  await inspect(page, "profile-unsaved");
  await page.getByRole("button", { name: "Keep editing" }).click();
  await expect(phone).toHaveValue("+41 12");
  await phone.fill("+41 44 668 18 00");
  await page.getByRole("textbox", { name: "Display name" }).fill("Alan M. Turing");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Your profile has been saved.")).toBeVisible();
  await expect(phone).toHaveValue("+41446681800");
  // The same number in another format: nothing changes, and nothing stays unsaved.
  await phone.fill("+41 (0)44 668 18 00");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(phone).toHaveValue("+41446681800");
  await expect(page.getByRole("button", { name: "Save changes" })).toBeDisabled();
  await expect(page.getByRole("button", { name: "Account menu" })).toContainText("Alan M. Turing");
  await page.getByRole("button", { name: "Copy user id" }).click();
  await expect(page.getByText("Copied", { exact: true })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^usr_/);
});

test("going back in the browser asks before changes are lost", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("alan@example.com");
  await open(page, "users");
  await page.getByRole("link", { name: "My profile" }).click();
  await page.getByRole("textbox", { name: "First name" }).fill("Al");
  await page.goBack();
  await expect(page.getByRole("alertdialog")).toBeVisible();
  expect(page.url()).toContain("/profile");
  await page.getByRole("button", { name: "Discard changes" }).click();
  await expect(page).toHaveURL(/\/users$/);
});

test("a conflicting change is reported, and reloading shows the current value", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("mary.conflict@example.com");
  await page.getByRole("button", { name: "Create an organization" }).click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Quiet Harbour");
  await page.getByRole("button", { name: "Create organization" }).click();
  await expect(page.getByText("1 member in Quiet Harbour")).toBeVisible();
  await open(page, "settings");
  const name = page.getByRole("textbox", { name: "Organization name" });
  await expect(name).toHaveValue("Quiet Harbour");
  const elsewhere = await page.request.patch(`../organizations/${organization(page)}`, {
    headers: { Authorization: `Bearer ${await bearerToken(page)}`, "If-Match": "*" },
    data: { name: "Loud Harbour" },
  });
  expect(elsewhere.ok()).toBe(true);
  await name.fill("Calm Harbour");
  visitor.expectConsoleError(/412/);
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByText(/^Someone else changed this\./)).toBeVisible();
  await inspect(page, "conflict");
  await page.getByRole("button", { name: "Reload" }).click();
  await expect(name).toHaveValue("Loud Harbour");
  await name.fill("Calm Harbour");
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByText("The organization is now called Calm Harbour.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Account menu" })).toContainText("Calm Harbour");
});

test("organizations show their solution counts, are switched after a confirmation, and tabs never mix", async ({
  visitor,
}) => {
  const { page, signIn: enter } = visitor;
  await enter("ada@example.com");
  const aurora = organization(page);
  const second = await page.context().newPage();
  await second.goto("");
  await expect(second.getByRole("heading", { level: 1, name: "My profile" })).toBeVisible();
  await open(page, "profile");
  await expect(page.getByRole("button", { name: "Aurora Freight: 3 solutions" })).toHaveAttribute(
    "aria-current",
    "true",
  );
  await expect(page.getByRole("button", { name: "Copper Works: 22 solutions" })).toBeVisible();
  await page.getByRole("button", { name: "Birch & Vale: 6 solutions" }).click();
  await inspect(page, "switch");
  await page.getByRole("button", { name: "Cancel" }).click();
  expect(organization(page)).toBe(aurora);
  await switchTo(page, "Birch & Vale");
  expect(organization(page)).not.toBe(aurora);
  await second.reload();
  expect(organization(second)).toBe(aurora);
  await expect(second.getByRole("button", { name: "Account menu" })).toContainText("Aurora Freight");
  await page.goto("");
  await expect(page.getByRole("button", { name: "Account menu" })).toContainText("Birch & Vale");
});

test("people with several organizations choose the default one", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("grace@example.com");
  await open(page, "profile");
  const choice = page.getByRole("combobox", { name: "Default organization" });
  await choice.selectOption({ label: "Birch & Vale" });
  await expect(page.getByText("Birch & Vale is now your default organization.")).toBeVisible();
  await choice.selectOption({ label: "Aurora Freight" });
  await expect(page.getByText("Aurora Freight is now your default organization.")).toBeVisible();
});

test("the last owner cannot leave and sees why", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("katherine@example.com");
  await open(page, "profile");
  await page.getByRole("button", { name: "Leave organization" }).click();
  visitor.expectConsoleError(/409/);
  await page.getByRole("button", { name: "Leave Copper Works" }).click();
  await expect(page.getByRole("alertdialog").getByRole("alert")).toContainText(
    "You are the last active Owner. Make someone else an Owner first.",
  );
  await expect(page.getByRole("button", { name: "Leave Copper Works" })).toBeDisabled();
  await inspect(page, "leave-refused");
});
