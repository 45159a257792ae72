import type { Problem } from "../api/problem";

/** Why a session lapses while nobody ends it. */
export const lapses = {
  inactive: "You were signed out after 30 minutes of inactivity.",
  unused: "You were signed out after two hours of inactivity.",
  expired: "You were signed out after twelve hours, the longest that a sign-in lasts.",
} as const;

/** Returns why a session ended, without the word token: the person never saw the session's token. */
export function sessionEndReason({ name }: Problem): string {
  switch (name) {
    case "lease-lapsed":
      return lapses.unused;
    case "token-expired":
      return lapses.expired;
    default:
      return "Your session has ended. Sign in again to continue where you were.";
  }
}

/** Reports whether a session with this reason has lapsed, so that the person may want to go on where they were. */
export function isLapse(reason: string | undefined): boolean {
  return Object.values<string | undefined>(lapses).includes(reason);
}
