import js from "@eslint/js";
import playwright from "eslint-plugin-playwright";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: "error", reportUnusedInlineConfigs: "error" },
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "@typescript-eslint/consistent-type-exports": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      // A number in a template reads the same in every locale; anything else has to be converted explicitly.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Short arrow functions may return the void result of the one call they make.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ["tests/**/*.ts"],
    extends: [playwright.configs["flat/recommended"]],
  },
  {
    // Plain JavaScript has no types to check.
    files: ["**/*.{js,mjs}"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { console: "readonly", localStorage: "readonly", process: "readonly" } },
    rules: { "no-console": "off" },
  },
  {
    // A part of this program runs in the page.
    files: ["interactions/*.mjs"],
    languageOptions: {
      globals: {
        addEventListener: "readonly",
        document: "readonly",
        MessageChannel: "readonly",
        performance: "readonly",
        PerformanceObserver: "readonly",
        requestAnimationFrame: "readonly",
        setTimeout: "readonly",
      },
    },
  },
);
