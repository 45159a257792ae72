import { existsSync } from "node:fs";

const debian = "/usr/bin/chromium";

/** Launch options of the browser: Debian's Chromium if it is installed, otherwise Playwright's. It makes no background requests. */
export const chromium = {
  ...(existsSync(debian) ? { executablePath: debian } : {}),
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};
