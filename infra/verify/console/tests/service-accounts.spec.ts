import { expect, open, test } from "./fixtures";
import { inspect } from "./inspect";
import { api, found } from "./own-tokens";

test("a service account is marked among the members, in its pane, and as an actor", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "dienst@example.com", "Dienst Docks");
  const account = await api<{ readonly id: string }>(page, "POST", `/organizations/${org}/service-accounts`, {
    name: "Deploy bot",
    role: "creator",
  });
  const token = await api<{ readonly secret: string }>(
    page,
    "POST",
    `/organizations/${org}/service-accounts/${account.id}/tokens`,
    { scopes: ["solutions:create"] },
  );
  const made = await page.request.post(`../organizations/${org}/solutions`, {
    headers: { Authorization: `Bearer ${token.secret}` },
    data: { name: "Crane control" },
  });
  expect(made.status()).toBe(201);

  await open(page, "users");
  await expect(page.getByRole("row", { name: /Deploy bot \(service account\)/ })).toBeVisible();
  await inspect(page, "users-service-account");
  await page.getByRole("link", { name: "Deploy bot" }).click();
  await expect(page.getByRole("heading", { name: "Service account" })).toBeVisible();
  await expect(page.getByText("First name")).toHaveCount(0);
  await inspect(page, "user-service-account");

  await open(page, "audit");
  await expect(page.getByText("Deploy bot (service account)").first()).toBeVisible();
});
