import { defineConfig, type Plugin } from "vite";

/** Changes to packages that insert <style> elements: they make style sheets with the CSSOM instead. */
const edits = [
  {
    file: "/style-mod/src/style-mod.js",
    from: "!root.head && root.adoptedStyleSheets",
    to: "root.adoptedStyleSheets",
  },
  {
    file: "/@scalar/use-toasts/dist/index.js",
    from: "document.head.appendChild(elementStyle)",
    to: "const sheet = new CSSStyleSheet(); sheet.replaceSync(elementStyle.textContent); document.adoptedStyleSheets.push(sheet)",
  },
  {
    file: "/@scalar/api-reference/dist/components/ApiReference.vue_vue_type_script_setup_true_lang.js",
    from: '(resolveDynamicComponent("style"), { innerHTML: styleContent.value }',
    to: '(resolveDynamicComponent("template"), { innerHTML: "" }', // reference.ts adopts the theme
  },
];

/** Applies the edits, so that the page's policy needs to allow no <style> elements. Fails if one of them does not apply. */
function withoutStyleElements(): Plugin {
  const pending = new Set(edits.map((edit) => edit.file));
  return {
    name: "without-style-elements",
    transform(code, id) {
      const edit = edits.find(({ file }) => id.endsWith(file));
      if (!edit || code.split(edit.from).length !== 2) return null;
      pending.delete(edit.file);
      return { code: code.replace(edit.from, edit.to), map: null };
    },
    buildEnd() {
      if (pending.size > 0)
        this.error(`no longer applies to ${[...pending].join(" and ")}: see edits in vite.config.ts`);
    },
  };
}

// The stage that the page is served under is not known at build time, so every address in it is relative; the server
// makes them lead to the page's files from the address that was asked for (pkg/site).
export default defineConfig({
  base: "./",
  plugins: [withoutStyleElements()],
  build: {
    outDir: "build", // publish.mjs takes it from there
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
});
