import { anotherBrowser, expect, open, signIn, test } from "./fixtures";
import { api, found, join } from "./own-tokens";

test("the next page starts at its top, with the focus there", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("katherine@example.com");
  await open(page, "users");
  const next = page.getByRole("button", { name: "Next" });
  await next.scrollIntoViewIfNeeded();
  expect(await page.evaluate(() => scrollY)).toBeGreaterThan(300);
  await next.click();
  await expect(page.getByText(/26–\d\d of \d\d/)).toBeVisible();
  await expect(page.getByRole("row").nth(1)).toBeInViewport();
  await expect(page.getByRole("region", { name: "Users" })).toBeFocused();
});

test("closing a pane goes back to the list from which it was opened", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "zurueck@example.com", "Zurueck Zeppelins");
  await api(page, "POST", "/me/tokens", { organizationId: org, description: "Weather station" });
  await page.goto(`${org}/solutions`);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "My profile" }).click();
  await page.getByRole("link", { name: "Personal Access Tokens" }).click();
  await page
    .getByRole("link", { name: /Weather station/ })
    .first()
    .click();
  await expect(page.getByRole("dialog", { name: /^Token lhp_/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/\/profile\/tokens$/);
  await page.goBack();
  await expect(page).toHaveURL(/\/profile$/);
  await expect(page.getByRole("dialog")).toHaveCount(0);

  // Opened by its address, a pane has no list to go back to.
  await page.goto(`${org}/users/invite`);
  await page.getByRole("button", { name: "Close" }).click();
  await expect(page).toHaveURL(/\/users$/);
});

test("the email address in a row can be selected, and a click on it opens the row", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("katherine@example.com");
  await open(page, "users");
  const email = page.getByText("ada@example.com", { exact: true });
  await expect(email).toBeVisible();
  const box = await email.evaluate((element) => element.getBoundingClientRect());
  await page.mouse.move(box.x + 1, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width + 1, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  expect(await page.evaluate(() => getSelection()?.toString().trim())).toBe("ada@example.com");
  await expect(page).toHaveURL(/\/users$/);
  await page.mouse.click(box.x + box.width + 80, box.y + box.height / 2);
  await expect(page.getByRole("heading", { level: 1, name: "Ada Lovelace" })).toBeVisible();
  await page.getByRole("button", { name: "Copy email" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("ada@example.com");
});

test("an audit event and the pane of a role open by their addresses", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("ada@example.com");
  await open(page, "audit?action=member.disable");
  await page.getByRole("link", { name: /disabled Edsger Dijkstra/ }).click();
  const pane = page.getByRole("dialog", { name: "Disabled a member" });
  await expect(pane).toBeVisible();
  const address = page.url();
  expect(address).toMatch(/\/audit\/[0-9a-z]+\?action=member\.disable$/);
  await page.goto(address.replace("member.disable", "organization.create"));
  await expect(pane).toContainText("Edsger Dijkstra");
  await page.keyboard.press("Escape");
  await expect(pane).toHaveCount(0);
  await open(page, "users?q=Mary");
  await page.getByRole("button", { name: /change role of Mary/ }).click();
  await page.reload();
  await expect(page.getByRole("dialog", { name: "Change role" })).toContainText("Mary Somerville");
});

test("a message is dismissed, waits under the pointer, does not stack, and goes when a change fails", async ({
  visitor,
}) => {
  const { page } = visitor;
  const org = await found(visitor, "toast@example.com", "Toast Towers");
  await page.goto(`${org}/profile`);
  const last = page.getByRole("textbox", { name: "Last name" });
  const save = page.getByRole("button", { name: "Save changes" });
  const message = page.getByText("Your profile has been saved.");
  for (const name of [`One ${Date.now()}`, "Two"]) {
    await last.fill(name);
    await save.click();
    // The form begins anew with what was saved.
    await expect(save).toBeDisabled();
    await expect(last).toHaveValue(name);
    await expect(message).toHaveCount(1);
  }
  await page.clock.install();
  await message.hover();
  await page.clock.runFor(20_000);
  await expect(message).toBeVisible();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(message).toHaveCount(0);

  await last.fill("Three");
  await save.click();
  await expect(message).toBeVisible();
  await page.getByRole("textbox", { name: "Phone" }).fill("12");
  visitor.expectConsoleError(/400/);
  await save.click();
  await expect(page.getByText(/^Use a complete phone number/)).toBeVisible();
  await expect(message).toHaveCount(0);
});

test("only those who can do something to people select them, and a filter ends the selection", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("katherine@example.com");
  await open(page, "users");
  await page.getByRole("checkbox", { name: "Select George Boole" }).check();
  await expect(page.getByText("1 selected: George Boole")).toBeVisible();
  await page.getByRole("searchbox").fill("zzz");
  await expect(page.getByText("No matching members")).toBeVisible();
  await expect(page.getByText("1 selected")).toHaveCount(0);

  const { id: org } = await api<{ id: string }>(page, "POST", "/organizations", { name: "Kuer Cruises" });
  await join(page, org, "creatrix@example.com", "creator");
  const other = await anotherBrowser(page);
  const second = await other.newPage();
  await signIn(second, "creatrix@example.com");
  await second.goto(`${org}/users`);
  await expect(second.getByRole("link", { name: "Katherine Johnson" })).toBeVisible();
  await expect(second.getByRole("checkbox")).toHaveCount(0);
  await expect(second.getByRole("columnheader", { name: "Last seen" })).toHaveCount(0);
  await other.close();
});
