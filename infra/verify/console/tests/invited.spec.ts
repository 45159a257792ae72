import { clearSignIn, expect, signIn, signInElsewhere, test } from "./fixtures";
import { inspect } from "./inspect";
import { api, found } from "./own-tokens";

test("the link in the email leads to the invitation, which is accepted there", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "wirt@example.com", "Wirt Wine");
  const email = `gast.${org.slice(-8)}@example.com`;
  // An account that exists already, so that signing in does not accept.
  await signInElsewhere(page, email);
  await api(page, "POST", `/organizations/${org}/members`, { email, role: "user" });
  const mails = await page.request.get("/_local/mail.json", { params: { to: email } });
  const [mail] = (await mails.json()) as readonly { readonly id: string }[];

  await clearSignIn(page);
  await page.goto(`/_local/mail/${mail?.id ?? ""}`);
  await page.frameLocator("iframe").getByRole("link", { name: "Sign in to respond" }).click();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("textbox", { name: "Email" }).fill(email);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`${org}$`));
  await expect(page.getByRole("heading", { level: 1, name: "Join Wirt Wine" })).toBeVisible();
  await expect(page.getByText("Wirt (wirt@example.com) invited you as a User.")).toBeVisible();
  await expect(page.getByText("User: Uses assigned solutions")).toBeVisible();
  await expect(page.getByText(`You're signed in as ${email}.`)).toBeVisible();
  await inspect(page, "invitation");
  await page.getByRole("button", { name: "Accept" }).click();
  await expect(page.getByText("You joined Wirt Wine.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1, name: "My profile" })).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`${org}/profile$`));
});

test("an invitation that is declined is gone, and who belongs to nothing else keeps a profile", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "bitte@example.com", "Bitte Books");
  const email = `nein.${org.slice(-8)}@example.com`;
  await signInElsewhere(page, email);
  await api(page, "POST", `/organizations/${org}/members`, { email, role: "creator" });
  await clearSignIn(page);
  await signIn(page, email);
  await expect(page.getByRole("heading", { level: 1, name: "Join Bitte Books" })).toBeVisible();
  await page.getByRole("button", { name: "Decline" }).click();
  await expect(page.getByText("You declined the invitation to Bitte Books.")).toBeVisible();
  await expect(page).toHaveURL(/\/console\/profile$/);
  await expect(page.getByRole("heading", { name: "Invitations" })).toHaveCount(0);
  await expect(page.getByText(/^You don't belong to an organization yet\./)).toBeVisible();
  await inspect(page, "profile-nowhere");
  visitor.expectConsoleError(/403|404/);
  await page.goto(org);
  await expect(page.getByRole("heading", { name: "You don't have access to this organization" })).toBeVisible();
});
