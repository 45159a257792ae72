// Measures the sign-in page, the list of users and the person's own tokens with Lighthouse, as on a desktop. Each page is
// measured three times, because one run depends on what else the machine does. It fails if the median of a score is below 100.
import { chromium as playwright } from "@playwright/test";
import lighthouse, { desktopConfig } from "lighthouse";
import { existsSync } from "node:fs";
import { createServer } from "node:net";

const served = process.env.LEASEHOLD_CONSOLE;
const least = 100;
const runs = 3;
const categories = ["performance", "accessibility", "best-practices"];
const debian = "/usr/bin/chromium";

/** Returns a free port. */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const port = await freePort();
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  `--remote-debugging-port=${port}`,
];
const browser = await playwright.launchPersistentContext("", {
  ...(existsSync(debian) ? { executablePath: debian } : {}),
  args,
});

/** Prints the median score of each category for the page of an address, whose final address has to include `view`. */
async function measure(name, address, view) {
  const results = [];
  for (let run = 0; run < runs; run++) {
    const { lhr } = await lighthouse(
      address,
      { port, onlyCategories: categories, disableStorageReset: true, logLevel: "error" },
      desktopConfig,
    );
    if (!lhr.finalDisplayedUrl.includes(view)) throw new Error(`${name}: measured ${lhr.finalDisplayedUrl} instead`);
    results.push(lhr);
  }
  const medians = categories.map((category) => [category, medianRun(results, category)]);
  const score = ([category, { categories: scores }]) => Math.round(scores[category].score * 100);
  console.log(`${name}: ${medians.map((median) => `${median[0]} ${score(median)}`).join(", ")}`);
  for (const median of medians) {
    if (score(median) >= least) continue;
    process.exitCode = 1;
    const [category, { categories: scores, audits }] = median;
    for (const { id } of scores[category].auditRefs) {
      const { score: s, title, displayValue = "" } = audits[id];
      if (s !== null && s < 1) console.log(`  ${category}: ${id} ${s}: ${title} ${displayValue}`);
    }
  }
}

/** Returns the run with the median score of a category. */
function medianRun(results, category) {
  return results.toSorted((a, b) => a.categories[category].score - b.categories[category].score)[Math.floor(runs / 2)];
}

try {
  const page = await browser.newPage();
  await page.goto(`${served}/`);
  await measure("sign-in page", `${served}/`, "/console/");
  // The stored account signs the next page in silently.
  await page.evaluate(() => localStorage.setItem("leasehold.account", "ada@example.com"));
  await page.goto(`${served}/`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  const [organization] = /.*\/console\/org_[0-9a-z]+/.exec(page.url());
  await measure("list of users", `${organization}/users`, "/users");
  await measure("own tokens", `${organization}/profile/tokens`, "/profile/tokens");
} finally {
  await browser.close();
}
