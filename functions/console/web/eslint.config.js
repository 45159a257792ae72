import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

// The directories and modules of src/ in the order in which they may import each other: each only from those above it.
const layers = [
  "base",
  "storage",
  "signal",
  "toasts",
  "router",
  "api",
  "words",
  "session",
  "parts",
  "console-context",
  "shell",
  "views",
  "console",
  "app",
  "main",
];

export default defineConfig(
  globalIgnores(["build/", "**/*.gen.ts"]),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["*.ts"] } } },
    linterOptions: { reportUnusedDisableDirectives: "error", reportUnusedInlineConfigs: "error" },
    rules: {
      eqeqeq: "error",
      "no-useless-rename": "error",
      "object-shorthand": "error",
      "no-console": ["error", { allow: ["error"] }],
      "@typescript-eslint/consistent-type-exports": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "off",
      // An empty name counts as no name.
      "@typescript-eslint/prefer-nullish-coalescing": ["error", { ignorePrimitives: { string: true } }],
      // A number in a template reads the same in every locale; anything else has to be converted explicitly.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Short arrow functions may return the void result of the one call they make.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ["src/**/*.tsx"],
    extends: [jsxA11y.flatConfigs.strict],
    settings: {
      "jsx-a11y": {
        attributes: { for: ["for"] },
        components: { Button: "button", IconButton: "button" },
      },
    },
    rules: { "jsx-a11y/label-has-associated-control": ["error", { depth: 4 }] },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    extends: [reactHooks.configs.flat.recommended],
    rules: {
      // Both recognize refs only if useRef comes from "react", so they take Preact's refs for values that never change.
      "react-hooks/immutability": "off",
      "react-hooks/refs": "off",
    },
  },
  layers.map((layer, at) => ({
    files: [`src/${layer}.{ts,tsx}`, `src/${layer}/**/*.{ts,tsx}`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: `^(?:\\./|(?:\\.\\./)+)(?:${layers.slice(at + 1).join("|") || "$."})(?:/|$)`,
              message: `src/${layer} may import only what is above it in the list of layers in eslint.config.js.`,
            },
          ],
        },
      ],
    },
  })),
  {
    // Plain JavaScript has no types to check.
    files: ["*.{js,mjs}"],
    extends: [tseslint.configs.disableTypeChecked],
  },
);
