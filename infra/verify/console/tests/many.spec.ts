import type { Page } from "@playwright/test";
import { bearer, expect, organization, test } from "./person";

// Meridian Rail, of 3,002 people; console.Serve makes it.
const owner = "grete@example.com";

/** The requests for members since the last look, each with its query. */
function watched(page: Page): () => URLSearchParams[] {
  let seen: URLSearchParams[] = [];
  page.on("request", (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (/\/organizations\/[^/]+\/members$/.test(pathname)) seen.push(searchParams);
  });
  return () => {
    const found = seen;
    seen = [];
    return found;
  };
}

const people = (page: Page) => page.getByRole("row").filter({ has: page.getByRole("link") });
const range = (page: Page) => page.getByRole("navigation", { name: "Pages" }).getByRole("status");

test("in an organization of thousands each page takes one request, and only its rows are in the document", async ({
  person,
}) => {
  const { page } = person;
  const asked = watched(page);
  await person.enter(owner);
  await expect(page.getByText("3,002 people in Meridian Rail")).toBeVisible();
  await expect(range(page)).toHaveText("1–25 of 3,002");
  expect(asked()).toHaveLength(1);
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
  expect(asked()).toHaveLength(4);
  await page.getByRole("button", { name: "Previous" }).click();
  await expect(range(page)).toHaveText("76–100 of 3,002");
  expect(asked()).toHaveLength(1);
});

test("going back from a profile, or reloading, shows the same page", async ({ person }) => {
  const { page } = person;
  await person.enter(owner);
  await page.getByRole("button", { name: "Next" }).click();
  await expect(range(page)).toHaveText("26–50 of 3,002");
  await page.getByRole("button", { name: "Next" }).click();
  await expect(range(page)).toHaveText("51–75 of 3,002");
  const shown = await people(page).getByRole("link").allTextContents();
  await people(page).getByRole("link").nth(7).click();
  await expect(page.getByRole("heading", { name: "Personal details" })).toBeVisible();
  const asked = watched(page);
  await page.goBack();
  await expect(range(page)).toHaveText("51–75 of 3,002");
  await expect(people(page).getByRole("link")).toHaveText(shown);
  expect(asked()).toHaveLength(1);
  await page.reload();
  await expect(range(page)).toHaveText("51–75 of 3,002");
  await page.getByRole("button", { name: "Previous" }).click();
  await expect(range(page)).toHaveText("26–50 of 3,002");
  await page.getByRole("link", { name: "Users", exact: true }).first().click();
  await expect(range(page)).toHaveText("1–25 of 3,002");
});

test("typing asks once it pauses, and a search or a filter finds the one among thousands", async ({ person }) => {
  const { page } = person;
  await person.enter(owner);
  await expect(range(page)).toHaveText("1–25 of 3,002");
  const asked = watched(page);
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 1000);
  for (const letter of "vera2718") {
    await page.getByRole("searchbox").press(letter);
    await page.clock.runFor(100);
  }
  expect(asked()).toHaveLength(0);
  await page.clock.resume();
  await expect(people(page)).toHaveCount(1);
  await expect(page.getByRole("link", { name: "Vera2718 Person" })).toBeVisible();
  expect(asked().map((query) => query.get("q"))).toEqual(["vera2718"]);

  await page.getByRole("searchbox").fill("");
  await expect(range(page)).toHaveText("1–25 of 3,002");
  asked();
  await page.getByRole("combobox", { name: "Role" }).selectOption("owner");
  await expect(people(page)).toHaveCount(1);
  await expect(page.getByRole("link", { name: "Grete Hermann" })).toBeVisible();
  expect(asked()).toHaveLength(1);
  await page.getByRole("combobox", { name: "Role" }).selectOption("creator");
  await expect(range(page)).toHaveText("1–25");
  await expect(people(page)).toHaveCount(25);
  expect(asked()).toHaveLength(1);
});

test("filtering by solution finds one person among thousands", async ({ person }) => {
  const { page } = person;
  await person.enter(owner);
  const headers = { Authorization: `Bearer ${await bearer(page)}` };
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
    `../organizations/${org}/solutions/${solution}/members/${(await whoAmI(page, headers)).id}`,
    { headers },
  );
  const asked = watched(page);
  await page.goto(`${org}/users?solution=${solution}`);
  await expect(page.getByRole("link", { name: "Zora2999 Person" })).toBeVisible();
  await expect(people(page)).toHaveCount(1);
  expect(asked().length).toBeLessThanOrEqual(20);
});

async function whoAmI(page: Page, headers: Record<string, string>): Promise<{ id: string }> {
  return (await (await page.request.get("../me", { headers })).json()) as { id: string };
}
