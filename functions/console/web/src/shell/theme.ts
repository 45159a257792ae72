import { signal } from "../signal";
import { browserTexts } from "../storage";

const KEY = "leasehold.theme";

/** The color theme; "system" follows the operating system. */
export type Theme = "system" | "light" | "dark";

export const theme = signal<Theme>(stored());

function stored(): Theme {
  const value = browserTexts.get(KEY);
  return value === "light" || value === "dark" ? value : "system";
}

/** Applies and stores a theme. */
export function setTheme(next: Theme): void {
  if (next === "system") browserTexts.remove(KEY);
  else browserTexts.set(KEY, next);
  theme.set(next);
  applyTheme();
}

/** Applies the stored theme to the page. */
export function applyTheme(): void {
  document.documentElement.dataset.theme = theme.value;
}
