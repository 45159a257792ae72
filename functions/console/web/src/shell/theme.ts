import { signal } from "../signal";

const KEY = "leasehold.theme";

/** Light, dark, or as the system has it. */
export type Theme = "system" | "light" | "dark";

export const theme = signal<Theme>(stored());

function stored(): Theme {
  const value = localStorage.getItem(KEY);
  return value === "light" || value === "dark" ? value : "system";
}

/** Applies and remembers a theme. */
export function setTheme(next: Theme): void {
  if (next === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, next);
  theme.set(next);
  applyTheme();
}

/** Shows the page in the remembered theme. */
export function applyTheme(): void {
  document.documentElement.dataset.theme = theme.value;
}
