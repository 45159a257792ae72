import { inspect, picture } from "./inspect";
import { expect, open, test } from "./fixtures";

const unavailable = {
  status: 503,
  contentType: "application/problem+json",
  body: JSON.stringify({
    type: "https://github.com/leasehold-dev/leasehold#problem-unavailable",
    title: "Temporarily unavailable",
    status: 503,
    detail: "The data is out of reach for the moment. Try again.",
  }),
};

test("a failure shows the API's message, and a retry succeeds", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("katherine@example.com");
  await open(page, "users");
  visitor.expectConsoleError(/503/);
  await page.route("**/solutions*", (route) => route.fulfill(unavailable));
  await page.getByRole("link", { name: "Solutions" }).click();
  await expect(page.getByText("The data is out of reach for the moment. Try again.")).toBeVisible();
  await inspect(page, "failure");
  await page.unroute("**/solutions*");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("link", { name: "Shift handover" })).toBeVisible();
});

test("a loading view shows its outline, and nothing moves when the data arrives", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("katherine@example.com");
  await open(page, "users");
  await page.evaluate(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push((entry as PerformanceEntry & { value: number }).value);
    }).observe({ type: "layout-shift", buffered: false });
  });
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/solutions*", async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole("link", { name: "Solutions" }).click();
  await expect(page.getByRole("status", { name: "Loading" })).toBeVisible();
  await picture(page, "loading");
  const outline = await page.locator(".skeleton-row").first().boundingBox();
  release();
  await expect(page.getByRole("link", { name: "Shift handover" })).toBeVisible();
  const row = await page.getByRole("row").nth(1).boundingBox();
  expect(Math.abs((row?.y ?? 0) - (outline?.y ?? 99)), "the first row is where its outline was").toBeLessThanOrEqual(1);
  const shifted = await page.evaluate(() =>
    (window as unknown as { shifts: number[] }).shifts.reduce((a, b) => a + b, 0),
  );
  expect(shifted).toBeLessThan(0.1);
});

test("going offline shows a notice, keeps unsaved input and recovers", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("katherine@example.com");
  await open(page, "settings");
  const name = page.getByRole("textbox", { name: "Organization name" });
  await name.fill("Copper and Brass Works");
  visitor.expectConsoleError(/ERR_INTERNET_DISCONNECTED/);
  await page.context().setOffline(true);
  await expect(page.getByText(/^You're offline\. What you see/)).toBeVisible();
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByText(/Nothing has been changed/)).toBeVisible();
  await inspect(page, "offline");
  await expect(name).toHaveValue("Copper and Brass Works");
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("link", { name: "Solutions" }).click();
  await expect(page.getByRole("heading", { name: "You are offline" })).toBeVisible();
  await page.context().setOffline(false);
  await expect(page.getByRole("link", { name: "Shift handover" })).toBeVisible();
  await expect(page.getByText(/^You('re| are) offline/)).toHaveCount(0);
});

test("a view loads by itself once the API answers again", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("katherine@example.com");
  await open(page, "users");
  visitor.expectConsoleError(/ERR_INTERNET_DISCONNECTED/);
  let refusals = 3;
  await page.route("**/solutions*", async (route) => {
    refusals -= 1;
    await (refusals >= 0 ? route.abort("internetdisconnected") : route.continue());
  });
  await page.getByRole("link", { name: "Solutions" }).click();
  await expect(page.getByRole("heading", { name: "No answer" })).toBeVisible();
  // The browser reports "online" once, before requests get through, so the console must not rely on it alone.
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await expect(page.getByRole("link", { name: "Shift handover" })).toBeVisible();
  expect(refusals).toBeLessThan(0);
});

test("a lost reply to adding a token does not make a second token", async ({ visitor }) => {
  const { page } = visitor;
  await visitor.signIn("katherine@example.com");
  await open(page, "profile/tokens/new");
  visitor.expectConsoleError(/ERR_FAILED/);
  let lost = false;
  await page.route("**/me/tokens", async (route) => {
    if (lost || route.request().method() !== "POST") return route.continue();
    lost = true;
    await route.fetch();
    return route.abort();
  });
  await page.getByRole("textbox", { name: "Description" }).fill("Once only");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByText(/did not answer/)).toBeVisible();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("button", { name: "Copy secret" }).click();
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("link", { name: /Once only/ })).toHaveCount(1);
});

test("the page has a strict policy and is never cached, and its files are cached forever", async ({ visitor }) => {
  const { page } = visitor;
  const index = await page.request.get("");
  const policy = index.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(policy).not.toContain("unsafe");
  expect(index.headers()["cache-control"]).toBe("no-cache");
  const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(await index.text())?.[1] ?? "";
  const asset = await page.request.get(script);
  expect(asset.status()).toBe(200);
  expect(asset.headers()["cache-control"]).toBe("public, max-age=31536000, immutable");
});
