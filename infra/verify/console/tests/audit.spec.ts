import { expect, open, test } from "./fixtures";
import { inspect } from "./inspect";

const ada = "ada@example.com";

test("the audit log is filtered by person, action, text and time, and each filter can be dropped", async ({
  visitor,
}) => {
  const { page } = visitor;
  await visitor.signIn(ada);
  await open(page, "audit");
  await page.getByRole("button", { name: "Who acted" }).click();
  await page.getByRole("searchbox", { name: "Name or email" }).fill("Ada");
  await page
    .getByRole("group", { name: "Who acted" })
    .getByRole("button", { name: /Ada Lovelace/ })
    .click();
  await page.getByLabel("Action").selectOption("Disabled a member");
  await page.getByLabel("Time").selectOption("Last 30 days");
  await page.getByRole("searchbox", { name: /^Search/ }).fill("edsger");
  await expect(page).toHaveURL(/q=edsger/);
  const filters = page.getByRole("list", { name: "Filters" });
  for (const words of ["Text “edsger”", "By Ada Lovelace", "Disabled a member", "Last 30 days"])
    await expect(filters.getByRole("button", { name: `Remove filter: ${words}` })).toBeVisible();
  // The demo's events are older.
  await expect(page.getByRole("heading", { name: "No matching events" })).toBeVisible();
  await inspect(page, "audit-filtered");
  await page.reload();
  await expect(filters.getByRole("listitem")).toHaveCount(5);
  await filters.getByRole("button", { name: /Last 30 days/ }).click();
  await expect(page).not.toHaveURL(/range/);
  await expect(page.getByRole("link", { name: /Details: .+ disabled Edsger Dijkstra/ })).toHaveCount(1);
  await filters.getByRole("button", { name: "Clear filters" }).click();
  await expect(filters).toHaveCount(0);
  await expect(page).toHaveURL(/\/audit$/);
});

test("a search shows what it finds while it goes on, says how far back it is, and stops", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn(ada);
  // The demo's log is short: the second half of what is found comes with a second answer, which waits for the test.
  const held: (() => void)[] = [];
  await page.route(/\/organizations\/[^/]+\/audit\?.*q=/, async (route) => {
    const url = new URL(route.request().url());
    const isSecond = url.searchParams.has("cursor");
    url.searchParams.delete("cursor");
    if (isSecond) await new Promise<void>((resolve) => held.push(resolve));
    const response = await route.fetch({ url: url.href });
    const { items } = (await response.json()) as { items: readonly unknown[] };
    const body = isSecond
      ? { items: items.slice(1) }
      : { items: items.slice(0, 1), nextCursor: "more", searchedBackTo: "2026-11-03T10:00:00Z" };
    // The person may have stopped the search.
    await route.fulfill({ json: body }).catch(() => undefined);
  });
  await open(page, "audit?q=edsger");
  const rows = page.getByRole("link", { name: /^Details:/ });
  const status = page.getByRole("navigation", { name: "Pages" }).getByRole("status");
  await expect(status).toHaveText("Searching… Back to 3 Nov 2026 so far.");
  await expect(rows).toHaveCount(1);
  await inspect(page, "audit-searching");
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(status).toHaveText("Searched back to 3 Nov 2026. Found 1 so far.");
  const before = await rows.first().boundingBox();
  await page.getByRole("button", { name: "Search further back" }).click();
  await expect(status).toHaveText("Searching… Back to 3 Nov 2026 so far.");
  await expect.poll(() => held.length).toBe(2);
  for (const answer of held) answer();
  await expect(status).toHaveText(/^1–\d+ of \d+$/);
  expect(await rows.count()).toBeGreaterThan(1);
  expect(await rows.first().boundingBox()).toEqual(before);
});

test("an event's names lead to people and solutions, and its pane has the exact time", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn(ada);
  await open(page, "audit?action=member.disable");
  const details = page.getByRole("link", { name: /Details: .+ disabled Edsger Dijkstra/ });
  await details.click();
  const pane = page.getByRole("dialog", { name: "Disabled a member" });
  await expect(pane.getByText(/\d\d:\d\d:\d\d \S+/)).toBeVisible();
  await page.goBack();
  await expect(pane).toHaveCount(0);
  await expect(page).toHaveURL(/\/audit\?action=member\.disable$/);
  await page.getByRole("link", { name: "Edsger Dijkstra", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Edsger Dijkstra" })).toBeVisible();
});

test("what matches is exported as CSV and JSON Lines", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn(ada);
  await open(page, "audit?action=member.disable");
  for (const [button, name, content] of [
    ["Export CSV", /^audit-\d{4}-\d\d-\d\d\.csv$/, /^\ufeff"time",[^]*"Disabled a member"/],
    ["Export JSON Lines", /^audit-.*\.jsonl$/, /^\{.*"action":"member\.disable".*\}\n/],
  ] as const) {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: button }).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(name);
    const chunks: Buffer[] = [];
    for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString("utf8")).toMatch(content);
  }
});
