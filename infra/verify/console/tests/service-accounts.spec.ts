import type { Page } from "@playwright/test";
import { anotherBrowser, expect, open, signIn, test } from "./fixtures";
import { inspect } from "./inspect";
import { api, found, use, type Token } from "./own-tokens";

interface Account {
  readonly id: string;
  readonly version: number;
}

/** Creates a service account. */
async function createAccount(page: Page, org: string, name: string, role = "creator"): Promise<Account> {
  return api<Account>(page, "POST", `/organizations/${org}/service-accounts`, { name, role });
}

/** Creates a token of a service account. */
async function createAccountToken(
  page: Page,
  org: string,
  account: Account,
  description: string,
  more = {},
): Promise<Token> {
  return api<Token>(page, "POST", `/organizations/${org}/service-accounts/${account.id}/tokens`, {
    description,
    ...more,
  });
}

test("a service account is created among the users, with problems at their fields", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "dienst@example.com", "Dienst Docks");
  await open(page, "users");
  await page.getByRole("link", { name: "Service accounts" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Service accounts" })).toBeFocused();
  await expect(page.getByRole("heading", { name: "No service accounts" })).toBeVisible();
  await inspect(page, "service-accounts-none");

  await page.getByRole("main").getByRole("button", { name: "New service account" }).first().click();
  await expect(page).toHaveURL(new RegExp(`/${org}/users/service-accounts/new$`));
  const pane = page.getByRole("dialog", { name: "New service account" });
  await expect(pane.getByRole("textbox", { name: "Name" })).toBeFocused();
  await expect(pane.getByRole("combobox", { name: "Contact email" })).toHaveValue("dienst@example.com");
  await expect(pane.getByRole("radio")).toHaveCount(2);
  await pane.getByRole("textbox", { name: "Name" }).fill("Deploy bot");
  await pane.getByRole("combobox", { name: "Contact email" }).fill("stranger@example.com");
  visitor.expectConsoleError(/400/);
  await pane.getByRole("button", { name: "Create service account" }).click();
  await expect(pane.getByRole("combobox", { name: "Contact email" })).toHaveAttribute("aria-invalid", "true");
  await expect(pane.getByText("Use the email address of an active member of the organization.")).toBeVisible();
  await inspect(page, "service-account-new");

  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Keep editing" }).click();
  await pane.getByRole("combobox", { name: "Contact email" }).fill("dienst@example.com");
  await pane.getByRole("radio", { name: /^Admin/ }).check();
  await pane.getByRole("button", { name: "Create service account" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Deploy bot" })).toBeVisible();
  await expect(page.getByText("Deploy bot has been created. Now add its first token.")).toBeVisible();
  await expect(page.getByRole("heading", { name: "No live tokens" })).toBeVisible();
  await inspect(page, "service-account-no-tokens");
});

test("the list has the role, the status, the contact, the tokens and the last use of each account", async ({
  visitor,
}) => {
  const { page } = visitor;
  const org = await found(visitor, "liste@example.com", "Liste Lines");
  const deploy = await createAccount(page, org, "Deploy bot");
  const nightly = await createAccount(page, org, "Nightly export", "admin");
  const token = await createAccountToken(page, org, deploy, "Deploy job");
  await createAccountToken(page, org, deploy, "Rollback job");
  expect(await use(page, token.secret)).toBe(200);
  await api(page, "POST", `/organizations/${org}/members/${nightly.id}/disable`);

  await open(page, "users/service-accounts");
  await expect(page.getByText("2 service accounts in Liste Lines")).toBeVisible();
  await expect(page.getByRole("row", { name: /Deploy bot/ })).toContainText(
    /Contact: liste@example\.com.*Creator.*Active.*\d+ \w+ 20\d\d.*2/,
  );
  await expect(page.getByRole("row", { name: /Nightly export/ })).toContainText(/Admin.*Disabled.*Never.*0/);
  await inspect(page, "service-accounts");
  await page.getByRole("link", { name: "Deploy bot" }).click();
  await expect(page.getByRole("table", { name: "Personal access tokens" })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1, name: "Service accounts" })).toBeVisible();

  await page.getByRole("link", { name: "Members" }).click();
  await expect(page.getByRole("row", { name: /Deploy bot Service account/ })).toBeVisible();
  await inspect(page, "users-service-account");
});

test("a token of a service account is created, shown once, renamed, extended, rotated and deleted", async ({
  visitor,
}) => {
  const { page } = visitor;
  const org = await found(visitor, "wache@example.com", "Wache Works");
  const account = await createAccount(page, org, "Deploy bot", "admin");
  // The address in the mails about its tokens.
  await open(page, `users/${account.id}`);
  await page.getByRole("button", { name: "Add new token" }).first().click();
  const pane = page.getByRole("dialog", { name: "Add new token" });
  await pane.getByRole("textbox", { name: "Description" }).fill("Deploy job");
  await expect(pane.getByRole("combobox", { name: "Organization" })).toHaveCount(0);
  await pane.getByRole("radio", { name: /^Custom/ }).check();
  await expect(pane.getByRole("checkbox", { name: /^Create solutions/ })).toBeChecked();
  await expect(pane.getByRole("checkbox", { name: /^Assign people/ })).not.toBeChecked();
  await expect(pane.getByText(/^Invite, remove|^Log in|^Manage organization/)).toHaveCount(0);
  await inspect(page, "service-account-token-new");
  await pane.getByRole("radio", { name: /^Read only/ }).check();
  await pane.getByText("Networks and rotation").click();
  await pane.getByRole("checkbox", { name: "May rotate itself" }).check();
  await pane.getByRole("button", { name: "Add" }).click();
  const shown = page.getByRole("dialog", { name: "Your new token" });
  const secret = await shown.getByRole("textbox", { name: "Secret" }).inputValue();
  expect(await use(page, secret)).toBe(200);
  await shown.getByRole("button", { name: "Copy secret" }).click();
  await shown.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText("Read only", { exact: true })).toBeVisible();
  await inspect(page, "service-account-tokens");

  await page.getByRole("link", { name: /^Token lhp_/ }).click();
  await expect(page).toHaveURL(new RegExp(`/${org}/users/${account.id}/tokens/tok_\\w+$`));
  const details = page.getByRole("dialog", { name: /^Token lhp_/ });
  await details.getByRole("button", { name: "Rename this token" }).click();
  await details.getByRole("textbox", { name: "Description" }).fill("Release job");
  await details.getByRole("button", { name: "Save" }).click();
  await expect(details.getByText("Release job", { exact: true })).toBeVisible();
  await details.getByRole("button", { name: "Extend lease" }).click();
  await expect(details.getByText(/^Extended from/)).toBeVisible();
  await inspect(page, "service-account-token");
  await details.getByRole("button", { name: "Rotate" }).click();
  await page.getByRole("button", { name: "Rotate token" }).click();
  const successor = page.getByRole("textbox", { name: "Secret" });
  await expect(successor).not.toHaveValue(secret);
  const rotated = await successor.inputValue();
  expect(await use(page, rotated)).toBe(200);
  expect(await use(page, secret)).toBe(200);
  await page.getByRole("button", { name: "Copy secret" }).click();
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText("Replaced by")).toBeVisible();

  await page
    .getByRole("row")
    .filter({ hasText: "Replaced by" })
    .getByRole("link", { name: /^Token/ })
    .click();
  await details.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete token" }).click();
  await expect(page.getByRole("link", { name: /^Token lhp_/ })).toHaveCount(1);
  await expect.poll(() => use(page, secret)).toBe(401);
  await page.getByRole("link", { name: "Profile", exact: true }).click();
  await expect(page.getByText(/^1 live token, last used on/)).toBeVisible();

  await open(page, "profile/tokens");
  await expect(page.getByRole("heading", { name: "No live tokens" })).toBeVisible();
});

test("saving one form keeps what was entered in another one", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "karte@example.com", "Karte Cranes");
  const account = await createAccount(page, org, "Deploy bot");
  await open(page, `users/${account.id}/profile`);
  await page.getByRole("radio", { name: /^Admin/ }).check();
  await page.getByRole("textbox", { name: "Name" }).fill("Release bot");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Release bot has been saved.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1, name: "Release bot" })).toBeVisible();
  await expect(page.getByRole("radio", { name: /^Admin/ })).toBeChecked();
  await inspect(page, "service-account");

  await page.getByRole("link", { name: "Solutions" }).first().click();
  await expect(page.getByRole("alertdialog", { name: "Leave without saving?" })).toBeVisible();
  await page.getByRole("button", { name: "Keep editing" }).click();
  await page.getByRole("button", { name: "Change role" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Change role" }).click();
  await expect(page.getByText("Release bot is now an Admin.")).toBeVisible();

  await page.getByRole("combobox", { name: "Contact email" }).fill("stranger@example.com");
  visitor.expectConsoleError(/400/);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Use the email address of an active member of the organization.")).toBeVisible();
  await api(page, "PATCH", `/organizations/${org}/service-accounts/${account.id}`, { name: "Elsewhere" });
  await page.getByRole("combobox", { name: "Contact email" }).fill("karte@example.com");
  await page.getByRole("textbox", { name: "Name" }).fill("Here");
  visitor.expectConsoleError(/412/);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText(/^Someone else changed this\./)).toBeVisible();
  await page.getByRole("button", { name: "Reload" }).click();
  await expect(page.getByRole("textbox", { name: "Name" })).toHaveValue("Elsewhere");
});

test("a service account is disabled, enabled and removed", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "ende@example.com", "Ende Engines");
  const account = await createAccount(page, org, "Deploy bot");
  const token = await createAccountToken(page, org, account, "Deploy job");
  await open(page, `users/${account.id}/profile`);
  await page.getByRole("button", { name: "Disable service account" }).click();
  await inspect(page, "service-account-disable");
  await page.getByRole("alertdialog").getByRole("button", { name: "Disable service account" }).click();
  await expect(page.getByText("Deploy bot is now disabled.")).toBeVisible();
  expect(await use(page, token.secret)).toBe(401);
  await page.getByRole("link", { name: "Tokens", exact: true }).click();
  await expect(page.getByText(/^Deploy bot is disabled, so its tokens don't work\./)).toBeVisible();
  await expect(page.getByRole("button", { name: "Add new token" })).toBeDisabled();
  await inspect(page, "service-account-disabled");

  await page.getByRole("link", { name: "Profile", exact: true }).click();
  await page.getByRole("button", { name: "Enable service account" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Enable service account" }).click();
  await expect(page.getByText("Deploy bot is now enabled.")).toBeVisible();
  expect(await use(page, token.secret)).toBe(200);
  await page.getByRole("button", { name: "Remove service account" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove service account" }).click();
  await expect(page.getByRole("heading", { name: "No service accounts" })).toBeVisible();
  expect(await use(page, token.secret)).toBe(401);
});

test("a service account is an actor in the audit log", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "akte@example.com", "Akte Arks");
  const account = await createAccount(page, org, "Deploy bot");
  const token = await createAccountToken(page, org, account, "Deploy job", { scopes: ["solutions:create"] });
  const made = await page.request.post(`../organizations/${org}/solutions`, {
    headers: { Authorization: `Bearer ${token.secret}` },
    data: { name: "Crane control" },
  });
  expect(made.status()).toBe(201);
  await open(page, "audit");
  await expect(page.getByText("Deploy bot (service account)").first()).toBeVisible();
});

test("the limits of accounts and tokens are sentences", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "grenze@example.com", "Grenze Gates");
  const account = await createAccount(page, org, "Deploy bot");
  for (let i = 1; i <= 20; i += 1) await createAccountToken(page, org, account, `Job ${i}`);
  visitor.expectConsoleError(/409/);
  await open(page, `users/${account.id}/tokens/new`);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByRole("alert").getByText(/20 live tokens/)).toBeVisible();

  await page.route("**/service-accounts", (route) =>
    route.request().method() === "POST"
      ? route.fulfill({
          status: 409,
          contentType: "application/problem+json",
          json: {
            type: "https://example.com#problem-limit-reached",
            title: "Limit reached",
            detail: "An organization can have at most 50 service accounts. Remove one first.",
          },
        })
      : route.continue(),
  );
  await open(page, "users/service-accounts/new");
  await page.getByRole("textbox", { name: "Name" }).fill("One more");
  await page.getByRole("button", { name: "Create service account" }).click();
  await expect(page.getByText("An organization can have at most 50 service accounts.")).toBeVisible();
});

test("the token policy is shown where a token is created", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "norm@example.com", "Norm Nets");
  const account = await createAccount(page, org, "Deploy bot", "admin");
  await api(page, "PATCH", `/organizations/${org}`, {
    tokenPolicy: { longestLifeDays: 45, managingAllowed: false, networks: ["203.0.113.0/24"] },
  });
  await open(page, `users/${account.id}/tokens/new`);
  const pane = page.getByRole("dialog", { name: "Add new token" });
  await expect(
    pane.getByText(
      "In Norm Nets, tokens work for at most 45 days, can't manage people or the organization and can be used only from 203.0.113.0/24.",
    ),
  ).toBeVisible();
  await pane.getByRole("radio", { name: /^Custom/ }).check();
  await expect(pane.getByRole("checkbox", { name: /^Assign people/ })).toBeDisabled();
  await inspect(page, "service-account-token-policy");
  await pane.getByRole("textbox", { name: "Description" }).fill("Deploy job");
  await pane.getByText("Networks and rotation").click();
  await pane.getByRole("textbox", { name: "Networks" }).fill("198.51.100.7/24");
  visitor.expectConsoleError(/400/);
  await pane.getByRole("button", { name: "Add" }).click();
  await expect(pane.getByRole("textbox", { name: "Networks" })).toHaveAttribute("aria-invalid", "true");
});

test("an Admin manages the service accounts below them, and a Creator sees only what they are", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "stufen@example.com", "Stufen Steps");
  const high = await createAccount(page, org, "Nightly export", "admin");
  const low = await createAccount(page, org, "Deploy bot");
  const token = await createAccountToken(page, org, high, "Export job");
  const as = async (role: string) => {
    const email = `${role}.${org.slice(-8)}@example.com`;
    await api(page, "POST", `/organizations/${org}/members`, { email, role });
    const context = await anotherBrowser(page);
    const theirs = await context.newPage();
    await signIn(theirs, email); // which accepts the only invitation
    return theirs;
  };

  const admin = await as("admin");
  await admin.goto(`${org}/users/${high.id}`);
  await expect(admin.getByRole("heading", { name: "Service account" })).toBeVisible();
  await expect(admin.getByText("Only an Owner can change it.")).toBeVisible();
  await expect(admin.getByRole("link", { name: "Tokens", exact: true })).toHaveCount(0);
  await inspect(admin, "service-account-above");
  await admin.goto(`${org}/users/${high.id}/tokens/${token.id}`);
  await expect(admin.getByRole("heading", { name: "Page not found" })).toBeVisible();
  await admin.goto(`${org}/users/service-accounts/new`);
  await expect(admin.getByRole("radio", { name: /^Admin.*only an Owner/ })).toBeDisabled();
  await admin.goto(`${org}/users/${low.id}`);
  await expect(admin.getByRole("heading", { name: "No live tokens" })).toBeVisible();
  await admin.context().close();

  const creator = await as("creator");
  await creator.goto(`${org}/users`);
  await expect(creator.getByRole("row", { name: /Deploy bot Service account/ })).toBeVisible();
  await expect(creator.getByRole("link", { name: "Service accounts" })).toHaveCount(0);
  await creator.getByRole("link", { name: "Deploy bot" }).click();
  await expect(creator.getByRole("heading", { name: "Service account" })).toBeVisible();
  await expect(creator.getByRole("link", { name: "Tokens", exact: true })).toHaveCount(0);
  await expect(creator.getByText("First name")).toHaveCount(0);
  await creator.goto(`${org}/users/service-accounts`);
  await expect(creator.getByRole("heading", { name: "You don't have access to this page" })).toBeVisible();
  await creator.context().close();
});

test("the tokens of another person have no address", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "fremd@example.com", "Fremd Ferries");
  const email = `eigen.${org.slice(-8)}@example.com`;
  const member = await api<Account>(page, "POST", `/organizations/${org}/members`, { email, role: "creator" });
  await open(page, `users/${member.id}/tokens`);
  await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
});
