import { expect, test } from "./fixtures";
import { violations } from "./inspect";
import { api, createToken, found, join } from "./own-tokens";

interface Member {
  readonly id: string;
  readonly role: string;
  readonly status: string;
}

test("a role, a disabled member and an assignment come back with Undo", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "zuruecknahme@example.com", "Undo Umbrellas");
  const user = await join(page, org, "uma@example.com", "user");
  const desk = await api<{ id: string }>(page, "POST", `/organizations/${org}/solutions`, { name: "Umbrella desk" });
  await api(page, "PUT", `/organizations/${org}/solutions/${desk.id}/members/${user.id}`, { role: "editor" });
  const member = () => api<Member>(page, "GET", `/organizations/${org}/members/${user.id}`);
  const undo = page.getByRole("status").getByRole("button", { name: "Undo" });

  await page.goto(`${org}/users/${user.id}/role`);
  await page.getByRole("radio", { name: /^Creator/ }).check();
  await page.getByRole("button", { name: "Make a Creator" }).click();
  await expect(page.getByText("Uma is now a Creator.")).toBeVisible();
  await undo.click();
  await expect(page.getByText("Uma is a User again.")).toBeVisible();
  await expect(page.getByRole("row", { name: /uma@example\.com/ })).toContainText("User");
  expect((await member()).role).toBe("user");

  await page.goto(`${org}/users/${user.id}/profile`);
  await page.getByRole("button", { name: "Disable user" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Disable user" }).click();
  await expect(page.getByText("Uma is now disabled.")).toBeVisible();
  await undo.click();
  await expect(page.getByText("Uma is enabled again.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Disable user" })).toBeVisible();
  expect((await member()).status).toBe("active");

  await page.goto(`${org}/solutions/${desk.id}`);
  await page.getByRole("button", { name: "Unassign Uma" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Unassign" }).click();
  await expect(page.getByText("Removed Uma from Umbrella desk.")).toBeVisible();
  await undo.click();
  await expect(page.getByRole("combobox", { name: "Role of Uma" })).toHaveValue("editor");
  await expect(page.getByText("Uma is an Editor of Umbrella desk again.")).toBeVisible();
});

test("Undo overwrites nothing that someone else has changed in the meantime", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "inzwischen@example.com", "Meanwhile Mills");
  const user = await join(page, org, "meno@example.com", "user");
  const path = `/organizations/${org}/members/${user.id}`;
  const undo = page.getByRole("status").getByRole("button", { name: "Undo" });
  const refusal = page.getByText("Nothing was undone. Someone has made another change in the meantime.");
  visitor.expectConsoleError(/412/);

  await page.goto(`${org}/users/${user.id}/role`);
  await page.getByRole("radio", { name: /^Creator/ }).check();
  await page.getByRole("button", { name: "Make a Creator" }).click();
  await expect(undo).toBeVisible();
  await api(page, "PUT", `${path}/role`, { role: "admin" });
  await undo.click();
  await expect(refusal).toBeVisible();
  await expect(page.getByRole("row", { name: /meno@example\.com/ })).toContainText("Admin");
  expect((await api<Member>(page, "GET", path)).role).toBe("admin");

  await page.goto(`${org}/users/${user.id}/profile`);
  await page.getByRole("button", { name: "Disable user" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Disable user" }).click();
  await expect(undo).toBeVisible();
  await api(page, "POST", `${path}/enable`);
  await api(page, "POST", `${path}/disable`);
  await undo.click();
  await expect(refusal).toBeVisible();
  expect((await api<Member>(page, "GET", path)).status).toBe("disabled");
  await api(page, "POST", `${path}/enable`);

  const mill = await api<{ id: string }>(page, "POST", `/organizations/${org}/solutions`, { name: "Sawmill" });
  const assignment = `/organizations/${org}/solutions/${mill.id}/members/${user.id}`;
  await api(page, "PUT", assignment, { role: "user" });
  await page.goto(`${org}/solutions/${mill.id}`);
  const role = page.getByRole("combobox", { name: "Role of Meno" });
  await role.selectOption("editor");
  await expect(undo).toBeVisible();
  await api(page, "PUT", assignment, { role: "admin" });
  await undo.click();
  await expect(refusal).toBeVisible();
  await expect(role).toHaveValue("admin");

  await page.goto(`${org}/settings`);
  const name = page.getByRole("textbox", { name: "Organization name" });
  await name.fill("Meanwhile Mines");
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(undo).toBeVisible();
  await api(page, "PATCH", `/organizations/${org}`, { name: "Meanwhile Malls" });
  await undo.click();
  await expect(refusal).toBeVisible();
  await expect(name).toHaveValue("Meanwhile Malls");
});

test("names and the default organization come back with Undo", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "namen@example.com", "Name Nuts");
  await api(page, "POST", "/organizations", { name: "Other Oats" });
  const solution = await api<{ id: string }>(page, "POST", `/organizations/${org}/solutions`, { name: "Nutcracker" });
  const undo = page.getByRole("status").getByRole("button", { name: "Undo" });

  await page.goto(`${org}/profile`);
  const firstName = page.getByRole("textbox", { name: "First name" });
  const before = await firstName.inputValue();
  await firstName.fill("Nemo");
  await page.getByRole("button", { name: "Save changes" }).click();
  await undo.click();
  await expect(page.getByText("Your profile is as it was before.")).toBeVisible();
  await expect(firstName).toHaveValue(before);

  const initial = page.getByRole("combobox", { name: "Default organization" });
  const chosen = await initial.inputValue();
  await initial.selectOption({ label: chosen === org ? "Other Oats" : "Name Nuts" });
  await undo.click();
  await expect(page.getByText(/is your default organization again\.$/)).toBeVisible();
  await expect(initial).toHaveValue(chosen);

  await page.goto(`${org}/solutions/${solution.id}/edit`);
  await page.getByRole("textbox", { name: "Name" }).fill("Walnut cracker");
  await page.getByRole("button", { name: "Save" }).click();
  await undo.click();
  await expect(page.getByRole("heading", { level: 1, name: "Nutcracker" })).toBeVisible();
});

test("a message in a pane can be undone there, and one of a page covers nothing", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "meldung@example.com", "Message Mints");
  const token = await createToken(page, org, "Weather station");
  await page.goto(`${org}/profile/tokens/${token.id}`);
  const pane = page.getByRole("dialog");
  await pane.getByRole("button", { name: "Rename this token" }).click();
  await pane.getByRole("textbox", { name: "Description" }).fill("Weather balloon");
  await pane.getByRole("button", { name: "Save" }).click();
  await expect(pane.getByText("The token is now called Weather balloon.")).toBeVisible();
  expect(await violations(page, "all")).toEqual([]);
  await pane.getByRole("button", { name: "Undo" }).click();
  await expect(pane.getByText("The token is called Weather station again.")).toBeVisible();
  await expect(pane.locator(".rename")).toContainText("Weather station");

  await page.goto(`${org}/profile`);
  await page.getByRole("textbox", { name: "First name" }).fill("Meld");
  await page.getByRole("button", { name: "Save changes" }).click();
  const message = page.locator(".toast");
  await expect(message).toBeVisible();
  const covered = await message.evaluate((toast) => {
    const { left, right, top, bottom } = toast.getBoundingClientRect();
    return [...document.querySelectorAll<HTMLElement>("main, a, button, input")].filter((element) => {
      if (toast.contains(element)) return false;
      const box = element.getBoundingClientRect();
      return box.left < right && box.right > left && box.top < bottom && box.bottom > top;
    }).length;
  });
  expect(covered).toBe(0);
  await message.getByRole("button", { name: "Dismiss" }).click();
  await expect(message).toHaveCount(0);
});

test("on a narrow screen, a message never covers what has the focus", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "schmal@example.com", "Narrow Nets");
  await page.setViewportSize({ width: 390, height: 640 });
  await page.goto(`${org}/profile`);
  await page.getByRole("textbox", { name: "First name" }).fill(`Netty ${Date.now()}`);
  await page.getByRole("button", { name: "Save changes" }).click();
  const message = page.locator(".toast");
  await expect(message).toBeVisible();
  await page.locator(".toasts").last().dispatchEvent("mouseenter"); // it stays from now on

  const covered = () =>
    message.evaluate((toast) => {
      const focused = document.activeElement?.getBoundingClientRect() ?? new DOMRect();
      const { left, right, top, bottom } = toast.getBoundingClientRect();
      return focused.left < right && focused.right > left && focused.top < bottom && focused.bottom > top;
    });
  for (const name of ["Last name", "Display name", "Phone"]) {
    const field = page.getByRole("textbox", { name });
    await field.focus();
    // To the lower edge of the screen, and to the upper one.
    await field.evaluate((element) => scrollBy(0, element.getBoundingClientRect().bottom + 8 - innerHeight));
    await expect.poll(covered, `${name} at the lower edge`).toBe(false);
    await field.evaluate((element) => scrollBy(0, element.getBoundingClientRect().top - 60));
    await expect.poll(covered, `${name} at the upper edge`).toBe(false);
  }
});
