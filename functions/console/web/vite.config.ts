import prefresh from "@prefresh/vite";
import { defineConfig, loadEnv, type Plugin } from "vite";

// Where the local runner (make run) listens. LEASEHOLD_RUNNER names it if it does not use its default port.
const { LEASEHOLD_RUNNER: runner = "http://127.0.0.1:3000" } = loadEnv("", ".", "LEASEHOLD_");

/** Blocks painting until the script has set the theme, and drops crossorigin because all files have one origin. */
const blockFirstPaint: Plugin = {
  name: "block-first-paint",
  transformIndexHtml: {
    order: "post",
    handler: (html) =>
      html
        .replace('<script type="module" crossorigin', '<script type="module" blocking="render"')
        .replaceAll(" crossorigin", ""),
  },
};

// The stage that the page is served under is not known at build time, so every address in it is relative; the server
// turns them towards the view that was asked for (functions/console/site.go).
export default defineConfig({
  base: "./",
  plugins: [prefresh(), blockFirstPaint],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } }, // prefresh does not read tsconfig.json
  build: {
    outDir: "build", // publish.mjs takes it from there
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    target: "es2022",
    // By default, the code of the first view is split by the later views that share it. Small files compress badly.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "main", tags: ["$initial"] }] } } },
    cssTarget: ["chrome123", "firefox120", "safari17.5"], // light-dark() as it is; replacing it costs a kilobyte
  },
  // `npm run dev` next to `make run`: Vite serves the console, and the local runner everything else.
  server: { proxy: { "^/v1/(?!console(/|$))": runner, "/_local": runner } },
});
