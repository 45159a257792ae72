import { defineConfig } from "vitest/config";

// Tests of components begin with "@vitest-environment happy-dom"; the others run in Node.js alone.
export default defineConfig({
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
    env: { TZ: "UTC" },
    environmentOptions: { happyDOM: { url: "http://127.0.0.1:3000/v1/console/org_1/users" } },
  },
});
