import type { Page } from "@playwright/test";
import { expect, open, test } from "./fixtures";
import { expectNoOverflow, inspect, violations } from "./inspect";
import { api, createToken, found, join } from "./own-tokens";

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });

test("keys go to views, search and list themselves, but not where someone types, and can be turned off", async ({
  visitor,
}) => {
  const { page } = visitor;
  await visitor.signIn("katherine@example.com");
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await expect(heading(page, "Solutions")).toBeFocused();
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await expect(page).toHaveURL(/\/profile\/tokens$/);
  await page.keyboard.press("g");
  await page.keyboard.press("u");
  const search = page.getByRole("searchbox", { name: "Search by name or email" });
  await expect(search).toBeVisible();
  await expect(heading(page, "Users")).toBeFocused(); // or it would take the focus from the field
  await page.keyboard.press("/");
  await expect(search).toBeFocused();
  await page.keyboard.type("g?");
  await expect(search).toHaveValue("g?");
  await search.fill("");

  await heading(page, "Users").focus();
  await page.keyboard.press("?");
  const list = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(list.getByText("Go to Audit")).toBeVisible();
  await inspect(page, "keyboard-shortcuts");
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await expect(list).toBeVisible();
  await list.getByRole("checkbox", { name: /^Use shortcuts without/ }).uncheck();
  await expect(list.getByText("Go to Audit")).toHaveCount(0);
  await page.goBack();
  await expect(list).toHaveCount(0);
  await expect(heading(page, "Users")).toBeVisible();
  await page.reload();
  await heading(page, "Users").focus();
  await page.keyboard.press("?");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog")).toHaveAccessibleName("Search");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Account menu" }).click();
  await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await list.getByRole("checkbox", { name: /^Use shortcuts without/ }).check();
});

test("the command menu finds people, solutions, tokens and settings by the keyboard alone", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "befehl@example.com", "Befehl Boats");
  await join(page, org, "zelda@example.com", "user");
  await api(page, "POST", `/organizations/${org}/solutions`, { name: "Zebra crossing" });
  await createToken(page, org, "Zenith export");
  await page.goto(`${org}/users`);
  await expect(heading(page, "Users")).toBeVisible();
  await page.keyboard.press("Control+k");
  const menu = page.getByRole("dialog", { name: "Search" });
  const field = menu.getByRole("combobox");
  const options = menu.getByRole("option");
  await expect(field).toBeFocused();
  await expect(options.first()).toHaveAttribute("aria-selected", "true");
  await inspect(page, "command-menu");
  await field.fill("ze");
  await expect(menu.getByRole("status")).toHaveText("3 results.");
  await expect(options).toHaveText([/^Zelda/, /^Zebra crossing/, /^Zenith export/]);
  await page.keyboard.press("End");
  await expect(options.nth(2)).toHaveAttribute("aria-selected", "true");
  await expect(field).toHaveAttribute("aria-activedescendant", (await options.nth(2).getAttribute("id")) ?? "");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(heading(page, "Zebra crossing")).toBeFocused();
  await page.goBack();
  await expect(heading(page, "Users")).toBeVisible();
  await expect(menu).toHaveCount(0);

  await page.getByRole("button", { name: /^Search/ }).click();
  await field.fill("nothing like this");
  await expect(menu.getByRole("status")).toHaveText("Nothing matches “nothing like this”.");
  await page.keyboard.press("Enter");
  await expect(menu).toBeVisible();
  await page.goBack();
  await expect(menu).toHaveCount(0);
  await expect(page).toHaveURL(/\/users$/);

  await page.keyboard.press("Control+k");
  await field.fill("new organ");
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Name" }).fill("Befehl Barges");
  await expect(page).toHaveTitle("New organization · Users · Befehl Boats · Leasehold");
  await page.goBack();
  await page.getByRole("button", { name: "Keep editing" }).click();
  await page.getByRole("button", { name: "Create organization" }).click();
  await expect(page.getByText("Befehl Barges created.")).toBeVisible();
  await expect(page).toHaveTitle("Users · Befehl Barges · Leasehold");
});

test("the command menu offers only what the role allows, at 320 pixels and for names from right to left", async ({
  visitor,
}) => {
  const { page } = visitor;
  await visitor.signIn("alan@example.com");
  await page.keyboard.press("Control+k");
  const menu = page.getByRole("dialog", { name: "Search" });
  const option = (name: string) => menu.getByRole("option", { name, exact: true });
  await expect(option("New solution")).toBeVisible();
  for (const name of ["Audit", "Settings", "Invite user", "Service accounts"])
    await expect(option(name)).toHaveCount(0);
  await page.setViewportSize({ width: 320, height: 640 });
  await expectNoOverflow(page, "the command menu at 320 pixels");
  expect(await violations(page, "all")).toEqual([]);
  await page.route("**/members?*", async (route) =>
    route.fulfill({
      json: { items: [{ id: "usr_1", displayName: "مريم الشرقي", email: "maryam@example.com", role: "user" }] },
    }),
  );
  await menu.getByRole("combobox").fill("مريم");
  await expect(
    menu
      .getByRole("option", { name: /مريم الشرقي/ })
      .locator("bdi")
      .first(),
  ).toBeVisible();
  await expectNoOverflow(page, "a name from right to left");
  visitor.expectConsoleError(/503/);
  await page.route("**/members?*", (route) =>
    route.fulfill({
      status: 503,
      contentType: "application/problem+json",
      body: JSON.stringify({ title: "Temporarily unavailable", detail: "The data is out of reach." }),
    }),
  );
  await menu.getByRole("combobox").fill("ada");
  await expect(menu.getByRole("status")).toContainText("The search is incomplete. The data is out of reach.");
});

test("Home, End and letters move in the account menu, and open no view", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("katherine@example.com");
  await open(page, "settings");
  const button = page.getByRole("button", { name: "Account menu" });
  await button.focus();
  await page.keyboard.press("ArrowUp");
  await expect(page.getByRole("button", { name: "Sign out everywhere" })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("link", { name: "My profile" }).last()).toBeFocused();
  await page.keyboard.type("key");
  await expect(page.getByRole("button", { name: "Keyboard shortcuts" })).toBeFocused();
  await page.keyboard.press("End");
  await expect(page.getByRole("button", { name: "Sign out everywhere" })).toBeFocused();
  await page.keyboard.press("Home");
  await expect(page.getByRole("link", { name: "My profile" }).last()).toBeFocused();
  await page.keyboard.type("gu");
  await page.keyboard.press("Escape");
  await expect(button).toBeFocused();
  await expect(heading(page, "Settings")).toBeVisible();
});
