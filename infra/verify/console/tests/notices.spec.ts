import { inspect } from "./inspect";
import { expect, open, test } from "./fixtures";
import { api, found } from "./own-tokens";

interface Profile {
  readonly notices: { readonly lapse: boolean; readonly expiry: boolean };
}

test("a person chooses the emails about their tokens, and loses nothing that they typed elsewhere", async ({
  visitor,
}) => {
  const { page } = visitor;
  await found(visitor, "postal@example.com", "Postal Pens");
  await open(page, "profile");
  const lapse = page.getByRole("checkbox", { name: "Before an unused token expires" });
  const expiry = page.getByRole("checkbox", { name: "Before a token's expiry date" });
  await expect(lapse).toBeChecked();
  await expect(expiry).toBeChecked();
  const firstName = page.getByRole("textbox", { name: "First name" });
  await firstName.fill("Polly");
  await lapse.uncheck();
  await expect(page.getByText("You won't receive these emails.")).toBeVisible();
  await inspect(page, "profile-notices");
  expect((await api<Profile>(page, "GET", "/me")).notices).toEqual({ lapse: false, expiry: true });
  await expect(firstName).toHaveValue("Polly");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Your profile has been saved.")).toBeVisible();
  await page.reload();
  await expect(lapse).not.toBeChecked();
  await expect(firstName).toHaveValue("Polly");
});

test("a choice that was changed elsewhere is reported, and reloading shows it", async ({ visitor }) => {
  const { page } = visitor;
  await found(visitor, "briefe@example.com", "Briefe Boxes");
  await open(page, "profile");
  const expiry = page.getByRole("checkbox", { name: "Before a token's expiry date" });
  await expect(expiry).toBeChecked();
  await api(page, "PATCH", "/me", { notices: { lapse: false } });
  visitor.expectConsoleError(/412/);
  await expiry.click();
  await expect(page.getByText(/^Someone else changed this\./)).toBeVisible();
  await expect(expiry).toBeChecked();
  await page.getByRole("button", { name: "Reload" }).click();
  await expect(page.getByRole("checkbox", { name: "Before an unused token expires" })).not.toBeChecked();
  await expiry.uncheck();
  await expect(page.getByText("You won't receive these emails.")).toBeVisible();
});
