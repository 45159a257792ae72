import { createApiReference } from "@scalar/api-reference";
import { getThemeStyles } from "@scalar/themes";
import "@scalar/api-reference/style.css";
import "./contrast.css";

/** Shows the description of the deployment that serves this page, in an element of the page. */
export function show(element: string): void {
  // Scalar would insert the theme as a style element, which the page's policy does not allow.
  const theme = new CSSStyleSheet();
  theme.replaceSync(getThemeStyles("default", { fonts: false }));
  document.adoptedStyleSheets.push(theme);

  const here = import.meta.url; // docs/assets/….js
  createApiReference(element, {
    url: new URL("../../openapi.json", here).href,
    showExtensions: ["x-leasehold-permission"],
    documentDownloadType: "none", // the page links both formats
    hideClientButton: true,
    showDeveloperTools: "never",
    // A pasted token stays in the memory of this page, and nothing is sent to anybody but this deployment.
    persistAuth: false,
    telemetry: false,
    withDefaultFonts: false,
    agent: { disabled: true },
    mcp: { disabled: true },
  });
}
