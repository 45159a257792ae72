import type { components } from "./schema.gen";

export type ConsoleError = components["schemas"]["ConsoleError"];

const MAX_MESSAGE = 300;
const MAX_FRAMES = 10;

// What can be a value in a message: a text in quotation marks, a word with a character of an address or a query, an ID or a
// token, and a number of several digits. functions/console-error-report/data.go has the same pattern; a test compares them.
// prettier-ignore
const data =
  /"[^"]*"|'[^']*'|`[^`]*`|“[^”]*”|\S*[@/\\?&=%]\S*|[A-Za-z]+_[0-9A-Za-z_]+|[0-9A-Za-z_-]{20,}(?:\.[0-9A-Za-z_-]+)*|\+?[0-9][0-9 ().-]{3,}[0-9]/g;

// The name of a property that the code used, which a browser quotes.
const property = /(?:reading|setting|property) ['"][A-Za-z]{1,40}['"]/g;

/** Returns a message on one line, without what could identify a person or be a secret. */
export function withoutData(message: string): string {
  const line = message.replace(/\s+/g, " ");
  const kept = line.match(property) ?? [];
  const rest = line.split(property).map((part) => part.replace(data, "[removed]"));
  return rest.map((part, i) => part + (kept[i] ?? "")).join("");
}

/** An error, the ID of its report, the kind of view that was shown, and the console's path, such as "/v1/console". */
interface Report {
  readonly id: string;
  readonly error: Error;
  readonly view: string;
  readonly base: string;
}

/** Sends a report. It is sent even if the person leaves the page, and is not repeated. */
export async function sendReport(report: Report): Promise<void> {
  await fetch(`${report.base}/errors`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(describeError(report)),
    credentials: "omit",
    keepalive: true,
  });
}

/** Returns what is reported of an error: nothing that identifies the person, what they see or what they typed. */
export function describeError({ id, error, view, base }: Report): ConsoleError {
  return {
    id,
    name: /^[A-Za-z][A-Za-z0-9]{0,59}$/.exec(error.name)?.[0] ?? "Error",
    // A control character that is no white space would make the API refuse the report.
    message: withoutData(error.message)
      .replace(/[^\P{C}]/gu, "")
      .slice(0, MAX_MESSAGE),
    frames: framesOf(error.stack ?? "", location.origin + base),
    release: scriptName(),
    view,
    browser: browserOf(navigator.userAgent),
  };
}

/** Returns the places of a call stack that are in the console's own files, such as "audit-BkT3xQ2a.js:1:20417". */
function framesOf(stack: string, address: string): string[] {
  const own = stack.split("\n").filter((line) => line.includes(address));
  const frames = own.map((line) => /\/assets\/([A-Za-z0-9_-]{1,60}\.js:\d{1,7}:\d{1,7})/.exec(line)?.[1]);
  return frames.filter((frame) => frame !== undefined).slice(0, MAX_FRAMES);
}

/** Returns the name of the page's script, whose hash identifies the release. */
function scriptName(): string {
  const { src } = document.querySelector<HTMLScriptElement>("script[src]") ?? { src: "" };
  return /([A-Za-z0-9_-]{1,60})\.js$/.exec(src)?.[1] ?? "unknown";
}

const browsers = [
  ["Edge", /\bEdgA?\/(\d{1,4})/],
  ["Opera", /\bOPR\/(\d{1,4})/],
  ["Firefox", /\b(?:Firefox|FxiOS)\/(\d{1,4})/],
  ["Chrome", /\b(?:Chrome|CriOS)\/(\d{1,4})/],
  ["Safari", /\bVersion\/(\d{1,4})\b.*\bSafari\//],
] as const;

/** Returns the family of a browser and its main version, such as "Firefox 140". */
export function browserOf(userAgent: string): string {
  for (const [family, pattern] of browsers) {
    const version = pattern.exec(userAgent)?.[1];
    if (version) return `${family} ${version}`;
  }
  return "other";
}
