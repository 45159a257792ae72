import type { Problem } from "../api/problem";

/** Returns why a session ended, without the word token: the person never saw the session's token. */
export function sessionEndReason({ name }: Problem): string {
  switch (name) {
    case "lease-lapsed":
      return "You were signed out after two hours of inactivity.";
    case "token-expired":
      return "You were signed out after twelve hours, the longest that a sign-in lasts.";
    default:
      return "Your session has ended. Sign in again to continue where you were.";
  }
}
