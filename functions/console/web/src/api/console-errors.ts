import { consoleBase } from "../base";
import { currentLocation } from "../router/navigation";
import { parseRoute } from "../router/route";

/** The most reports that are sent for one load of the page. A broken page can throw the same error without end. */
const MAX_REPORTS = 5;

/** The IDs of the reports that were sent, by the errors that they describe. */
const reports = new Map<string, string>();

/**
 * Sends a report of an error to the log of the API and returns its ID, which leads an operator to it. The same error is
 * reported once. It returns undefined if enough reports have been sent.
 */
export function reportError(thrown: unknown): string | undefined {
  const error = thrown instanceof Error ? thrown : new Error(typeof thrown);
  const key = `${error.name}\n${error.stack ?? error.message}`;
  const known = reports.get(key);
  if (known ?? reports.size >= MAX_REPORTS) return known;
  const id = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => (byte % 36).toString(36)).join("");
  reports.set(key, id);
  // If the code can't be loaded, the report could not be sent either.
  const view = currentView();
  void import("./error-details")
    .then(({ sendReport }) => sendReport({ id, error, view, base: consoleBase }))
    .catch(() => undefined);
  return id;
}

/** Returns the kind of view that is shown, without the IDs in its address. */
function currentView(): string {
  const route = parseRoute(currentLocation.value.path);
  return "tab" in route && route.tab ? `${route.view}-${route.tab}` : route.view;
}

/** Reports errors of the console's own code that nothing handles, and leaves out those of browser extensions. */
export function watchErrors(): void {
  addEventListener("error", (event) => reportOwn(event.error));
  addEventListener("unhandledrejection", (event) => reportOwn(event.reason));
}

function reportOwn(thrown: unknown): void {
  if (!(thrown instanceof Error) || thrown.name === "AbortError") return;
  if (thrown.stack?.includes(`${location.origin}${consoleBase}/`)) reportError(thrown);
}
