import { expect, test } from "./fixtures";
import { inspect } from "./inspect";
import { api, createToken, found, type Token } from "./own-tokens";

test("from a new account to a command that works are seven steps, each offered on the page", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("erstmals@example.com");
  let steps = 0;
  const step = async (action: Promise<void>) => {
    await action;
    steps += 1;
  };
  await step(page.getByRole("button", { name: "Create an organization" }).click());
  await step(page.getByRole("textbox", { name: "Name", exact: true }).fill("Erstmals Eis"));
  await step(page.getByRole("button", { name: "Create organization" }).click());
  await expect(page.getByRole("region", { name: "Get started with Erstmals Eis" })).toBeVisible();
  await inspect(page, "first-steps");
  await step(page.getByRole("link", { name: "Create a token" }).click());
  await expect(page.getByRole("textbox", { name: "Description" })).toBeFocused();
  await step(page.keyboard.type("First try"));
  await step(page.getByRole("button", { name: "Add", exact: true }).click());
  await step(page.getByRole("button", { name: "Copy curl command" }).click());
  expect(steps).toBe(7);
  const command = await page.evaluate(() => navigator.clipboard.readText());
  const [, secret, address] = /^curl -H "Authorization: Bearer (lhp_\w+)" (http\S+\/me)$/.exec(command) ?? [];
  const answer = await page.request.get(address ?? "", { headers: { Authorization: `Bearer ${secret ?? ""}` } });
  expect(answer.status()).toBe(200);
  await page.getByRole("button", { name: "Copy leasehold commands" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(`LEASEHOLD_TOKEN=${secret ?? ""}`);
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("row", { name: /First try/ })).toBeVisible();

  // With a token there, the start page is the list of tokens, and only the other steps are left.
  await page.goto("");
  await expect(page.getByRole("heading", { level: 1, name: "My profile" })).toBeVisible();
  await expect(page).toHaveURL(/\/profile\/tokens$/);
  await page.getByRole("link", { name: "Users", exact: true }).click();
  await expect(page.getByText("1 member in Erstmals Eis")).toBeVisible();
  const next = page.getByRole("region", { name: "Next steps in Erstmals Eis" });
  await expect(next.getByRole("link")).toHaveText(["Invite people", "Create a solution"]);
  await next.getByRole("link", { name: "Invite people" }).click();
  await expect(page.getByRole("dialog", { name: "Invite user" })).toBeVisible();
});

test("an empty list says what it is for, and offers the next step", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "leer@example.com", "Leer Lamps");
  const steps = [
    ["users?status=invited", "Users", "No open invitations", "Invite user"],
    ["solutions", "Solutions", "No solutions yet", "New solution"],
    ["profile/solutions", "Solutions", "No solutions", "Assign solutions"],
    ["profile/tokens", "Personal Access Tokens", "No live tokens", "Add new token"],
  ] as const;
  for (const [path, region, title, step] of steps) {
    await page.goto(`${org}/${path}`);
    const list = page.getByRole("region", { name: region });
    await expect(list.getByRole("heading", { name: title, exact: true })).toBeVisible();
    await list.getByRole("button", { name: step }).last().click();
    await expect(page.getByRole("dialog", { name: step })).toBeVisible();
  }

  const solution = await api<{ id: string }>(page, "POST", `/organizations/${org}/solutions`, { name: "Lamp log" });
  const me = await api<{ id: string }>(page, "GET", "/me");
  await api(page, "DELETE", `/organizations/${org}/solutions/${solution.id}/members/${me.id}`);
  await page.goto(`${org}/solutions/${solution.id}`);
  await expect(page.getByRole("heading", { name: "Nobody is assigned" })).toBeVisible();
  await page.getByRole("button", { name: "Assign people" }).last().click();
  await expect(page.getByRole("dialog", { name: "Assign people" })).toBeVisible();

  await page.goto(`${org}/audit?q=zzz`);
  await expect(page.getByRole("heading", { name: "No matching events" })).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(page.getByRole("link", { name: /created the organization/ })).toBeVisible();
});

test("the same length of a lease's bar always means the same time", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "balken@example.com", "Balken Boats");
  for (const [description, extensions] of [
    ["Fresh", 0],
    ["Once", 1],
    ["Thrice", 3],
  ] as const) {
    let { id, leaseExpiresAt } = await createToken(page, org, description);
    for (let i = 0; i < extensions; i += 1)
      ({ id, leaseExpiresAt } = await api<Token>(page, "POST", `/me/tokens/${id}/extend`, { leaseExpiresAt }));
  }
  await page.reload();
  const share = async (description: string) =>
    page
      .getByRole("row", { name: new RegExp(description) })
      .locator(".lease-bar i")
      .evaluate((bar) => bar.getBoundingClientRect().width / (bar.parentElement?.getBoundingClientRect().width ?? 0));
  await expect(page.getByRole("row", { name: /Thrice/ }).locator(".lease-bar.beyond")).toHaveCount(1);
  await expect(page.locator(".lease-bar.beyond")).toHaveCount(1);
  await expect.poll(() => share("Fresh")).toBeCloseTo(0.5, 1);
  await expect.poll(() => share("Once")).toBeCloseTo(1, 1);
  await inspect(page, "lease-bars");
  await page.getByRole("link", { name: /Token lhp_.* Fresh$/ }).click();
  const pane = page.getByRole("dialog").locator(".lease-bar");
  const filled = () =>
    pane.evaluate(
      (bar) => (bar.firstElementChild?.getBoundingClientRect().width ?? 0) / bar.getBoundingClientRect().width,
    );
  await expect.poll(filled, "in the pane as in the list").toBeCloseTo(0.5, 1);
});
