import { count } from "./names";
import { DAY, date } from "./time";

/** The longest life of a token in calendar months, whatever the organization's policy says. */
const LONGEST_MONTHS = 6;
const PRESETS = [7, 30, 90];

/** A choice of when a new token expires: a number of days, as late as allowed, or on a date. */
export type ExpiryChoice = `${number}` | "latest" | "date";

/** Returns the latest expiry of a token that is created at a time, as the API limits it. */
export function latestExpiry(created: number, longestLifeDays: number | undefined): number {
  const months = new Date(created);
  const day = months.getUTCDate();
  months.setUTCDate(1);
  months.setUTCMonth(months.getUTCMonth() + LONGEST_MONTHS);
  // The last day of the month, if that month has fewer days.
  months.setUTCDate(
    Math.min(day, new Date(Date.UTC(months.getUTCFullYear(), months.getUTCMonth() + 1, 0)).getUTCDate()),
  );
  return Math.min(months.getTime(), created + (longestLifeDays ?? Infinity) * DAY);
}

/** Returns the choices with their labels, the shortest life first. */
export function expiryOptions(
  created: number,
  longestLifeDays: number | undefined,
): readonly (readonly [ExpiryChoice, string])[] {
  const latest = latestExpiry(created, longestLifeDays);
  const limited = latest < latestExpiry(created, undefined);
  const label = (words: string, time: number) => `${words} (${date(new Date(time).toISOString())})`;
  const longest = limited ? `${count(longestLifeDays ?? 0, "day")}, the longest allowed` : "Six months";
  return [
    ...PRESETS.filter((days) => created + days * DAY < latest).map(
      (days) => [`${days}`, label(`${days} days`, created + days * DAY)] as const,
    ),
    ["latest", label(longest, latest)],
    ["date", "On a date …"],
  ];
}

/** The first and the last day that can be chosen, such as "2026-12-02", on the person's calendar. */
export function expiryRange(
  created: number,
  longestLifeDays: number | undefined,
): { readonly first: string; readonly last: string } {
  return { first: localDay(created + DAY), last: localDay(latestExpiry(created, longestLifeDays)) };
}

/**
 * Returns the expiry to send, or undefined for the latest one, which the API determines. A token that expires on a date
 * works until the end of that day. The same choice always gives the same time, so that a repeated request is the same one.
 */
export function expiryTime(
  choice: ExpiryChoice,
  onDate: string,
  created: number,
  longestLifeDays: number | undefined,
): string | undefined {
  if (choice === "latest") return undefined;
  const latest = latestExpiry(created, longestLifeDays);
  const time = choice === "date" ? endOfDay(onDate) : created + Number(choice) * DAY;
  const onLastDay = time >= latest && localDay(time) === localDay(latest);
  return Number.isNaN(time) || onLastDay ? undefined : new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
}

function endOfDay(day: string): number {
  return new Date(`${day}T23:59:59`).getTime();
}

function localDay(time: number): string {
  const at = new Date(time);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
