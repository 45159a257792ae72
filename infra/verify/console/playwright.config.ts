import { defineConfig } from "@playwright/test";
import { chromium } from "./chromium.ts";

// The console's URL, set by console_test.go after it has started the local runner.
const served = process.env.LEASEHOLD_CONSOLE;
if (!served)
  throw new Error(
    "set LEASEHOLD_CONSOLE to the console's URL, such as http://127.0.0.1:3000/v1/console (console_test.go does)",
  );

export default defineConfig({
  testDir: "tests",
  outputDir: "../../../.local/playwright",
  workers: 2,
  timeout: 240_000,
  // A busy machine can delay a browser by more than any timeout. What is wrong fails twice.
  retries: 1,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    baseURL: `${served.replace(/\/$/, "")}/`,
    viewport: { width: 1280, height: 860 },
    launchOptions: chromium,
    locale: "en-GB",
    timezoneId: "UTC",
    permissions: ["clipboard-read", "clipboard-write"],
    actionTimeout: 30_000,
    trace: "on-first-retry",
  },
});
