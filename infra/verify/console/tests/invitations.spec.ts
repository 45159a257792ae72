import { expect, test } from "./fixtures";
import { api, found } from "./own-tokens";

test("an invitation is open, expired or canceled, and the list says and filters which", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "einlad@example.com", "Einlad Inns");
  for (const email of ["offen@example.com", "vorbei@example.com"])
    await api(page, "POST", `/organizations/${org}/members`, { email, role: "user" });
  // Nobody waits seven days in a test.
  await page.route(/\/members(\/usr_\w+)?(\?.*)?$/, async (route) => {
    if (route.request().method() !== "GET") return route.fallback();
    const response = await route.fetch();
    const expire = (m: { email: string }) =>
      m.email === "vorbei@example.com" ? { ...m, invitationState: "expired" } : m;
    const body = (await response.json()) as { email: string } | { items: { email: string }[] };
    const json = "items" in body ? { ...body, items: body.items.map(expire) } : expire(body);
    return route.fulfill({ response, json });
  });
  await page.goto(`${org}/users`);
  await expect(page.getByRole("row", { name: /offen@example.com/ })).toContainText("Invited");
  await expect(page.getByRole("row", { name: /vorbei@example.com/ })).toContainText("Invitation expired");
  const status = page.getByRole("combobox", { name: "Status" });
  await status.selectOption({ label: "Invitation expired or withdrawn" });
  await expect(page.getByRole("link", { name: "offen@example.com" })).toHaveCount(0);
  await expect(page.getByRole("link", { name: "vorbei@example.com" })).toBeVisible();
  await status.selectOption({ label: "Invited" });
  await expect(page.getByRole("link", { name: "vorbei@example.com" })).toHaveCount(0);
  await status.selectOption("disabled");
  await expect(page.getByText("No members match these filters.")).toBeVisible();

  await status.selectOption("");
  await page.getByRole("link", { name: "offen@example.com" }).click();
  await expect(page.getByText("The link in the email stops working.")).toBeVisible();
  await page.getByRole("button", { name: "Cancel invitation" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Cancel the invitation to offen@example.com?" });
  await dialog.getByRole("button", { name: "Cancel invitation" }).click();
  await expect(page.getByText("Canceled the invitation to offen@example.com.")).toBeVisible();
  await page.goto(`${org}/audit`);
  await expect(page.getByText("canceled the invitation to offen@example.com").first()).toBeVisible();
});
