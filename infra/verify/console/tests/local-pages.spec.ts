import type { Locator, Page } from "@playwright/test";
import { authorizationRequest, expect, test } from "./fixtures";
import { expectNoOverflow, violations } from "./inspect";

interface Mail {
  readonly id: string;
  readonly to: readonly string[];
}

/** Opens the invitation in the local mailbox that a demo person got. */
async function openInvitation(page: Page, to: string): Promise<void> {
  const mails = (await (await page.request.get("/_local/mail.json", { params: { to } })).json()) as readonly Mail[];
  const id = mails[0]?.id;
  if (id === undefined) throw new Error(`${to} has no email`);
  await page.goto(`/_local/mail/${id}`);
}

test("the links of an invitation open the console from the mailbox", async ({ visitor: { page } }) => {
  const frame = page.frameLocator("iframe");
  const links: readonly ((page: Page) => Locator)[] = [
    () => frame.getByRole("link", { name: "Sign in to respond" }),
    () => frame.getByRole("link", { name: /\/v1\/console\/org_\w+$/ }),
    () => page.locator("pre").getByRole("link", { name: /\/v1\/console\/org_\w+$/ }),
  ];
  for (const link of links) {
    await openInvitation(page, "annie@example.com");
    await link(page).click();
    await expect(page.getByRole("heading", { level: 1, name: "Sign in to Leasehold" })).toBeVisible();
    expect(new URL(page.url()).pathname).toMatch(/^\/v1\/console\/org_\w+$/);
  }
});

test("the local pages break no accessibility rule, fit small screens, and load nothing from elsewhere", async ({
  visitor: { page },
}) => {
  const signIn = await authorizationRequest(page);
  const elsewhere: string[] = [];
  const { origin } = new URL(signIn);
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith("data:")) elsewhere.push(request.url());
  });

  const open = [
    () => page.goto("/_local/"),
    () => page.goto("/_local/mail"),
    () => openInvitation(page, "annie@example.com"),
    () => page.goto("/_local/events"),
    () => page.goto("/_local/requests"),
    () => page.goto(signIn),
  ];
  for (const to of open) {
    await page.setViewportSize({ width: 320, height: 800 });
    await to();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations(page, "all"), `${page.url()} in ${colorScheme} mode`).toEqual([]);
    }
    await expectNoOverflow(page, page.url());
  }
  expect(elsewhere).toEqual([]);
});

test("an address that the runner does not have leads to its pages", async ({ visitor }) => {
  const { page } = visitor;
  visitor.expectConsoleError(/404/);
  await page.goto("/_local/nothing");
  await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
  await page.getByRole("link", { name: "All pages of the runner" }).click();
  await expect(page.getByRole("heading", { name: "Leasehold on this machine" })).toBeVisible();
});
