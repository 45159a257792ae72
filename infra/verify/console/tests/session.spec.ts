import type { Page } from "@playwright/test";
import { inspect } from "./inspect";
import {
  bearerToken,
  signInElsewhere,
  expect,
  clearSignIn,
  open,
  isRememberedByProvider,
  signInAtProvider,
  switchTo,
  test,
} from "./fixtures";

const expectPrompt = (page: Page) => expect(page.getByRole("heading", { name: "Demo people" })).toBeVisible();

test("a person signs in through the identity provider, stays through a reload, and signs out of both", async ({
  visitor,
}) => {
  const { page } = visitor;
  await page.goto("");
  await expect(page.getByRole("heading", { name: "Sign in to Leasehold" })).toBeVisible();
  await inspect(page, "sign-in");
  await signInAtProvider(page, "Katherine Johnson");
  await page.reload();
  await expect(page.getByRole("button", { name: "Account menu" })).toContainText("Katherine Johnson");
  expect(page.url()).not.toContain("lhs_");
  const stored = await page.evaluate(() => ({
    local: JSON.stringify(localStorage),
    cookies: document.cookie,
    tab: Object.keys(sessionStorage),
  }));
  expect(stored.local).not.toMatch(/lh[dps]_/);
  expect(stored.cookies).toBe("");
  expect(stored.tab).toEqual(["leasehold.session"]);
  expect(await isRememberedByProvider(page)).toBe(true);

  const token = await bearerToken(page);
  const requests: string[] = [];
  page.on("request", (request) => requests.push(`${request.method()} ${new URL(request.url()).pathname}`));
  await page.getByRole("button", { name: "Account menu" }).click();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByRole("heading", { name: "You are signed out" })).toBeVisible();
  await expect(page).toHaveURL(/\/console\/signed-out$/);
  expect(requests.indexOf("DELETE /v1/sessions/current")).toBeGreaterThanOrEqual(0);
  expect(requests.indexOf("GET /_local/oidc/logout")).toBeGreaterThan(requests.indexOf("DELETE /v1/sessions/current"));
  expect((await page.request.get("../me", { headers: { Authorization: `Bearer ${token}` } })).status()).toBe(401);
  expect(await isRememberedByProvider(page)).toBe(false);
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  await page.reload();
  await expect(page.getByRole("heading", { name: "You are signed out" })).toBeVisible();
  await inspect(page, "signed-out");
  await page.getByRole("button", { name: "Sign in again" }).click();
  await expectPrompt(page);
  await page.getByRole("button", { name: /^Grace Hopper / }).click();
  await expect(page.getByRole("button", { name: "Account menu" })).toContainText("Grace Hopper");
});

test("people the identity provider remembers sign in without a prompt until they sign out", async ({ visitor }) => {
  const { page } = visitor;
  await signInAtProvider(page, "Katherine Johnson");
  await clearSignIn(page);
  await page.goto("");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("button", { name: "Account menu" })).toContainText("Katherine Johnson");

  // A provider without an end_session_endpoint, which keeps remembering the person.
  await page.route("**/v1/sign-in", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({
      response: answer,
      json: { ...((await answer.json()) as object), endSessionEndpoint: undefined },
    });
  });
  const second = await page.context().newPage();
  await second.goto("");
  await expect(second.getByRole("button", { name: "Account menu" })).toContainText("Katherine Johnson");
  await page.getByRole("button", { name: "Account menu" }).click();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByRole("heading", { name: "You are signed out" })).toBeVisible();
  await expect(page.getByText(/You may still be signed in to your identity provider/)).toBeVisible();
  await inspect(page, "signed-out-here");
  expect(await isRememberedByProvider(page)).toBe(true);
  await page.getByRole("button", { name: "Sign in again" }).click();
  await expectPrompt(page);
  await expect(second.getByText("You signed out in another tab.")).toBeVisible();
  await second.getByRole("button", { name: "Sign in" }).click();
  await expectPrompt(second);
});

test("after a rejected account the next sign-in prompts again", async ({ visitor }) => {
  const { page } = visitor;
  await page.goto("");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("textbox", { name: "Email" }).fill("eve+unverified@example.com");
  visitor.expectConsoleError(/403/);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await expect(page.getByText(/verified/)).toBeVisible();
  await page.getByRole("button", { name: "Sign in" }).click();
  await expectPrompt(page);
});

test("a link opened by someone who is not signed in leads there after signing in", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("katherine@example.com");
  await open(page, "settings");
  const address = page.url();
  await clearSignIn(page);
  await page.goto(address);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expectPrompt(page);
  await page.getByRole("button", { name: /^Katherine Johnson / }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
  expect(page.url()).toBe(address);
});

test("an unsolicited response signs nobody in", async ({ visitor }) => {
  const { page } = visitor;
  await page.goto("signed-in?code=stolen&state=forged");
  await expect(page.getByText("This sign-in was not started in this tab.")).toBeVisible();
});

test("an idle person is warned and then signed out", async ({ visitor }) => {
  const { page } = visitor;
  await page.clock.install();
  await signInAtProvider(page, "Katherine Johnson");
  const address = page.url();
  await page.clock.fastForward("28:30");
  await expect(page.getByRole("dialog", { name: "Are you still there?" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Stay signed in" })).toBeFocused();
  await inspect(page, "idle");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Account menu" })).toContainText("Katherine Johnson");
  await page.clock.fastForward("28:30");
  await expect(page.getByRole("dialog", { name: "Are you still there?" })).toBeVisible();
  await page.clock.fastForward("02:00");
  await expect(page.getByText("You were signed out after 30 minutes of inactivity.")).toBeVisible();
  expect(page.url()).toBe(address);
  await page.reload();
  await expect(page.getByRole("heading", { name: "Sign in to Leasehold" })).toBeVisible();
  expect(await isRememberedByProvider(page)).toBe(true);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expectPrompt(page);
});

test("an expired session is reported, and signing in again prompts and returns to the page", async ({ visitor }) => {
  const { page } = visitor;
  await signInAtProvider(page, "Katherine Johnson");
  await page.request.delete("../sessions/current", { headers: { Authorization: `Bearer ${await bearerToken(page)}` } });
  visitor.expectConsoleError(/401/);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Solutions" }).click();
  await expect(page.getByRole("heading", { name: "Sign in to Leasehold" })).toBeVisible();
  await expect(page.getByText("Your session has ended. Sign in again to continue where you were.")).toBeVisible();
  await inspect(page, "session-ended");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expectPrompt(page);
  await page.getByRole("button", { name: /^Katherine Johnson / }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Solutions" })).toBeVisible();
});

test("a User has a profile in the frame, without what only other roles may do", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("mary@example.com");
  await expect(page.getByRole("heading", { level: 1, name: "My profile" })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "First name" })).toHaveValue("Mary");
  await expect(page.getByRole("button", { name: "Copy user ID" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Where you are signed in" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Download my data" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Delete my account" })).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Main" }).getByRole("link")).toHaveText(["My profile"]);
  await expect(page.getByRole("link", { name: "Personal Access Tokens" })).toHaveCount(0);
  await inspect(page, "role-user");
  await page.getByRole("textbox", { name: "Phone" }).fill("+41 44 668 18 00");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Your profile has been saved.")).toBeVisible();
  for (const path of ["users", "profile/tokens"]) {
    await open(page, path);
    await expect(page.getByRole("heading", { name: "You don't have access to this page" })).toBeVisible();
  }

  await page.getByRole("button", { name: "Account menu" }).click();
  await page.getByRole("button", { name: "New organization" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Somerville House");
  await page.getByRole("button", { name: "Create organization" }).click();
  await expect(page.getByText("1 member in Somerville House")).toBeVisible();
  await switchTo(page, "Aurora Freight");
  await expect(page.getByRole("button", { name: "Account menu" })).toContainText("Aurora Freight");
});

test("a person denied in the current organization can switch to another one", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("charles@example.com");
  await expect(page.getByText(/^You don't have access to Aurora Freight\. Your role there is Deny\./)).toBeVisible();
  await page.getByRole("button", { name: "Create an organization" }).click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Babbage Works");
  await page.getByRole("button", { name: "Create organization" }).click();
  await expect(page.getByText("1 member in Babbage Works")).toBeVisible();
  await open(page, "profile");
  const denied = page.getByRole("button", { name: /^Aurora Freight: .*No access/ });
  await expect(denied).toBeDisabled();
  const mine = await page.request.get("../me/organizations", {
    headers: { Authorization: `Bearer ${await bearerToken(page)}` },
  });
  const { items } = (await mine.json()) as { items: { organization: { id: string; name: string } }[] };
  const aurora = items.find((m) => m.organization.name === "Aurora Freight")?.organization.id ?? "";
  await page.goto(`${aurora}/users`);
  await expect(page.getByRole("heading", { name: /You don't have access to Aurora Freight/ })).toBeVisible();
  await inspect(page, "denied");
  await page.getByRole("button", { name: /^Babbage Works/ }).click();
  await page.getByRole("button", { name: "Switch", exact: true }).click();
  await expect(page.getByText("You are now in Babbage Works.")).toBeVisible();
});

test("a person disabled in their only organization sees that and can create another", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("edsger@example.com");
  await expect(
    page.getByText("Your access to Aurora Freight is disabled. An Owner or Admin there can enable it."),
  ).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Last name" })).toHaveValue("Dijkstra");
  await inspect(page, "disabled-everywhere");
  await page.getByRole("button", { name: "Account menu" }).click();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByRole("heading", { name: "You are signed out" })).toBeVisible();
});

test("an invitation received while signed in can be accepted from the profile", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("iris@example.com");
  const iris = { Authorization: `Bearer ${await bearerToken(page)}` };
  await page.request.post("../organizations", { headers: iris, data: { name: "Iris Works" } });
  const { token } = await signInElsewhere(page, "olive@example.com");
  const olive = { Authorization: `Bearer ${token}` };
  const made = await page.request.post("../organizations", { headers: olive, data: { name: "Olive Press" } });
  const { id } = (await made.json()) as { id: string };
  const invited = await page.request.post(`../organizations/${id}/members`, {
    headers: olive,
    data: { email: "iris@example.com", role: "creator" },
  });
  expect(invited.status()).toBe(201);

  await page.goto("");
  await expect(page.getByText("1 member in Iris Works")).toBeVisible();
  await open(page, "profile");
  await expect(page.getByText("Olive (olive@example.com) invited you as a Creator.")).toBeVisible();
  await inspect(page, "invited-profile");
  await page.getByRole("link", { name: "Accept or decline the invitation to Olive Press" }).click();
  await expect(page).toHaveURL(new RegExp(`${id}$`));
  await expect(page.getByRole("heading", { level: 1, name: "Join Olive Press" })).toBeVisible();
  await page.getByRole("button", { name: "Accept" }).click();
  await expect(page.getByText("You joined Olive Press.")).toBeVisible();
  await expect(page.getByText("2 members in Olive Press")).toBeVisible();
});
