import type { Page } from "@playwright/test";
import { expect, open, test } from "./fixtures";
import { expectNoOverflow, picture, violations, waitForAnimations } from "./inspect";
import { api, createToken, found } from "./own-tokens";

const person = "مريم 27";
const place = "مطار الشرق 3";
const box = "حاوية 9";

/** Returns the texts from right to left that are not isolated from the text around them. */
function mixedTexts(): string[] {
  const found: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent ?? "";
    const parent = node.parentElement;
    if (!parent || parent.closest("option, script, .avatar, .visually-hidden")) continue;
    const rest = text.replace(/\u2068[^\u2069]*\u2069/g, "");
    if (!/[\u0590-\u08ff]/.test(rest)) continue;
    // An element that holds nothing but the name is a unit of its own, if it isolates.
    let whole = parent;
    while (whole.parentElement?.textContent.trim() === text.trim()) whole = whole.parentElement;
    const isolates = [parent, whole].some((e) => /isolate|plaintext/.test(getComputedStyle(e).unicodeBidi));
    if (!isolates || parent.textContent.trim() !== text.trim()) found.push(parent.outerHTML);
  }
  return found;
}

test("names from right to left never reorder the words around them", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "rtl@example.com", place);
  await api(page, "PATCH", "/me", { displayName: person, firstName: "مريم", lastName: "الشرقي" });
  const solution = await api<{ id: string }>(page, "POST", `/organizations/${org}/solutions`, {
    name: box,
    description: "ما يصل 5",
  });
  const token = await createToken(page, org, "تقرير 7");
  const invited = await api<{ id: string }>(page, "POST", `/organizations/${org}/members`, {
    email: "laila@example.com",
    firstName: "ليلى",
    lastName: "حداد 8",
    role: "user",
  });
  for (const path of [
    "users",
    `users/${invited.id}`,
    `users/${invited.id}/role`,
    `users/${invited.id}/solutions`,
    "profile",
    "profile/solutions",
    "profile/tokens",
    `profile/tokens/${token.id}`,
    "solutions",
    `solutions/${solution.id}`,
    `solutions/${solution.id}/assign`,
    "audit",
    "settings",
    "nothing",
  ]) {
    await openView(page, `${org}/${path}`);
    expect(await page.evaluate(mixedTexts), path).toEqual([]);
  }
  await page.goto(`${org}/solutions/${solution.id}`);
  await page.getByRole("button", { name: new RegExp(`^Unassign ${person}`) }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("can no longer use");
  expect(await page.evaluate(mixedTexts)).toEqual([]);
  // It is rendered in a cell that is aligned to the end.
  await expect(dialog.locator("p")).toHaveCSS("text-align", "start");
});

/** Returns the elements that are cut off at the right edge of the screen, or of what clips them. */
function cutOff(): string[] {
  const found: string[] = [];
  for (const element of document.querySelectorAll<HTMLElement>("main *, dialog *, .sidebar *")) {
    if (element.closest(".visually-hidden, .clip, thead, .clamp, .button, .row-link, .account-text, svg, input"))
      continue;
    const { right, width } = element.getBoundingClientRect();
    if (width > 0 && right > document.documentElement.clientWidth + 1) found.push(element.outerHTML.slice(0, 200));
    const style = getComputedStyle(element);
    const clips = style.overflowX === "hidden" || style.overflowX === "clip";
    if (clips && element.scrollWidth > element.clientWidth + 1) found.push(element.outerHTML.slice(0, 200));
  }
  return found;
}

/** Opens a view by its address, and waits until it has loaded. */
async function openView(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await expect(page.getByRole("heading", { level: 1, includeHidden: true })).toBeVisible();
  await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
}

async function expectToFit(page: Page, what: string): Promise<void> {
  await waitForAnimations(page); // a pane that slides in is cut off until it is there
  expect(await page.evaluate(cutOff), what).toEqual([]);
  await expectNoOverflow(page, what);
}

test("at 320 pixels nothing is cut off, however long the words are", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "lang@example.com", "W".repeat(100));
  await api(page, "PATCH", "/me", { displayName: "X".repeat(100) });
  const solution = await api<{ id: string }>(page, "POST", `/organizations/${org}/solutions`, {
    name: "Y".repeat(100),
    description: "Z".repeat(200),
  });
  const token = await createToken(page, org, "Export ".repeat(28).trim());
  await page.goto(`${org}/profile/tokens`);
  const lines = await page
    .locator(".tokens .clamp")
    .first()
    .evaluate((e) => e.clientHeight / parseFloat(getComputedStyle(e).lineHeight));
  expect(lines, "a description has at most two lines in the list").toBeLessThan(2.5);
  for (const [width, colorScheme] of [
    [320, "light"],
    [640, "dark"],
    [1280, "light"],
  ] as const) {
    await page.setViewportSize({ width, height: 700 });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const path of [
      "users",
      "users/invite",
      "profile",
      "profile/tokens",
      `profile/tokens/${token.id}`,
      "solutions",
      `solutions/${solution.id}`,
      "audit",
      "settings",
      "nothing",
    ]) {
      await openView(page, `${org}/${path}`);
      await expectToFit(page, `${path} at ${width}`);
      expect(width === 320 ? await violations(page, "all") : [], path).toEqual([]);
    }
    await picture(page, "long-words", width, colorScheme);
  }
});

test("forced colors show the current tab and page, the lease, selected rows and the arrows of fields", async ({
  visitor,
}) => {
  const { page } = visitor;
  const org = await found(visitor, "kontrast@example.com", "Kontrast Kayaks");
  await createToken(page, org, "Contrast");
  await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
  await page.goto(`${org}/profile/tokens`);
  await expect(page.getByText("Contrast", { exact: true }).first()).toBeVisible();
  const tab = (current: boolean) => page.locator(current ? ".tabs a[aria-current]" : ".tabs a:not([aria-current])");
  const line = (current: boolean) =>
    tab(current)
      .first()
      .evaluate((e) => getComputedStyle(e).borderBottomColor);
  const canvas = await page.evaluate(() => {
    const probe = document.createElement("i");
    probe.style.color = "Canvas";
    document.body.append(probe);
    return getComputedStyle(probe).color;
  });
  expect(await line(false)).toBe(canvas);
  expect(await line(true)).not.toBe(canvas);
  const background = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((e) => getComputedStyle(e).backgroundColor);
  expect(await background(".sidebar nav a[aria-current]")).not.toBe(
    await background(".sidebar nav a:not([aria-current])"),
  );
  await expect(page.locator(".lease-bar").first()).toHaveCSS("border-top-width", "1px");
  await expect(page.locator("select").first()).toHaveCSS("appearance", "auto");
  await picture(page, "forced-colors-tokens");
  await api(page, "POST", `/organizations/${org}/solutions`, { name: "Any" });
  await page.goto(`${org}/users`);
  await page.getByRole("checkbox", { name: /^Select Kontrast/ }).check();
  await expect(page.locator("tr.selected")).toHaveCSS("outline-style", "solid");
  await picture(page, "forced-colors-users");
});

test("print leaves out what only works on a screen", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("ada@example.com");
  await open(page, "users");
  await expect(page.getByRole("link", { name: "Mary Somerville" })).toBeVisible();
  await page.emulateMedia({ media: "print" });
  for (const hidden of [".sidebar", ".filters", ".heading-actions", ".tick"])
    await expect(page.locator(hidden).first()).toBeHidden();
  await expect(page.getByRole("link", { name: "Mary Somerville" })).toBeVisible();
  await expect(page.locator("main")).toHaveCSS("margin-left", "0px");
});

test.describe("in another time zone", () => {
  test.use({ timezoneId: "Pacific/Kiritimati" });

  test("times name the zone, and a new token is described with the reader's date", async ({ visitor }) => {
    const { page } = visitor;
    const org = await found(visitor, "zeit@example.com", "Zeit Zone");
    await page.goto(`${org}/profile/tokens/new`);
    const today = new Intl.DateTimeFormat("en-GB", {
      day: "numeric",
      month: "short",
      year: "numeric",
      timeZone: "Pacific/Kiritimati",
    }).format(new Date());
    const description = `Token for Zeit Zone created on ${today}`;
    await expect(page.getByRole("textbox", { name: "Description" })).toHaveAttribute("placeholder", description);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("button", { name: "Copy secret" }).click();
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("link", { name: description }).first().click();
    await expect(
      page
        .getByRole("dialog")
        .getByText(/, \d\d:\d\d GMT\+14$/)
        .first(),
    ).toBeVisible();
  });
});
