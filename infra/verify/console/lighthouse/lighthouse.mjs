// Measures the sign-in page, the list of users and the person's own tokens with Lighthouse. It fails if a score is below 100.
import { chromium as playwright } from "@playwright/test";
import lighthouse from "lighthouse";
import { existsSync } from "node:fs";
import { createServer } from "node:net";

const served = process.env.LEASEHOLD_CONSOLE;
const least = 100;
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

async function measure(name, address, view) {
  const { lhr } = await lighthouse(address, {
    port,
    onlyCategories: categories,
    disableStorageReset: true,
    logLevel: "error",
  });
  if (!lhr.finalDisplayedUrl.includes(view)) throw new Error(`${name}: measured ${lhr.finalDisplayedUrl} instead`);
  const scores = categories.map((c) => [c, Math.round(lhr.categories[c].score * 100)]);
  console.log(`${name}: ${scores.map(([c, s]) => `${c} ${s}`).join(", ")}`);
  for (const [category, score] of scores) {
    if (score >= least) continue;
    process.exitCode = 1;
    for (const { id } of lhr.categories[category].auditRefs) {
      const { score: s, title, displayValue = "" } = lhr.audits[id];
      if (s !== null && s < 1) console.log(`  ${category}: ${id} ${s}: ${title} ${displayValue}`);
    }
  }
}

try {
  const page = await browser.newPage();
  await page.goto(`${served}/`);
  await measure("sign-in page", `${served}/`, "/console/");
  // The stored account signs the next page in silently.
  await page.evaluate(() => localStorage.setItem("leasehold.account", "ada@example.com"));
  await page.goto(`${served}/`);
  await page.getByRole("heading", { name: "Users", level: 1 }).waitFor();
  await measure("list of users", page.url(), "/users");
  await measure("own tokens", page.url().replace("/users", "/profile/tokens"), "/profile/tokens");
} finally {
  await browser.close();
}
