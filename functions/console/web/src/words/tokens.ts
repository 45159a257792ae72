import type { MemberTokens, Token, UseOrigin } from "../api/types";
import { count } from "./names";
import { date, day, endsSoon, fullDay, lastDays } from "./time";

/** What the list of tokens shows. The values are those of the query `show` in the address. */
export type TokenFilter = "all" | "ending" | "suspended" | "ended";

/** The filters with their labels. */
export const tokenFilters: readonly (readonly [TokenFilter, string])[] = [
  ["all", "All tokens"],
  ["ending", "Expiring within 3 days"],
  ["suspended", "Suspended"],
  ["ended", "Ended"],
];

/** Returns the filter with a name, or "all" for any other text. */
export function tokenFilter(name: string | null): TokenFilter {
  return tokenFilters.find(([filter]) => filter === name)?.[0] ?? "all";
}

/** Reports whether a token can never be used again. */
export function hasEnded({ status }: Pick<Token, "status">): boolean {
  return status !== "live" && status !== "suspended";
}

/** Returns when a token ends unless it is used or extended: at the end of its lease or at its expiry, whichever is first. */
export function tokenEnd({ leaseExpiresAt, expiresAt }: Pick<Token, "leaseExpiresAt" | "expiresAt">): string {
  return Date.parse(expiresAt) < Date.parse(leaseExpiresAt) ? expiresAt : leaseExpiresAt;
}

/** Reports whether the lease of a token can still be extended. */
export function canExtend(token: Token): boolean {
  return token.status === "live" && Date.parse(token.leaseExpiresAt) < Date.parse(token.expiresAt);
}

/** Reports whether a token stops working within three days, unless somebody does something about it. */
export function endsWithinDays(token: Token, now: number): boolean {
  const end = tokenEnd(token);
  return token.status === "live" && endsSoon(end, now) && Date.parse(end) > now;
}

/** Returns the tokens of whose end their owner must know. The end of a token that was rotated is intended. */
export function endingTokens(tokens: readonly Token[], now: number): readonly Token[] {
  return inOrder(tokens.filter((token) => endsWithinDays(token, now) && token.replacedBy === undefined));
}

/** Returns the tokens that pass a filter. */
export function filterTokens(tokens: readonly Token[], filter: TokenFilter, now: number): readonly Token[] {
  switch (filter) {
    case "ending":
      return tokens.filter((token) => endsWithinDays(token, now));
    case "suspended":
      return tokens.filter(({ status }) => status === "suspended");
    case "ended":
      return tokens.filter(hasEnded);
    case "all":
      return tokens;
  }
}

/** Returns the tokens with the soonest end first, and after them those that have ended, the latest first. */
export function inOrder(tokens: readonly Token[]): readonly Token[] {
  const rank = (token: Token) => (hasEnded(token) ? 1 : 0);
  const end = (token: Token) => Date.parse((hasEnded(token) ? token.endedAt : undefined) ?? tokenEnd(token));
  return [...tokens].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      (hasEnded(a) ? end(b) - end(a) : end(a) - end(b)) ||
      (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
}

/** Returns the prefix that lists show of the token with an ID. An ID begins with the same characters as the secret. */
export function prefixOf(id: string): string {
  return `lhp_${id.replace(/^tok_/, "").slice(0, 8)}…`;
}

/** Returns where a token was used from, such as "203.0.113.7, curl/8.5.0", or undefined if that is not known. */
export function originOf(from: UseOrigin | undefined): string | undefined {
  return [from?.address, from?.client].filter(Boolean).join(", ") || undefined;
}

/** Returns how many tokens another member has and when one was last used, which is all that others see of them. */
export function memberTokensWords({ live, lastUsedOn }: MemberTokens): string {
  if (live === 0) return "No live tokens";
  return `${count(live, "live token")}, ${lastUsedOn === undefined ? "never used" : `last used on ${fullDay(lastUsedOn)} (UTC)`}`;
}

/** One day of the strip of uses. */
export interface StripDay {
  readonly day: string;
  readonly used: boolean;
}

/** Returns on which of the last 14 days a token was used, or undefined if that is not known. */
export function usedDays(
  { daysUsed, lastUsedAt }: Pick<Token, "daysUsed" | "lastUsedAt">,
  now: number,
): readonly StripDay[] | undefined {
  if (lastUsedAt && !daysUsed) return undefined;
  return lastDays(14, now).map((day) => ({ day, used: daysUsed?.includes(day) ?? false }));
}

/** Returns the strip of uses as a sentence. */
export function stripWords(strip: readonly StripDay[]): string {
  const used = strip.filter((d) => d.used).map((d) => day(d.day));
  if (used.length === 0) return "Not used in the last 14 days";
  if (used.length === strip.length) return "Used on each of the last 14 days";
  return `Used on ${used.length} of the last 14 days (UTC): ${used.join(", ")}`;
}

/** Returns the description of a token whose owner typed none, with the date in the owner's time zone. */
export function defaultDescription(organization: string, created: number): string {
  return `Token for ${organization} created on ${date(new Date(created).toISOString())}`;
}
