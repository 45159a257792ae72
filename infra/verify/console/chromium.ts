import { existsSync } from "node:fs";

const debian = "/usr/bin/chromium";

/** How to start the browser: Debian's where there is one, Playwright's own otherwise. It talks to this machine only. */
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
