import type { Page } from "@playwright/test";
import { bearerToken, expect, organization, test } from "./fixtures";

// Meridian Rail has 3,002 people; console.Serve creates it.
const owner = "grete@example.com";

/** Records requests for pages of members, without those that count them. The returned function returns the queries recorded since its last call. */
function recordMemberRequests(page: Page): () => URLSearchParams[] {
  let recorded: URLSearchParams[] = [];
  page.on("request", (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (/\/organizations\/[^/]+\/members$/.test(pathname) && !searchParams.has("count")) recorded.push(searchParams);
  });
  return () => {
    const taken = recorded;
    recorded = [];
    return taken;
  };
}

const people = (page: Page) => page.getByRole("row").filter({ has: page.getByRole("link") });
const range = (page: Page) => page.getByRole("navigation", { name: "Pages" }).getByRole("status");

test("in an organization of thousands each page takes one request, and only its rows are in the document", async ({
  visitor,
}) => {
  const { page } = visitor;
  const takeRequests = recordMemberRequests(page);
  await visitor.signIn(owner);
  await expect(page.getByText("3,002 members in Meridian Rail")).toBeVisible();
  await expect(range(page)).toHaveText("1–25 of 3,002");
  expect(takeRequests()).toHaveLength(1);
  const names: string[] = [];
  for (const at of ["1–25", "26–50", "51–75", "76–100"]) {
    await expect(range(page)).toHaveText(`${at} of 3,002`);
    await expect(people(page)).toHaveCount(25);
    names.push(...(await people(page).getByRole("link").allTextContents()));
    await page.getByRole("button", { name: "Next" }).click();
  }
  await expect(range(page)).toHaveText("101–125 of 3,002");
  expect(new Set(names).size).toBe(100);
  expect([...names].sort((a, b) => a.localeCompare(b, "en"))).toEqual(names);
  expect(takeRequests()).toHaveLength(4);
  await page.getByRole("button", { name: "Previous" }).click();
  await expect(range(page)).toHaveText("76–100 of 3,002");
  expect(takeRequests()).toHaveLength(1);
});

test("going back from a profile, or reloading, shows the same page", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn(owner);
  await page.getByRole("button", { name: "Next" }).click();
  await expect(range(page)).toHaveText("26–50 of 3,002");
  await page.getByRole("button", { name: "Next" }).click();
  await expect(range(page)).toHaveText("51–75 of 3,002");
  const shown = await people(page).getByRole("link").allTextContents();
  await people(page).getByRole("link").nth(7).click();
  await expect(page.getByRole("heading", { name: "Personal details" })).toBeVisible();
  const takeRequests = recordMemberRequests(page);
  await page.goBack();
  await expect(range(page)).toHaveText("51–75 of 3,002");
  await expect(people(page).getByRole("link")).toHaveText(shown);
  expect(takeRequests()).toHaveLength(1);
  await page.reload();
  await expect(range(page)).toHaveText("51–75 of 3,002");
  await page.getByRole("button", { name: "Previous" }).click();
  await expect(range(page)).toHaveText("26–50 of 3,002");
  await page.getByRole("link", { name: "Users", exact: true }).first().click();
  await expect(range(page)).toHaveText("1–25 of 3,002");
});

test("a search starts when typing pauses, and searches and filters find one person among thousands", async ({
  visitor,
}) => {
  const { page } = visitor;
  await visitor.signIn(owner);
  await expect(range(page)).toHaveText("1–25 of 3,002");
  const takeRequests = recordMemberRequests(page);
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 1000);
  for (const letter of "vera2718") {
    await page.getByRole("searchbox").press(letter);
    await page.clock.runFor(60);
  }
  expect(takeRequests()).toHaveLength(0);
  await page.clock.resume();
  await expect(people(page)).toHaveCount(1);
  await expect(page.getByRole("link", { name: "Vera2718 Person" })).toBeVisible();
  expect(takeRequests().map((query) => query.get("q"))).toEqual(["vera2718"]);

  await page.getByRole("searchbox").fill("");
  await expect(range(page)).toHaveText("1–25 of 3,002");
  takeRequests();
  await page.getByRole("combobox", { name: "Role" }).selectOption("owner");
  await expect(people(page)).toHaveCount(1);
  await expect(page.getByRole("link", { name: "Grete Hermann" })).toBeVisible();
  expect(takeRequests()).toHaveLength(1);
  await page.getByRole("combobox", { name: "Role" }).selectOption("creator");
  await expect(range(page)).toHaveText(/^1–25 of [\d,]+$/);
  await expect(people(page)).toHaveCount(25);
  expect(takeRequests()).toHaveLength(1);
});

test("all that match are counted and selected, also on other pages, and a page can be longer", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn(owner);
  await page.getByRole("searchbox").fill("ADA12");
  await expect(range(page)).toHaveText("1–20 of 20");
  await page.getByRole("searchbox").fill("mmy1");
  await expect(range(page)).toHaveText("1–25 of 200");
  await page.getByRole("combobox", { name: "Members per page" }).selectOption("50");
  await expect(range(page)).toHaveText("1–50 of 200");
  await expect(page).toHaveURL(/\?q=mmy1&size=50$/);
  await page.getByRole("checkbox", { name: "Select all on this page" }).check();
  await page.getByRole("button", { name: "Select all 200 that match" }).click();
  await expect(page.getByText("200 selected")).toBeVisible();
  await page.getByRole("button", { name: "Next" }).click();
  await expect(range(page)).toHaveText("51–100 of 200");
  await expect(page.getByRole("checkbox", { name: "Select all on this page" })).toBeChecked();
  await page.getByRole("button", { name: "Remove" }).click();
  const pane = page.getByRole("dialog", { name: "Remove from organization" });
  await expect(pane.getByText("This concerns 200 people.")).toBeVisible();
  await pane.getByRole("button", { name: "Show 195 more" }).click();
  await expect(pane.getByRole("region", { name: "Affected" }).getByRole("listitem")).toHaveCount(200);
  await page.keyboard.press("Escape");
  await expect(pane).toHaveCount(0);
  await expect(page).toHaveURL(/\/users\?q=mmy1&size=50$/);
  await page.reload();
  await expect(range(page)).toHaveText("51–100 of 200");
});

test("filtering by solution finds one person among thousands", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn(owner);
  const headers = { Authorization: `Bearer ${await bearerToken(page)}` };
  const org = organization(page);
  const last = await page.request.get(`../organizations/${org}/members?q=zora2999`, { headers });
  const [{ id }] = ((await last.json()) as { items: [{ id: string }] }).items;
  const made = await page.request.post(`../organizations/${org}/solutions`, { headers, data: { name: "Signal log" } });
  const solution = ((await made.json()) as { id: string }).id;
  await page.request.put(`../organizations/${org}/solutions/${solution}/members/${id}`, {
    headers,
    data: { role: "user" },
  });
  await page.request.delete(
    `../organizations/${org}/solutions/${solution}/members/${(await profile(page, headers)).id}`,
    { headers },
  );
  const takeRequests = recordMemberRequests(page);
  await page.goto(`${org}/users?solution=${solution}`);
  await expect(page.getByRole("link", { name: "Zora2999 Person" })).toBeVisible();
  await expect(people(page)).toHaveCount(1);
  expect(takeRequests().length).toBeLessThanOrEqual(20);
});

async function profile(page: Page, headers: Record<string, string>): Promise<{ id: string }> {
  return (await (await page.request.get("../me", { headers })).json()) as { id: string };
}
