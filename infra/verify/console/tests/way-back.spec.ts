import { expect, open, organization, test } from "./fixtures";
import { inspect } from "./inspect";

test("days in the address that do not exist are ignored", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("katherine@example.com");
  await open(page, "audit?since=2026-99-99&until=2026-02-31");
  await expect(page.getByRole("heading", { level: 1, name: "Audit" })).toBeVisible();
  await expect(page.getByRole("list").getByRole("listitem").first()).toBeVisible();
  await expect(page.getByLabel("Time")).toHaveValue("");
});

test("a view that fails to render leaves the navigation, and a way back", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("katherine@example.com");
  await open(page, "users");
  visitor.expectConsoleError(/Error/);
  await page.route("**/v1/organizations/*/solutions*", (route) => route.fulfill({ json: { items: [null] } }));
  const reported = page.waitForResponse("**/v1/console/errors");
  await page.goto(`${organization(page)}/solutions`);
  await expect(page.getByRole("heading", { level: 1, name: "Something went wrong" })).toBeVisible();
  const response = await reported;
  expect(response.status(), "the API accepts the report").toBe(204);
  const report = response.request().postDataJSON() as { id: string; frames: string[]; view: string };
  expect(report.view).toBe("solutions");
  expect(report.frames[0]).toMatch(/^[\w-]+\.js:\d+:\d+$/);
  await expect(page.getByRole("alert")).toContainText(`quote the report ID ${report.id}.`);
  await inspect(page, "render-error");
  await page.getByRole("link", { name: "Settings" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
  await page.getByRole("link", { name: "Solutions" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Something went wrong" })).toBeVisible();
  await page.unrouteAll();
  await page.getByRole("button", { name: "Reload" }).click();
  await expect(page.getByRole("link", { name: "Shift handover" })).toBeVisible();
});

test("a browser that blocks storage shows the sign-in, and why it can't work", async ({ visitor }) => {
  const { page } = visitor;
  await page.addInitScript(() => {
    for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(window, name, {
        get: () => {
          throw new DOMException("Access is denied for this document.", "SecurityError");
        },
      });
    }
  });
  await page.goto("");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText(/^Your browser doesn't let this site store data/)).toBeVisible();
  await inspect(page, "storage-blocked");
});

test("a reload that fails after a change keeps the list, and says so next to it", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("katherine@example.com");
  await open(page, "solutions");
  await page.getByRole("link", { name: "Shift handover" }).click();
  const role = page.getByRole("combobox", { name: /^Role of/ }).first();
  await expect(role).toBeVisible();
  visitor.expectConsoleError(/503/);
  const isReadOfPeople = (url: URL) => /\/solutions\/sol_\w+\/members$/.test(url.pathname);
  await page.route(isReadOfPeople, (route) =>
    route.request().method() === "GET"
      ? route.fulfill({
          status: 503,
          contentType: "application/problem+json",
          body: JSON.stringify({ title: "Temporarily unavailable", detail: "The data is out of reach." }),
        })
      : route.continue(),
  );
  const before = await role.inputValue();
  await role.selectOption(before === "editor" ? "user" : "editor");
  await expect(page.getByText("What you see here may be out of date. The data is out of reach.")).toBeVisible();
  await expect(role).toBeVisible();
  await inspect(page, "reload-failure");
  await page.unrouteAll();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("What you see here may be out of date.")).toHaveCount(0);
  await role.selectOption(before);
});
