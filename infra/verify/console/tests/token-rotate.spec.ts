import { inspect } from "./inspect";
import { expect, test } from "./fixtures";
import { api, backAndForth, createToken, found, use, type Token } from "./own-tokens";

test("a token is rotated: both work for the overlap, and they link to each other", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "rota@example.com", "Rota Rail");
  const old = await createToken(page, org, "Nightly export", { scopes: ["members:view", "profile:self"] });
  await page.goto(`${org}/profile/tokens/${old.id}`);
  await page.getByRole("button", { name: "Rotate", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Rotate this token?" });
  await expect(dialog.getByRole("radio", { name: /^1 day/ })).toBeChecked();
  await inspect(page, "token-rotate");
  await dialog.getByRole("radio", { name: /^1 hour/ }).check();
  await dialog.getByRole("button", { name: "Rotate token" }).click();

  const secret = page.getByRole("textbox", { name: "Secret" });
  await expect(secret).toHaveValue(/^lhp_[0-9A-Za-z]{88}$/);
  await expect(page.getByText(`lhp_${old.prefix}…`).last()).toBeVisible();
  await inspect(page, "token-rotated");
  const value = await secret.inputValue();
  expect(await use(page, value)).toBe(200);
  expect(await use(page, old.secret)).toBe(200);
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Back to the secret" }).click();
  await page.getByRole("button", { name: "Copy secret" }).click();
  await page.getByRole("button", { name: "Done" }).click();
  expect(await page.content()).not.toContain(value);

  const { items } = await api<{ items: Token[] }>(page, "GET", "/me/tokens");
  const next = items.find(({ id }) => id !== old.id);
  const row = page.getByRole("row", { name: new RegExp(`lhp_${old.prefix}`) }).filter({ hasText: "Replaced by" });
  await expect(row).toContainText(`lhp_${next?.prefix ?? ""}…`);
  const left = Date.parse(items.find(({ id }) => id === old.id)?.expiresAt ?? "") - Date.now();
  expect(left).toBeLessThan(3.7e6);
  await inspect(page, "tokens-replaced");
  await row.getByRole("link", { name: `lhp_${next?.prefix ?? ""}…`, exact: true }).click();
  await expect(page.getByRole("dialog", { name: `Token lhp_${next?.prefix ?? ""}…` })).toBeVisible();
  await page
    .getByRole("dialog")
    .getByRole("link", { name: `lhp_${old.prefix}…` })
    .click();
  const pane = page.getByRole("dialog", { name: `Token lhp_${old.prefix}…` });
  await expect(pane.getByText(/^Replaced by lhp_/)).toBeVisible();
  await expect(pane.getByRole("button", { name: "Rotate", exact: true })).toHaveCount(0);
  await expect(pane.getByRole("button", { name: "Extend lease" })).toBeDisabled();
  await inspect(page, "token-replaced");
});

test("a token that is replaced at once stops working, and a use after that revokes the new one", async ({
  visitor,
}) => {
  const { page } = visitor;
  const org = await found(visitor, "stopp@example.com", "Stopp Steel");
  const old = await createToken(page, org, "Leaked");
  await page.goto(`${org}/profile/tokens/${old.id}`);
  await page.getByRole("button", { name: "Rotate", exact: true }).click();
  await page.getByRole("radio", { name: /^Not at all/ }).check();
  await page.getByRole("button", { name: "Rotate token" }).click();
  await page.getByRole("button", { name: "Copy secret" }).click();
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("table").getByRole("row")).toHaveCount(2);
  expect(await use(page, old.secret)).toBe(401);
  await page.getByRole("checkbox", { name: "Include expired tokens" }).check();
  const row = page.getByRole("row", { name: /Replaced by lhp_/ });
  await expect(row).toContainText("Replaced");
  await inspect(page, "tokens-replaced-ended");
  await row.getByRole("link", { name: /^Token lhp_/ }).click();
  await expect(page.getByText(/^This token was used on .*, after it was replaced\./)).toBeVisible();
  await inspect(page, "token-reused");
  await page.keyboard.press("Escape");
  await page.reload();
  await expect(page.getByRole("row", { name: /Revoked/ })).toHaveCount(1);
});

test("the dialog stays until the secret of the new token is there", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "warten@example.com", "Warten Works");
  await createToken(page, org, "Slow");
  await page.reload();
  await page.getByRole("link", { name: /Token lhp_.* Slow/ }).click();
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/rotate", async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole("button", { name: "Rotate", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Rotate this token?" });
  await dialog.getByRole("button", { name: "Rotate token" }).click();
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeDisabled();
  await page.keyboard.press("Escape");
  await backAndForth(page);
  await expect(dialog).toBeVisible();
  release();
  await expect(page.getByRole("textbox", { name: "Secret" })).toBeVisible();
});

test("a lost answer to a rotation does not rotate twice", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "verlor@example.com", "Verlor Vans");
  const old = await createToken(page, org, "Once only");
  await page.goto(`${org}/profile/tokens/${old.id}`);
  visitor.expectConsoleError(/ERR_FAILED/);
  let lost = false;
  await page.route("**/rotate", async (route) => {
    if (lost) return route.continue();
    lost = true;
    await route.fetch();
    return route.abort();
  });
  await page.getByRole("button", { name: "Rotate", exact: true }).click();
  await page.getByRole("button", { name: "Rotate token" }).click();
  await expect(page.getByText(/did not answer/)).toBeVisible();
  await page.getByRole("button", { name: "Rotate token" }).click();
  await expect(page.getByRole("textbox", { name: "Secret" })).toHaveValue(/^lhp_/);
  const { items } = await api<{ items: Token[] }>(page, "GET", "/me/tokens");
  expect(items).toHaveLength(2);
});

test("a token is renamed in place, and a change made elsewhere is not overwritten", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "nameh@example.com", "Nameh Nets");
  const token = await createToken(page, org, "Before");
  await page.goto(`${org}/profile/tokens/${token.id}`);
  const pane = page.getByRole("dialog", { name: /^Token lhp_/ });
  await pane.getByRole("button", { name: "Rename this token" }).click();
  const field = pane.getByRole("textbox", { name: "Description" });
  await expect(field).toBeFocused();
  await field.fill("After");
  await inspect(page, "token-rename");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Keep editing" }).click();
  await pane.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The token is now called After.")).toBeVisible();
  await expect(page.getByRole("row", { name: /After/, includeHidden: true })).toHaveCount(1);

  await pane.getByRole("button", { name: "Rename this token" }).click();
  await field.fill("Mine");
  await api(page, "PATCH", `/me/tokens/${token.id}`, { description: "Theirs" });
  visitor.expectConsoleError(/412/);
  await pane.getByRole("button", { name: "Save" }).click();
  await expect(pane.getByText(/^Someone else changed this\. Reload/)).toBeVisible();
  await inspect(page, "token-rename-conflict");
  await pane.getByRole("button", { name: "Reload" }).click();
  await expect(pane.getByText("Theirs")).toBeVisible();

  visitor.expectConsoleError(/400/);
  await pane.getByRole("button", { name: "Rename this token" }).click();
  await field.fill("Right-to-left \u202e override");
  await pane.getByRole("button", { name: "Save" }).click();
  await expect(field).toHaveAttribute("aria-invalid", "true");
});
