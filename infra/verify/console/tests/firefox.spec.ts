import { expect, test } from "@playwright/test";
import { type Browser, launch, type Page } from "puppeteer-core";

// Playwright drives only its own build of Firefox. Puppeteer drives the one that people have, by WebDriver BiDi.
const executablePath = process.env.LEASEHOLD_FIREFOX ?? "/usr/bin/firefox-esr";
const timeout = 20_000;

/** The views of an Owner and a text that each shows. */
const views = [
  ["users", "grace@example.com"],
  ["users/invite", "Send invitation"],
  ["profile", "All organizations"],
  ["profile/solutions", "Route planner"],
  ["profile/tokens", "Nightly export"],
  ["solutions", "Route planner"],
  ["audit", "changed the role of"],
  ["settings", "Organization name"],
] as const;

let browser: Browser;
let page: Page;
let messages: string[];

test.beforeAll(async () => {
  browser = await launch({ browser: "firefox", executablePath });
});

test.beforeEach(async ({ baseURL }) => {
  page = await (await browser.createBrowserContext()).newPage();
  page.setDefaultTimeout(timeout);
  messages = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warn") messages.push(message.text());
  });
  page.on("pageerror", (error) => messages.push(String(error)));

  await page.setViewport({ width: 1280, height: 860 });
  await page.goto(baseURL ?? "");
  await button("Sign in").click();
  await button("Ada Lovelace").click();
  await page.locator(".account ::-p-text(Ada Lovelace)").wait();
});

test.afterEach(async () => {
  await page.browserContext().close();
  expect(messages).toEqual([]);
});

test.afterAll(() => browser.close());

function button(name: string) {
  return page.locator(`button::-p-text(${name})`);
}

/** Opens a path in the current organization, and waits for a text. */
async function open(path: string, sign: string): Promise<void> {
  const home = /^.*\/console\/org_[0-9a-z]+/.exec(page.url())?.[0] ?? "";
  await page.goto(`${home}/${path}`);
  await page.locator(`::-p-text(${sign})`).wait();
}

test("Firefox shows every view of an Owner, without a message in its console", async () => {
  for (const [path, sign] of views) {
    await open(path, sign);
    const wider = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(wider, `${path} is no wider than the screen`).toBeLessThanOrEqual(0);
  }
});

test("a token is created, copied, extended and deleted in Firefox", async () => {
  const description = "Made in Firefox";
  await open("profile/tokens/new", "What the token can do");
  await page.locator("dialog input:focus").fill(description);
  await page.keyboard.press("Enter");

  const field = page.locator("dialog textarea:focus");
  const secret = await field.map((element) => element.value).wait();
  expect(secret).toMatch(/^lhp_[0-9A-Za-z]{88}$/);
  await page.locator("[aria-label='Copy secret']").click();
  await page.locator("::-p-text(Copied)").wait();
  await button("Done").click();
  await expect.poll(() => page.content()).not.toContain(secret);

  await page.locator(`tbody ::-p-text(${description})`).click();
  const date = () =>
    page
      .locator(".lease-date time")
      .map((element) => element.getAttribute("datetime"))
      .wait();
  const before = await date();
  await button("Extend lease").click();
  await expect.poll(date).not.toBe(before);

  await button("Delete").click();
  await page.locator("[role=alertdialog] button::-p-text(Delete token)").click();
  await page.locator("::-p-text(has been deleted)").wait();
});
