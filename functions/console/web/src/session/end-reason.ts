import type { Problem } from "../api/problem";

/** Why a session lapses while nobody ends it. */
export const lapses = {
  inactive: "You were signed out after 30 minutes without activity.",
  unused: "You were signed out because nothing had happened here for two hours. Sign in again to go on.",
  expired: "You were signed in for twelve hours, the longest a sign-in lasts. Sign in again to go on.",
} as const;

/** Returns why a session ended, without the word token: the person never saw the session's token. */
export function sessionEndReason({ name }: Problem): string {
  switch (name) {
    case "lease-lapsed":
      return lapses.unused;
    case "token-expired":
      return lapses.expired;
    default:
      return "Your session has ended. Sign in again to go on where you were.";
  }
}

/** Reports whether a session with this reason has lapsed, so that the person may want to go on where they were. */
export function isLapse(reason: string | undefined): boolean {
  return Object.values<string | undefined>(lapses).includes(reason);
}
