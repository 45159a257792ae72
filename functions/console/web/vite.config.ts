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

type ModuleOf = (id: string) => { readonly isEntry: boolean; readonly importers: readonly string[] } | null;

/** Reports whether the first load needs a module: whether imports that are not dynamic lead to it from the entry. */
function isInFirstLoad(id: string, moduleOf: ModuleOf, seen = new Set<string>()): boolean {
  if (seen.has(id)) return false;
  seen.add(id);
  const module = moduleOf(id);
  return module !== null && (module.isEntry || module.importers.some((by) => isInFirstLoad(by, moduleOf, seen)));
}

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
    rolldownOptions: {
      output: {
        // One file for all that the first load needs. Otherwise there is one for each set of lazy views that share modules
        // with it, and each compresses worse by itself.
        codeSplitting: {
          groups: [
            {
              debugName: "first load",
              name: (id, context) => (isInFirstLoad(id, (of) => context.getModuleInfo(of)) ? "page" : null),
            },
          ],
        },
      },
    },
    cssTarget: ["chrome123", "firefox120", "safari17.5"], // light-dark() as it is; replacing it costs a kilobyte
  },
  // `npm run dev` next to `make run`: Vite serves the console, and the local runner everything else.
  server: { proxy: { "^/v1/(?!console(/|$))": runner, "/_local": runner } },
});
