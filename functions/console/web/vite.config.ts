import { defineConfig, type Plugin } from "vite";

/** Nothing is painted before the script has set the theme, so that no one is dazzled; all files are of one origin. */
const paintOnce: Plugin = {
  name: "paint-once",
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
  plugins: [paintOnce],
  build: {
    outDir: "build", // publish.mjs takes it from there
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
  // `npm run dev` beside `make run`: the page from here, the API from there.
  server: { proxy: { "/v1": "http://127.0.0.1:3000", "/_local": "http://127.0.0.1:3000" } },
});
