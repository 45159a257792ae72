import { defineConfig, type Plugin } from "vite";

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
  plugins: [blockFirstPaint],
  build: {
    outDir: "build", // publish.mjs takes it from there
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
  // `npm run dev` next to `make run`: Vite serves the page, the local runner serves the API.
  server: { proxy: { "/v1": "http://127.0.0.1:3000", "/_local": "http://127.0.0.1:3000" } },
});
