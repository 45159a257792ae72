import { inspect, picture } from "./inspect";
import { expect, open, switchTo, test } from "./fixtures";

const ada = "ada@example.com";

/** Views of an Owner: the path in the organization, a text that it shows, and the name of its pictures. */
const owner = [
  ["users", "grace@example.com", "users"],
  ["users?q=zzz", "No matching members", "users-nobody"],
  ["users/invite", "Send invitation", "user-invite"],
  ["profile", "All organizations", "profile"],
  ["profile/solutions", "Route planner", "profile-solutions"],
  ["profile/tokens", "Nightly export", "tokens"],
  ["profile/tokens/new", "What the token can do", "token-new"],
  ["solutions", "Route planner", "solutions"],
  ["solutions/new", "Create solution", "solution-new"],
  ["audit", "changed the role of", "audit"],
  ["settings", "Organization name", "settings"],
  ["nothing", "Page not found", "no-such-page"],
] as const;

for (const [path, sign, name] of owner) {
  test(`the view of an Owner at ${path} is accessible and fits`, async ({ visitor }) => {
    const { page } = visitor;
    await visitor.signIn(ada);
    await open(page, path);
    await expect(page.getByText(sign).first()).toBeVisible();
    await inspect(page, name);
  });
}

test("what opens from the list of users is accessible and fits", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn(ada);
  await open(page, "users");
  await page.getByRole("link", { name: "Edsger Dijkstra" }).click();
  await expect(page.getByRole("button", { name: "Enable user" })).toBeVisible();
  await inspect(page, "user");
  await page.getByRole("button", { name: "Remove from organization" }).click();
  await inspect(page, "user-remove");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("link", { name: "Users", exact: true }).first().click();
  await page.getByRole("button", { name: /change role of Mary Somerville/ }).click();
  await inspect(page, "user-role");
  await page.keyboard.press("Escape");
  await page.getByRole("checkbox", { name: "Select Mary Somerville" }).check();
  await page.getByRole("button", { name: "Assign solutions" }).click();
  await expect(page.getByRole("checkbox", { name: "Customs desk" })).toBeVisible();
  await inspect(page, "users-assign");
});

test("a solution, and what opens from it, is accessible and fits", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn(ada);
  await open(page, "solutions");
  await page.getByRole("link", { name: "Customs desk" }).click();
  await expect(page.getByText("alan@example.com")).toBeVisible();
  await inspect(page, "solution");
  await page.getByRole("button", { name: "Assign people" }).click();
  await expect(page.getByRole("checkbox", { name: /Grace Hopper/ })).toBeVisible();
  await expect(page.getByRole("checkbox", { name: /^Ada Lovelace.*Owner now/ })).toBeVisible();
  await expect(page.getByRole("checkbox", { name: /^Edsger Dijkstra.*Disabled/ })).toBeVisible();
  await inspect(page, "solution-assign");
});

test("an audit event is accessible and fits", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn(ada);
  await open(page, "audit");
  await page.getByRole("link", { name: /changed the role of Charles Babbage/ }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await inspect(page, "audit-entry");
});

test("the account menu is accessible and fits, behind a button on a narrow screen", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn(ada);
  await page.getByRole("button", { name: "Account menu" }).click();
  await expect(page.getByRole("link", { name: "My profile" }).last()).toBeFocused();
  await picture(page, "account-menu-open");
  await page.getByRole("button", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveCSS("color-scheme", "dark");
  await page.reload();
  await expect(page.locator("html")).toHaveCSS("color-scheme", "dark");
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(page.getByRole("button", { name: "Account menu" })).toBeHidden();
  await page.getByRole("button", { name: "Open navigation" }).click();
  await page.getByRole("button", { name: "Account menu" }).click();
  await page.getByRole("button", { name: "Light" }).click();
  await expect(page.locator("html")).toHaveCSS("color-scheme", "light");
  await picture(page, "account-menu-in-navigation", 390);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Open navigation" })).toBeFocused();
});

test("a long list is paged, searched and filtered, and the address keeps the filters", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("katherine@example.com");
  await open(page, "users");
  await expect(page.getByText(/\d\d members in Copper Works/)).toBeVisible();
  await expect(page.getByText(/1–25 of \d\d/)).toBeVisible();
  await inspect(page, "users-many");
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page.getByText(/26–\d\d of \d\d/)).toBeVisible();
  await page.getByRole("button", { name: "Previous" }).click();
  await expect(page.getByText(/1–25 of \d\d/)).toBeVisible();
  await page.getByRole("searchbox", { name: "Search by name or email" }).pressSequentially("lam");
  await expect(page.getByRole("row")).toHaveCount(3);
  await expect(page.getByRole("link", { name: "Hedy Lamarr" })).toBeVisible();
  await expect(page).toHaveURL(/\?q=lam$/);
  await page.getByRole("combobox", { name: "Role" }).selectOption("creator");
  await expect(page).toHaveURL(/\?q=lam&role=creator$/);
  await page.reload();
  await expect(page.getByRole("searchbox")).toHaveValue("lam");
  await open(page, "users");
  await page.getByRole("combobox", { name: "Solution" }).selectOption({ label: "Shift handover" });
  await expect(page.getByRole("link", { name: "Ada Lovelace" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Hedy Lamarr" })).toBeHidden();
});

test("a creator sees users and own solutions, and nothing to manage people with", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn(ada);
  await switchTo(page, "Copper Works");
  await open(page, "users");
  await expect(page.getByRole("link", { name: "Barbara Liskov" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Invite user" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: /change role/ })).toHaveCount(0);
  await expect(page.getByRole("link", { name: /^(Audit|Settings)$/ })).toHaveCount(0);
  await page.getByRole("link", { name: "Barbara Liskov" }).click();
  await expect(page.getByRole("heading", { name: "Organization role" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Advanced actions" })).toHaveCount(0);
  await expect(page.getByRole("link", { name: /Token/ })).toHaveCount(0);
  await open(page, "audit");
  await expect(page.getByRole("heading", { name: "You don't have access to this page" })).toBeVisible();
  await inspect(page, "not-for-your-role");
});
