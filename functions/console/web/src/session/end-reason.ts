import type { Problem } from "../api/problem";

/** Returns why a session ended, without the word token: the person never saw the session's token. */
export function sessionEndReason({ name }: Problem): string {
  switch (name) {
    case "lease-lapsed":
      return "You were signed out because nothing had happened here for two hours. Sign in again to go on.";
    case "token-expired":
      return "You were signed in for twelve hours, the longest a sign-in lasts. Sign in again to go on.";
    default:
      return "Your session has ended. Sign in again to go on where you were.";
  }
}
