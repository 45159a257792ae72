import type { Page } from "@playwright/test";
import { inspect } from "./inspect";
import { bearerToken, expect, isRememberedByProvider, open, signInElsewhere, test } from "./fixtures";

const unavailable = {
  status: 503,
  contentType: "application/problem+json",
  body: JSON.stringify({
    type: "https://github.com/leasehold-dev/leasehold#problem-unavailable",
    title: "Temporarily unavailable",
    status: 503,
    detail: "The data is out of reach for the moment. Try again.",
  }),
};

/** Creates an organization for a person who has just signed in, and opens their profile. */
async function openProfile(page: Page, organizationName: string): Promise<void> {
  await page.request.post("../organizations", {
    headers: { Authorization: `Bearer ${await bearerToken(page)}` },
    data: { name: organizationName },
  });
  await page.goto("");
  await expect(page.getByText(`1 member in ${organizationName}`)).toBeVisible();
  await open(page, "profile");
}

/** Returns the status of a request with a session's token: 401 if the session has ended. */
async function statusOf(page: Page, token: string): Promise<number> {
  return (await page.request.get("../me", { headers: { Authorization: `Bearer ${token}` } })).status();
}

test("a person sees where they are signed in, ends one session and then all others", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("hedy@example.com");
  await openProfile(page, "Hedy Radio");
  const elsewhere = [
    await signInElsewhere(page, "hedy@example.com"),
    await signInElsewhere(page, "hedy@example.com"),
    await signInElsewhere(page, "hedy@example.com"),
  ];
  await page.reload();
  const sessions = page.getByRole("region", { name: "Where you are signed in" });
  const rows = sessions.getByRole("row").filter({ has: page.getByRole("cell") });
  await expect(rows).toHaveCount(4);
  await expect(rows.first()).toContainText("This tab");
  await expect(rows.nth(1)).toContainText(/Chrom\w+ on Linux.*127\.0\.0\.1/);
  await inspect(page, "own-sessions");

  visitor.expectConsoleError(/503/);
  await page.route("**/me/sessions/*", (route) => route.fulfill(unavailable));
  const end = rows.nth(1).getByRole("button", { name: /^End session of / });
  await end.click();
  await expect(rows.nth(1).getByRole("alert")).toHaveText("The data is out of reach for the moment. Try again.");
  await expect(rows).toHaveCount(4);
  await page.unroute("**/me/sessions/*");
  let requests = 0;
  page.on("request", (request) => (requests += request.method() === "DELETE" ? 1 : 0));
  await end.dblclick();
  await expect(rows).toHaveCount(3);
  await expect(sessions.getByRole("heading", { name: "Where you are signed in" })).toBeFocused();
  const statuses = await Promise.all(elsewhere.map(({ token }) => statusOf(page, token)));
  expect(statuses.filter((status) => status === 401)).toHaveLength(1);
  expect(requests).toBe(1);

  await sessions.getByRole("button", { name: "End all other sessions" }).click();
  await expect(page.getByText("All other sessions have ended.")).toBeVisible();
  await expect(rows).toHaveCount(1);
  for (const { token } of elsewhere) expect(await statusOf(page, token)).toBe(401);
  await expect(sessions.getByRole("button")).toHaveCount(0);
  await page.reload();
  await expect(rows).toHaveCount(1);
});

test("a session that has ended meanwhile is taken off the list like any other", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("lise@example.com");
  await openProfile(page, "Lise Physics");
  const { token } = await signInElsewhere(page, "lise@example.com");
  await page.reload();
  const end = page.getByRole("button", { name: /^End session of / });
  await expect(end).toBeVisible();
  await page.request.delete("../sessions/current", { headers: { Authorization: `Bearer ${token}` } });
  visitor.expectConsoleError(/404/);
  await end.click();
  await expect(end).toHaveCount(0);
});

test("signing out everywhere is one click; if it fails, the person stays signed in and sees why", async ({
  visitor,
}) => {
  const { page } = visitor;
  await visitor.signIn("chien@example.com");
  await openProfile(page, "Chien Lab");
  const elsewhere = await signInElsewhere(page, "chien@example.com");
  const here = await bearerToken(page);

  visitor.expectConsoleError(/503/);
  await page.route("**/me/sessions", (route) => route.fulfill(unavailable));
  await page.getByRole("button", { name: "Account menu" }).click();
  await inspect(page, "account-menu");
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  const failed = page.getByRole("dialog", { name: "You are still signed in" });
  await expect(failed.getByRole("alert")).toContainText("The data is out of reach for the moment. Try again.");
  await inspect(page, "sign-out-everywhere-failed");
  expect([await statusOf(page, here), await statusOf(page, elsewhere.token)]).toEqual([200, 200]);
  await page.unroute("**/me/sessions");
  await failed.getByRole("button", { name: "Cancel" }).click();

  await page.getByRole("button", { name: "Account menu" }).click();
  await page.getByRole("button", { name: "Sign out everywhere" }).dblclick();
  await expect(page.getByRole("heading", { name: "You are signed out" })).toBeVisible();
  expect([await statusOf(page, here), await statusOf(page, elsewhere.token)]).toEqual([401, 401]);
  expect(await isRememberedByProvider(page)).toBe(false);
});
