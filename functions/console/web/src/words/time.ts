const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A day in milliseconds. */
export const DAY = 24 * HOUR;

/** The time that the whole bar of a lease stands for, in milliseconds: two fresh leases. */
const BAR = 28 * DAY;

const dates = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const moments = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZoneName: "short",
});
const exactMoments = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });
const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const fullDays = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });
const relatives = new Intl.RelativeTimeFormat("en-GB", { numeric: "auto" });

/** Returns the date in the reader's time zone, such as "7 Dec 2026". */
export function date(time: string): string {
  return dates.format(new Date(time));
}

/** Returns a date and time with the reader's time zone, such as "7 Dec 2026, 14:05 CET". */
export function moment(time: string): string {
  return moments.format(new Date(time));
}

/** Returns a time to the second with the reader's time zone, such as "7 Dec 2026, 14:05:09 CET". */
export function exactMoment(time: string): string {
  return exactMoments.format(new Date(time));
}

/** Returns the time between two moments to the minute, such as "7 Dec 2026, 14:05–14:12 CET". */
export function momentRange(from: string, to: string): string {
  return moments.formatRange(new Date(from), new Date(to));
}

/** Returns a sentence of the API with its times (RFC 3339) as dates and times such as "7 Dec 2026, 14:05 CET". */
export function localTimes(sentence: string): string {
  return sentence.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, moment);
}

/**
 * Returns a relative time such as "in 3 days", "2 hours ago" or "tomorrow". Less than 24 hours are hours. Days are days on the
 * reader's calendar, so that "tomorrow" is never the day after it.
 */
export function relative(time: string, now: number): string {
  const distance = Date.parse(time) - now;
  const far = Math.abs(distance);
  if (far < 45_000) return distance > 0 ? "in a moment" : "just now";
  if (far < 45 * MINUTE) return relatives.format(Math.round(distance / MINUTE), "minute");
  if (far < DAY) return relatives.format(Math.round(distance / HOUR), "hour");
  if (far < 45 * DAY) return relatives.format(daysBetween(now, Date.parse(time)), "day");
  if (far < 320 * DAY) return relatives.format(Math.round(distance / (30.44 * DAY)), "month");
  return relatives.format(Math.round(distance / (365.25 * DAY)), "year");
}

/** Returns how many calendar days the second time is after the first: 1 from a Friday morning to Saturday night. */
function daysBetween(from: number, to: number): number {
  return Math.round((new Date(to).setHours(0, 0, 0, 0) - new Date(from).setHours(0, 0, 0, 0)) / DAY);
}

/** Returns the time left of a lease as a share of 28 days. It is 0 once the lease has expired, and more than 1 for a longer lease. */
export function leaseLeft(leaseExpiresAt: string, now: number): number {
  return Math.max(0, (Date.parse(leaseExpiresAt) - now) / BAR);
}

/** Returns the last `n` days in UTC up to now, such as "2026-12-01", the earliest first. */
export function lastDays(n: number, now: number): readonly string[] {
  return Array.from({ length: n }, (_, i) => new Date(now - (n - 1 - i) * DAY).toISOString().slice(0, 10));
}

/** Returns a day such as "2026-12-01" as "1 Dec". */
export function day(text: string): string {
  return days.format(new Date(`${text}T00:00:00Z`));
}

/** Returns a day such as "2026-12-01" as "1 Dec 2026". */
export function fullDay(text: string): string {
  return fullDays.format(new Date(`${text}T00:00:00Z`));
}

/** Reports whether a time is less than three days away. */
export function endsSoon(time: string, now: number): boolean {
  return Date.parse(time) - now < 3 * DAY;
}

/** Returns milliseconds as minutes and seconds, such as "1:05". */
export function countdown(left: number): string {
  const seconds = Math.max(0, Math.ceil(left / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
